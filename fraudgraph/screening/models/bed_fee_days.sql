/*---
id = "M029"
name = "bed_fee_days"
version = 1
family = "inpatient"
title = "more bed days charged than the stay has"
title_zh = "床位费与住院天数不符"
level = "visit"
result = "definite"
scheme = "overcharge"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Were more bed days charged than the person was in hospital?"
question_zh = "床位费天数是否多于实际住院天数？"
look_alike = "Both the first and the last day charged; a stay whose end is not yet known."
look_alike_zh = "首尾日均计；尚未出院。"
exclusions = ["first and last day both counted", "still in hospital", "refunded claims"]
reason_zh = "参保人 {subject_id} 的住院收取床位费 {bed_days} 天，实际住院 {stay_days} 天，多收约 {amount} 元。"
reason_en = "Insured person {subject_id} was charged {bed_days} bed days for a stay of {stay_days} days: about {amount} yuan too much."
severity = 2
money_rule = "bed charge times the share of days too many, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_type", "claim_items.quantity", "claim_items.amount"]
[parameters.max_difference_days]
default = 1
origin = "catalogue M029: difference above one day"
---*/
WITH beds AS (
  SELECT c.claim_id, c.patient_id, c.net_fund_amount, date_diff('day', CAST(c.started_at AS DATE), CAST(c.ended_at AS DATE)) AS stay_days,
    sum(i.quantity) AS bed_days, sum(i.amount) AS bed_amount
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.ended_at IS NOT NULL AND i.item_type = '01' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.claim_id, c.patient_id, c.net_fund_amount, c.started_at, c.ended_at
),
excess AS (
  SELECT claim_id, patient_id, stay_days, bed_days,
    least(CAST(round(CAST(bed_amount AS DOUBLE) * CAST(bed_days - stay_days AS DOUBLE) / CAST(bed_days AS DOUBLE), 2) AS DECIMAL(16,2)), net_fund_amount) AS excess_amount
  FROM beds
  WHERE bed_days > stay_days + $max_difference_days
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(excess_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.5 + 0.05 * max(bed_days - stay_days) AS DOUBLE), 6))) AS strength,
  {'bed_days': CAST(max(bed_days) AS DOUBLE), 'stay_days': min(stay_days)} AS facts
FROM excess
GROUP BY patient_id
