/*---
id = "M091"
name = "doctor_at_two_places"
version = 1
family = "staff"
title = "a doctor at two places at once"
title_zh = "医师同时多点"
level = "doctor"
result = "suspicious"
scheme = "borrowed_doctor"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3); 《医师法》第15条 / Physician Law art. 15"
basis_from = 2022-03-01
subject = "doctor"
members = "patient"
question = "Did a doctor bill at two facilities within minutes?"
question_zh = "同一医师是否数分钟内在两家机构开单？"
look_alike = "Registered practice at both sites; inpatient bills settled later; a single slip."
look_alike_zh = "已登记多点执业；住院费用事后结算；个别差错。"
exclusions = ["registered practice at both", "inpatient bills", "single slip", "refunded claims"]
reason_zh = "医师 {subject_id} 有 {time_count} 次在 {minutes} 分钟内于不同机构接诊（如 {first_place} 与 {second_place}），基金支付 {amount} 元。"
reason_en = "Doctor {subject_id} billed at different facilities within {minutes} minutes, {time_count} times (such as {first_place} and {second_place}); the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the later claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.event_at", "claims.net_fund_amount", "claims.counted"]
optional = ["doctor_sites.doctor_id", "doctor_sites.facility_id"]
[parameters.minutes]
default = 30
origin = "catalogue M091: less than 30 minutes apart"
[parameters.min_times]
default = 3
origin = "own choice: single cases may be slips"
---*/
WITH many_sites AS (
  SELECT doctor_id FROM claims
  WHERE counted AND claim_type IN ('outpatient', 'chronic') AND doctor_id IS NOT NULL AND event_at IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY doctor_id
  HAVING min(facility_id) <> max(facility_id)
),
visits AS (
  SELECT c.doctor_id, c.facility_id, c.event_at, c.claim_id, c.patient_id, c.net_fund_amount,
    lag(c.facility_id) OVER doctor_day AS earlier_place, lag(c.event_at) OVER doctor_day AS earlier_at, lag(c.claim_id) OVER doctor_day AS earlier_id
  FROM claims AS c
  JOIN many_sites AS m ON m.doctor_id = c.doctor_id
  WHERE c.counted AND c.claim_type IN ('outpatient', 'chronic') AND c.event_at IS NOT NULL AND c.event_at <> CAST(c.event_date AS TIMESTAMP) AND c.event_date BETWEEN $in_force_from AND $in_force_to
  WINDOW doctor_day AS (PARTITION BY c.doctor_id, c.event_date ORDER BY c.event_at, c.claim_id)
),
jumps AS (
  SELECT v.doctor_id, v.facility_id, v.earlier_place, v.claim_id, v.earlier_id, v.patient_id, v.net_fund_amount
  FROM visits AS v
  LEFT JOIN (SELECT DISTINCT doctor_id, facility_id FROM doctor_sites) AS a ON a.doctor_id = v.doctor_id AND a.facility_id = v.facility_id
  LEFT JOIN (SELECT DISTINCT doctor_id, facility_id FROM doctor_sites) AS b ON b.doctor_id = v.doctor_id AND b.facility_id = v.earlier_place
  WHERE v.earlier_place <> v.facility_id AND epoch(v.event_at) - epoch(v.earlier_at) < 60 * $minutes
    AND (a.doctor_id IS NULL OR b.doctor_id IS NULL)
)
SELECT doctor_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(earlier_id)))) AS claim_ids, greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * count(*) AS DOUBLE), 6))) AS strength,
  {'time_count': count(*), 'minutes': $minutes, 'first_place': min(least(facility_id, earlier_place)), 'second_place': max(greatest(facility_id, earlier_place))} AS facts
FROM jumps
GROUP BY doctor_id
HAVING count(*) >= $min_times
