-- What models ask about charges: their family, whether they were settled, and the order behind them.
CREATE OR REPLACE TABLE k_families AS
WITH items AS (
  SELECT c.hosp_item_code, max(coalesce(c.name, c.hosp_item_code)) AS name, max(coalesce(c.item_class, '')) AS item_class, max(coalesce(c.nat_code, '')) AS nat_code
  FROM h_charges c
  GROUP BY c.hosp_item_code
),
labs AS (SELECT DISTINCT panel AS name FROM h_lab WHERE panel IS NOT NULL UNION SELECT DISTINCT item FROM h_lab),
drugs AS (SELECT DISTINCT item_code FROM h_dispensing WHERE item_code IS NOT NULL),
drug_names AS (SELECT DISTINCT item FROM h_dispensing),
mapped AS (SELECT hosp_item_code, max(nat_code) AS nat_code FROM h_item_map GROUP BY hosp_item_code),
known AS (
  SELECT i.hosp_item_code, i.name, i.item_class, upper(coalesce(m.nat_code, nullif(i.nat_code, ''), '')) AS nat_code,
    d.item_code IS NOT NULL OR n.item IS NOT NULL AS dispensed, l.name IS NOT NULL AS tested
  FROM items i
  LEFT JOIN mapped m ON m.hosp_item_code = i.hosp_item_code
  LEFT JOIN drugs d ON d.item_code = i.hosp_item_code
  LEFT JOIN drug_names n ON n.item = i.name
  LEFT JOIN labs l ON l.name = i.name
)
SELECT hosp_item_code, name, nat_code,
  CASE
    WHEN contains(item_class, '床位') OR contains(name, '床位') THEN 'bed'
    WHEN (contains(name, '护理') OR contains(item_class, '护理')) AND NOT contains(name, '护理包') AND NOT contains(name, '护理垫') THEN 'nursing'
    WHEN contains(name, '挂号') OR contains(name, '诊查') OR contains(name, '诊察') OR contains(item_class, '诊查') OR contains(item_class, '挂号') THEN 'registration'
    WHEN contains(item_class, '饮片') OR contains(item_class, '草药') OR contains(name, '饮片') THEN 'slices'
    WHEN contains(item_class, '材料') OR contains(item_class, '耗材') OR (regexp_matches(nat_code, '^C[0-9]{6,}')) OR lower(item_class) LIKE '%material%' OR lower(item_class) LIKE '%consum%' THEN 'material'
    WHEN contains(item_class, '药') OR dispensed OR regexp_matches(nat_code, '^[XZT][A-Z0-9]{6,}') OR lower(item_class) LIKE '%drug%' OR lower(item_class) LIKE '%medic%' THEN 'drug'
    WHEN contains(name, '麻醉') OR contains(item_class, '麻醉') THEN 'anaesthesia'
    WHEN tested OR contains(item_class, '化验') OR contains(item_class, '检验') OR lower(item_class) LIKE '%lab%' THEN 'lab'
    WHEN contains(item_class, '检查') OR contains(item_class, '放射') OR contains(item_class, '影像') OR lower(item_class) LIKE '%exam%' OR lower(item_class) LIKE '%imag%'
      OR regexp_matches(upper(name), 'CT|MRI|磁共振|X线|DR|彩超|超声|B超|造影|心电图|内镜|胃镜|肠镜') THEN 'exam'
    WHEN contains(item_class, '手术') OR lower(item_class) LIKE '%surg%' OR lower(item_class) LIKE '%operat%' OR (right(name, 1) = '术' AND NOT contains(item_class, '治疗')) THEN 'operation'
    WHEN contains(item_class, '治疗') OR contains(item_class, '康复') OR lower(item_class) LIKE '%treat%' OR lower(item_class) LIKE '%therap%'
      OR regexp_matches(name, '透析|治疗|针灸|推拿|电疗|理疗|康复|训练|注射|输液|换药|吸氧|雾化') THEN 'treatment'
    WHEN regexp_matches(name, '常规|测定|培养|检测|检验|生化|凝血') THEN 'lab'
    ELSE 'other'
  END AS family
FROM known;

CREATE OR REPLACE TABLE k_charges AS
SELECT h.unit_id, 'h_charges:' || CAST(h.unit_id AS VARCHAR) AS row_key, h.charge_id, h.visit_no, h.hosp_item_code, h.code, h.name, f.family, h."at", h.day, h.quantity,
  h.amount, h.unit_price, h.unit_factor, c.order_id, c.rx_id, c.ordered_by, c.executed_by, c.order_dept, c.exec_dept, c.payer, c.entered_at, k.class,
  k.class IN ('equal', 'code_differs', 'quantity_differs', 'price_differs') AS settled, v.ward, v.kind, v.registered_at, v.admitted_at, v.discharged_at, v.patient_id,
  coalesce(v.admission_way, '') AS admission_way
FROM m_h h
JOIN h_charges c ON c.row_id = h.unit_id
JOIN m_h_class k ON k.unit_id = h.unit_id
JOIN k_families f ON f.hosp_item_code = h.hosp_item_code
LEFT JOIN m_visits v ON v.visit_no = h.visit_no
WHERE h.amount > 0;

CREATE OR REPLACE TABLE k_lines AS
SELECT s.unit_id, 's_lines:' || CAST(s.unit_id AS VARCHAR) AS row_key, s.line_id, s.claim_id, s.visit_no, s.code, s.name, s.hosp_item_code, s."at", s.day, s.quantity, s.amount,
  k.class, coalesce(k.rule, '') AS rule, k.h_unit, s.certain, s.visit_state
FROM m_s s
JOIN m_s_class k ON k.unit_id = s.unit_id
WHERE s.amount > 0
