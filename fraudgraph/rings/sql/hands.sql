/* The doctors and desks at the places of each group's sittings, with what they come to over all places: a row is a `StaffInvolvement`. */
SELECT h.group_no, h.place_id, h.entity_type AS kind, h.entity_id, coalesce(d.name, '') AS name, h.observed AS claim_count, h.patients AS patient_count, h.sitting_count,
  h.led_count, h.seen_claims AS seen_claim_count, h.place_seen_claims AS place_seen_claim_count, h.share_of_place,
  h.own_people AS own_people_count, h.hand_count, e.observed AS all_claim_count, e.sessions AS all_session_count,
  e.expected AS expected_claim_count, e.fund_amount
FROM group_hands AS h
JOIN group_entities AS e ON e.group_no = h.group_no AND e.entity_type = h.entity_type AND e.entity_id = h.entity_id
LEFT JOIN doctors AS d ON h.entity_type = 'doctor' AND d.doctor_id = h.entity_id
ORDER BY h.group_no, h.entity_type, e.observed DESC, h.entity_id, h.observed DESC, h.place_id
