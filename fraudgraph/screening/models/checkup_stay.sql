/*---
id = "M033"
name = "checkup_stay"
version = 1
family = "inpatient"
title = "check-up as a stay"
title_zh = "体检式住院"
level = "visit"
result = "suspicious"
scheme = "checkup_as_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6); 《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Is nearly the whole bill of a short stay laboratory and imaging, with no therapy?"
question_zh = "短期住院费用是否几乎全为检验检查且无治疗？"
look_alike = "An emergency sent home after tests; a stay with an operation; diagnosis of a suspected tumour."
look_alike_zh = "急诊检查后排除；有手术；疑似肿瘤的诊断性住院。"
exclusions = ["emergency admission", "operation or therapy", "suspected tumour", "long stay", "refunded claims"]
reason_zh = "参保人 {subject_id} 住院 {stay_days} 天，检验检查占 {exam_share} 且无治疗，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} stayed {stay_days} days; tests are {exam_share} of the bill and there is no therapy; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_type", "claim_items.amount"]
optional = ["claims.diagnosis_code", "claims.admission_way"]
[parameters.min_exam_share]
default = 0.7
origin = "catalogue M033: above 70 per cent"
[parameters.max_stay_days]
default = 5
origin = "catalogue M033: at most five days"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, net_fund_amount, date_diff('day', CAST(started_at AS DATE), CAST(ended_at AS DATE)) AS stay_days
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND ended_at IS NOT NULL AND coalesce(admission_way, '') <> '1' AND event_date BETWEEN $in_force_from AND $in_force_to
    AND date_diff('day', CAST(started_at AS DATE), CAST(ended_at AS DATE)) <= $max_stay_days
    AND coalesce(diagnosis_code, '') NOT LIKE 'C%' AND coalesce(diagnosis_code, '') NOT LIKE 'D%' AND coalesce(diagnosis_code, '') NOT LIKE 'R9%'
),
bills AS (
  SELECT s.claim_id, s.patient_id, s.net_fund_amount, s.stay_days, sum(i.amount) AS billed,
    sum(CASE WHEN i.item_type IN ('03', '04') THEN i.amount ELSE 0 END) AS examined,
    sum(CASE WHEN i.item_type IN ('05', '06') THEN i.amount ELSE 0 END) AS treated
  FROM stays AS s
  JOIN claim_items AS i ON i.claim_id = s.claim_id
  GROUP BY s.claim_id, s.patient_id, s.net_fund_amount, s.stay_days
  HAVING sum(i.amount) > 0
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.1 * count(*) AS DOUBLE), 6))) AS strength,
  {'stay_days': max(stay_days), 'exam_share': round(CAST(sum(examined) AS DOUBLE) / CAST(sum(billed) AS DOUBLE), 3)} AS facts
FROM bills
WHERE examined > $min_exam_share * billed AND treated <= 0
GROUP BY patient_id
