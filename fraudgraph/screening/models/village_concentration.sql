/*---
id = "M036"
name = "village_concentration"
version = 1
family = "inpatient"
title = "people of one village admitted in waves"
title_zh = "患者来源地集中"
level = "group"
result = "suspicious"
scheme = "lured_vulnerable"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Were many people of one village or unit admitted together, more than once?"
question_zh = "同村、同单位多人是否成批入院且反复发生？"
look_alike = "The village's usual hospital; an epidemic; one single wave; one household."
look_alike_zh = "该村的常去医院；传染病流行；仅一次；同户。"
exclusions = ["the village's usual hospital", "epidemic", "a single wave", "one household", "refunded claims"]
reason_zh = "{subject_id} 有 {wave_count} 批同地（{village}）人员入院，每批至少 {person_count} 人，基金支付 {amount} 元。"
reason_en = "{subject_id} admitted {wave_count} waves of people from {village}, at least {person_count} at a time; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stays in the waves"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.residence_code"]
optional = ["claims.diagnosis_code", "patients.household_id"]
[parameters.min_persons]
default = 8
origin = "catalogue M036: eight persons in three days"
[parameters.wave_days]
default = 3
origin = "catalogue M036: three days"
[parameters.min_waves]
default = 2
origin = "catalogue M036: repeated"
[parameters.min_surge]
default = 3.0
origin = "own choice: so many times the village's usual number in such days"
---*/
WITH stays AS (
  SELECT c.facility_id, c.claim_id, c.patient_id, c.net_fund_amount, p.residence_code AS village, coalesce(p.household_id, c.patient_id) AS household,
    date_diff('day', DATE '2000-01-01', c.event_date) // $wave_days AS window_number
  FROM claims AS c
  JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND length(p.residence_code) >= 9 AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'A%' AND coalesce(c.diagnosis_code, '') NOT LIKE 'B%'
    AND substring(coalesce(c.diagnosis_code, ''), 1, 3) NOT IN ('J09', 'J10', 'J11', 'T62')
),
spans AS (
  SELECT facility_id, max(window_number) - min(window_number) + 1 AS window_count FROM stays GROUP BY facility_id
),
windows AS (
  SELECT facility_id, village, window_number, count(DISTINCT household) AS person_count
  FROM stays
  GROUP BY facility_id, village, window_number
),
usual AS (
  SELECT w.facility_id, w.village, CAST(sum(w.person_count) AS DOUBLE) / min(s.window_count) AS usual_count
  FROM windows AS w
  JOIN spans AS s ON s.facility_id = w.facility_id
  GROUP BY w.facility_id, w.village
),
waves AS (
  SELECT w.facility_id, w.village, w.window_number, w.person_count, count(*) OVER (PARTITION BY w.facility_id, w.village) AS wave_count
  FROM windows AS w
  JOIN usual AS u ON u.facility_id = w.facility_id AND u.village = w.village
  WHERE w.person_count >= $min_persons AND w.person_count >= $min_surge * u.usual_count
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.1 * min(w.wave_count) + 0.02 * min(w.person_count) AS DOUBLE), 6))) AS strength,
  {'village': s.village, 'wave_count': min(w.wave_count), 'person_count': min(w.person_count)} AS facts
FROM waves AS w
JOIN stays AS s ON s.facility_id = w.facility_id AND s.village = w.village AND s.window_number = w.window_number
WHERE w.wave_count >= $min_waves
GROUP BY s.facility_id, s.village
