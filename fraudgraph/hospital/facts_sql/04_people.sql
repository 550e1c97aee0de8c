-- What each member of staff did, and when; days inside each stay with what was done for the person on them.
CREATE OR REPLACE TABLE k_deeds AS
SELECT issued_by AS staff_id, visit_no, issued_at AS "at", 'order' AS deed, 'h_orders:' || CAST(row_id AS VARCHAR) AS row_key FROM h_orders WHERE issued_by IS NOT NULL AND NOT coalesce(cancelled, FALSE)
UNION ALL SELECT e.executor, coalesce(e.visit_no, o.visit_no), e.executed_at, 'execution', 'h_executions:' || CAST(e.row_id AS VARCHAR)
FROM h_executions e LEFT JOIN (SELECT order_id, min(visit_no) AS visit_no FROM h_orders GROUP BY order_id) o ON o.order_id = e.order_id WHERE e.executor IS NOT NULL
UNION ALL SELECT nurse, visit_no, coalesce(signed_at, recorded_at), 'nursing', 'h_nursing:' || CAST(row_id AS VARCHAR) FROM h_nursing WHERE nurse IS NOT NULL
UNION ALL SELECT author, visit_no, coalesce(signed_at, written_at), 'document', 'h_documents:' || CAST(row_id AS VARCHAR) FROM h_documents WHERE author IS NOT NULL
UNION ALL SELECT therapist, visit_no, started_at, 'session', 'h_sessions:' || CAST(row_id AS VARCHAR) FROM h_sessions WHERE therapist IS NOT NULL
UNION ALL SELECT surgeon, visit_no, started_at, 'operation', 'h_operations:' || CAST(row_id AS VARCHAR) FROM h_operations WHERE surgeon IS NOT NULL AND NOT coalesce(cancelled, FALSE);

CREATE OR REPLACE TABLE k_care AS
SELECT visit_no, recorded_at AS "at", 'nursing' AS what FROM h_nursing
UNION ALL SELECT coalesce(e.visit_no, o.visit_no), e.executed_at, 'execution' FROM h_executions e LEFT JOIN (SELECT order_id, min(visit_no) AS visit_no FROM h_orders GROUP BY order_id) o ON o.order_id = e.order_id
UNION ALL SELECT visit_no, coalesce(sampled_at, reported_at), 'lab' FROM k_lab_reports
UNION ALL SELECT visit_no, study_at, 'exam' FROM h_exams
UNION ALL SELECT visit_no, started_at, 'operation' FROM h_operations
UNION ALL SELECT visit_no, started_at, 'session' FROM h_sessions;

CREATE OR REPLACE TABLE k_stay_days AS
WITH stays AS (
  SELECT visit_no, patient_id, coalesce(ward, '') AS ward, CAST(admitted_at AS DATE) AS from_day, CAST(discharged_at AS DATE) AS to_day
  FROM m_visits
  WHERE admitted_at IS NOT NULL AND discharged_at IS NOT NULL AND NOT cancelled
),
days AS (
  SELECT s.visit_no, s.patient_id, s.ward, CAST(d.day AS DATE) AS day
  FROM stays s
  CROSS JOIN UNNEST(generate_series(s.from_day + INTERVAL 1 DAY, s.to_day - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS d(day)
  WHERE s.to_day > s.from_day + 1 AND CAST(d.day AS DATE) >= (SELECT CAST(min("at") AS DATE) FROM k_care)
),
care AS (
  SELECT visit_no, CAST("at" AS DATE) AS day, count(*) AS care_count, count(*) FILTER (WHERE what IN ('nursing', 'execution')) AS ward_count
  FROM k_care GROUP BY visit_no, CAST("at" AS DATE)
),
leaves AS (
  SELECT DISTINCT visit_no, "on" AS day FROM h_ward_days WHERE contains(state, '假') OR contains(state, '离') OR lower(state) LIKE '%leave%'
)
SELECT d.visit_no, d.patient_id, d.ward, d.day, coalesce(c.care_count, 0) AS care_count, coalesce(c.ward_count, 0) AS ward_count, l.visit_no IS NOT NULL AS on_leave
FROM days d
LEFT JOIN care c ON c.visit_no = d.visit_no AND c.day = d.day
LEFT JOIN leaves l ON l.visit_no = d.visit_no AND l.day = d.day
