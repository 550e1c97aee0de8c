/*---
id = "M026"
name = "batch_admission"
version = 1
family = "inpatient"
title = "batch admission"
title_zh = "集中入院"
level = "institution"
result = "suspicious"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Were far more people admitted on one day than the institution's own weekday level explains?"
question_zh = "某日入院人数是否远超该机构同一星期日的常态？"
look_alike = "A busy weekday; a wave that all institutions feel; an epidemic of one infection."
look_alike_zh = "固定繁忙日；全市普遍增多；传染病流行。"
exclusions = ["usual weekday", "city-wide wave", "epidemic", "refunded claims"]
reason_zh = "{subject_id} 于 {day} 收治 {admission_count} 人，按该机构常态预期 {expected} 人，基金支付 {amount} 元。"
reason_en = "{subject_id} admitted {admission_count} people on {day}; its own level makes {expected} expected. The fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of that day's stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code"]
[parameters.min_persons]
default = 8
origin = "catalogue M026: eight persons"
[parameters.deviations]
default = 5.0
origin = "own choice in place of p < 1e-4: five Poisson standard deviations above the expectation"
[parameters.min_weeks]
default = 4
origin = "own choice: weeks of history needed"
[parameters.max_infection_share]
default = 0.5
origin = "own choice: from this share of infections on it is an epidemic"
---*/
WITH stays AS (
  SELECT facility_id, event_date, date_diff('day', DATE '2000-01-03', event_date) % 7 AS week_day, claim_id, patient_id, net_fund_amount,
    CASE WHEN diagnosis_code LIKE 'A%' OR diagnosis_code LIKE 'B%' OR substring(diagnosis_code, 1, 3) IN ('J09', 'J10', 'J11', 'J12', 'J18', 'T62') THEN 1 ELSE 0 END AS infection
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND facility_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
),
days AS (
  SELECT facility_id, event_date, week_day, count(DISTINCT patient_id) AS admission_count, sum(infection) AS infection_count, 1 AS everywhere
  FROM stays
  GROUP BY facility_id, event_date, week_day
),
span AS (
  SELECT min(event_date) AS first_day, max(event_date) AS last_day, 1 AS everywhere FROM stays
),
own AS (
  SELECT facility_id, date_diff('day', min(event_date), max(event_date)) AS day_count FROM days GROUP BY facility_id
),
weekdays AS (
  SELECT facility_id, week_day, sum(admission_count) AS total_count, max(admission_count) AS top_count
  FROM days
  GROUP BY facility_id, week_day
),
city AS (
  SELECT event_date, week_day, sum(admission_count) AS city_count FROM days GROUP BY event_date, week_day
),
city_weekdays AS (
  SELECT week_day, sum(city_count) AS total_count FROM city GROUP BY week_day
),
compared AS (
  SELECT d.facility_id, d.event_date, d.admission_count,
    CAST(w.total_count - d.admission_count AS DOUBLE) / greatest(o.day_count / CAST(7 AS DOUBLE), CAST(1 AS DOUBLE))
      * greatest(CAST(1 AS DOUBLE), CAST(c.city_count - d.admission_count AS DOUBLE)
        / greatest(CAST(k.total_count - w.total_count AS DOUBLE) / greatest(date_diff('day', s.first_day, s.last_day) / CAST(7 AS DOUBLE), CAST(1 AS DOUBLE)), CAST(1 AS DOUBLE))) AS expected
  FROM days AS d
  JOIN span AS s ON s.everywhere = d.everywhere
  JOIN own AS o ON o.facility_id = d.facility_id
  JOIN weekdays AS w ON w.facility_id = d.facility_id AND w.week_day = d.week_day
  JOIN city AS c ON c.event_date = d.event_date
  JOIN city_weekdays AS k ON k.week_day = d.week_day
  WHERE o.day_count >= 7 * $min_weeks AND d.admission_count >= $min_persons AND d.infection_count < $max_infection_share * d.admission_count
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(1.0 - min(c.expected) / nullif(CAST(min(c.admission_count) AS DOUBLE), CAST(0 AS DOUBLE)) AS DOUBLE), 6))) AS strength,
  {'day': CAST(s.event_date AS VARCHAR), 'admission_count': min(c.admission_count), 'expected': round(min(c.expected), 1)} AS facts
FROM compared AS c
JOIN stays AS s ON s.facility_id = c.facility_id AND s.event_date = c.event_date
WHERE c.admission_count >= c.expected + $deviations * sqrt(greatest(c.expected, CAST(1 AS DOUBLE)))
GROUP BY s.facility_id, s.event_date
