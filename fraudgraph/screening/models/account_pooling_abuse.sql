/*---
id = "M020"
name = "account_pooling_abuse"
version = 1
family = "identity"
title = "one account pays for many strangers"
title_zh = "账户共济异常"
level = "group"
result = "suspicious"
scheme = "card_lending"
basis = "《医疗保障基金使用监督管理条例》第41条第（一）项 / Regulation (Order 735) art. 41(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does one personal account pay for many people outside the family?"
question_zh = "一个个人账户是否为多名非亲属支付？"
look_alike = "The holder's own purchases; family members."
look_alike_zh = "本人购药；家庭成员共济。"
exclusions = ["own purchases", "one household", "refunded claims"]
reason_zh = "账户人 {payer} 的个人账户为 {person_count} 名非同户人员支付 {claim_count} 笔，账户支付 {amount} 元。"
reason_en = "The account of {payer} paid {claim_count} claims of {person_count} people outside the household: {amount} yuan."
severity = 3
money_rule = "account amount of these claims, at most the claim's net total"
columns = ["claims.claim_id", "claims.patient_id", "claims.account_amount", "claims.event_date", "claims.net_total_amount", "claims.counted", "patients.patient_id", "patients.household_id", "claim_details.claim_id", "claim_details.payer_account_id"]
[parameters.min_persons]
default = 5
origin = "catalogue M020: five payees"
---*/
SELECT d.payer_account_id AS subject_id, list_sort(list_distinct(list_concat(array_agg(c.patient_id), array_agg(d.payer_account_id)))) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(least(coalesce(c.account_amount, 0), c.net_total_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * count(DISTINCT c.patient_id) AS DOUBLE), 6))) AS strength,
  {'payer': d.payer_account_id, 'person_count': count(DISTINCT coalesce(p.household_id, c.patient_id))} AS facts
FROM claim_details AS d
JOIN claims AS c ON c.claim_id = d.claim_id AND c.patient_id <> d.payer_account_id
JOIN patients AS p ON p.patient_id = c.patient_id
LEFT JOIN patients AS o ON o.patient_id = d.payer_account_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to AND (p.household_id IS NULL OR o.household_id IS NULL OR p.household_id <> o.household_id)
GROUP BY d.payer_account_id
HAVING count(DISTINCT coalesce(p.household_id, c.patient_id)) >= $min_persons
