/*---
view = "trace_code"
title = "one pack settled for several people or at several places"
title_zh = "同一追溯码多人或多机构结算"
needs = ["place_id", "claim_items.trace_code"]
a_type = "patient, facility or pharmacy"
b_type = "patient, facility or pharmacy"
null = "codes are repeated by typing errors: for people at the rate of the places they go to, as those show it who have one repeated code there at most; between places at the rate of all places"
---*/
/* Left out: packs sold in parts, packs given back (a line below zero), codes of more than twenty settlements (placeholders), the
   same code twice for one person at one place. Two people with a pack in common meet only by further repeated packs of
   both: the first is how they were found. Two places by further packs that went over both counters. */
WITH coded AS (
  SELECT i.trace_code, p.patient, l.place
  FROM claim_items AS i
  JOIN claims AS c ON c.claim_id = i.claim_id
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted AND length(i.trace_code) >= 12 AND i.quantity > 0 AND NOT coalesce(i.split_pack, FALSE)
  GROUP BY i.trace_code, p.patient, l.place
),
set_aside AS (
  SELECT trace_code FROM claim_items
  WHERE trace_code IS NOT NULL AND (split_pack OR quantity < 0)
  GROUP BY trace_code
),
again AS (
  SELECT trace_code FROM coded
  WHERE trace_code NOT IN (SELECT trace_code FROM set_aside)
  GROUP BY trace_code HAVING count(*) BETWEEN 2 AND 20
),
repeated AS (
  SELECT c.trace_code, c.patient, c.place FROM coded AS c JOIN again AS r ON r.trace_code = c.trace_code
),
sold AS (
  SELECT patient, place, count(*) AS pack_count FROM coded GROUP BY patient, place
),
twice AS (
  SELECT patient, place, count(*) AS repeat_count FROM repeated GROUP BY patient, place
),
everywhere AS (
  SELECT (SELECT count(*) FROM repeated) / (1.0 * greatest(count(*), 1)) AS rate FROM coded
),
rates AS (
  SELECT s.place,
    (sum(CASE WHEN coalesce(t.repeat_count, 0) <= 1 THEN coalesce(t.repeat_count, 0) ELSE 0 END) + 1.0)
    / (sum(CASE WHEN coalesce(t.repeat_count, 0) <= 1 THEN s.pack_count ELSE 0 END) + 1.0 / greatest(max(e.rate), 0.000001)) AS rate
  FROM sold AS s
  LEFT JOIN twice AS t ON t.patient = s.patient AND t.place = s.place
  CROSS JOIN everywhere AS e
  GROUP BY s.place
),
people AS (
  SELECT s.patient, sum(coalesce(t.repeat_count, 0)) AS observed, sum(s.pack_count * r.rate) AS expected
  FROM sold AS s
  JOIN rates AS r ON r.place = s.place
  LEFT JOIN twice AS t ON t.patient = s.patient AND t.place = s.place
  GROUP BY s.patient
),
pairs_of_people AS (
  SELECT DISTINCT x.patient AS a, y.patient AS b
  FROM repeated AS x JOIN repeated AS y ON y.trace_code = x.trace_code AND y.patient > x.patient
),
packs AS (
  SELECT place, sum(pack_count) AS pack_count FROM sold GROUP BY place
),
pairs_of_places AS (
  SELECT x.place AS a, y.place AS b, count(DISTINCT x.trace_code) AS observed
  FROM repeated AS x JOIN repeated AS y ON y.trace_code = x.trace_code AND y.place > x.place
  GROUP BY x.place, y.place
),
between_places AS (
  SELECT coalesce((SELECT sum(observed) FROM pairs_of_places), 0) AS repeat_count,
    (sum(pack_count) * sum(pack_count) - sum(pack_count * pack_count)) / 2.0 AS pair_count
  FROM packs
)
SELECT 'patient' AS a_type, CAST(p.a AS VARCHAR) AS a, 'patient' AS b_type, CAST(p.b AS VARCHAR) AS b,
  x.observed AS observed, round(x.expected, 9) AS expected, y.observed AS other_observed, round(y.expected, 9) AS other_expected
FROM pairs_of_people AS p
JOIN people AS x ON x.patient = p.a
JOIN people AS y ON y.patient = p.b
UNION ALL
SELECT l.place_type AS a_type, l.place_id AS a, m.place_type AS b_type, m.place_id AS b, p.observed,
  round(x.pack_count * y.pack_count * (e.repeat_count - p.observed + 1.0) / e.pair_count, 9) AS expected,
  p.observed AS other_observed,
  round(x.pack_count * y.pack_count * (e.repeat_count - p.observed + 1.0) / e.pair_count, 9) AS other_expected
FROM pairs_of_places AS p
JOIN place_codes AS l ON l.place = p.a
JOIN place_codes AS m ON m.place = p.b
JOIN packs AS x ON x.place = p.a
JOIN packs AS y ON y.place = p.b
CROSS JOIN between_places AS e
ORDER BY 1, 3, 2, 4
