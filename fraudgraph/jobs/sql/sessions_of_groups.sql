/* Days and places of the sittings that count, by group. */
SELECT DISTINCT s.group_no, s.day, c.place_id
FROM group_sessions AS s
JOIN session_chances AS j ON j.session_no = s.session_no
JOIN place_codes AS c ON c.place = s.place
WHERE j.good
ORDER BY s.group_no, s.day, c.place_id
