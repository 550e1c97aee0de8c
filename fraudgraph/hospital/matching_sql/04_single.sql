-- L1: one number on both sides. L2: visit, code, minute, quantity and amount; of lines that are alike in all of it each takes one.
INSERT INTO m_pairs
WITH s_once AS (SELECT line_id, min(unit_id) AS unit_id FROM m_s WHERE line_id IS NOT NULL AND NOT voided GROUP BY line_id HAVING count(*) = 1),
h_once AS (SELECT charge_id, min(unit_id) AS unit_id FROM m_h GROUP BY charge_id HAVING count(*) = 1)
SELECT s.unit_id, h.unit_id, 'L1', NULL
FROM s_once s
JOIN h_once h ON h.charge_id = s.line_id
JOIN m_s ON m_s.unit_id = s.unit_id
JOIN m_h ON m_h.unit_id = h.unit_id
WHERE m_s.visit_no = m_h.visit_no OR (m_s.visit_no IS NULL AND (m_s.code = m_h.code OR m_s.hosp_item_code = m_h.hosp_item_code));

INSERT INTO m_pairs
WITH s AS (
  SELECT unit_id, visit_no, code, date_trunc('minute', "at") AS minute, quantity, amount,
    row_number() OVER (PARTITION BY visit_no, code, date_trunc('minute', "at"), quantity, amount ORDER BY "at", unit_id) AS place
  FROM m_s
  WHERE visit_no IS NOT NULL AND NOT voided AND (quantity <> 0 OR amount <> 0) AND unit_id NOT IN (SELECT s_unit FROM m_pairs)
),
h AS (
  SELECT unit_id, visit_no, code, date_trunc('minute', "at") AS minute, quantity, amount,
    row_number() OVER (PARTITION BY visit_no, code, date_trunc('minute', "at"), quantity, amount ORDER BY "at", unit_id) AS place
  FROM m_h
  WHERE (quantity <> 0 OR amount <> 0) AND unit_id NOT IN (SELECT h_unit FROM m_pairs)
)
SELECT s.unit_id, h.unit_id, 'L2', NULL
FROM s
JOIN h ON h.visit_no = s.visit_no AND h.code = s.code AND h.minute = s.minute AND h.quantity = s.quantity AND h.amount = s.amount AND h.place = s.place;

INSERT INTO m_pairs
WITH near AS (
  SELECT s.unit_id AS s_unit, h.unit_id AS h_unit, count(*) OVER (PARTITION BY s.unit_id) AS of_s, count(*) OVER (PARTITION BY h.unit_id) AS of_h
  FROM m_s s
  JOIN m_h h ON h.visit_no = s.visit_no AND h.code = s.code AND h.amount = s.amount AND abs(date_diff('second', h."at", s."at")) <= $near_seconds
    AND (abs(h.quantity - s.quantity) <= 0.0001 OR abs(h.quantity * h.unit_factor - s.quantity) <= 0.0001 OR abs(s.quantity * h.unit_factor - h.quantity) <= 0.0001)
  WHERE NOT s.voided AND (s.quantity <> 0 OR s.amount <> 0) AND s.unit_id NOT IN (SELECT s_unit FROM m_pairs)
    AND h.unit_id NOT IN (SELECT h_unit FROM m_pairs)
)
SELECT s_unit, h_unit, 'L2', NULL FROM near WHERE of_s = 1 AND of_h = 1
