/* Which claims at the sittings speak for which lawful explanation, by the people or the diagnoses it is about. */
CREATE OR REPLACE TABLE lawful_claims AS
WITH seats AS (
  SELECT group_no, patient, claim_id, min(session_no) AS session_no, min(place) AS place, min(claim_type) AS claim_type,
    min(diagnosis_code) AS diagnosis_code, min(doctor_id) AS doctor_id, min(day) AS day, min(minute) AS minute
  FROM member_claims WHERE session_no IS NOT NULL GROUP BY group_no, patient, claim_id
),
last_day AS (
  SELECT max(day) AS day FROM visits
),
known AS (
  SELECT g.group_no, g.patient, p.household_id, p.address, p.employer, p.residence_code, p.phone, p.agent_id,
    date_diff('day', p.birth_date, DATE '1970-01-01' + l.day) / 365.25 AS age
  FROM group_members AS g
  JOIN patient_codes AS c ON c.patient = g.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
  CROSS JOIN last_day AS l
),
top_values AS (
  SELECT group_no, attribute, value, holder_count FROM group_attributes WHERE place_in_line = 1
),
by_value AS (
  SELECT k.group_no, k.patient, t.attribute, t.holder_count
  FROM known AS k JOIN top_values AS t ON t.group_no = k.group_no
  WHERE t.value = CASE t.attribute WHEN 'household' THEN k.household_id WHEN 'address' THEN k.address WHEN 'employer' THEN k.employer
    WHEN 'residence' THEN k.residence_code WHEN 'phone' THEN k.phone WHEN 'agent' THEN k.agent_id END
),
of_one_home AS ( -- people at one small address, unless most are known to be of different households
  SELECT b.group_no
  FROM by_value AS b JOIN known AS k ON k.group_no = b.group_no AND k.patient = b.patient
  WHERE b.attribute = 'address' AND b.holder_count <= $small_address
  GROUP BY b.group_no HAVING 2 * count(DISTINCT k.household_id) <= count(*)
),
holding AS ( -- people by the mark that an explanation's card names under `speaks`
  SELECT group_no, patient, attribute AS mark FROM by_value
  UNION SELECT group_no, patient, 'one_home' AS mark FROM by_value
  WHERE attribute = 'household' OR (attribute = 'address' AND group_no IN (SELECT group_no FROM of_one_home))
  UNION SELECT group_no, patient, 'near_care_age' AS mark FROM known WHERE age >= $care_home_age - $care_home_margin
  UNION SELECT group_no, patient, 'school_age' AS mark FROM known WHERE age < $school_age
),
visiting AS (
  SELECT doctor_id FROM doctor_sites GROUP BY doctor_id HAVING count(DISTINCT facility_id) >= 2
),
tariffs AS (
  SELECT s.group_no, fg_quantile(m.total_amount, 0.5) AS tariff
  FROM seats AS s JOIN member_claims AS m ON m.claim_id = s.claim_id AND m.group_no = s.group_no
  JOIN diagnosis_families AS n ON n.family = 'dialysis' AND starts_with(s.diagnosis_code, n.prefix)
  GROUP BY s.group_no
),
benched AS ( -- dialysis coded by what came with it, such as high blood pressure: the same tariff, ten times in six weeks and more
  SELECT s.group_no, s.patient
  FROM seats AS s JOIN member_claims AS m ON m.claim_id = s.claim_id AND m.group_no = s.group_no
  JOIN tariffs AS t ON t.group_no = s.group_no
  GROUP BY s.group_no, s.patient
  HAVING count(DISTINCT s.day) >= $bench_visits AND count(DISTINCT s.day) * $bench_gap >= max(s.day) - min(s.day) + 1
    AND abs(fg_quantile(m.total_amount, 0.5) - max(t.tariff)) <= $bench_tariff_gap * max(t.tariff)
),
filled AS ( -- what is bought at a shop on the day of a visit for chronic disease or the two days after fills its prescription
  SELECT s.group_no, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN seats AS v ON v.group_no = s.group_no AND v.patient = s.patient AND v.claim_type = 'chronic'
    AND s.day BETWEEN v.day AND v.day + $filled_days
  WHERE s.claim_type = 'pharmacy'
),
others_then AS (
  SELECT patient, place, day, minute FROM member_claims WHERE minute IS NOT NULL AND claim_type <> 'inpatient'
  GROUP BY patient, place, day, minute
),
marked AS (
  SELECT s.group_no, h.mark, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN holding AS h ON h.group_no = s.group_no AND h.patient = s.patient
  UNION SELECT s.group_no, n.family AS mark, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN diagnosis_families AS n ON starts_with(s.diagnosis_code, n.prefix)
  UNION SELECT s.group_no, 'dialysis_bench' AS mark, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN benched AS b ON b.group_no = s.group_no AND b.patient = s.patient
  UNION SELECT group_no, 'chronic_visit' AS mark, patient, claim_id, session_no FROM seats WHERE claim_type = 'chronic'
  UNION SELECT group_no, 'chronic_filled' AS mark, patient, claim_id, session_no FROM filled
  UNION SELECT s.group_no, 'visiting_doctor' AS mark, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN visiting AS v ON v.doctor_id = s.doctor_id
  UNION SELECT s.group_no, 'other_code' AS mark, s.patient, s.claim_id, s.session_no
  FROM seats AS s JOIN others_then AS o ON o.patient = s.patient AND o.day = s.day AND o.place <> s.place
    AND o.minute BETWEEN s.minute - 1 AND s.minute + 1
  UNION SELECT group_no, 'every_claim' AS mark, patient, claim_id, session_no FROM seats
  UNION SELECT group_no, 'stay' AS mark, patient, claim_id, session_no FROM seats WHERE claim_type = 'inpatient'
  UNION SELECT group_no, 'bought' AS mark, patient, claim_id, session_no FROM seats WHERE claim_type = 'pharmacy'
)
SELECT DISTINCT m.group_no, e.name, m.patient, m.claim_id, m.session_no
FROM marked AS m JOIN explanation_marks AS e ON e.mark = m.mark;
