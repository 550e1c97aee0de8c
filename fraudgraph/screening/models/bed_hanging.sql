/*---
id = "M022"
name = "bed_hanging"
version = 1
family = "inpatient"
title = "stay days without any treatment charged"
title_zh = "挂床住院"
level = "visit"
result = "suspicious"
scheme = "bed_hanging"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Are there days inside the stay on which nothing but bed and nursing was charged?"
question_zh = "住院期间是否存在除床位、护理外无任何收费的日子？"
look_alike = "First and last day; leave at the weekend; a hospital that posts all lines at discharge."
look_alike_zh = "入出院当日；周末请假；机构出院时一次性记账。"
exclusions = ["first and last day", "weekend", "all lines posted at once", "refunded claims"]
reason_zh = "参保人 {subject_id} 的住院（{from_day} 至 {to_day}）有 {idle_days} 个工作日无诊疗收费，基金支付 {amount} 元。"
reason_en = "The stay of insured person {subject_id} ({from_day} to {to_day}) has {idle_days} working days without any treatment charged; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stay times the share of idle days"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_type", "claim_items.amount", "claim_items.charged_at"]
[parameters.min_idle_days]
default = 2
origin = "catalogue M022: one day; here two working days, because lines may be a day late"
[parameters.min_charge_days]
default = 3
origin = "own choice: with fewer charging days the hospital posts at once and nothing can be said"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, CAST(started_at AS DATE) AS stay_from, CAST(ended_at AS DATE) AS stay_to, net_fund_amount
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND date_diff('day', started_at, ended_at) >= 4 AND event_date BETWEEN $in_force_from AND $in_force_to
),
charged AS (
  SELECT s.claim_id, CAST(i.charged_at AS DATE) AS charge_day,
    max(CASE WHEN coalesce(i.item_type, '') NOT IN ('01', '07') AND i.amount > 0 THEN 1 ELSE 0 END) AS treated
  FROM stays AS s
  JOIN claim_items AS i ON i.claim_id = s.claim_id
  WHERE i.charged_at IS NOT NULL
  GROUP BY s.claim_id, CAST(i.charged_at AS DATE)
),
treated_days AS (
  SELECT c.claim_id, count(*) AS day_count,
    count(*) FILTER (WHERE c.charge_day > s.stay_from AND c.charge_day < s.stay_to AND date_diff('day', DATE '2000-01-03', c.charge_day) % 7 < 5) AS inner_days
  FROM charged AS c
  JOIN stays AS s ON s.claim_id = c.claim_id
  WHERE c.treated = 1
  GROUP BY c.claim_id
),
idle AS (
  SELECT s.claim_id, s.patient_id, s.stay_from, s.stay_to, s.net_fund_amount,
    date_diff('day', s.stay_from, s.stay_to) + 1 AS stay_days,
    5 * (date_diff('day', DATE '2000-01-03', s.stay_to) // 7 - date_diff('day', DATE '2000-01-03', s.stay_from + 1) // 7)
      + least(date_diff('day', DATE '2000-01-03', s.stay_to) % 7, 5) - least(date_diff('day', DATE '2000-01-03', s.stay_from + 1) % 7, 5)
      - t.inner_days AS idle_days
  FROM stays AS s
  JOIN treated_days AS t ON t.claim_id = s.claim_id
  WHERE t.day_count >= $min_charge_days
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(CAST(round(CAST(net_fund_amount AS DOUBLE) * idle_days / stay_days, 2) AS DECIMAL(16,2))), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * max(idle_days) AS DOUBLE), 6))) AS strength,
  {'idle_days': max(idle_days), 'from_day': CAST(min(stay_from) AS VARCHAR), 'to_day': CAST(max(stay_to) AS VARCHAR)} AS facts
FROM idle
WHERE idle_days >= $min_idle_days
GROUP BY patient_id
