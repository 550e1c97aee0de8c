/* The places at the sittings of each group, with their names: a row is a `PlaceInvolvement`. */
SELECT s.group_no, s.place_id, s.place_type AS kind, coalesce(f.name, p.name, '') AS name, s.observed AS claim_count, s.sessions AS session_count,
  s.sitting_count, s.patients AS patient_count, s.in_block, s.fund_amount, s.session_count AS all_session_count,
  s.claim_count AS all_claim_count, s.people_count, s.own_claims AS own_claim_count, s.seat_count, s.rest_seat_count, s.rest_people_count
FROM group_spots AS s
LEFT JOIN facilities AS f ON s.place_type = 'facility' AND f.facility_id = s.place_id
LEFT JOIN pharmacies AS p ON s.place_type = 'pharmacy' AND p.pharmacy_id = s.place_id
ORDER BY s.group_no, s.place_type, s.observed DESC, s.place_id
