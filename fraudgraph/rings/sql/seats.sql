/* How many of the group's sittings each of its people came to, their money there, and with how many of the group they share
   a phone, an account or an agent. */
SELECT g.group_no, c.patient_id,
  count(DISTINCT m.session_no) AS attended,
  count(DISTINCT m.claim_id) AS claim_count,
  CAST(coalesce(sum(m.fund_amount), 0) AS DECIMAL(16,2)) AS fund_amount,
  min(p.name) AS name,
  min(p.birth_date) AS birth_date,
  max(coalesce(l.linked, 0)) AS linked
FROM group_members AS g
JOIN patient_codes AS c ON c.patient = g.patient
LEFT JOIN (SELECT DISTINCT group_no, patient, session_no, claim_id, fund_amount FROM member_claims WHERE session_no IS NOT NULL) AS m
  ON m.group_no = g.group_no AND m.patient = g.patient
LEFT JOIN patients AS p ON p.patient_id = c.patient_id
LEFT JOIN (
  SELECT x.group_no, x.patient, count(DISTINCT y.patient) AS linked
  FROM group_members AS x
  JOIN (SELECT a, b FROM pair_meetings WHERE view = 'identity' UNION SELECT b AS a, a AS b FROM pair_meetings WHERE view = 'identity') AS i
    ON i.a = x.patient
  JOIN group_members AS y ON y.group_no = x.group_no AND y.patient = i.b
  GROUP BY x.group_no, x.patient
) AS l ON l.group_no = g.group_no AND l.patient = g.patient
GROUP BY g.group_no, c.patient_id
ORDER BY g.group_no, attended DESC, c.patient_id
