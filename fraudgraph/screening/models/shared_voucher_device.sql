/*---
id = "M019"
name = "shared_voucher_device"
version = 1
family = "identity"
title = "many vouchers on one device"
title_zh = "凭证设备共用"
level = "group"
result = "suspicious"
scheme = "card_lending"
basis = "《医疗保障基金使用监督管理条例》第41条第（一）项 / Regulation (Order 735) art. 41(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did one device show the vouchers of people from many households?"
question_zh = "同一设备是否出示多个不同家庭参保人的凭证？"
look_alike = "A family phone; the counter's own scanner."
look_alike_zh = "家庭共用手机；柜台扫码设备。"
exclusions = ["one household", "the counter's own device", "refunded claims"]
reason_zh = "设备 {device} 出示过 {person_count} 名不同家庭参保人的凭证，共 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "Device {device} showed the vouchers of people from {person_count} households: {claim_count} claims, the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims made with the device"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_details.claim_id", "claim_details.device_id"]
optional = ["patients.patient_id", "patients.household_id"]
[parameters.min_persons]
default = 4
origin = "catalogue M019: four persons, not one household"
[parameters.max_persons]
default = 60
origin = "own choice: a device with more people belongs to a counter"
---*/
SELECT min(c.patient_id) AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * count(DISTINCT coalesce(p.household_id, c.patient_id)) AS DOUBLE), 6))) AS strength,
  {'device': d.device_id, 'person_count': count(DISTINCT coalesce(p.household_id, c.patient_id))} AS facts
FROM claim_details AS d
JOIN claims AS c ON c.claim_id = d.claim_id
LEFT JOIN patients AS p ON p.patient_id = c.patient_id
WHERE d.device_id IS NOT NULL AND c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY d.device_id
HAVING count(DISTINCT coalesce(p.household_id, c.patient_id)) >= $min_persons AND count(DISTINCT c.patient_id) <= $max_persons
