/* Each good sitting with its place's name and the claims made at it. */
SELECT s.group_no, s.session_no, s.kind, s.day, s.to_day, s.from_minute, s.to_minute, s.present_count, s.others_count,
  round(s.expected_count, 6) AS expected_count, j.p, c.place_id, coalesce(f.name, h.name) AS place_name,
  b.people AS set_people, b.observed AS set_observed, b.expected AS set_expected,
  list(DISTINCT c.claim_id ORDER BY c.claim_id) AS claim_ids
FROM group_sessions AS s
JOIN session_chances AS j ON j.session_no = s.session_no
JOIN member_claims AS c ON c.session_no = s.session_no
LEFT JOIN facilities AS f ON f.facility_id = c.place_id
LEFT JOIN pharmacies AS h ON h.pharmacy_id = c.place_id
LEFT JOIN (SELECT group_no, max(people) AS people, max(observed) AS observed, max(expected) AS expected FROM group_blocks GROUP BY group_no) AS b
  ON b.group_no = s.group_no AND s.kind = 'block'
GROUP BY s.group_no, s.session_no, s.kind, s.day, s.to_day, s.from_minute, s.to_minute, s.present_count, s.others_count,
  s.expected_count, j.p, c.place_id, coalesce(f.name, h.name), b.people, b.observed, b.expected
ORDER BY s.group_no, s.session_no
