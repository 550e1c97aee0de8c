-- Which charges have an order behind them, by its number or by the item within a day; how usual that is for the item.
CREATE OR REPLACE TABLE k_charge_orders AS
WITH by_number AS (
  SELECT c.unit_id, min(o.row_id) AS order_row FROM k_charges c JOIN h_orders o ON o.order_id = c.order_id GROUP BY c.unit_id
),
by_item AS (
  SELECT c.unit_id, min(o.row_id) AS order_row
  FROM k_charges c
  JOIN h_orders o ON o.visit_no = c.visit_no
  WHERE c.unit_id NOT IN (SELECT unit_id FROM by_number)
    AND (o.item_code = c.hosp_item_code OR o.item = c.name OR contains(coalesce(o.item, ''), c.name) OR (length(o.item) >= 2 AND contains(c.name, o.item)))
    AND CAST(o.issued_at AS DATE) <= c.day + INTERVAL 1 DAY
    AND CAST(coalesce(o.stopped_at, CASE WHEN contains(coalesce(o.type, ''), '长') THEN c."at" ELSE o.issued_at END) AS DATE) >= c.day - INTERVAL 1 DAY
  GROUP BY c.unit_id
),
found AS (
  SELECT c.unit_id, c.hosp_item_code, coalesce(n.order_row, i.order_row) AS order_row, n.order_row IS NOT NULL AS by_number
  FROM k_charges c
  LEFT JOIN by_number n ON n.unit_id = c.unit_id
  LEFT JOIN by_item i ON i.unit_id = c.unit_id
),
usual AS (
  SELECT hosp_item_code, avg(CASE WHEN ordered > 0 THEN 1.0 ELSE 0.0 END) AS order_share, sum(charge_count) AS charge_count
  FROM (SELECT f.hosp_item_code, c.visit_no, count(f.order_row) AS ordered, count(*) AS charge_count FROM found f JOIN k_charges c ON c.unit_id = f.unit_id GROUP BY f.hosp_item_code, c.visit_no) AS by_visit
  GROUP BY hosp_item_code
)
SELECT f.unit_id, f.order_row, f.by_number, u.order_share, u.charge_count
FROM found f
JOIN usual u ON u.hosp_item_code = f.hosp_item_code;

CREATE OR REPLACE TABLE k_order_executions AS
SELECT o.row_id AS order_row, o.order_id, count(e.row_id) AS execution_count, sum(ceil(coalesce(e.quantity, 1))) AS executed_quantity
FROM h_orders o
LEFT JOIN h_executions e ON e.order_id = o.order_id
GROUP BY o.row_id, o.order_id;

CREATE OR REPLACE TABLE k_paper_wards AS
WITH executed_items AS (
  SELECT coalesce(o.item_code, o.item) AS item FROM h_orders o JOIN k_order_executions e ON e.order_row = o.row_id GROUP BY coalesce(o.item_code, o.item)
  HAVING count(*) FILTER (WHERE e.execution_count > 0) > 0.2 * count(*)
)
SELECT coalesce(v.ward, '') AS ward, date_trunc('month', o.issued_at) AS month, CAST(count(*) FILTER (WHERE e.execution_count > 0) AS DOUBLE) / count(*) AS executed_share
FROM h_orders o
JOIN m_visits v ON v.visit_no = o.visit_no
JOIN k_order_executions e ON e.order_row = o.row_id
JOIN executed_items i ON i.item = coalesce(o.item_code, o.item)
WHERE NOT coalesce(o.cancelled, FALSE)
GROUP BY coalesce(v.ward, ''), date_trunc('month', o.issued_at)
