-- Lines and charges as units: what was reversed by number goes with what it reverses; codes through the map of the day.
CREATE OR REPLACE TABLE m_h_rows AS
WITH ids AS (SELECT charge_id, min(row_id) AS row_id, count(*) AS copies FROM h_charges GROUP BY charge_id)
SELECT c.row_id, coalesce(second_up.row_id, up.row_id, c.row_id) AS unit_id
FROM h_charges c
LEFT JOIN ids up ON up.charge_id = c.reverses_id AND up.row_id <> c.row_id
LEFT JOIN h_charges above ON above.row_id = up.row_id
LEFT JOIN ids second_up ON second_up.charge_id = above.reverses_id AND second_up.row_id <> above.row_id;

CREATE OR REPLACE TABLE m_s_rows AS
WITH ids AS (SELECT line_id, min(row_id) AS row_id FROM s_lines WHERE line_id IS NOT NULL GROUP BY line_id)
SELECT l.row_id, coalesce(up.row_id, l.row_id) AS unit_id
FROM s_lines l
LEFT JOIN ids up ON up.line_id = l.reverses_id AND up.row_id <> l.row_id;

CREATE OR REPLACE TABLE m_map AS
SELECT hosp_item_code, nat_code, coalesce(nullif(unit_factor, 0), 1) AS unit_factor, coalesce(valid_from, DATE '1900-01-01') AS valid_from,
  coalesce(valid_to, DATE '2999-12-31') AS valid_to
FROM h_item_map;

CREATE OR REPLACE TABLE m_h AS
WITH summed AS (
  SELECT r.unit_id, sum(c.quantity) AS quantity, sum(c.amount) AS amount, count(*) AS row_count
  FROM m_h_rows r JOIN h_charges c ON c.row_id = r.row_id
  GROUP BY r.unit_id
),
mapped AS (
  SELECT c.row_id, m.nat_code, m.unit_factor, row_number() OVER (PARTITION BY c.row_id ORDER BY m.valid_from DESC, m.nat_code) AS copy
  FROM h_charges c
  JOIN m_map m ON m.hosp_item_code = c.hosp_item_code AND CAST(c.charged_at AS DATE) BETWEEN m.valid_from AND m.valid_to
)
SELECT s.unit_id, c.charge_id, c.visit_no, c.hosp_item_code, coalesce(m.nat_code, c.nat_code, c.hosp_item_code) AS code, c.name,
  coalesce(m.unit_factor, 1) AS unit_factor, c.charged_at AS "at", CAST(c.charged_at AS DATE) AS day, s.quantity, s.amount, c.unit_price, s.row_count
FROM summed s
JOIN h_charges c ON c.row_id = s.unit_id
LEFT JOIN mapped m ON m.row_id = s.unit_id AND m.copy = 1;

CREATE OR REPLACE TABLE m_s AS
WITH summed AS (
  SELECT r.unit_id, sum(l.quantity) AS quantity, sum(l.amount) AS amount, count(*) AS row_count
  FROM m_s_rows r JOIN s_lines l ON l.row_id = r.row_id
  GROUP BY r.unit_id
),
voided AS (
  SELECT refund_of AS claim_id FROM m_claims WHERE refund_of IS NOT NULL
  UNION SELECT claim_id FROM m_claims WHERE refund_of IS NOT NULL
),
signed AS (
  SELECT s.unit_id, l.claim_id, l.item_code, abs(s.quantity) AS size, abs(s.amount) AS yuan, s.amount < 0 AS minus,
    row_number() OVER (PARTITION BY l.claim_id, l.item_code, abs(s.quantity), abs(s.amount), s.amount < 0 ORDER BY l.charged_at, s.unit_id) AS place
  FROM summed s JOIN s_lines l ON l.row_id = s.unit_id
  WHERE s.amount <> 0
),
opposite AS (
  SELECT a.unit_id, b.unit_id AS other FROM signed a
  JOIN signed b ON b.claim_id = a.claim_id AND b.item_code = a.item_code AND b.size = a.size AND b.yuan = a.yuan AND b.place = a.place AND b.minus AND NOT a.minus
),
cancelling AS (SELECT unit_id FROM opposite UNION SELECT other FROM opposite)
SELECT s.unit_id, l.line_id, l.claim_id, v.visit_no, v.state AS visit_state, v.certain, l.item_code AS code, l.item_name AS name, l.hosp_item_code,
  coalesce(l.charged_at, c.started_at) AS "at", CAST(coalesce(l.charged_at, c.started_at) AS DATE) AS day, s.quantity, s.amount, l.unit_price, s.row_count,
  g.claim_id IS NOT NULL OR n.unit_id IS NOT NULL AS voided
FROM summed s
JOIN s_lines l ON l.row_id = s.unit_id
JOIN m_claims c ON c.claim_id = l.claim_id
JOIN m_claim_visits v ON v.claim_id = l.claim_id
LEFT JOIN voided g ON g.claim_id = l.claim_id
LEFT JOIN cancelling n ON n.unit_id = s.unit_id;

CREATE OR REPLACE TABLE m_pairs (s_unit BIGINT, h_unit BIGINT, rule VARCHAR, group_no BIGINT)
