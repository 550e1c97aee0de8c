/* Days and places of the sittings that count, by the ring's name. */
SELECT DISTINCT n.ring_id, s.day, c.place_id
FROM group_sessions AS s
JOIN session_chances AS j ON j.session_no = s.session_no
JOIN place_codes AS c ON c.place = s.place
JOIN ring_names AS n ON n.group_no = s.group_no
WHERE j.good
ORDER BY n.ring_id, s.day, c.place_id
