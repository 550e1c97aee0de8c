/* Doctors, operators and places at the moments when people of the group were together, against their share of what other
   people settled: doctors and operators at the same places, places in all claims. */
WITH seats AS (
  SELECT unnest($people) AS patient_id, unnest($places) AS place_id, unnest($days) AS day
),
asked AS (
  SELECT DISTINCT patient_id FROM (SELECT unnest($members) AS patient_id)
),
dated AS (
  SELECT claim_id, patient_id, place_id, place_type, doctor_id, operator_id,
    date_diff('day', DATE '1970-01-01', CASE WHEN claim_type = 'inpatient' THEN CAST(started_at AS DATE) ELSE event_date END) AS day
  FROM claims
  WHERE counted AND place_id IS NOT NULL AND event_date IS NOT NULL
),
theirs AS (
  SELECT c.* FROM dated AS c JOIN seats AS s ON s.patient_id = c.patient_id AND s.place_id = c.place_id AND s.day = c.day
),
others AS (
  SELECT place_id, doctor_id, operator_id FROM dated WHERE patient_id NOT IN (SELECT patient_id FROM asked)
),
place_totals AS (
  SELECT place_id, count(*) AS claim_count FROM others GROUP BY place_id
),
everything AS (
  SELECT count(*) AS claim_count FROM others
),
long AS (
  SELECT place_id, 'doctor' AS entity_type, doctor_id AS entity_id FROM others
  WHERE doctor_id IS NOT NULL AND place_id IN (SELECT place_id FROM theirs)
  UNION ALL
  SELECT place_id, 'operator' AS entity_type, operator_id AS entity_id FROM others
  WHERE operator_id IS NOT NULL AND place_id IN (SELECT place_id FROM theirs)
),
rates AS (
  SELECT l.place_id, l.entity_type, l.entity_id, count(*) / (10.0 + max(t.claim_count)) AS share
  FROM long AS l JOIN place_totals AS t ON t.place_id = l.place_id
  GROUP BY l.place_id, l.entity_type, l.entity_id
),
hands AS (
  SELECT claim_id, patient_id, place_id, 'doctor' AS entity_type, doctor_id AS entity_id FROM theirs WHERE doctor_id IS NOT NULL
  UNION ALL
  SELECT claim_id, patient_id, place_id, 'operator' AS entity_type, operator_id AS entity_id FROM theirs WHERE operator_id IS NOT NULL
),
staff_at AS (
  SELECT place_id, entity_type, count(DISTINCT entity_id) AS staff_count
  FROM (SELECT place_id, entity_type, entity_id FROM long UNION SELECT place_id, entity_type, entity_id FROM hands)
  GROUP BY place_id, entity_type
),
at_places AS (
  SELECT place_id, count(*) AS claim_count FROM theirs GROUP BY place_id
),
chances AS (
  SELECT h.entity_type, h.entity_id, a.place_id, max(a.claim_count) AS claim_count,
    coalesce(max(r.share), 0) + 10.0 / (10.0 + coalesce(max(t.claim_count), 0)) / max(f.staff_count) AS share
  FROM hands AS h
  JOIN at_places AS a ON a.place_id = h.place_id
  JOIN staff_at AS f ON f.place_id = h.place_id AND f.entity_type = h.entity_type
  LEFT JOIN rates AS r ON r.place_id = h.place_id AND r.entity_type = h.entity_type AND r.entity_id = h.entity_id
  LEFT JOIN place_totals AS t ON t.place_id = h.place_id
  GROUP BY h.entity_type, h.entity_id, a.place_id
),
expected_hands AS (
  SELECT entity_type, entity_id, sum(claim_count) AS trials, sum(claim_count * least(share, 1.0)) AS expected
  FROM chances GROUP BY entity_type, entity_id
),
seen_hands AS (
  SELECT entity_type, entity_id, count(DISTINCT claim_id) AS observed, count(DISTINCT patient_id) AS people
  FROM hands GROUP BY entity_type, entity_id
),
total AS (
  SELECT count(*) AS claim_count FROM theirs
)
SELECT s.entity_type, s.entity_id, s.observed, s.people, e.trials, round(e.expected, 6) AS expected, t.claim_count AS total
FROM seen_hands AS s JOIN expected_hands AS e ON e.entity_type = s.entity_type AND e.entity_id = s.entity_id CROSS JOIN total AS t
UNION ALL
SELECT min(p.place_type) AS entity_type, p.place_id AS entity_id, count(*) AS observed, count(DISTINCT p.patient_id) AS people,
  max(t.claim_count) AS trials,
  round(max(t.claim_count) * (coalesce(max(o.claim_count), 0) + 10.0) / (max(e.claim_count) + 10.0), 6) AS expected,
  max(t.claim_count) AS total
FROM theirs AS p CROSS JOIN total AS t CROSS JOIN everything AS e LEFT JOIN place_totals AS o ON o.place_id = p.place_id
GROUP BY p.place_id
ORDER BY 1, 3 DESC, 2
