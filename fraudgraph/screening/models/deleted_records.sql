/*---
id = "M115"
name = "deleted_records"
version = 1
family = "agency"
title = "records gone from a later delivery"
title_zh = "原始记录被删除"
level = "institution"
result = "suspicious"
scheme = "tampering"
basis = "《医疗保障基金使用监督管理条例》第39条第（三）项 / Regulation (Order 735) art. 39(3); 《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Are claims of an earlier delivery missing from a later one, in numbers, at one place?"
question_zh = "先前交付的结算在后续交付中是否成批消失？"
look_alike = "A record that comes back; single losses; amounts of zero."
look_alike_zh = "后又恢复；个别缺失；零金额。"
exclusions = ["came back", "single losses", "zero amounts"]
reason_zh = "{subject_id} 有 {claim_count} 笔结算在后续交付中消失，涉及基金 {amount} 元。"
reason_en = "{claim_count} claims of {subject_id} are missing from later deliveries: {amount} yuan of the fund."
severity = 4
money_rule = "the last delivered fund amount of the missing records"
columns = ["delivered_versions.claim_id", "delivered_versions.delivered_on", "delivered_versions.patient_id", "delivered_versions.place_id", "delivered_versions.fund_amount", "delivered_versions.present"]
[parameters.min_claims]
default = 5
origin = "own choice: single losses are usual"
---*/
WITH last_versions AS (
  SELECT claim_id, place_id, patient_id, present,
    lag(fund_amount) OVER (PARTITION BY claim_id ORDER BY delivered_on) AS last_amount,
    row_number() OVER (PARTITION BY claim_id ORDER BY delivered_on DESC) AS from_last
  FROM delivered_versions
  WHERE delivered_on BETWEEN $in_force_from AND $in_force_to
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(last_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.02 * count(*) AS DOUBLE), 6))) AS strength, {'gone_count': count(*)} AS facts
FROM last_versions
WHERE from_last = 1 AND NOT present AND last_amount > 0 AND place_id IS NOT NULL
GROUP BY place_id
HAVING count(*) >= $min_claims
