-- Reports of laboratory and imaging, one row each, and which charges have one in their window.
CREATE OR REPLACE TABLE k_lab_reports AS
SELECT report_no, min(visit_no) AS visit_no, min(order_id) AS order_id, min(panel) AS panel, min(sampled_at) AS sampled_at, min(received_at) AS received_at,
  max(reported_at) AS reported_at, min(device_id) AS device_id, min(reviewer) AS reviewer, count(*) AS item_count, min(row_id) AS row_id,
  array_to_string(array_agg(item ORDER BY row_id), '|') AS items
FROM h_lab
GROUP BY report_no;

CREATE OR REPLACE TABLE k_charge_reports AS
WITH found AS (
  SELECT c.unit_id, min(r.row_id) AS report_row
  FROM k_charges c
  JOIN k_lab_reports r ON r.visit_no = c.visit_no
  WHERE c.family = 'lab' AND ((c.order_id IS NOT NULL AND c.order_id = r.order_id)
    OR ((c.order_id IS NULL OR r.order_id IS NULL) AND (r.panel = c.name OR r.panel = c.hosp_item_code OR contains(coalesce(r.panel, ''), c.name) OR (length(r.panel) >= 2 AND contains(c.name, r.panel)) OR contains(r.items, c.name))
      AND CAST(coalesce(r.sampled_at, r.reported_at) AS DATE) BETWEEN c.day - INTERVAL 7 DAY AND c.day + INTERVAL 3 DAY))
  GROUP BY c.unit_id
  UNION ALL
  SELECT c.unit_id, min(r.row_id)
  FROM k_charges c
  JOIN h_exams r ON r.visit_no = c.visit_no
  WHERE c.family = 'exam' AND ((c.order_id IS NOT NULL AND c.order_id = r.order_id)
    OR ((c.order_id IS NULL OR r.order_id IS NULL) AND CAST(r.study_at AS DATE) BETWEEN c.day - INTERVAL 3 DAY AND c.day + INTERVAL 3 DAY
      AND (r.item = c.name OR contains(coalesce(r.item, ''), c.name) OR (length(r.item) >= 2 AND contains(c.name, r.item))
        OR contains(upper(c.name), upper(coalesce(r.modality, '?'))) OR (length(r.body_part) >= 1 AND contains(c.name, r.body_part)))))
  GROUP BY c.unit_id
),
usual AS (
  SELECT c.hosp_item_code, CAST(count(f.report_row) AS DOUBLE) / count(*) AS report_share, count(*) AS charge_count
  FROM k_charges c
  LEFT JOIN found f ON f.unit_id = c.unit_id
  WHERE c.family IN ('lab', 'exam')
  GROUP BY c.hosp_item_code
)
SELECT c.unit_id, f.report_row, u.report_share, u.charge_count
FROM k_charges c
JOIN usual u ON u.hosp_item_code = c.hosp_item_code
LEFT JOIN found f ON f.unit_id = c.unit_id
WHERE c.family IN ('lab', 'exam')
