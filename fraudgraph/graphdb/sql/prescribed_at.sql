/* Doctor PRESCRIBED_AT Pharmacy: whose prescriptions are filled where */
SELECT who(doctor_id) AS a, pharmacy_id AS b, CAST(count(*) AS INTEGER) AS claim_count, CAST(count(DISTINCT patient_id) AS INTEGER) AS patient_count,
  CAST(sum(net_total_amount) AS DOUBLE) AS total_amount, CAST(sum(net_fund_amount) AS DOUBLE) AS fund_amount,
  min(event_date) AS first_date, max(event_date) AS last_date
FROM events WHERE doctor_id IS NOT NULL AND pharmacy_id IS NOT NULL GROUP BY doctor_id, pharmacy_id ORDER BY a, b
