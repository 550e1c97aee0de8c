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
homes AS ( -- who has no household code belongs to the only household that is known at a small address
  SELECT address, CASE WHEN count(DISTINCT household_id) = 1 THEN min(household_id) ELSE address END AS home
  FROM patients WHERE address IS NOT NULL GROUP BY address HAVING count(*) <= 8
),
units AS (
  SELECT m.group_no,
    count(DISTINCT coalesce(p.household_id, h.home, c.patient_id)) AS household_count
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN homes AS h ON h.address = p.address
  GROUP BY m.group_no
),
sat AS (
  SELECT s.group_no, s.session_no, s.kind, s.place, s.day, CASE WHEN s.kind = 'block' THEN s.to_day ELSE s.day END AS last_day, s.stratum, s.present_count, s.others_count, s.from_minute, s.to_minute,
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
    max(last_day) AS last_day,
    sum(present_count) AS seat_count,
    max(present_count) AS largest_sitting,
    round(sum(CASE WHEN kind = 'block' THEN 0 ELSE CAST(least(-log10(p), greatest(12.0, 1.5 * present_count)) * CASE WHEN present_count >= 3 THEN 1.0 ELSE 0.3 END AS DECIMAL(12,6)) END), 6) AS surprise,
    round(max(CASE WHEN kind = 'block' THEN -log10(p) ELSE 0 END), 6) AS block_surprise,
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
days_known AS (
  SELECT group_no, min(day) AS first_day, max(day) AS last_day FROM member_claims GROUP BY group_no
),
claims_at AS (
  SELECT group_no,
    count(*) AS claim_count,
    count(DISTINCT patient) AS sitting_patients,
    sum(CASE WHEN claim_type = 'chronic' THEN 1 ELSE 0 END)
      / (1.0 * greatest(sum(CASE WHEN claim_type <> 'pharmacy' THEN 1 ELSE 0 END), 1)) AS share_chronic,
    sum(CASE WHEN claim_type = 'inpatient' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_inpatient,
    sum(CASE WHEN claim_type = 'pharmacy' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_pharmacy,
    count(diagnosis_code) AS diagnosis_count
  FROM member_claims
  WHERE session_no IS NOT NULL
  GROUP BY group_no
),
at_sittings AS (
  SELECT DISTINCT group_no, patient, claim_id, session_no, place_id, claim_type, total_amount, diagnosis_code, day
  FROM member_claims WHERE session_no IS NOT NULL
),
diagnosed AS (
  SELECT group_no, count(*) AS claim_count FROM at_sittings WHERE diagnosis_code IS NOT NULL GROUP BY group_no
),
family_claims AS (
  SELECT a.group_no, f.family, count(DISTINCT a.claim_id) AS claim_count
  FROM at_sittings AS a JOIN diagnosis_families AS f ON starts_with(a.diagnosis_code, f.prefix)
  GROUP BY a.group_no, f.family
),
families AS (
  SELECT c.group_no,
    max(CASE WHEN c.family = 'dialysis' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_dialysis,
    max(CASE WHEN c.family = 'oncology' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_oncology,
    max(CASE WHEN c.family = 'checkup' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_checkup,
    max(CASE WHEN c.family = 'vaccination' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_vaccination,
    max(CASE WHEN c.family = 'epidemic' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_epidemic,
    max(CASE WHEN c.family = 'rehabilitation' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_rehabilitation,
    max(CASE WHEN c.family = 'maternity' THEN c.claim_count ELSE 0 END) / (1.0 * max(d.claim_count)) AS dx_maternity
  FROM family_claims AS c JOIN diagnosed AS d ON d.group_no = c.group_no
  GROUP BY c.group_no
),
courses AS ( -- of those who are treated, not of who else was there
  SELECT group_no, fg_quantile(span, 0.5) AS course_days, fg_quantile(visit_days, 0.5) AS visits_each
  FROM (
    SELECT group_no, patient, max(day) - min(day) + 1 AS span, count(DISTINCT day) AS visit_days
    FROM at_sittings AS a
    WHERE EXISTS (SELECT f.prefix FROM diagnosis_families AS f WHERE f.family = 'rehabilitation' AND starts_with(a.diagnosis_code, f.prefix))
    GROUP BY group_no, patient
  )
  GROUP BY group_no
),
norms AS (
  SELECT place_id, claim_type, fg_quantile(net_total_amount, 0.5) AS median_amount
  FROM claims
  WHERE counted AND place_id IN (SELECT place_id FROM at_sittings)
  GROUP BY place_id, claim_type
),
prices AS (
  SELECT a.group_no,
    fg_quantile(a.total_amount / greatest(n.median_amount, 0.01), 0.5) AS price_ratio
  FROM at_sittings AS a JOIN norms AS n ON n.place_id = a.place_id AND n.claim_type = a.claim_type
  GROUP BY a.group_no
),
visiting AS (
  SELECT s.doctor_id FROM doctor_sites AS s GROUP BY s.doctor_id HAVING count(DISTINCT s.facility_id) >= 2
),
several_sites AS (
  SELECT m.group_no, count(v.doctor_id) / (1.0 * count(*)) AS share_visiting
  FROM (SELECT DISTINCT group_no, claim_id, doctor_id FROM member_claims WHERE session_no IS NOT NULL) AS m
  LEFT JOIN visiting AS v ON v.doctor_id = m.doctor_id
  GROUP BY m.group_no
),
owners AS (
  SELECT a.group_no,
    count(CASE WHEN f.ownership = 'private' THEN 1 END) / (1.0 * greatest(count(f.facility_id), 1)) AS share_private,
    count(CASE WHEN f.level IN ('primary', 'clinic') THEN 1 END) / (1.0 * count(*)) AS share_primary
  FROM at_sittings AS a LEFT JOIN facilities AS f ON f.facility_id = a.place_id
  GROUP BY a.group_no
),
homes_of AS (
  SELECT group_no, value FROM group_attributes WHERE attribute = 'residence' AND place_in_line = 1
),
usual AS (
  SELECT group_no, place FROM (
    SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM sat GROUP BY group_no, place)
  WHERE place_in_line = 1
),
clienteles AS (
  SELECT h.group_no,
    count(CASE WHEN p.residence_code = h.value AND m.patient IS NULL THEN 1 END)
      / (1.0 * greatest(count(CASE WHEN m.patient IS NULL THEN 1 END), 1)) AS clientele_share
  FROM homes_of AS h
  JOIN usual AS u ON u.group_no = h.group_no
  JOIN (SELECT DISTINCT place, patient FROM visits WHERE place IN (SELECT place FROM usual)) AS v ON v.place = u.place
  JOIN patient_codes AS c ON c.patient = v.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN group_members AS m ON m.group_no = h.group_no AND m.patient = v.patient
  GROUP BY h.group_no
)
SELECT z.group_no, z.patient_count, u.household_count,
  coalesce(f.session_count, 0) AS session_count, coalesce(f.day_count, 0) AS day_count,
  coalesce(f.place_count, 0) AS place_count, coalesce(f.first_day, n.first_day) AS first_day, coalesce(f.last_day, n.last_day) AS last_day,
  coalesce(f.seat_count, 0) AS seat_count, coalesce(f.largest_sitting, 0) AS largest_sitting,
  coalesce(f.surprise, 0) AS surprise, coalesce(f.block_surprise, 0) AS block_surprise, f.step_minutes, f.others_median,
  coalesce(w.top_weekday, 0) / (1.0 * greatest(coalesce(f.session_count, 0), 1)) AS top_weekday_share,
  coalesce(t.top_place, 0) / (1.0 * greatest(coalesce(f.session_count, 0), 1)) AS top_place_share,
  coalesce(a.age_known, 0) AS age_known, a.age_mean, coalesce(a.share_70, 0) AS share_70, coalesce(a.share_60, 0) AS share_60,
  coalesce(a.share_school, 0) AS share_school, coalesce(a.share_young, 0) AS share_young,
  coalesce(c.claim_count, 0) AS claim_count, coalesce(c.share_chronic, 0) AS share_chronic,
  coalesce(c.share_inpatient, 0) AS share_inpatient, coalesce(c.share_pharmacy, 0) AS share_pharmacy,
  coalesce(c.diagnosis_count, 0) AS diagnosis_count,
  coalesce(d.dx_dialysis, 0) AS dx_dialysis, coalesce(d.dx_oncology, 0) AS dx_oncology,
  coalesce(d.dx_checkup, 0) AS dx_checkup, coalesce(d.dx_vaccination, 0) AS dx_vaccination,
  coalesce(d.dx_epidemic, 0) AS dx_epidemic, coalesce(d.dx_rehabilitation, 0) AS dx_rehabilitation,
  coalesce(d.dx_maternity, 0) AS dx_maternity,
  coalesce(r.course_days, 0) AS course_days, coalesce(r.visits_each, 0) AS visits_each,
  coalesce(e.price_ratio, 1) AS price_ratio,
  coalesce(y.share_visiting, 0) AS share_visiting,
  coalesce(k.clientele_share, 0) AS clientele_share,
  coalesce(f.seat_count, 0) / (1.0 * greatest(coalesce(f.session_count, 0), 1) * z.patient_count) AS attendance,
  coalesce(o.share_private, 0) AS share_private, coalesce(o.share_primary, 0) AS share_primary
FROM sizes AS z
JOIN units AS u ON u.group_no = z.group_no
LEFT JOIN sitting_facts AS f ON f.group_no = z.group_no
LEFT JOIN days_known AS n ON n.group_no = z.group_no
LEFT JOIN weekdays AS w ON w.group_no = z.group_no
LEFT JOIN top_places AS t ON t.group_no = z.group_no
LEFT JOIN age_shares AS a ON a.group_no = z.group_no
LEFT JOIN claims_at AS c ON c.group_no = z.group_no
LEFT JOIN families AS d ON d.group_no = z.group_no
LEFT JOIN courses AS r ON r.group_no = z.group_no
LEFT JOIN prices AS e ON e.group_no = z.group_no
LEFT JOIN owners AS o ON o.group_no = z.group_no
LEFT JOIN several_sites AS y ON y.group_no = z.group_no
LEFT JOIN clienteles AS k ON k.group_no = z.group_no
ORDER BY z.group_no;
