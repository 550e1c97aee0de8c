/* Members of known rings at one place on the day, beside how many of them are there on an ordinary day of the window. */
WITH theirs AS (
  SELECT w.ring_id, c.patient_id, c.place_id, c.event_date, c.event_at, c.claim_id, c.net_fund_amount
  FROM watched AS w JOIN claims AS c ON c.patient_id = w.patient_id
  WHERE c.counted
),
spans AS (
  SELECT 1.0 * greatest(date_diff('day', min(event_date), $day), 1) AS day_count FROM claims
),
usual AS (
  SELECT ring_id, place_id, count(DISTINCT concat_ws(' ', patient_id, CAST(event_date AS VARCHAR))) AS seat_count
  FROM theirs WHERE event_date < $day GROUP BY ring_id, place_id
),
today AS (
  SELECT ring_id, place_id, count(DISTINCT patient_id) AS present, min(event_at) AS first_at, max(event_at) AS last_at,
    count(DISTINCT claim_id) AS claim_count, CAST(sum(net_fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM theirs WHERE event_date = $day
  GROUP BY ring_id, place_id
  HAVING count(DISTINCT patient_id) >= 2
)
SELECT t.ring_id, t.place_id, coalesce(f.name, p.name) AS place_name, t.present,
  coalesce(u.seat_count, 0) / s.day_count AS usual, strftime(t.first_at, '%H:%M') AS first_at, strftime(t.last_at, '%H:%M') AS last_at,
  t.claim_count, t.fund_amount
FROM today AS t
CROSS JOIN spans AS s
LEFT JOIN usual AS u ON u.ring_id = t.ring_id AND u.place_id = t.place_id
LEFT JOIN facilities AS f ON f.facility_id = t.place_id
LEFT JOIN pharmacies AS p ON p.pharmacy_id = t.place_id
ORDER BY t.present DESC, t.ring_id, t.place_id
