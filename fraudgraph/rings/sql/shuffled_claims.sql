/* The same claims with the people dealt out anew: within each place, kind of claim and part of the day (weekdays and
   weekends apart) every visit or stay gets another visit's person. Places keep their rhythm and people their number of
   visits to each place; who comes together is left to chance. $seed makes another deal. */
WITH units AS (
  SELECT place_id, patient_id, event_date, CASE WHEN claim_type = 'inpatient' THEN 'stay' ELSE 'visit' END AS kind,
    min(CASE WHEN claim_type = 'inpatient' THEN 0 WHEN event_at IS NULL THEN 0
      WHEN hour(event_at) < 10 THEN 1 WHEN hour(event_at) < 13 THEN 2 WHEN hour(event_at) < 17 THEN 3 ELSE 4 END) AS part,
    CASE WHEN min(CASE WHEN claim_type = 'inpatient' THEN 0 ELSE 1 END) = 1
      AND (date_diff('day', DATE '1970-01-01', event_date) + 3) % 7 >= 5 THEN 1 ELSE 0 END AS weekend
  FROM claims
  WHERE counted AND event_date IS NOT NULL
  GROUP BY place_id, patient_id, event_date, CASE WHEN claim_type = 'inpatient' THEN 'stay' ELSE 'visit' END
),
ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY place_id, kind, part, weekend ORDER BY event_date, patient_id) AS seat,
    row_number() OVER (PARTITION BY place_id, kind, part, weekend
      ORDER BY md5(concat(CAST($seed AS VARCHAR), ' ', patient_id, ' ', CAST(event_date AS VARCHAR))), patient_id, event_date) AS ticket
  FROM units
),
dealt AS (
  SELECT s.place_id, s.patient_id, s.event_date, s.kind, t.patient_id AS stranger
  FROM ranked AS s
  JOIN ranked AS t
    ON t.place_id = s.place_id AND t.kind = s.kind AND t.part = s.part AND t.weekend = s.weekend AND t.ticket = s.seat
)
SELECT c.claim_id, d.stranger AS patient_id, c.place_id, c.place_type, c.facility_id, c.pharmacy_id, c.doctor_id, c.operator_id,
  c.prescriber_facility_id, c.claim_type, c.started_at, c.ended_at, c.settled_at, c.event_date, c.event_at, c.diagnosis_code,
  c.net_total_amount, c.net_fund_amount, c.counted
FROM claims AS c
JOIN dealt AS d
  ON d.place_id = c.place_id AND d.patient_id = c.patient_id AND d.event_date = c.event_date
  AND d.kind = CASE WHEN c.claim_type = 'inpatient' THEN 'stay' ELSE 'visit' END
WHERE c.counted
ORDER BY c.claim_id
