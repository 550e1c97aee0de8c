/* Patient VISITED Facility */
SELECT who(patient_id) AS a, facility_id AS b, CAST(count(*) AS INTEGER) AS claim_count, CAST(count(DISTINCT event_date) AS INTEGER) AS day_count,
  CAST(sum(net_total_amount) AS DOUBLE) AS total_amount, CAST(sum(net_fund_amount) AS DOUBLE) AS fund_amount,
  min(event_date) AS first_date, max(event_date) AS last_date
FROM events WHERE facility_id IS NOT NULL GROUP BY patient_id, facility_id ORDER BY a, b
