/* Everybody who filled a prescription of a doctor anywhere: whether at the pharmacy in question, and how likely that was by
   their own other purchases, by their residence's, and by the doctor's colleagues' patients. */
WITH home_uses AS (
  SELECT h.home, u.place, sum(u.purchase_count) AS purchases
  FROM group_purchases AS u JOIN person_homes AS h ON h.patient = u.patient GROUP BY h.home, u.place
),
home_totals AS (
  SELECT home, sum(purchases) AS purchases FROM home_uses GROUP BY home
),
shops AS (
  SELECT place, sum(purchase_count) / (1.0 * (SELECT sum(purchase_count) FROM group_purchases)) AS share
  FROM group_purchases GROUP BY place
),
totals AS (
  SELECT patient, sum(purchase_count) AS purchases FROM group_purchases GROUP BY patient
),
who AS (
  SELECT f.doctor, f.place, f.colleagues, x.patient, sum(x.fill_count) AS fills,
    sum(CASE WHEN x.place = f.place THEN x.fill_count ELSE 0 END) AS here
  FROM group_flows AS f JOIN group_fills AS x ON x.doctor = f.doctor
  WHERE f.people > 2 * f.all_people * f.colleagues
  GROUP BY f.doctor, f.place, f.colleagues, x.patient
)
SELECT w.doctor, w.place, w.patient, w.here > 0 AS here, w.colleagues,
  greatest(coalesce(u.purchase_count, 0) - w.here, 0) AS own_here, greatest(t.purchases - w.fills, 0) AS own_all,
  (greatest(coalesce(hu.purchases, 0) - coalesce(u.purchase_count, 0), 0) + 20 * s.share)
    / (greatest(coalesce(ht.purchases, 0) - t.purchases, 0) + 20.0) AS neighbours
FROM who AS w
JOIN totals AS t ON t.patient = w.patient
JOIN shops AS s ON s.place = w.place
LEFT JOIN group_purchases AS u ON u.patient = w.patient AND u.place = w.place
LEFT JOIN person_homes AS h ON h.patient = w.patient
LEFT JOIN home_uses AS hu ON hu.home = h.home AND hu.place = w.place
LEFT JOIN home_totals AS ht ON ht.home = h.home
ORDER BY w.doctor, w.place, w.patient
