/*---
id = "M070"
name = "same_drug_many_places"
version = 1
family = "drugs"
title = "the same drug at several places before it is used up"
title_zh = "多机构同药"
level = "person"
result = "suspicious"
scheme = "resale"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did a person collect the same drug elsewhere while the last supply still lasted, again and again?"
question_zh = "药未用完是否又到其他机构取同一药品且多次？"
look_alike = "A renewal a few days early; a lost pack; the same place."
look_alike_zh = "提前几天续方；偶发遗失；同一机构。"
exclusions = ["early renewal", "single occasion", "same place", "refunded claims"]
reason_zh = "参保人 {subject_id} 有 {repeat_count} 次在余药未尽时到其他机构取同一药品（{item}），涉及 {amount} 元。"
reason_en = "Insured person {subject_id} collected {item} at another place while the last supply still lasted, {repeat_count} times: {amount} yuan."
severity = 2
money_rule = "amount of the early collections, at most the net fund amount of their claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.supply_days"]
[parameters.window_days]
default = 30
origin = "catalogue M070: within 30 days"
[parameters.min_repeats]
default = 2
origin = "catalogue M070: twice"
[parameters.early_days]
default = 7
origin = "own choice: renewing so many days early is usual"
---*/
WITH taken AS (
  SELECT c.patient_id, i.item_code, c.claim_id, c.place_id, c.event_date, least(sum(i.amount), c.net_fund_amount) AS amount,
    CAST(sum(i.quantity) AS DOUBLE) * min(k.supply_days) AS days
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.supply_days > 0 AND c.counted AND c.claim_type <> 'inpatient' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, i.item_code, c.claim_id, c.place_id, c.event_date, c.net_fund_amount
),
followed AS (
  SELECT patient_id, item_code, claim_id, amount, event_date, place_id,
    lag(event_date) OVER drug_order AS earlier_date, lag(place_id) OVER drug_order AS earlier_place,
    lag(days) OVER drug_order AS earlier_days, lag(claim_id) OVER drug_order AS earlier_id
  FROM taken
  WINDOW drug_order AS (PARTITION BY patient_id, item_code ORDER BY event_date, claim_id)
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(earlier_id)))) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * count(*) AS DOUBLE), 6))) AS strength, {'item': min(item_code), 'repeat_count': count(*)} AS facts
FROM followed
WHERE earlier_place <> place_id AND date_diff('day', earlier_date, event_date) <= $window_days
  AND date_diff('day', earlier_date, event_date) < earlier_days - $early_days
GROUP BY patient_id
HAVING count(*) >= $min_repeats
