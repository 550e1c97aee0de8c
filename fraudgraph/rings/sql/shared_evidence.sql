/* Phones, accounts and agents that three or more people of two or more households share. */
WITH holders AS (
  SELECT a.group_no, a.attribute, a.value, a.member_count, a.holder_count, c.patient, p.patient_id,
    coalesce(p.household_id, p.address, p.patient_id) AS home
  FROM group_attributes AS a
  JOIN group_members AS m ON m.group_no = a.group_no
  JOIN patient_codes AS c ON c.patient = m.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
    AND a.value = CASE a.attribute WHEN 'phone' THEN p.phone WHEN 'account' THEN p.bank_account WHEN 'agent' THEN p.agent_id END
  WHERE a.attribute IN ('phone', 'account', 'agent') AND a.member_count >= 2 AND a.holder_count <= 60
)
SELECT h.group_no, h.attribute, h.value, max(h.member_count) AS member_count, max(h.holder_count) AS holder_count,
  count(DISTINCT h.home) AS household_count,
  coalesce(list(DISTINCT m.claim_id ORDER BY m.claim_id) FILTER (WHERE m.claim_id IS NOT NULL), []) AS claim_ids
FROM holders AS h
LEFT JOIN member_claims AS m ON m.group_no = h.group_no AND m.patient = h.patient AND m.session_no IS NOT NULL
GROUP BY h.group_no, h.attribute, h.value
HAVING count(DISTINCT h.home) >= 2
ORDER BY h.group_no, max(h.member_count) DESC, h.attribute, h.value
