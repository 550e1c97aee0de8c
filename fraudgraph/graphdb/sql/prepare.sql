/* What several of the graph's tables are made from. `who` shortens identity numbers, `keyed` codes shared identifiers:
   both are macros that the loader defines with the workspace's key. */
CREATE OR REPLACE TEMP TABLE events AS
SELECT claim_id, patient_id, doctor_id, operator_id, facility_id, pharmacy_id, place_id, place_type, claim_type, event_date,
  event_at, CAST(ended_at AS DATE) AS ended_on, diagnosis_code, prescriber_facility_id, net_total_amount, net_fund_amount
FROM claims WHERE counted;

CREATE OR REPLACE TEMP TABLE entities AS
SELECT DISTINCT 'patient' AS entity_type, patient_id AS entity_id FROM events
UNION SELECT DISTINCT 'doctor', doctor_id FROM events WHERE doctor_id IS NOT NULL
UNION SELECT DISTINCT 'facility', facility_id FROM events WHERE facility_id IS NOT NULL
UNION SELECT DISTINCT 'facility', prescriber_facility_id FROM events WHERE prescriber_facility_id IS NOT NULL
UNION SELECT DISTINCT 'pharmacy', pharmacy_id FROM events WHERE pharmacy_id IS NOT NULL
UNION SELECT DISTINCT 'doctor', doctor_id FROM doctors
UNION SELECT DISTINCT 'facility', facility_id FROM doctors WHERE facility_id IS NOT NULL
UNION SELECT DISTINCT 'facility', facility_id FROM doctor_sites
UNION SELECT DISTINCT 'doctor', doctor_id FROM doctor_sites
UNION SELECT DISTINCT 'facility', facility_id FROM facilities
UNION SELECT DISTINCT 'pharmacy', pharmacy_id FROM pharmacies
UNION SELECT DISTINCT entity_type, entity_id FROM out_ring_members;

CREATE OR REPLACE TEMP TABLE flag_rows AS
SELECT row_number() OVER (ORDER BY model, subject_type, subject_id, member_ids, claim_ids) AS flag_no, *
FROM out_flags;

CREATE OR REPLACE TEMP TABLE flag_people AS
SELECT DISTINCT f.flag_no, e.entity_type, e.entity_id
FROM (
  SELECT f.flag_no, f.subject_id AS entity_id, f.subject_type AS kind FROM flag_rows AS f
  UNION ALL
  SELECT f.flag_no, m.entity_id, coalesce(s.members, 'patient') AS kind
  FROM flag_rows AS f
  LEFT JOIN out_screens AS s ON s.model = f.model
  CROSS JOIN LATERAL (SELECT unnest(f.member_ids) AS entity_id) AS m
) AS f
JOIN entities AS e ON e.entity_id = f.entity_id
  AND (e.entity_type = f.kind OR (f.kind = 'place' AND e.entity_type IN ('facility', 'pharmacy')));

CREATE OR REPLACE TEMP TABLE ring_claims AS
SELECT n.ring_id, m.claim_id, bool_or(m.session_no IS NOT NULL) AS in_meeting
FROM member_claims AS m
JOIN ring_names AS n ON n.group_no = m.group_no
JOIN out_ring_members AS r ON r.ring_id = n.ring_id AND r.entity_type = 'patient' AND r.entity_id = m.patient_id
WHERE m.session_no IS NOT NULL OR EXISTS (
  SELECT 1 FROM out_ring_members AS p WHERE p.ring_id = n.ring_id AND p.entity_id = m.place_id
)
GROUP BY n.ring_id, m.claim_id;

CREATE OR REPLACE TEMP TABLE wanted_claims AS
SELECT DISTINCT claim_id FROM (
  SELECT claim_id FROM ring_claims
  UNION ALL SELECT unnest(claim_ids) FROM out_evidence
  UNION ALL SELECT unnest(claim_ids) FROM out_explanations
  UNION ALL SELECT unnest(claim_ids) FROM flag_rows
  UNION ALL SELECT claim_id FROM claims WHERE $all_claims
);

CREATE OR REPLACE TEMP TABLE ring_shared AS
SELECT DISTINCT s.kind, s.value, unnest(s.patient_ids) AS patient_id
FROM group_shared AS s
JOIN shared_identifiers AS i ON i.kind = s.kind AND i.value = s.value
JOIN out_ring_members AS m ON m.entity_type = i.kind AND m.entity_id = i.code;

CREATE OR REPLACE TEMP TABLE shared_values AS
SELECT kind, value, keyed(kind, value) AS code, entity_type, entity_id, count(*) OVER (PARTITION BY kind, value) AS holder_count
FROM (
  SELECT 'phone' AS kind, trim(phone) AS value, 'patient' AS entity_type, patient_id AS entity_id FROM patients
  UNION SELECT 'address', trim(address), 'patient', patient_id FROM patients
  UNION SELECT 'account', trim(bank_account), 'patient', patient_id FROM patients
  UNION SELECT 'agent', trim(agent_id), 'patient', patient_id FROM patients
  UNION SELECT kind, trim(value), 'patient', patient_id FROM ring_shared
  UNION SELECT 'phone', trim(phone), 'facility', facility_id FROM facilities
  UNION SELECT 'address', trim(address), 'facility', facility_id FROM facilities
  UNION SELECT 'account', trim(account), 'facility', facility_id FROM facilities
  UNION SELECT 'representative', trim(legal_representative), 'facility', facility_id FROM facilities
  UNION SELECT 'phone', trim(phone), 'pharmacy', pharmacy_id FROM pharmacies
  UNION SELECT 'address', trim(address), 'pharmacy', pharmacy_id FROM pharmacies
  UNION SELECT 'account', trim(account), 'pharmacy', pharmacy_id FROM pharmacies
  UNION SELECT 'representative', trim(legal_representative), 'pharmacy', pharmacy_id FROM pharmacies
) AS held
SEMI JOIN entities AS e ON e.entity_type = held.entity_type AND e.entity_id = held.entity_id
WHERE length(value) >= 2
QUALIFY holder_count BETWEEN 2 AND $most_holders;

CREATE OR REPLACE TEMP TABLE member_names AS
SELECT m.ring_id, m.entity_id, n.name || ' (' || m.entity_id || ')' AS shown
FROM (SELECT DISTINCT ring_id, entity_type, entity_id FROM out_ring_members) AS m
JOIN (
  SELECT 'facility' AS entity_type, facility_id AS entity_id, min(name) AS name FROM facilities GROUP BY facility_id
  UNION ALL SELECT 'pharmacy', pharmacy_id, min(name) FROM pharmacies GROUP BY pharmacy_id
  UNION ALL SELECT 'doctor', doctor_id, min(spoken(name)) FROM doctors GROUP BY doctor_id
  UNION ALL SELECT 'patient', patient_id, min(spoken(name)) FROM patients GROUP BY patient_id
) AS n ON n.entity_type = m.entity_type AND n.entity_id = m.entity_id
WHERE n.name IS NOT NULL AND length(m.entity_id) >= 4;
