-- Per item: what there was at the start, what came in, what went out, what was dispensed, charged and settled.
CREATE OR REPLACE TABLE k_moves AS
SELECT row_id, coalesce(item_code, '') AS item_code, item, visit_no, moved_at, coalesce(warehouse, '') AS warehouse, coalesce(supplier, '') AS supplier,
  CASE
    WHEN contains(kind, '期初') OR contains(kind, '盘盈') OR contains(kind, '结存') OR lower(kind) LIKE '%open%' THEN 'opening'
    WHEN contains(kind, '退货') OR contains(kind, '退供') THEN 'out'
    WHEN contains(kind, '寄售') OR contains(kind, '代销') OR lower(kind) LIKE '%consign%' THEN 'consigned'
    WHEN contains(kind, '入') OR contains(kind, '采购') OR contains(kind, '购进') OR contains(kind, '捐') OR contains(kind, '调进') OR lower(kind) LIKE '%in' OR lower(kind) LIKE '%purchas%' OR lower(kind) LIKE '%donat%' OR lower(kind) LIKE '%receipt%' OR lower(kind) LIKE '%transfer_in%' THEN 'in'
    ELSE 'out'
  END AS way, abs(quantity) AS quantity
FROM h_stock_moves;

CREATE OR REPLACE TABLE k_stock AS
WITH stocked AS (
  SELECT f.hosp_item_code, sum(m.quantity) FILTER (WHERE m.way = 'opening') AS opening, sum(m.quantity) FILTER (WHERE m.way IN ('in', 'consigned')) AS came_in,
    sum(m.quantity) FILTER (WHERE m.way = 'out') AS went_out, min(m.moved_at) FILTER (WHERE m.way IN ('in', 'opening', 'consigned')) AS first_in,
    count(*) FILTER (WHERE m.way = 'consigned') AS consigned_count, count(m.visit_no) FILTER (WHERE m.way IN ('out', 'consigned')) AS out_by_visit, min(m.row_id) AS move_row
  FROM k_families f
  JOIN k_moves m ON m.item_code = f.hosp_item_code OR (m.item_code = '' AND m.item = f.name)
  GROUP BY f.hosp_item_code
),
charged AS (
  SELECT hosp_item_code, min(name) AS name, min(family) AS family, sum(quantity) AS charged_quantity, sum(quantity) FILTER (WHERE settled) AS settled_quantity,
    sum(amount) FILTER (WHERE settled) AS settled_amount, sum(amount) AS amount, min("at") AS first_charge
  FROM k_charges GROUP BY hosp_item_code
)
SELECT c.hosp_item_code, c.name, c.family, coalesce(s.opening, 0) AS opening, coalesce(s.came_in, 0) AS came_in, coalesce(s.went_out, 0) AS went_out, s.first_in,
  s.consigned_count, s.out_by_visit, s.move_row, c.charged_quantity, coalesce(c.settled_quantity, 0) AS settled_quantity, coalesce(c.settled_amount, 0) AS settled_amount,
  c.amount, c.first_charge
FROM charged c
JOIN stocked s ON s.hosp_item_code = c.hosp_item_code;

CREATE OR REPLACE TABLE k_dispensed AS
SELECT d.visit_no, f.hosp_item_code, d.rx_id, sum(greatest(d.quantity, 0)) AS quantity,
  sum(CASE WHEN d.quantity < 0 THEN -d.quantity WHEN flagged.rx_id IS NULL THEN coalesce(d.returned, 0) ELSE 0 END) AS returned, max(d.returned_at) AS returned_at,
  max(d.dispensed_at) AS dispensed_at, min(d.row_id) AS row_id
FROM h_dispensing d
JOIN k_families f ON f.hosp_item_code = d.item_code OR (d.item_code IS NULL AND f.name = d.item)
LEFT JOIN (SELECT min(coalesce(rx_id, '')) AS rx_id FROM h_dispensing WHERE quantity < 0 HAVING count(*) > 0) flagged ON TRUE
GROUP BY d.visit_no, f.hosp_item_code, d.rx_id
