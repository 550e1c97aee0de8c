/* Phones, accounts and agents that people of two or more households share, and how many people such a value has usually. */
WITH values_known AS (
  SELECT 'phone' AS attribute, phone AS value, count(*) AS holder_count FROM patients WHERE phone IS NOT NULL GROUP BY phone
  UNION ALL
  SELECT 'account' AS attribute, bank_account AS value, count(*) AS holder_count FROM patients
  WHERE bank_account IS NOT NULL GROUP BY bank_account
  UNION ALL
  SELECT 'agent' AS attribute, agent_id AS value, count(*) AS holder_count FROM patients WHERE agent_id IS NOT NULL GROUP BY agent_id
),
usual AS (
  SELECT attribute, sum(holder_count) / (1.0 * count(*)) AS holder_count FROM values_known GROUP BY attribute
),
holders AS (
  SELECT a.group_no, a.attribute, a.value, a.member_count, a.holder_count, c.patient, p.patient_id,
    coalesce(p.household_id, p.address, p.patient_id) AS home
  FROM group_attributes AS a
  JOIN group_members AS m ON m.group_no = a.group_no
  JOIN patient_codes AS c ON c.patient = m.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
    AND a.value = CASE a.attribute WHEN 'phone' THEN p.phone WHEN 'account' THEN p.bank_account WHEN 'agent' THEN p.agent_id END
  WHERE a.attribute IN ('phone', 'account', 'agent') AND a.member_count >= 2 AND a.holder_count <= 60
),
/* The claims of those who share it at the sittings; all of their claims where the group has no sitting. */
met AS (
  SELECT DISTINCT group_no FROM member_claims WHERE session_no IS NOT NULL
)
SELECT h.group_no, h.attribute, h.value, max(h.member_count) AS member_count, max(v.holder_count) AS holder_count,
  count(DISTINCT h.home) AS household_count, round(max(u.holder_count), 3) AS usual_count,
  coalesce(list(DISTINCT m.claim_id ORDER BY m.claim_id) FILTER (WHERE m.claim_id IS NOT NULL), []) AS claim_ids
FROM holders AS h
JOIN usual AS u ON u.attribute = h.attribute
JOIN values_known AS v ON v.attribute = h.attribute AND v.value = h.value
LEFT JOIN member_claims AS m ON m.group_no = h.group_no AND m.patient = h.patient
  AND (m.session_no IS NOT NULL OR h.group_no NOT IN (SELECT group_no FROM met))
GROUP BY h.group_no, h.attribute, h.value
HAVING count(DISTINCT h.home) >= 2
ORDER BY h.group_no, max(h.member_count) DESC, h.attribute, h.value
