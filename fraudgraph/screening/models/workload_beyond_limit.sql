/*---
id = "M092"
name = "workload_beyond_limit"
version = 1
family = "staff"
title = "more visits than a doctor can see"
title_zh = "医师负荷超限"
level = "doctor"
result = "suspicious"
scheme = "invented_service"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Did a doctor bill more visits on a day than one can see, far above peers?"
question_zh = "医师单日接诊量是否超过可能且远超同类？"
look_alike = "A department's common code; repeat prescriptions at a village post are few; single days."
look_alike_zh = "科室共用工号；个别日。"
exclusions = ["a department's common code", "single days", "as at peers", "refunded claims"]
reason_zh = "医师 {subject_id} 有 {day_count} 天接诊超过 {max_visits} 人次，最多 {top} 人次，基金支付 {amount} 元。"
reason_en = "Doctor {subject_id} billed more than {max_visits} visits on {day_count} days, up to {top}; the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of such days' claims, times the share above the limit"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["doctors.doctor_id", "doctors.specialty"]
[parameters.max_visits]
default = 120
origin = "catalogue M092: 120 visits a day"
[parameters.department_visits]
default = 600
origin = "own choice: more is a common code"
[parameters.min_days]
default = 2
origin = "own choice"
[parameters.peer_share]
default = 0.999
origin = "catalogue M092: or the 99.9th percentile of doctors' days, whichever is more"
[parameters.min_peers]
default = 100
origin = "own choice: peers are of the same specialty; with fewer of them all doctors; with fewer still only the fixed threshold counts"
---*/
WITH days AS (
  SELECT doctor_id, event_date, count(*) AS visit_count, sum(net_fund_amount) AS paid
  FROM claims
  WHERE counted AND claim_type IN ('outpatient', 'chronic') AND doctor_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY doctor_id, event_date
),
tops AS (
  SELECT d.doctor_id, max(d.visit_count) AS top, '' AS everyone, min(coalesce(k.specialty, '')) AS specialty
  FROM days AS d
  LEFT JOIN doctors AS k ON k.doctor_id = d.doctor_id
  GROUP BY d.doctor_id
),
compared AS (
  SELECT everyone AS peer_group, top FROM tops
  UNION ALL
  SELECT specialty AS peer_group, top FROM tops WHERE specialty <> ''
),
peers AS (
  SELECT peer_group, fg_quantile(CAST(top AS DOUBLE), $peer_share) AS usual FROM compared GROUP BY peer_group HAVING count(*) >= $min_peers
),
full_days AS (
  SELECT d.doctor_id, d.event_date, d.visit_count, d.paid
  FROM days AS d
  JOIN tops AS t ON t.doctor_id = d.doctor_id
  LEFT JOIN peers AS p ON p.peer_group = t.everyone
  LEFT JOIN peers AS k ON k.peer_group = t.specialty
  WHERE CAST(t.top AS DOUBLE) >= coalesce(k.usual, p.usual, CAST(0 AS DOUBLE)) AND d.visit_count > $max_visits AND t.top <= $department_visits
),
doctors_days AS (
  SELECT doctor_id, count(*) AS day_count, max(visit_count) AS top,
    sum(CAST(round(CAST(paid AS DOUBLE) * CAST(visit_count - $max_visits AS DOUBLE) / nullif(CAST(visit_count AS DOUBLE), CAST(0 AS DOUBLE)), 2) AS DECIMAL(16,2))) AS amount
  FROM full_days
  GROUP BY doctor_id
  HAVING count(*) >= $min_days
)
SELECT d.doctor_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(min(d.amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.002 * (min(d.top) - $max_visits) AS DOUBLE), 6))) AS strength, {'day_count': min(d.day_count), 'max_visits': $max_visits, 'top': min(d.top)} AS facts
FROM doctors_days AS d
JOIN full_days AS f ON f.doctor_id = d.doctor_id
JOIN claims AS c ON c.doctor_id = f.doctor_id AND c.event_date = f.event_date
WHERE c.counted AND c.claim_type IN ('outpatient', 'chronic')
GROUP BY d.doctor_id
