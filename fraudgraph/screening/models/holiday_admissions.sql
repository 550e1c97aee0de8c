/*---
id = "M027"
name = "holiday_admissions"
version = 1
family = "inpatient"
title = "holiday admissions as on working days"
title_zh = "节假日住院异常"
level = "institution"
result = "suspicious"
scheme = "fictitious_stay"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Does an institution admit as many people in public holidays as on other days?"
question_zh = "机构节假日入院是否不低于平日？"
look_alike = "Emergency wards, maternity; few admissions in all."
look_alike_zh = "急诊、产科；入院总数较少。"
exclusions = ["emergency admission", "maternity", "few admissions", "refunded claims"]
reason_zh = "{subject_id} 节假日日均择期入院 {holiday_rate} 人，平日 {normal_rate} 人，基金支付 {amount} 元。"
reason_en = "{subject_id} admits {holiday_rate} people a day in holidays without urgency, against {normal_rate} on other days; the fund paid {amount} yuan."
severity = 1
money_rule = "net fund amount of the holiday admissions"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "holidays.day"]
optional = ["claims.diagnosis_code", "claims.admission_way"]
[parameters.min_ratio]
default = 0.9
origin = "catalogue M027: ratio above 0.9, peers about 0.5"
[parameters.min_admissions]
default = 20
origin = "own choice: fewer holiday admissions say nothing"
---*/
WITH stays AS (
  SELECT c.facility_id, c.claim_id, c.patient_id, c.event_date, c.net_fund_amount, CASE WHEN h.day IS NULL THEN 0 ELSE 1 END AS holiday
  FROM claims AS c
  LEFT JOIN (SELECT DISTINCT day FROM holidays) AS h ON h.day = c.event_date
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(c.admission_way, '') <> '1' AND coalesce(c.diagnosis_code, '') NOT LIKE 'O%'
),
spans AS (
  SELECT facility_id, min(event_date) AS first_day, max(event_date) AS last_day FROM stays GROUP BY facility_id
),
day_counts AS (
  SELECT s.facility_id, count(DISTINCT h.day) AS holiday_days, max(date_diff('day', s.first_day, s.last_day) + 1) AS all_days
  FROM spans AS s
  JOIN holidays AS h ON h.day BETWEEN s.first_day AND s.last_day
  GROUP BY s.facility_id
),
rates AS (
  SELECT t.facility_id, sum(t.holiday) AS holiday_count,
    CAST(sum(t.holiday) AS DOUBLE) / min(d.holiday_days) AS holiday_rate,
    CAST(count(*) - sum(t.holiday) AS DOUBLE) / greatest(min(d.all_days - d.holiday_days), 1) AS normal_rate
  FROM stays AS t
  JOIN day_counts AS d ON d.facility_id = t.facility_id
  GROUP BY t.facility_id
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.2 * (min(r.holiday_rate) / greatest(min(r.normal_rate), 0.01) - $min_ratio) AS DOUBLE), 6))) AS strength,
  {'holiday_rate': round(min(r.holiday_rate), 2), 'normal_rate': round(min(r.normal_rate), 2)} AS facts
FROM rates AS r
JOIN stays AS s ON s.facility_id = r.facility_id AND s.holiday = 1
WHERE r.holiday_count >= $min_admissions AND r.holiday_rate > $min_ratio * r.normal_rate
GROUP BY s.facility_id
