/*---
id = "M071"
name = "resale_profile"
version = 1
family = "drugs"
title = "the profile of somebody who resells drugs"
title_zh = "倒卖药品画像"
level = "person"
result = "suspicious"
scheme = "resale"
basis = "《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3); 《医疗保障基金使用监督管理条例》第38条第（五）项 / Regulation (Order 735) art. 38(5)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Is nearly all of a person's spending on drugs that are often resold, at many places?"
question_zh = "参保人消费是否几乎全为易倒卖药品且来自多家机构？"
look_alike = "A chronic patient at one usual place; a mixed basket; small sums."
look_alike_zh = "固定机构取药的慢病患者；用药多样；金额较小。"
exclusions = ["one usual place", "mixed basket", "small sums", "refunded claims"]
reason_zh = "参保人 {subject_id} 的药费中 {share} 为易倒卖药品，来自 {place_count} 家机构，共 {amount} 元。"
reason_en = "{share} of insured person {subject_id}'s drug bills are for drugs that are often resold, from {place_count} places: {amount} yuan."
severity = 4
money_rule = "amount of the resale-prone lines, at most the net fund amount of their claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_type", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.resale_prone"]
[parameters.min_share]
default = 0.9
origin = "own choice in place of a score's 99.5th percentile"
[parameters.min_places]
default = 4
origin = "own choice: many places"
[parameters.min_amount]
default = 5000.0
origin = "own choice: worth a collector's while"
---*/
WITH bought AS (
  SELECT c.patient_id, c.claim_id, c.place_id, c.net_fund_amount, sum(i.amount) AS amount,
    sum(CASE WHEN k.resale_prone THEN i.amount ELSE 0 END) AS prone_amount
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  LEFT JOIN item_catalogue AS k ON k.item_code = i.item_code
  WHERE c.counted AND c.claim_type <> 'inpatient' AND i.item_type IN ('09', '10', '11') AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, c.claim_id, c.place_id, c.net_fund_amount
),
profiles AS (
  SELECT patient_id, sum(amount) AS total_amount, sum(prone_amount) AS prone_total, count(DISTINCT place_id) AS place_count
  FROM bought
  GROUP BY patient_id
  HAVING count(DISTINCT place_id) >= $min_places AND CAST(sum(prone_amount) AS DOUBLE) >= $min_amount AND CAST(sum(prone_amount) AS DOUBLE) >= $min_share * CAST(sum(amount) AS DOUBLE)
)
SELECT b.patient_id AS subject_id, list_sort(array_agg(DISTINCT b.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT b.claim_id)) AS claim_ids,
  greatest(sum(least(b.prone_amount, b.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * min(p.place_count) AS DOUBLE), 6))) AS strength,
  {'share': round(CAST(min(p.prone_total) AS DOUBLE) / CAST(min(p.total_amount) AS DOUBLE), 3), 'place_count': min(p.place_count)} AS facts
FROM profiles AS p
JOIN bought AS b ON b.patient_id = p.patient_id
WHERE b.prone_amount > 0
GROUP BY b.patient_id
