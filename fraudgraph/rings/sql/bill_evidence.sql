/* Groups whose members met in the view same_bill: how many, the most striking two, and the bills of theirs that are alike. */
WITH met AS (
  SELECT x.group_no, m.a, m.b, m.observed, m.expected, m.p,
    row_number() OVER (PARTITION BY x.group_no ORDER BY m.p, m.a, m.b) AS line
  FROM pair_meetings AS m
  JOIN group_members AS x ON x.patient = m.a
  JOIN group_members AS y ON y.patient = m.b AND y.group_no = x.group_no
  WHERE m.view = 'same_bill'
),
people AS (
  SELECT group_no, a AS patient FROM met UNION SELECT group_no, b AS patient FROM met
),
mine AS (
  SELECT DISTINCT c.group_no, c.patient, c.claim_id, c.place, c.claim_type, c.day, round(ln(c.total_amount) * 100, 0) AS amount
  FROM member_claims AS c JOIN people AS p ON p.group_no = c.group_no AND p.patient = c.patient
  WHERE c.total_amount > 0
),
items AS (
  SELECT claim_id, item_code, sum(quantity) AS quantity FROM claim_items
  WHERE claim_id IN (SELECT claim_id FROM mine) GROUP BY claim_id, item_code
),
baskets AS (
  SELECT claim_id, sum(CAST(fg_hash(concat(item_code, '=', CAST(quantity AS VARCHAR))) AS DECIMAL(38,0))) AS basket
  FROM items GROUP BY claim_id
),
bills AS (
  SELECT m.*, b.basket FROM mine AS m LEFT JOIN baskets AS b ON b.claim_id = m.claim_id
),
alike AS (
  SELECT m.group_no, x.claim_id AS one, y.claim_id AS other
  FROM met AS m
  JOIN bills AS x ON x.group_no = m.group_no AND x.patient = m.a
  JOIN bills AS y ON y.group_no = m.group_no AND y.patient = m.b AND y.place = x.place AND y.claim_type = x.claim_type
  WHERE (y.day = x.day AND y.amount = x.amount) OR y.basket = x.basket
),
claim_lists AS (
  SELECT group_no, list(DISTINCT claim_id ORDER BY claim_id) AS claim_ids
  FROM (SELECT group_no, one AS claim_id FROM alike UNION ALL SELECT group_no, other AS claim_id FROM alike) AS told
  GROUP BY group_no
),
sizes AS (
  SELECT group_no, count(*) AS member_count FROM people GROUP BY group_no
),
pairs AS (
  SELECT group_no, count(*) AS pair_count FROM met GROUP BY group_no
)
SELECT m.group_no, s.member_count, p.pair_count, m.observed, m.expected, l.claim_ids
FROM met AS m
JOIN sizes AS s ON s.group_no = m.group_no
JOIN pairs AS p ON p.group_no = m.group_no
JOIN claim_lists AS l ON l.group_no = m.group_no
WHERE m.line = 1
ORDER BY m.group_no
