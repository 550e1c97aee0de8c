/* Whether the days on which a group comes to its main place are occasions for everybody: one row a group with a sitting. */
WITH sat AS (
  SELECT s.group_no, s.session_no, s.place, s.day FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good AND s.kind <> 'block'
),
main AS (
  SELECT group_no, place FROM (
    SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM sat GROUP BY group_no, place)
  WHERE place_in_line = 1
),
days AS (
  SELECT DISTINCT s.group_no, s.place, s.day FROM sat AS s JOIN main AS m ON m.group_no = s.group_no AND m.place = s.place
),
came AS (
  SELECT place, day, patient FROM visits WHERE place IN (SELECT place FROM main) GROUP BY place, day, patient
),
usual AS (
  SELECT place, count(*) / (1.0 * count(DISTINCT day)) AS people FROM came GROUP BY place
),
crowds AS (
  SELECT d.group_no, d.place, d.day, count(CASE WHEN g.patient IS NULL THEN 1 END) AS others, count(g.patient) AS ours
  FROM days AS d
  JOIN came AS c ON c.place = d.place AND c.day = d.day
  LEFT JOIN group_members AS g ON g.group_no = d.group_no AND g.patient = c.patient
  GROUP BY d.group_no, d.place, d.day
),
busy AS (
  SELECT c.group_no, fg_quantile(c.others / u.people, 0.5) AS busy_day_ratio, fg_quantile(c.ours / (1.0 * (c.ours + c.others)), 0.5) AS crowd_share
  FROM crowds AS c JOIN usual AS u ON u.place = c.place GROUP BY c.group_no
),
dated AS (
  SELECT group_no, day, 'weekday' AS rule, day % 7 AS value FROM days
  UNION ALL
  SELECT group_no, day, 'date' AS rule, CAST(extract(day FROM DATE '1970-01-01' + day) AS INTEGER) % 10 AS value FROM days
),
ruled AS (
  SELECT group_no, rule, value, count(*) AS n FROM dated GROUP BY group_no, rule, value
),
counted AS (
  SELECT group_no, count(*) AS n FROM days GROUP BY group_no
),
calendar AS (
  SELECT r.group_no, max(r.n) / (1.0 * max(c.n)) AS one_date_share FROM ruled AS r JOIN counted AS c ON c.group_no = r.group_no GROUP BY r.group_no
)
SELECT b.group_no, b.busy_day_ratio, b.crowd_share, c.one_date_share
FROM busy AS b JOIN calendar AS c ON c.group_no = b.group_no
ORDER BY b.group_no
