/*---
id = "M014"
name = "sex_conflict_item"
version = 1
family = "identity"
title = "item for the other sex"
title_zh = "限定性别项目"
level = "line"
result = "definite"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was an item billed that only the other sex can receive?"
question_zh = "是否收取了只适用于另一性别的项目？"
look_alike = "Sex not stated; a newborn treated on the mother's card."
look_alike_zh = "性别未填；新生儿使用母亲的卡。"
exclusions = ["sex not stated", "newborn on the mother's card", "refunded claims"]
reason_zh = "参保人 {subject_id} 被收取限另一性别的项目（{item} 等 {line_count} 行），涉及 {amount} 元。"
reason_en = "Insured person {subject_id} was billed items meant for the other sex ({item} and so on, {line_count} lines): {amount} yuan."
severity = 4
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "patients.patient_id", "patients.sex", "item_catalogue.item_code", "item_catalogue.sex"]
optional = ["claims.diagnosis_code"]
---*/
WITH conflicts AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, sum(i.amount) AS line_amount, count(*) AS line_count, min(i.item_code) AS item
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE k.sex IN ('1', '2') AND p.sex IN ('1', '2') AND p.sex <> k.sex AND c.counted AND i.amount > 0
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'P%' AND coalesce(c.diagnosis_code, '') NOT LIKE 'Z38%' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(least(line_amount, net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.9 AS DOUBLE), 6))) AS strength,
  {'item': min(item), 'line_count': sum(line_count)} AS facts
FROM conflicts
GROUP BY patient_id
