-- Every unit's class; all rows and yuan of both sides stand in exactly one.
CREATE OR REPLACE TABLE m_s_class AS
WITH grouped AS (
  SELECT s.unit_id, min(g.rule) AS rule, min(g.group_no) AS group_no
  FROM m_s s
  JOIN m_groups g ON g.visit_no = s.visit_no AND g.code = s.code AND (g.s_day = s.day OR (g.s_day IS NULL AND NOT EXISTS
    (SELECT 1 FROM m_groups d WHERE d.visit_no = s.visit_no AND d.code = s.code AND d.s_day = s.day)))
  WHERE NOT s.voided AND (s.quantity <> 0 OR s.amount <> 0) AND s.unit_id NOT IN (SELECT s_unit FROM m_pairs)
  GROUP BY s.unit_id
),
span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM m_h),
beside AS (SELECT DISTINCT visit_no, code, day FROM m_h_days),
same_hosp AS (
  SELECT DISTINCT visit_no, hosp_item_code, day FROM m_h WHERE quantity <> 0 AND unit_id NOT IN (SELECT h_unit FROM m_pairs)
)
SELECT s.unit_id, s.row_count, coalesce(p.rule, g.rule) AS rule, p.h_unit, g.group_no,
  CASE
    WHEN p.s_unit IS NOT NULL AND (s.code <> h.code) THEN 'code_differs'
    WHEN p.s_unit IS NOT NULL AND abs(s.quantity - h.quantity) > 0.0001 AND abs(s.quantity - h.quantity * h.unit_factor) > 0.0001 AND abs(s.quantity * h.unit_factor - h.quantity) > 0.0001
      THEN 'quantity_differs'
    WHEN p.s_unit IS NOT NULL AND abs(s.amount - h.amount) > $sum_yuan THEN 'price_differs'
    WHEN p.s_unit IS NOT NULL OR g.unit_id IS NOT NULL THEN 'equal'
    WHEN s.voided OR (s.quantity = 0 AND s.amount = 0) THEN 'reversed'
    WHEN s.visit_state = 'ambiguous' THEN 'ambiguous'
    WHEN s.day < span.first_day OR s.day > span.last_day THEN 'outside'
    WHEN b.visit_no IS NOT NULL THEN 'quantity_differs'
    WHEN x.visit_no IS NOT NULL THEN 'code_differs'
    ELSE 'settlement_only'
  END AS class
FROM m_s s
CROSS JOIN span
LEFT JOIN m_pairs p ON p.s_unit = s.unit_id
LEFT JOIN m_h h ON h.unit_id = p.h_unit
LEFT JOIN grouped g ON g.unit_id = s.unit_id
LEFT JOIN beside b ON b.visit_no = s.visit_no AND b.code = s.code AND b.day = s.day
LEFT JOIN same_hosp x ON x.visit_no = s.visit_no AND x.hosp_item_code = s.hosp_item_code AND x.day = s.day;

CREATE OR REPLACE TABLE m_h_class AS
WITH grouped AS (
  SELECT h.unit_id, min(g.rule) AS rule, min(g.group_no) AS group_no
  FROM m_h h
  JOIN m_groups g ON g.visit_no = h.visit_no AND g.code = h.code AND (g.h_day = h.day OR (g.h_day IS NULL AND NOT EXISTS
    (SELECT 1 FROM m_groups d WHERE d.visit_no = h.visit_no AND d.code = h.code AND d.h_day = h.day)))
  WHERE (h.quantity <> 0 OR h.amount <> 0) AND h.unit_id NOT IN (SELECT h_unit FROM m_pairs)
  GROUP BY h.unit_id
),
span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM m_s),
beside AS (
  SELECT DISTINCT s.visit_no, s.code, s.day FROM m_s s JOIN m_s_class c ON c.unit_id = s.unit_id WHERE c.class = 'quantity_differs' AND c.h_unit IS NULL
),
same_hosp AS (
  SELECT DISTINCT s.visit_no, s.hosp_item_code, s.day FROM m_s s JOIN m_s_class c ON c.unit_id = s.unit_id WHERE c.class = 'code_differs' AND c.h_unit IS NULL
),
unsure AS (
  SELECT DISTINCT v.visit_no FROM m_visits v JOIN m_claims c ON c.patient_id = v.patient_id JOIN m_claim_visits m ON m.claim_id = c.claim_id
  WHERE m.state = 'ambiguous'
)
SELECT h.unit_id, h.row_count, coalesce(p.rule, g.rule) AS rule, p.s_unit, g.group_no,
  CASE
    WHEN p.h_unit IS NOT NULL THEN c.class
    WHEN g.unit_id IS NOT NULL THEN 'equal'
    WHEN h.quantity = 0 AND h.amount = 0 THEN 'reversed'
    WHEN u.visit_no IS NOT NULL THEN 'ambiguous'
    WHEN h.day < span.first_day OR h.day > span.last_day THEN 'outside'
    WHEN b.visit_no IS NOT NULL THEN 'quantity_differs'
    WHEN x.visit_no IS NOT NULL THEN 'code_differs'
    ELSE 'hospital_only'
  END AS class
FROM m_h h
CROSS JOIN span
LEFT JOIN m_pairs p ON p.h_unit = h.unit_id
LEFT JOIN m_s_class c ON c.unit_id = p.s_unit
LEFT JOIN grouped g ON g.unit_id = h.unit_id
LEFT JOIN unsure u ON u.visit_no = h.visit_no
LEFT JOIN beside b ON b.visit_no = h.visit_no AND b.code = h.code AND b.day = h.day
LEFT JOIN same_hosp x ON x.visit_no = h.visit_no AND x.hosp_item_code = h.hosp_item_code AND x.day = h.day;

CREATE OR REPLACE TABLE m_balance AS
SELECT 'settlement' AS side, k.class, coalesce(k.rule, '') AS rule, count(*) AS line_count, sum(l.amount) AS yuan
FROM s_lines l JOIN m_s_rows r ON r.row_id = l.row_id JOIN m_s_class k ON k.unit_id = r.unit_id
GROUP BY k.class, coalesce(k.rule, '')
UNION ALL
SELECT 'hospital', k.class, coalesce(k.rule, ''), count(*), sum(c.amount)
FROM h_charges c JOIN m_h_rows r ON r.row_id = c.row_id JOIN m_h_class k ON k.unit_id = r.unit_id
GROUP BY k.class, coalesce(k.rule, '')
