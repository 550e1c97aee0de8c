/*---
id = "M096"
name = "signing_on_leave"
version = 1
family = "staff"
title = "work billed during leave"
title_zh = "休假期间开单"
level = "doctor"
result = "suspicious"
scheme = "borrowed_doctor"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Were claims billed under a doctor who was on leave?"
question_zh = "医师休假外出期间是否仍有接诊结算？"
look_alike = "First and last day of the leave; a single late entry."
look_alike_zh = "休假首尾日；个别补录。"
exclusions = ["first and last day", "single entry", "refunded claims"]
reason_zh = "医师 {subject_id} 休假期间（{from_day} 至 {to_day}）仍有 {claim_count} 笔结算，基金支付 {amount} 元。"
reason_en = "{claim_count} claims were billed under doctor {subject_id} during leave ({from_day} to {to_day}); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "staff_absences.staff_id", "staff_absences.started_on", "staff_absences.ended_on"]
[parameters.min_claims]
default = 3
origin = "own choice: fewer may be late entries"
---*/
SELECT c.doctor_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.03 * count(*) AS DOUBLE), 6))) AS strength, {'from_day': CAST(a.started_on AS VARCHAR), 'to_day': CAST(a.ended_on AS VARCHAR)} AS facts
FROM staff_absences AS a
JOIN claims AS c ON c.doctor_id = a.staff_id AND c.event_date > a.started_on AND c.event_date < a.ended_on
WHERE c.counted AND c.claim_type IN ('outpatient', 'chronic') AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.doctor_id, a.started_on, a.ended_on
HAVING count(*) >= $min_claims
