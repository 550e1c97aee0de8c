/*---
id = "M114"
name = "amended_records"
version = 1
family = "agency"
title = "records amended between deliveries"
title_zh = "原始记录被修改"
level = "institution"
result = "suspicious"
scheme = "tampering"
basis = "《医疗保障基金使用监督管理条例》第39条第（三）项 / Regulation (Order 735) art. 39(3); 《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Did the fund amount of claims change between two deliveries, in numbers, at one place?"
question_zh = "同一机构是否有多笔结算在两次交付间金额被改动？"
look_alike = "Corrections downwards; a refund; single corrections."
look_alike_zh = "调减更正；冲销；个别更正。"
exclusions = ["corrected downwards", "single corrections"]
reason_zh = "{subject_id} 有 {claim_count} 笔结算的基金金额在历次交付间被调高，共 {amount} 元。"
reason_en = "{claim_count} claims of {subject_id} had their fund amount raised between deliveries, by {amount} yuan in all."
severity = 4
money_rule = "the increase of the fund amount"
columns = ["delivered_versions.claim_id", "delivered_versions.delivered_on", "delivered_versions.patient_id", "delivered_versions.place_id", "delivered_versions.fund_amount", "delivered_versions.present"]
[parameters.min_claims]
default = 3
origin = "own choice: single corrections are usual"
---*/
WITH versions AS (
  SELECT claim_id, place_id, patient_id, delivered_on, fund_amount,
    lag(fund_amount) OVER (PARTITION BY claim_id ORDER BY delivered_on) AS earlier_amount
  FROM delivered_versions
  WHERE present AND delivered_on BETWEEN $in_force_from AND $in_force_to
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(fund_amount - earlier_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.03 * count(DISTINCT claim_id) AS DOUBLE), 6))) AS strength, {'change_count': count(*)} AS facts
FROM versions
WHERE fund_amount > earlier_amount AND place_id IS NOT NULL
GROUP BY place_id
HAVING count(DISTINCT claim_id) >= $min_claims
