/* Each place of each group's blocks with the numbers of the group's best block: how many people of the group make it up, how many
   uses of its places they have, how many the habits of their residences bring, and the chance of as much when searched for. */
WITH best AS (
  SELECT group_no, block_no, p FROM (
    SELECT group_no, block_no, p, row_number() OVER (PARTITION BY group_no ORDER BY p, block_no) AS line FROM block_chances
  ) WHERE line = 1
),
places AS (
  SELECT DISTINCT group_no, block_no, place FROM block_columns WHERE doctor IS NULL
),
homes AS (
  SELECT home, count(*) AS people FROM person_homes GROUP BY home
),
customs AS (
  SELECT home, place, count(*) AS users FROM place_uses WHERE place IN (SELECT place FROM places) GROUP BY home, place
),
used AS (
  SELECT m.group_no, m.block_no, count(*) AS observed
  FROM block_people AS m
  JOIN places AS l ON l.group_no = m.group_no AND l.block_no = m.block_no
  JOIN place_uses AS u ON u.patient = m.patient AND u.place = l.place
  GROUP BY m.group_no, m.block_no
),
due AS (
  SELECT m.group_no, m.block_no, sum(CAST(c.users / (1.0 * z.people) AS DECIMAL(18,6))) AS expected
  FROM block_people AS m
  JOIN places AS l ON l.group_no = m.group_no AND l.block_no = m.block_no
  JOIN person_homes AS h ON h.patient = m.patient
  JOIN homes AS z ON z.home = h.home
  JOIN customs AS c ON c.home = h.home AND c.place = l.place
  GROUP BY m.group_no, m.block_no
),
sizes AS (
  SELECT group_no, block_no, count(*) AS people FROM block_people GROUP BY group_no, block_no
)
SELECT DISTINCT l.group_no, l.place, CAST(coalesce(z.people, 0) AS DOUBLE) AS people, CAST(coalesce(u.observed, 0) AS DOUBLE) AS observed,
  CAST(coalesce(d.expected, 0) AS DOUBLE) AS expected, b.p
FROM places AS l
JOIN best AS b ON b.group_no = l.group_no
LEFT JOIN used AS u ON u.group_no = b.group_no AND u.block_no = b.block_no
LEFT JOIN due AS d ON d.group_no = b.group_no AND d.block_no = b.block_no
LEFT JOIN sizes AS z ON z.group_no = b.group_no AND z.block_no = b.block_no
ORDER BY l.group_no, l.place
