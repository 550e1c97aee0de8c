-- L3: visit, code and day with equal sums. L4: the same within a day (posting at midnight), then over the whole visit.
CREATE OR REPLACE TABLE m_s_days AS
SELECT visit_no, code, day, sum(quantity) AS quantity, sum(amount) AS amount, min(unit_id) AS first_unit
FROM m_s
WHERE visit_no IS NOT NULL AND NOT voided AND unit_id NOT IN (SELECT s_unit FROM m_pairs) AND (quantity <> 0 OR amount <> 0)
GROUP BY visit_no, code, day;

CREATE OR REPLACE TABLE m_h_days AS
SELECT visit_no, code, day, sum(quantity) AS raw_quantity, sum(quantity * unit_factor) AS quantity, sum(amount) AS amount, min(unit_id) AS first_unit
FROM m_h
WHERE unit_id NOT IN (SELECT h_unit FROM m_pairs) AND (quantity <> 0 OR amount <> 0)
GROUP BY visit_no, code, day;

CREATE OR REPLACE TABLE m_groups AS
WITH near AS (
  SELECT s.visit_no, s.code, s.day AS s_day, h.day AS h_day, s.first_unit AS group_no, abs(date_diff('day', s.day, h.day)) AS apart
  FROM m_s_days s
  JOIN m_h_days h ON h.visit_no = s.visit_no AND h.code = s.code AND abs(date_diff('day', s.day, h.day)) <= 1
  WHERE abs(s.amount - h.amount) <= $sum_yuan AND (abs(s.quantity - h.quantity) <= 0.0001 OR abs(s.quantity - h.raw_quantity) <= 0.0001)
),
same_day AS (SELECT * FROM near WHERE apart = 0),
next_day AS (
  SELECT n.*, count(*) OVER (PARTITION BY n.visit_no, n.code, n.s_day) AS of_s, count(*) OVER (PARTITION BY n.visit_no, n.code, n.h_day) AS of_h
  FROM near n
  WHERE n.apart = 1 AND NOT EXISTS (SELECT 1 FROM same_day d WHERE d.visit_no = n.visit_no AND d.code = n.code AND (d.s_day = n.s_day OR d.h_day = n.h_day))
)
SELECT visit_no, code, s_day, h_day, group_no, 'L3' AS rule FROM same_day
UNION ALL
SELECT visit_no, code, s_day, h_day, group_no, 'L4' FROM next_day WHERE of_s = 1 AND of_h = 1;

INSERT INTO m_groups
WITH s AS (
  SELECT s.visit_no, s.code, sum(s.quantity) AS quantity, sum(s.amount) AS amount, min(s.first_unit) AS group_no
  FROM m_s_days s
  WHERE NOT EXISTS (SELECT 1 FROM m_groups g WHERE g.visit_no = s.visit_no AND g.code = s.code AND g.s_day = s.day)
  GROUP BY s.visit_no, s.code
),
h AS (
  SELECT h.visit_no, h.code, sum(h.quantity) AS quantity, sum(h.raw_quantity) AS raw_quantity, sum(h.amount) AS amount
  FROM m_h_days h
  WHERE NOT EXISTS (SELECT 1 FROM m_groups g WHERE g.visit_no = h.visit_no AND g.code = h.code AND g.h_day = h.day)
  GROUP BY h.visit_no, h.code
)
SELECT s.visit_no, s.code, NULL, NULL, s.group_no, 'L4'
FROM s
JOIN h ON h.visit_no = s.visit_no AND h.code = s.code
WHERE abs(s.amount - h.amount) <= $sum_yuan AND (abs(s.quantity - h.quantity) <= 0.0001 OR abs(s.quantity - h.raw_quantity) <= 0.0001)
