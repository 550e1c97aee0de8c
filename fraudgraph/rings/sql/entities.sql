/* Places, doctors and operators at the sittings with their names, and how many claims a place has in all. */
SELECT e.group_no, e.entity_type, e.entity_id, e.observed, e.sessions, e.patients, e.expected, e.fund_amount, e.session_count,
  e.claim_count, coalesce(f.name, p.name, d.name) AS name, t.claim_count AS own_claims
FROM group_entities AS e
LEFT JOIN facilities AS f ON e.entity_type = 'facility' AND f.facility_id = e.entity_id
LEFT JOIN pharmacies AS p ON e.entity_type = 'pharmacy' AND p.pharmacy_id = e.entity_id
LEFT JOIN doctors AS d ON e.entity_type = 'doctor' AND d.doctor_id = e.entity_id
LEFT JOIN (
  SELECT place_id, count(*) AS claim_count FROM claims
  WHERE counted AND place_id IN (SELECT entity_id FROM group_entities) GROUP BY place_id
) AS t ON t.place_id = e.entity_id
ORDER BY e.group_no, e.entity_type, e.observed DESC, e.entity_id
