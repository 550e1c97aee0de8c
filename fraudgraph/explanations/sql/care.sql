/* What the claims at a group's sittings are for and cost: one row a group that has such a claim. */
WITH at_sittings AS (
  SELECT DISTINCT group_no, patient, claim_id, place_id, place_type, claim_type, total_amount, diagnosis_code, doctor_id, day
  FROM member_claims WHERE session_no IS NOT NULL
),
marked AS (
  SELECT group_no, claim_type FROM member_claims WHERE session_no IS NOT NULL
),
kinds AS (
  SELECT group_no,
    sum(CASE WHEN claim_type = 'chronic' THEN 1 ELSE 0 END) / (1.0 * greatest(sum(CASE WHEN claim_type <> 'pharmacy' THEN 1 ELSE 0 END), 1)) AS chronic_share,
    sum(CASE WHEN claim_type = 'inpatient' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS inpatient_share,
    sum(CASE WHEN claim_type = 'pharmacy' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS pharmacy_share
  FROM marked GROUP BY group_no
),
diagnosed AS (
  SELECT group_no, count(*) AS claim_count FROM at_sittings WHERE diagnosis_code IS NOT NULL GROUP BY group_no
),
family_claims AS (
  SELECT DISTINCT a.group_no, f.family, a.claim_id, a.patient, a.day, a.total_amount
  FROM at_sittings AS a JOIN diagnosis_families AS f ON starts_with(a.diagnosis_code, f.prefix)
),
families AS (
  SELECT d.group_no,
    count(CASE WHEN c.family = 'dialysis' THEN 1 END) / (1.0 * max(d.claim_count)) AS dialysis_share,
    count(CASE WHEN c.family = 'oncology' THEN 1 END) / (1.0 * max(d.claim_count)) AS oncology_share,
    count(CASE WHEN c.family = 'checkup' THEN 1 END) / (1.0 * max(d.claim_count)) AS checkup_share,
    count(CASE WHEN c.family = 'vaccination' THEN 1 END) / (1.0 * max(d.claim_count)) AS vaccination_share,
    count(CASE WHEN c.family = 'epidemic' THEN 1 END) / (1.0 * max(d.claim_count)) AS epidemic_share,
    count(CASE WHEN c.family = 'rehabilitation' THEN 1 END) / (1.0 * max(d.claim_count)) AS rehabilitation_share,
    count(CASE WHEN c.family = 'maternity' THEN 1 END) / (1.0 * max(d.claim_count)) AS maternity_share,
    count(CASE WHEN c.family = 'daily_dose' THEN 1 END) / (1.0 * max(d.claim_count)) AS daily_dose_share,
    count(CASE WHEN c.family = 'long_stay' THEN 1 END) / (1.0 * max(d.claim_count)) AS long_stay_share
  FROM diagnosed AS d LEFT JOIN family_claims AS c ON c.group_no = d.group_no
  GROUP BY d.group_no
),
courses AS ( -- of those who are treated, not of who else was there
  SELECT group_no, fg_quantile(span, 0.5) AS course_days, fg_quantile(visit_days, 0.5) AS course_visits
  FROM (
    SELECT group_no, patient, max(day) - min(day) + 1 AS span, count(DISTINCT day) AS visit_days
    FROM family_claims WHERE family = 'rehabilitation' GROUP BY group_no, patient
  ) GROUP BY group_no
),
tariffs AS (
  SELECT group_no, count(DISTINCT total_amount) / (1.0 * count(*)) AS course_amounts
  FROM family_claims WHERE family = 'rehabilitation' GROUP BY group_no
),
norms AS (
  SELECT place_id, claim_type, fg_quantile(net_total_amount, 0.5) AS median_amount
  FROM claims WHERE counted AND place_id IN (SELECT place_id FROM at_sittings) GROUP BY place_id, claim_type
),
prices AS (
  SELECT a.group_no, fg_quantile(a.total_amount / greatest(n.median_amount, 0.01), 0.5) AS price_ratio
  FROM at_sittings AS a JOIN norms AS n ON n.place_id = a.place_id AND n.claim_type = a.claim_type
  GROUP BY a.group_no
)
SELECT k.group_no, k.chronic_share, k.inpatient_share, k.pharmacy_share, f.dialysis_share, f.oncology_share, f.checkup_share, f.vaccination_share,
  f.epidemic_share, f.rehabilitation_share, f.maternity_share, f.daily_dose_share, f.long_stay_share, c.course_days, c.course_visits,
  c.course_visits * 14.0 / c.course_days AS course_visits_each_fortnight, t.course_amounts, e.price_ratio
FROM kinds AS k
LEFT JOIN families AS f ON f.group_no = k.group_no
LEFT JOIN courses AS c ON c.group_no = k.group_no
LEFT JOIN tariffs AS t ON t.group_no = k.group_no
LEFT JOIN prices AS e ON e.group_no = k.group_no
ORDER BY k.group_no
