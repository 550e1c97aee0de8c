/* Whether those of a group who have one employer live as its staff would, or are on its books to claim: one row a group with such people. */
WITH staff AS (
  SELECT m.group_no, m.patient, p.patient_id, t.value AS employer
  FROM group_attributes AS t
  JOIN group_members AS m ON m.group_no = t.group_no
  JOIN patient_codes AS c ON c.patient = m.patient
  JOIN patients AS p ON p.patient_id = c.patient_id AND p.employer = t.value
  WHERE t.attribute = 'employer' AND t.place_in_line = 1
),
met_at AS (
  SELECT DISTINCT s.group_no, s.place FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
elsewhere AS (
  SELECT DISTINCT s.group_no, s.patient
  FROM staff AS s JOIN visits AS v ON v.patient = s.patient
  LEFT JOIN met_at AS a ON a.group_no = s.group_no AND a.place = v.place
  WHERE a.place IS NULL
),
joined AS (
  SELECT s.group_no, s.patient, s.patient_id, min(e.started_on) AS started_on
  FROM staff AS s JOIN enrolments AS e ON e.patient_id = s.patient_id AND e.employer = s.employer
  WHERE e.started_on IS NOT NULL
  GROUP BY s.group_no, s.patient, s.patient_id
),
months AS (
  SELECT group_no, CAST(date_trunc('month', started_on) AS DATE) AS started_in, count(*) AS people
  FROM joined GROUP BY group_no, CAST(date_trunc('month', started_on) AS DATE)
),
at_once AS ( -- enrolled in one month with another of them, and paid for a stay or a birth soon after
  SELECT DISTINCT j.group_no, j.patient
  FROM joined AS j
  JOIN months AS m ON m.group_no = j.group_no AND m.people >= 2 AND m.started_in = CAST(date_trunc('month', j.started_on) AS DATE)
  JOIN member_claims AS c ON c.group_no = j.group_no AND c.patient = j.patient
    AND date_diff('day', j.started_on, c.event_date) BETWEEN 0 AND $benefit_days
  LEFT JOIN diagnosis_families AS f ON f.family = 'maternity' AND starts_with(c.diagnosis_code, f.prefix)
  WHERE c.claim_type = 'inpatient' OR f.prefix IS NOT NULL
)
SELECT s.group_no, count(e.patient) / (1.0 * count(*)) AS staff_elsewhere_share,
  CASE WHEN count(j.patient) > 0 THEN count(o.patient) / (1.0 * count(j.patient)) END AS claimed_at_once_share
FROM staff AS s
LEFT JOIN elsewhere AS e ON e.group_no = s.group_no AND e.patient = s.patient
LEFT JOIN joined AS j ON j.group_no = s.group_no AND j.patient = s.patient
LEFT JOIN at_once AS o ON o.group_no = s.group_no AND o.patient = s.patient
GROUP BY s.group_no
ORDER BY s.group_no
