/*---
id = "M094"
name = "outside_specialty"
version = 1
family = "staff"
title = "services outside the doctor's specialty"
title_zh = "超执业范围"
level = "doctor"
result = "suspicious"
scheme = "qualification"
basis = "《医师法》第14条 / Physician Law art. 14; 《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2022-03-01
subject = "doctor"
members = "patient"
question = "Does a doctor regularly order services of another specialty?"
question_zh = "医师是否经常开具其他专科的项目？"
look_alike = "Few orders; a general practitioner; the specialty not delivered."
look_alike_zh = "数量少；全科医师；未提供专科。"
exclusions = ["few orders", "general practice", "specialty not delivered", "refunded claims"]
reason_zh = "医师 {subject_id}（{specialty}）开具其他专科项目 {line_count} 行（如 {item}），涉及 {amount} 元。"
reason_en = "Doctor {subject_id} ({specialty}) ordered {line_count} lines of another specialty (such as {item}): {amount} yuan."
severity = 2
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "claim_items.ordered_by", "doctors.doctor_id", "doctors.specialty", "item_catalogue.item_code", "item_catalogue.specialty"]
[parameters.min_lines]
default = 10
origin = "own choice: a practice, not a case"
---*/
WITH orders AS (
  SELECT i.ordered_by, d.specialty, c.patient_id, c.claim_id, min(i.item_code) AS item, count(*) AS line_count, least(sum(i.amount), c.net_fund_amount) AS amount
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN doctors AS d ON d.doctor_id = i.ordered_by
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE c.counted AND i.amount > 0 AND k.specialty IS NOT NULL AND d.specialty IS NOT NULL AND NOT contains(d.specialty, k.specialty)
    AND NOT contains(d.specialty, '全科') AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY i.ordered_by, d.specialty, c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT ordered_by AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.01 * sum(line_count) AS DOUBLE), 6))) AS strength, {'specialty': min(specialty), 'item': min(item), 'line_count': CAST(sum(line_count) AS BIGINT)} AS facts
FROM orders
GROUP BY ordered_by
HAVING sum(line_count) >= $min_lines
