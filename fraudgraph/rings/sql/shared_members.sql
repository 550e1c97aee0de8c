/* What three or more of a group's people share, of two homes at least: phone, payout account, agent, employer, device; with
   how many people have it in all, how many such a value has usually, and the money of those who share it at the sittings. */
CREATE OR REPLACE TABLE group_shared AS
WITH held AS (
  SELECT 'phone' AS kind, phone AS value, patient_id FROM patients WHERE phone IS NOT NULL
  UNION SELECT 'account', bank_account, patient_id FROM patients WHERE bank_account IS NOT NULL
  UNION SELECT 'agent', agent_id, patient_id FROM patients WHERE agent_id IS NOT NULL
  UNION SELECT 'employer', employer, patient_id FROM patients WHERE employer IS NOT NULL
  UNION SELECT 'device', d.device_id, c.patient_id FROM claim_details AS d JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE d.device_id IS NOT NULL AND c.counted
),
sizes AS (
  SELECT kind, value, count(*) AS holder_count FROM held GROUP BY kind, value
),
usual AS (
  SELECT kind, sum(holder_count) / (1.0 * count(*)) AS usual_count FROM sizes GROUP BY kind
),
people AS (
  SELECT m.group_no, m.patient, c.patient_id, coalesce(p.household_id, p.address, c.patient_id) AS home
  FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient LEFT JOIN patients AS p ON p.patient_id = c.patient_id
),
sized AS (
  SELECT group_no, count(*) AS people_count FROM people GROUP BY group_no
),
paid AS (
  SELECT group_no, patient_id, claim_id, max(fund_amount) AS fund_amount
  FROM member_claims WHERE session_no IS NOT NULL GROUP BY group_no, patient_id, claim_id
),
sums AS (
  SELECT group_no, patient_id, count(*) AS claim_count, sum(fund_amount) AS fund_amount FROM paid GROUP BY group_no, patient_id
)
SELECT p.group_no, h.kind, h.value, CAST(count(*) AS INTEGER) AS member_count, CAST(max(s.people_count) AS INTEGER) AS people_count,
  CAST(count(DISTINCT p.home) AS INTEGER) AS home_count, CAST(max(z.holder_count) AS INTEGER) AS holder_count,
  round(max(u.usual_count), 3) AS usual_count, CAST(coalesce(sum(t.claim_count), 0) AS INTEGER) AS claim_count,
  CAST(coalesce(sum(t.fund_amount), 0) AS DECIMAL(16,2)) AS fund_amount, list(p.patient_id ORDER BY p.patient_id) AS patient_ids
FROM people AS p
JOIN held AS h ON h.patient_id = p.patient_id
JOIN sizes AS z ON z.kind = h.kind AND z.value = h.value AND z.holder_count <= $most_holders
JOIN usual AS u ON u.kind = h.kind
JOIN sized AS s ON s.group_no = p.group_no
LEFT JOIN sums AS t ON t.group_no = p.group_no AND t.patient_id = p.patient_id
GROUP BY p.group_no, h.kind, h.value
HAVING count(*) >= 3 AND count(DISTINCT p.home) >= 2;
