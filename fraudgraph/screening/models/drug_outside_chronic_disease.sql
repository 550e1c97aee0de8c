/*---
id = "M062"
name = "drug_outside_chronic_disease"
version = 1
family = "charges"
title = "chronic-disease money for another disease's drug"
title_zh = "慢特病超病种用药"
level = "line"
result = "suspicious"
scheme = "outside_scope"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was a drug billed as chronic care that belongs to none of the person's certified diseases?"
question_zh = "慢特病结算的药品是否不属于本人认定病种？"
look_alike = "A second certified disease; a drug that no disease's list names; certified before the data begin."
look_alike_zh = "第二种认定病种；不在任何病种目录的药品；数据期前认定。"
exclusions = ["second certified disease", "drug on no list", "no certification delivered", "refunded claims"]
reason_zh = "参保人 {subject_id} 的慢特病结算含非认定病种药品 {item}，共 {line_count} 行，涉及 {amount} 元。"
reason_en = "Insured person {subject_id}'s chronic claims hold {item}, a drug of a disease not certified, in {line_count} lines: {amount} yuan."
severity = 3
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "item_rules.rule_kind", "item_rules.item_code", "item_rules.other_code", "certifications.patient_id", "certifications.disease_code"]
---*/
WITH listed AS (
  SELECT item_code, other_code AS disease_code FROM item_rules WHERE rule_kind = 'disease_drug' GROUP BY item_code, other_code
),
certified AS (
  SELECT patient_id, disease_code FROM certifications WHERE disease_code IS NOT NULL GROUP BY patient_id, disease_code
),
used AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, i.item_code, sum(i.amount) AS amount, count(*) AS line_count
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  WHERE c.counted AND c.claim_type = 'chronic' AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND c.patient_id IN (SELECT patient_id FROM certified) AND i.item_code IN (SELECT item_code FROM listed)
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount, i.item_code
),
allowed AS (
  SELECT t.patient_id, l.item_code
  FROM certified AS t
  JOIN listed AS l ON l.disease_code = t.disease_code
  GROUP BY t.patient_id, l.item_code
)
SELECT u.patient_id AS subject_id, list_sort(array_agg(DISTINCT u.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT u.claim_id)) AS claim_ids,
  greatest(sum(least(u.amount, u.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * count(*) AS DOUBLE), 6))) AS strength,
  {'item': min(u.item_code), 'line_count': CAST(sum(u.line_count) AS BIGINT)} AS facts
FROM used AS u
LEFT JOIN allowed AS a ON a.patient_id = u.patient_id AND a.item_code = u.item_code
WHERE a.patient_id IS NULL
GROUP BY u.patient_id
