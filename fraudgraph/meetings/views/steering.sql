/*---
view = "steering"
title = "one doctor's prescriptions filled at one pharmacy"
title_zh = "医师处方集中流向一家药店"
needs = ["doctor_id", "pharmacy_id"]
a_type = "doctor"
b_type = "pharmacy"
null = "the share of that pharmacy among the prescriptions of the other doctors of the same facility"
---*/
WITH fills AS (
  SELECT c.doctor_id, c.pharmacy_id, coalesce(c.prescriber_facility_id, d.facility_id, '') AS home
  FROM claims AS c LEFT JOIN doctors AS d ON d.doctor_id = c.doctor_id
  WHERE c.counted AND c.pharmacy_id IS NOT NULL AND c.doctor_id IS NOT NULL
),
flows AS (
  SELECT doctor_id, pharmacy_id, min(home) AS home, count(*) AS fill_count FROM fills GROUP BY doctor_id, pharmacy_id
),
doctor_totals AS (
  SELECT doctor_id, min(home) AS home, count(*) AS fill_count FROM fills GROUP BY doctor_id
),
home_totals AS (
  SELECT home, count(*) AS fill_count FROM fills GROUP BY home
),
home_flows AS (
  SELECT home, pharmacy_id, count(*) AS fill_count FROM fills GROUP BY home, pharmacy_id
),
pharmacy_totals AS (
  SELECT pharmacy_id, count(*) AS fill_count FROM fills GROUP BY pharmacy_id
),
everything AS (
  SELECT count(*) AS fill_count FROM fills
)
SELECT f.doctor_id AS a, f.pharmacy_id AS b,
  f.fill_count AS observed,
  t.fill_count AS trial_count,
  round(
    (h.fill_count - f.fill_count + 20.0 * p.fill_count / e.fill_count)
    / (g.fill_count - t.fill_count + 20.0), 9) AS chance
FROM flows AS f
JOIN doctor_totals AS t ON t.doctor_id = f.doctor_id
JOIN home_flows AS h ON h.home = f.home AND h.pharmacy_id = f.pharmacy_id
JOIN home_totals AS g ON g.home = f.home
JOIN pharmacy_totals AS p ON p.pharmacy_id = f.pharmacy_id
CROSS JOIN everything AS e
WHERE f.fill_count >= 8
ORDER BY f.doctor_id, f.pharmacy_id
