/*---
id = "M015"
name = "age_conflict"
version = 1
family = "identity"
title = "item outside its age limits"
title_zh = "限定年龄项目"
level = "line"
result = "suspicious"
scheme = "outside_scope"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was an item billed outside the ages for which it is paid?"
question_zh = "是否超出项目限定年龄收费？"
look_alike = "A birthday close by; a birth date that can't be."
look_alike_zh = "临近生日；出生日期明显有误。"
exclusions = ["one year of grace", "impossible birth date", "refunded claims"]
reason_zh = "参保人 {subject_id}（{age} 岁）被收取限 {limits} 岁的项目 {item}，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} (age {age}) was billed {item}, limited to ages {limits}: {amount} yuan."
severity = 3
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "patients.patient_id", "patients.birth_date", "item_catalogue.item_code"]
optional = ["item_catalogue.min_age", "item_catalogue.max_age"]
[parameters.grace_years]
default = 1
origin = "own choice: one year for birthdays and courses begun in time"
---*/
WITH limited AS (
  SELECT item_code, coalesce(min_age, 0) AS min_age, coalesce(max_age, 999) AS max_age
  FROM item_catalogue WHERE min_age IS NOT NULL OR max_age IS NOT NULL
),
conflicts AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, sum(i.amount) AS line_amount, min(i.item_code) AS item,
    min(year(c.event_date) - year(p.birth_date)) AS age, min(concat(CAST(k.min_age AS VARCHAR), '-', CAST(k.max_age AS VARCHAR))) AS limits
  FROM limited AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.counted AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND year(c.event_date) - year(p.birth_date) BETWEEN 0 AND 115
    AND (year(c.event_date) - year(p.birth_date) < k.min_age - $grace_years OR year(c.event_date) - year(p.birth_date) > k.max_age + $grace_years)
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(least(line_amount, net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.6 AS DOUBLE), 6))) AS strength,
  {'item': min(item), 'age': min(age), 'limits': min(limits)} AS facts
FROM conflicts
GROUP BY patient_id
