/* Doctor PRACTISES_AT Facility: registered there, or billed there */
WITH billed AS (
  SELECT doctor_id, facility_id, count(*) AS claim_count, count(DISTINCT patient_id) AS patient_count, sum(net_total_amount) AS total_amount,
    sum(net_fund_amount) AS fund_amount, min(event_date) AS first_date, max(event_date) AS last_date
  FROM events WHERE doctor_id IS NOT NULL AND facility_id IS NOT NULL GROUP BY doctor_id, facility_id
),
registered AS (
  SELECT doctor_id, facility_id FROM doctor_sites
  UNION SELECT doctor_id, facility_id FROM doctors WHERE facility_id IS NOT NULL
)
SELECT who(coalesce(b.doctor_id, r.doctor_id)) AS a, coalesce(b.facility_id, r.facility_id) AS b, r.doctor_id IS NOT NULL AS registered,
  CAST(coalesce(b.claim_count, 0) AS INTEGER) AS claim_count, CAST(coalesce(b.patient_count, 0) AS INTEGER) AS patient_count,
  CAST(coalesce(b.total_amount, 0) AS DOUBLE) AS total_amount, CAST(coalesce(b.fund_amount, 0) AS DOUBLE) AS fund_amount, b.first_date, b.last_date
FROM billed AS b FULL JOIN registered AS r ON r.doctor_id = b.doctor_id AND r.facility_id = b.facility_id ORDER BY 1, 2
