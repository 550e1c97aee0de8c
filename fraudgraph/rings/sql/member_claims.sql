/* All claims of the people in the groups, each marked with the sitting it belongs to, if any (a block's place only if no
   sitting). An id under which more than twenty facilities have claims is no doctor but stands for "unknown": left out, as if
   none had been delivered. */
CREATE OR REPLACE TABLE member_claims AS
WITH nobody AS (
  SELECT d.doctor_id FROM visits AS v JOIN doctor_codes AS d ON d.doctor = v.doctor
  GROUP BY d.doctor_id HAVING count(DISTINCT v.place) > 20
),
people AS (
  SELECT m.group_no, m.patient, c.patient_id FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient
),
theirs AS (
  SELECT c.claim_id, c.patient_id, c.place_id, c.place_type,
    CASE WHEN c.doctor_id NOT IN (SELECT doctor_id FROM nobody) THEN c.doctor_id END AS doctor_id, c.operator_id, c.prescriber_facility_id,
    c.claim_type, c.event_date, c.event_at, CAST(c.ended_at AS DATE) AS ended_on, c.diagnosis_code,
    c.net_total_amount AS total_amount, c.net_fund_amount AS fund_amount,
    CAST(date_diff('day', DATE '1970-01-01', c.event_date) AS INTEGER) AS day,
    CAST(hour(c.event_at) * 60 + minute(c.event_at) AS INTEGER) AS minute
  FROM claims AS c
  WHERE c.counted AND c.patient_id IN (SELECT patient_id FROM people)
),
marked AS (
SELECT p.group_no, p.patient, l.place, t.*, s.session_no, s.kind,
  row_number() OVER (PARTITION BY p.group_no, t.claim_id ORDER BY CASE WHEN s.kind = 'block' THEN 1 ELSE 0 END, s.session_no) AS place_in_line
FROM people AS p
JOIN theirs AS t ON t.patient_id = p.patient_id
JOIN place_codes AS l ON l.place_id = t.place_id
LEFT JOIN (
  SELECT g.* FROM group_sessions AS g JOIN session_chances AS j ON j.session_no = g.session_no WHERE j.good
) AS s
  ON s.group_no = p.group_no AND s.place = l.place AND t.day BETWEEN s.day AND s.to_day
  AND CASE WHEN s.kind = 'stay' THEN t.claim_type = 'inpatient'
    ELSE t.claim_type <> 'inpatient'
      AND (t.minute IS NULL OR s.from_minute IS NULL OR t.minute BETWEEN s.from_minute - 5 AND s.to_minute + 5) END
)
SELECT group_no, patient, place, claim_id, patient_id, place_id, place_type, doctor_id, operator_id, prescriber_facility_id,
  claim_type, event_date, event_at, ended_on, diagnosis_code, total_amount, fund_amount, day, minute, session_no
FROM marked
WHERE kind IS NULL OR kind <> 'block' OR place_in_line = 1;
