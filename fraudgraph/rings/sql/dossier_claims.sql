/* A ring's claims in order of time; in_meeting marks those made at a sitting. */
SELECT claim_id, patient_id, min(place_id) AS place_id, min(doctor_id) AS doctor_id, min(operator_id) AS operator_id,
  min(claim_type) AS claim_type, min(event_date) AS event_date, min(event_at) AS event_at, min(ended_on) AS ended_on,
  min(diagnosis_code) AS diagnosis_code, min(total_amount) AS total_amount, min(fund_amount) AS fund_amount,
  bool_or(session_no IS NOT NULL) AS in_meeting
FROM member_claims
WHERE group_no = $group_no
GROUP BY claim_id, patient_id
ORDER BY min(event_date), min(event_at), claim_id
