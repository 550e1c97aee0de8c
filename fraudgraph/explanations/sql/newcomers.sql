/* Whether a group's people came to its main place because it opened or another closed, and whether the place is one at all: one row a group with a sitting. */
WITH bounds AS (
  SELECT fg_quantile(day, 0.01) AS first_day, fg_quantile(day, 0.99) AS last_day FROM visits
),
spans AS (
  SELECT place, min(day) AS opened, max(day) AS closed, count(*) AS visit_count, count(DISTINCT patient) AS patient_count
  FROM visits GROUP BY place
),
seats AS (
  SELECT DISTINCT group_no, patient, claim_id, place FROM member_claims WHERE session_no IS NOT NULL
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
  SELECT p.group_no, count(CASE WHEN s.opened > b.first_day + $edge_days AND p.first_here <= s.opened + $opening_days THEN 1 END) / (1.0 * count(*)) AS new_share
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
  JOIN spans AS s ON s.place = h.place AND s.visit_count >= $closed_visits
  CROSS JOIN bounds AS b
  WHERE s.closed < b.last_day - $edge_days AND h.last_here >= s.closed - $closing_days
),
came_over AS (
  SELECT group_no, max(member_share) AS moved_share FROM (
    SELECT m.group_no, m.old_place, count(*) / (1.0 * max(z.patient_count)) AS member_share
    FROM moved AS m JOIN (SELECT group_no, count(*) AS patient_count FROM group_members GROUP BY group_no) AS z ON z.group_no = m.group_no
    GROUP BY m.group_no, m.old_place
  ) GROUP BY group_no
),
of_place AS (
  SELECT m.group_no, count(p.patient) / (1.0 * count(*)) AS of_place_share
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
    count(h.place) / (1.0 * count(*)) AS placeholder_share
  FROM seats AS s LEFT JOIN placeholders AS h ON h.place = s.place
  GROUP BY s.group_no
)
SELECT u.group_no, coalesce(n.new_share, 0) AS new_share, coalesce(c.moved_share, 0) AS moved_share, o.of_place_share, u.placeholder_share
FROM unknowns AS u
LEFT JOIN came_new AS n ON n.group_no = u.group_no
LEFT JOIN came_over AS c ON c.group_no = u.group_no
LEFT JOIN of_place AS o ON o.group_no = u.group_no
ORDER BY u.group_no
