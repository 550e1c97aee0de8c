/*---
id = "M032"
name = "identical_bills"
version = 1
family = "inpatient"
title = "identical bills"
title_zh = "费用雷同"
level = "group"
result = "suspicious"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Do several people's stays at one institution have bills identical in every item and quantity?"
question_zh = "同一机构多名参保人的住院明细是否完全相同？"
look_alike = "Short bills of a few standard items; day surgery packages; one person's repeated course."
look_alike_zh = "仅少数标准项目的短账单；日间手术包；同一人重复疗程。"
exclusions = ["short bills", "day surgery packages", "one person's repeated course", "refunded claims"]
reason_zh = "{subject_id} 有 {member_count} 名参保人的 {item_count} 项住院明细（项目和数量）完全一致，基金支付 {amount} 元。"
reason_en = "At {subject_id} the bills of {member_count} people agree in all {item_count} items and quantities; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stays with the same bill"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity"]
[parameters.min_persons]
default = 5
origin = "catalogue M032: five patients"
[parameters.min_items]
default = 15
origin = "catalogue M032: fifteen items"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, facility_id, net_fund_amount
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND facility_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
    AND date_diff('day', CAST(started_at AS DATE), CAST(ended_at AS DATE)) > 1
),
lines AS (
  SELECT i.claim_id, i.item_code, sum(i.quantity) AS quantity
  FROM claim_items AS i
  JOIN stays AS s ON s.claim_id = i.claim_id
  GROUP BY i.claim_id, i.item_code
),
bills AS (
  SELECT claim_id, count(*) AS item_count, sum(quantity) AS total_quantity,
    list_sort(array_agg(concat(item_code, '=', CAST(CAST(quantity AS DOUBLE) AS VARCHAR)))) AS bill
  FROM lines
  GROUP BY claim_id
  HAVING count(*) >= $min_items
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * count(DISTINCT s.patient_id) AS DOUBLE), 6))) AS strength, {'item_count': min(b.item_count)} AS facts
FROM bills AS b
JOIN stays AS s ON s.claim_id = b.claim_id
GROUP BY s.facility_id, b.item_count, b.total_quantity, b.bill
HAVING count(DISTINCT s.patient_id) >= $min_persons
