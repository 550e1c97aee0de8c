/*---
id = "H02"
name = "upload_differs"
version = 1
title = "upload differs from the books"
title_zh = "上传与院端不符"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第39条第（三）项 / Regulation (Order 735) art. 39(3)"
basis_from = 2021-05-01
severity = 4
question = "Was more or something else settled than the hospital charged?"
question_zh = "上传结算的数量、单价或编码是否与院端不一致？"
look_alike = "The unit factor of the map; a code that the map changed around that day; rounding."
look_alike_zh = "目录对照的换算系数；当日前后对照变更；尾差。"
reason_en = "Visit {subject_id}: {item} was settled with {settled_quantity} and {settled} yuan, charged with {charged_quantity} and {charged} yuan."
reason_zh = "就诊 {subject_id}：{item} 结算数量 {settled_quantity}、{settled} 元，院端数量 {charged_quantity}、{charged} 元。"
columns = ["s_lines.claim_id", "s_lines.amount", "h_charges.charge_id", "h_charges.quantity"]
[parameters.map_days]
default = 31
origin = "days around a change of the map in which another code is its doing, own choice"
[parameters.least_yuan]
default = 0.05
origin = "smaller differences are rounding, own choice"
---*/
WITH paired AS (
  SELECT l.visit_no, l.unit_id, h.unit_id AS h_unit, l.row_key, l.name, l.code, l.quantity, l.amount, h.quantity * h.unit_factor AS h_quantity, h.amount AS h_amount, l.class, l.certain
  FROM k_lines l JOIN m_h h ON h.unit_id = l.h_unit
  WHERE l.class IN ('code_differs', 'quantity_differs', 'price_differs')
    AND NOT (l.class = 'code_differs' AND EXISTS (
      SELECT 1 FROM m_map m WHERE m.hosp_item_code = h.hosp_item_code AND m.nat_code = l.code
        AND l.day BETWEEN m.valid_from - CAST($map_days AS INTEGER) AND m.valid_to + CAST($map_days AS INTEGER)))
),
loose AS (
  SELECT l.visit_no, l.code, l.day, min(l.name) AS name, array_agg(l.row_key ORDER BY l.unit_id) AS row_ids, sum(l.quantity) AS quantity, sum(l.amount) AS amount,
    min(CAST(l.certain AS INTEGER)) = 1 AS certain
  FROM k_lines l WHERE l.class = 'quantity_differs' AND l.h_unit IS NULL GROUP BY l.visit_no, l.code, l.day
),
beside AS (
  SELECT h.visit_no, h.code, h.day, sum(h.quantity * h.unit_factor) AS quantity, sum(h.amount) AS amount, array_agg('h_charges:' || CAST(h.unit_id AS VARCHAR) ORDER BY h.unit_id) AS row_ids
  FROM m_h h JOIN m_h_class k ON k.unit_id = h.unit_id WHERE k.class = 'quantity_differs' AND k.s_unit IS NULL GROUP BY h.visit_no, h.code, h.day
),
every AS (
  SELECT visit_no, coalesce(name, code) AS item, [row_key, 'h_charges:' || CAST(h_unit AS VARCHAR)] AS row_ids, quantity, amount, h_quantity, h_amount, certain,
    CASE WHEN class = 'code_differs' THEN amount ELSE amount - h_amount END AS excess
  FROM paired
  UNION ALL
  SELECT l.visit_no, coalesce(l.name, l.code), list_concat(l.row_ids, b.row_ids), l.quantity, l.amount, b.quantity, b.amount, l.certain, l.amount - b.amount
  FROM loose l JOIN beside b ON b.visit_no = l.visit_no AND b.code = l.code AND b.day = l.day
  UNION ALL
  SELECT l.visit_no, coalesce(l.name, l.code), [l.row_key], l.quantity, l.amount, 0, 0, FALSE, l.amount
  FROM k_lines l
  WHERE l.class = 'code_differs' AND l.h_unit IS NULL
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, excess AS amount, certain, 0.8 AS strength,
  {'item': item, 'settled_quantity': CAST(quantity AS DOUBLE), 'settled': amount, 'charged_quantity': CAST(h_quantity AS DOUBLE), 'charged': h_amount} AS facts
FROM every
WHERE excess > $least_yuan
