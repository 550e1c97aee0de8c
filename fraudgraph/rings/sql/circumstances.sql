/* What else may bring a group's people together at its main place: a place that opened or whose neighbour closed, ids that
   stand for "unknown", one code delivered under two, refill days of
   chronic patients, courses of treatment at one tariff. One row a group that has a sitting. */
CREATE OR REPLACE TABLE group_circumstances AS
WITH bounds AS (
  SELECT fg_quantile(day, 0.01) AS first_day, fg_quantile(day, 0.99) AS last_day FROM visits
),
spans AS (
  SELECT place, min(day) AS opened, max(day) AS closed, count(*) AS visit_count, count(DISTINCT patient) AS patient_count
  FROM visits GROUP BY place
),
seats AS (
  SELECT DISTINCT group_no, patient, claim_id, place, day, minute FROM member_claims WHERE session_no IS NOT NULL
),
totals AS (
  SELECT group_no, count(DISTINCT claim_id) AS claim_count FROM seats GROUP BY group_no
),
main AS (
  SELECT group_no, place, seat_count
  FROM (
    SELECT group_no, place, count(*) AS seat_count, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM seats GROUP BY group_no, place
  ) WHERE place_in_line = 1
),
people AS (
  SELECT m.group_no, m.place, g.patient, min(v.day) AS first_here
  FROM main AS m JOIN group_members AS g ON g.group_no = m.group_no
  LEFT JOIN visits AS v ON v.place = m.place AND v.patient = g.patient
  GROUP BY m.group_no, m.place, g.patient
),
came_new AS (
  SELECT p.group_no, count(CASE WHEN s.opened > b.first_day + 30 AND p.first_here <= s.opened + 45 THEN 1 END) / (1.0 * count(*)) AS share_new
  FROM people AS p JOIN spans AS s ON s.place = p.place CROSS JOIN bounds AS b
  GROUP BY p.group_no
),
habits AS (
  SELECT patient, place, count(*) AS visit_count, max(day) AS last_here FROM visits
  WHERE patient IN (SELECT patient FROM people) GROUP BY patient, place
),
moved AS (
  SELECT p.group_no, p.patient, h.place AS old_place
  FROM people AS p
  JOIN habits AS h ON h.patient = p.patient AND h.place <> p.place AND h.visit_count >= 2
  JOIN spans AS s ON s.place = h.place AND s.visit_count >= 50
  CROSS JOIN bounds AS b
  WHERE s.closed < b.last_day - 30 AND h.last_here >= s.closed - 120
),
came_over AS (
  SELECT group_no, max(member_share) AS share_moved FROM (
    SELECT m.group_no, m.old_place, count(*) / (1.0 * max(z.patient_count)) AS member_share
    FROM moved AS m JOIN (SELECT group_no, count(*) AS patient_count FROM group_members GROUP BY group_no) AS z ON z.group_no = m.group_no
    GROUP BY m.group_no, m.old_place
  ) GROUP BY group_no
),
of_place AS (
  SELECT m.group_no, count(p.patient) / (1.0 * count(*)) AS share_of_place
  FROM main AS m JOIN visits AS v ON v.place = m.place
  LEFT JOIN people AS p ON p.group_no = m.group_no AND p.patient = v.patient
  GROUP BY m.group_no
),
placeholders AS (
  SELECT place FROM place_codes
  WHERE lower(trim(place_id)) IN ('unknown', 'null', 'none', 'n/a', 'default', 'test', 'other', '未知', '不详', '其他', '默认')
    OR trim(replace(replace(replace(place_id, '0', ''), '9', ''), '-', '')) = ''
),
unknowns AS (
  SELECT s.group_no,
    count(h.place) / (1.0 * count(*)) AS share_unknown
  FROM seats AS s LEFT JOIN placeholders AS h ON h.place = s.place
  GROUP BY s.group_no
),
theirs AS (
  SELECT patient, place, day, minute FROM member_claims
  WHERE minute IS NOT NULL AND claim_type <> 'inpatient'
  GROUP BY patient, place, day, minute
),
twins AS (
  SELECT s.group_no, count(DISTINCT s.claim_id) / (1.0 * max(t.claim_count)) AS share_twin
  FROM seats AS s
  JOIN totals AS t ON t.group_no = s.group_no
  JOIN theirs AS o ON o.patient = s.patient AND o.day = s.day AND o.place <> s.place AND o.minute BETWEEN s.minute - 1 AND s.minute + 1
  GROUP BY s.group_no
),
twin_places AS (
  SELECT group_no, place, other_place FROM (
    SELECT s.group_no, s.place, o.place AS other_place,
      row_number() OVER (PARTITION BY s.group_no ORDER BY count(*) DESC, s.place, o.place) AS place_in_line
    FROM seats AS s
    JOIN theirs AS o ON o.patient = s.patient AND o.day = s.day AND o.place <> s.place AND o.minute BETWEEN s.minute - 1 AND s.minute + 1
    GROUP BY s.group_no, s.place, o.place
  ) WHERE place_in_line = 1
),
outsiders AS (
  SELECT w.group_no, count(o.visit) / (1.0 * count(*)) AS share_twin_others
  FROM twin_places AS w
  JOIN visits AS v ON v.place = w.place
  LEFT JOIN people AS p ON p.group_no = w.group_no AND p.patient = v.patient
  LEFT JOIN visits AS o ON o.place = w.other_place AND o.patient = v.patient AND o.day = v.day AND o.minute BETWEEN v.minute - 1 AND v.minute + 1
  WHERE p.patient IS NULL
  GROUP BY w.group_no
),
refill_sittings AS ( -- at least half of the visits are for chronic disease; what is bought at a shop is no visit
  SELECT group_no, session_no, min(day) AS day
  FROM member_claims WHERE session_no IS NOT NULL AND claim_type <> 'pharmacy'
  GROUP BY group_no, session_no
  HAVING 2 * count(DISTINCT CASE WHEN claim_type = 'chronic' THEN claim_id END) >= count(DISTINCT claim_id)
),
refills AS (
  SELECT group_no, count(DISTINCT day) AS refill_days FROM refill_sittings GROUP BY group_no
),
courses AS (
  SELECT m.group_no, count(DISTINCT m.total_amount) / (1.0 * count(*)) AS course_amounts
  FROM (SELECT DISTINCT group_no, claim_id, total_amount, diagnosis_code FROM member_claims WHERE session_no IS NOT NULL) AS m
  WHERE EXISTS (SELECT f.prefix FROM diagnosis_families AS f WHERE f.family = 'rehabilitation' AND starts_with(m.diagnosis_code, f.prefix))
  GROUP BY m.group_no
)
SELECT t.group_no, coalesce(n.share_new, 0) AS share_new, coalesce(c.share_moved, 0) AS share_moved, coalesce(o.share_of_place, 0) AS share_of_place,
  coalesce(u.share_unknown, 0) AS share_unknown, coalesce(w.share_twin, 0) AS share_twin, coalesce(x.share_twin_others, 0) AS share_twin_others,
  coalesce(r.refill_days, 0) AS refill_days, coalesce(d.course_amounts, 1) AS course_amounts
FROM totals AS t
LEFT JOIN came_new AS n ON n.group_no = t.group_no
LEFT JOIN came_over AS c ON c.group_no = t.group_no
LEFT JOIN of_place AS o ON o.group_no = t.group_no
LEFT JOIN unknowns AS u ON u.group_no = t.group_no
LEFT JOIN twins AS w ON w.group_no = t.group_no
LEFT JOIN outsiders AS x ON x.group_no = t.group_no
LEFT JOIN refills AS r ON r.group_no = t.group_no
LEFT JOIN courses AS d ON d.group_no = t.group_no
ORDER BY t.group_no;
