/* One row a group: what its sittings and its people look like. Shares are of the claims at sittings or of the people
   whose age is known. */
CREATE OR REPLACE TABLE group_features AS
WITH last_day AS (
  SELECT max(day) AS day FROM visits
),
sizes AS (
  SELECT group_no, count(*) AS patient_count FROM group_members GROUP BY group_no
),
ages AS (
  SELECT m.group_no, date_diff('day', p.birth_date, DATE '1970-01-01' + l.day) / 365.25 AS age
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
  CROSS JOIN last_day AS l
  WHERE p.birth_date IS NOT NULL
),
age_shares AS (
  SELECT group_no, count(*) AS age_known, avg(CAST(age AS DECIMAL(6,2))) AS age_mean,
    count(CASE WHEN age >= 70 THEN 1 END) / (1.0 * count(*)) AS share_70,
    count(CASE WHEN age >= 60 THEN 1 END) / (1.0 * count(*)) AS share_60,
    count(CASE WHEN age < 19 THEN 1 END) / (1.0 * count(*)) AS share_school,
    count(CASE WHEN age < 25 THEN 1 END) / (1.0 * count(*)) AS share_young
  FROM ages GROUP BY group_no
),
homes AS (
  SELECT address, count(*) AS holder_count FROM patients WHERE address IS NOT NULL GROUP BY address
),
units AS (
  SELECT m.group_no,
    count(DISTINCT coalesce(p.household_id, CASE WHEN h.holder_count <= 8 THEN p.address END, c.patient_id)) AS household_count
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN homes AS h ON h.address = p.address
  GROUP BY m.group_no
),
sat AS (
  SELECT s.group_no, s.session_no, s.place, s.day, s.stratum, s.present_count, s.others_count, s.from_minute, s.to_minute,
    j.p, (s.to_minute - s.from_minute) / (1.0 * (s.present_count - 1)) AS step_minutes
  FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good
),
sitting_facts AS (
  SELECT group_no,
    count(*) AS session_count,
    count(DISTINCT day) AS day_count,
    count(DISTINCT place) AS place_count,
    min(day) AS first_day,
    max(day) AS last_day,
    sum(present_count) AS seat_count,
    max(present_count) AS largest_sitting,
    round(sum(CAST(least(-log10(p), 12.0) AS DECIMAL(12,6))), 6) AS surprise,
    fg_quantile(step_minutes, 0.5) AS step_minutes,
    fg_quantile(others_count, 0.5) AS others_median
  FROM sat GROUP BY group_no
),
weekdays AS (
  SELECT group_no, max(n) AS top_weekday FROM (SELECT group_no, day % 7 AS weekday, count(*) AS n FROM sat GROUP BY group_no, day % 7)
  GROUP BY group_no
),
top_places AS (
  SELECT group_no, max(n) AS top_place FROM (SELECT group_no, place, count(*) AS n FROM sat GROUP BY group_no, place)
  GROUP BY group_no
),
claims_at AS (
  SELECT group_no,
    count(*) AS claim_count,
    count(DISTINCT patient) AS sitting_patients,
    sum(CASE WHEN claim_type = 'chronic' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_chronic,
    sum(CASE WHEN claim_type = 'inpatient' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_inpatient,
    sum(CASE WHEN claim_type = 'pharmacy' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_pharmacy,
    count(diagnosis_code) AS diagnosis_count
  FROM member_claims
  WHERE session_no IS NOT NULL
  GROUP BY group_no
),
diagnoses AS (
  SELECT group_no, family, count(DISTINCT patient) AS patient_count, count(*) AS claim_count
  FROM (
    SELECT m.group_no, m.patient, f.family
    FROM member_claims AS m JOIN diagnosis_families AS f ON starts_with(m.diagnosis_code, f.prefix)
    WHERE m.session_no IS NOT NULL OR m.claim_type = 'pharmacy' OR m.diagnosis_code IS NOT NULL
  )
  GROUP BY group_no, family
),
families AS (
  SELECT group_no,
    max(CASE WHEN family = 'dialysis' THEN patient_count ELSE 0 END) AS dialysis_patients,
    max(CASE WHEN family = 'oncology' THEN patient_count ELSE 0 END) AS oncology_patients,
    max(CASE WHEN family = 'checkup' THEN patient_count ELSE 0 END) AS checkup_patients,
    max(CASE WHEN family = 'vaccination' THEN patient_count ELSE 0 END) AS vaccination_patients,
    max(CASE WHEN family = 'epidemic' THEN patient_count ELSE 0 END) AS epidemic_patients,
    max(CASE WHEN family = 'rehabilitation' THEN patient_count ELSE 0 END) AS rehabilitation_patients,
    max(CASE WHEN family = 'chronic' THEN patient_count ELSE 0 END) AS chronic_patients,
    max(CASE WHEN family = 'maternity' THEN patient_count ELSE 0 END) AS maternity_patients
  FROM diagnoses GROUP BY group_no
)
SELECT z.group_no, z.patient_count, u.household_count,
  coalesce(f.session_count, 0) AS session_count, coalesce(f.day_count, 0) AS day_count,
  coalesce(f.place_count, 0) AS place_count, f.first_day, f.last_day,
  coalesce(f.seat_count, 0) AS seat_count, coalesce(f.largest_sitting, 0) AS largest_sitting,
  coalesce(f.surprise, 0) AS surprise, f.step_minutes, f.others_median,
  coalesce(w.top_weekday, 0) / (1.0 * greatest(coalesce(f.session_count, 0), 1)) AS top_weekday_share,
  coalesce(t.top_place, 0) / (1.0 * greatest(coalesce(f.session_count, 0), 1)) AS top_place_share,
  coalesce(a.age_known, 0) AS age_known, a.age_mean, coalesce(a.share_70, 0) AS share_70, coalesce(a.share_60, 0) AS share_60,
  coalesce(a.share_school, 0) AS share_school, coalesce(a.share_young, 0) AS share_young,
  coalesce(c.claim_count, 0) AS claim_count, coalesce(c.share_chronic, 0) AS share_chronic,
  coalesce(c.share_inpatient, 0) AS share_inpatient, coalesce(c.share_pharmacy, 0) AS share_pharmacy,
  coalesce(c.diagnosis_count, 0) AS diagnosis_count,
  coalesce(d.dialysis_patients, 0) AS dialysis_patients, coalesce(d.oncology_patients, 0) AS oncology_patients,
  coalesce(d.checkup_patients, 0) AS checkup_patients, coalesce(d.vaccination_patients, 0) AS vaccination_patients,
  coalesce(d.epidemic_patients, 0) AS epidemic_patients,
  coalesce(d.rehabilitation_patients, 0) AS rehabilitation_patients,
  coalesce(d.chronic_patients, 0) AS chronic_patients, coalesce(d.maternity_patients, 0) AS maternity_patients
FROM sizes AS z
JOIN units AS u ON u.group_no = z.group_no
LEFT JOIN sitting_facts AS f ON f.group_no = z.group_no
LEFT JOIN weekdays AS w ON w.group_no = z.group_no
LEFT JOIN top_places AS t ON t.group_no = z.group_no
LEFT JOIN age_shares AS a ON a.group_no = z.group_no
LEFT JOIN claims_at AS c ON c.group_no = z.group_no
LEFT JOIN families AS d ON d.group_no = z.group_no
ORDER BY z.group_no;
