/* Who and what is at the sittings of each group: its places (group_spots), the doctors and desks there (group_hands), and both
   summed up for each entity (group_entities). Each claim counts once. A block is no sitting: its people share places, not hours. */
CREATE OR REPLACE TABLE group_seats AS
SELECT m.group_no, m.session_no, m.patient, m.place_id, m.place_type, m.doctor_id, m.operator_id, m.claim_id, m.fund_amount,
  s.kind, s.day, s.to_day,
  CASE WHEN row_number() OVER (PARTITION BY m.group_no, m.claim_id ORDER BY m.session_no) = 1 THEN 1 ELSE 0 END AS once
FROM member_claims AS m
JOIN group_sessions AS s ON s.group_no = m.group_no AND s.session_no = m.session_no;

/* rest_seat_count: for a part of a larger group, how often the rest of that group was there on the days of the part's sittings. */
CREATE OR REPLACE TABLE group_spots AS
WITH spots AS (
  SELECT group_no, place_id, min(place_type) AS place_type, CAST(sum(once) AS BIGINT) AS observed, count(DISTINCT session_no) AS sessions,
    count(DISTINCT CASE WHEN kind <> 'block' THEN session_no END) AS sitting_count, count(DISTINCT patient) AS patients,
    max(CASE WHEN kind = 'block' THEN 1 ELSE 0 END) AS in_block,
    CAST(sum(once * fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM group_seats GROUP BY group_no, place_id
),
sums AS (
  SELECT group_no, count(DISTINCT session_no) AS session_count, CAST(sum(once) AS BIGINT) AS claim_count FROM group_seats GROUP BY group_no
),
people AS (
  SELECT group_no, count(*) AS people_count FROM group_members GROUP BY group_no
),
totals AS (
  SELECT place_id, count(*) AS own_claims FROM claims
  WHERE counted AND place_id IN (SELECT place_id FROM spots) GROUP BY place_id
),
sittings AS (
  SELECT DISTINCT s.group_no, p.parent_no, s.session_no, s.place_id, s.day, s.to_day
  FROM group_seats AS s JOIN group_parents AS p ON p.group_no = s.group_no
  WHERE s.kind <> 'block'
),
own_seats AS (
  SELECT group_no, place_id, count(*) AS seat_count
  FROM (SELECT DISTINCT group_no, place_id, session_no, patient FROM group_seats WHERE kind <> 'block') AS x
  GROUP BY group_no, place_id
),
rest_seats AS (
  SELECT x.group_no, x.place_id, count(*) AS rest_seat_count
  FROM (
    SELECT DISTINCT s.group_no, s.place_id, s.session_no, r.patient
    FROM sittings AS s
    JOIN member_claims AS r ON r.group_no = s.parent_no AND r.place_id = s.place_id AND r.day BETWEEN s.day AND s.to_day
  ) AS x
  LEFT JOIN group_members AS g ON g.group_no = x.group_no AND g.patient = x.patient
  WHERE g.patient IS NULL
  GROUP BY x.group_no, x.place_id
)
SELECT s.*, t.session_count, t.claim_count, n.people_count, z.own_claims, coalesce(o.seat_count, 0) AS seat_count,
  coalesce(r.rest_seat_count, 0) AS rest_seat_count, coalesce(w.people_count - n.people_count, 0) AS rest_people_count
FROM spots AS s
JOIN sums AS t ON t.group_no = s.group_no
JOIN people AS n ON n.group_no = s.group_no
JOIN totals AS z ON z.place_id = s.place_id
LEFT JOIN own_seats AS o ON o.group_no = s.group_no AND o.place_id = s.place_id
LEFT JOIN rest_seats AS r ON r.group_no = s.group_no AND r.place_id = s.place_id
LEFT JOIN group_parents AS p ON p.group_no = s.group_no
LEFT JOIN people AS w ON w.group_no = p.parent_no;

/* led_count: sittings where more than half of the group's claims went through them; seen_claims: their claims at sittings. */
CREATE OR REPLACE TABLE group_hands AS
WITH rows AS (
  SELECT group_no, place_id, 'doctor' AS entity_type, doctor_id AS entity_id, session_no, kind, patient, claim_id, once, fund_amount
  FROM group_seats WHERE doctor_id IS NOT NULL
  UNION ALL
  SELECT group_no, place_id, 'operator' AS entity_type, operator_id AS entity_id, session_no, kind, patient, claim_id, once, fund_amount
  FROM group_seats WHERE operator_id IS NOT NULL
),
hands AS (
  SELECT group_no, place_id, entity_type, entity_id, CAST(sum(once) AS BIGINT) AS observed, count(DISTINCT patient) AS patients,
    CAST(sum(once * fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM rows GROUP BY group_no, place_id, entity_type, entity_id
),
at_sitting AS (
  SELECT group_no, place_id, session_no, count(DISTINCT claim_id) AS claim_count
  FROM group_seats WHERE kind <> 'block' GROUP BY group_no, place_id, session_no
),
through AS (
  SELECT group_no, place_id, entity_type, entity_id, session_no, count(DISTINCT claim_id) AS claim_count
  FROM rows WHERE kind <> 'block' GROUP BY group_no, place_id, entity_type, entity_id, session_no
),
turns AS (
  SELECT t.group_no, t.place_id, t.entity_type, t.entity_id, count(*) AS sitting_count, CAST(sum(t.claim_count) AS BIGINT) AS seen_claims,
    count(CASE WHEN 2 * t.claim_count > a.claim_count THEN 1 END) AS led_count
  FROM through AS t
  JOIN at_sitting AS a ON a.group_no = t.group_no AND a.place_id = t.place_id AND a.session_no = t.session_no
  GROUP BY t.group_no, t.place_id, t.entity_type, t.entity_id
),
all_seen AS (
  SELECT group_no, place_id, CAST(sum(claim_count) AS BIGINT) AS place_seen_claims FROM at_sitting GROUP BY group_no, place_id
),
totals AS (
  SELECT place_id, 'doctor' AS entity_type, doctor_id AS entity_id, count(*) AS own_claims, count(DISTINCT patient_id) AS own_people
  FROM claims WHERE counted AND doctor_id IS NOT NULL AND place_id IN (SELECT place_id FROM group_spots)
  GROUP BY place_id, doctor_id
  UNION ALL
  SELECT place_id, 'operator' AS entity_type, operator_id AS entity_id, count(*) AS own_claims, count(DISTINCT patient_id) AS own_people
  FROM claims WHERE counted AND operator_id IS NOT NULL AND place_id IN (SELECT place_id FROM group_spots)
  GROUP BY place_id, operator_id
),
colleagues AS (
  SELECT place_id, entity_type, count(*) AS hand_count FROM totals GROUP BY place_id, entity_type
)
SELECT h.*, coalesce(u.sitting_count, 0) AS sitting_count, coalesce(u.led_count, 0) AS led_count,
  coalesce(u.seen_claims, 0) AS seen_claims, coalesce(a.place_seen_claims, 0) AS place_seen_claims,
  1.0 * t.own_claims / s.own_claims AS share_of_place, t.own_people, c.hand_count
FROM hands AS h
JOIN group_spots AS s ON s.group_no = h.group_no AND s.place_id = h.place_id
JOIN totals AS t ON t.place_id = h.place_id AND t.entity_type = h.entity_type AND t.entity_id = h.entity_id
JOIN colleagues AS c ON c.place_id = h.place_id AND c.entity_type = h.entity_type
LEFT JOIN turns AS u ON u.group_no = h.group_no AND u.place_id = h.place_id AND u.entity_type = h.entity_type AND u.entity_id = h.entity_id
LEFT JOIN all_seen AS a ON a.group_no = h.group_no AND a.place_id = h.place_id;

CREATE OR REPLACE TABLE group_entities AS
WITH hands AS (
  SELECT h.group_no, h.entity_type, h.entity_id, CAST(sum(h.observed) AS BIGINT) AS observed, sum(h.share_of_place * s.observed) AS expected,
    CAST(sum(h.fund_amount) AS DECIMAL(16,2)) AS fund_amount, max(s.session_count) AS session_count, max(s.claim_count) AS claim_count
  FROM group_hands AS h JOIN group_spots AS s ON s.group_no = h.group_no AND s.place_id = h.place_id
  GROUP BY h.group_no, h.entity_type, h.entity_id
),
turns AS (
  SELECT group_no, 'doctor' AS entity_type, doctor_id AS entity_id, count(DISTINCT session_no) AS sessions, count(DISTINCT patient) AS patients
  FROM group_seats WHERE doctor_id IS NOT NULL GROUP BY group_no, doctor_id
  UNION ALL
  SELECT group_no, 'operator' AS entity_type, operator_id AS entity_id, count(DISTINCT session_no) AS sessions, count(DISTINCT patient) AS patients
  FROM group_seats WHERE operator_id IS NOT NULL GROUP BY group_no, operator_id
)
SELECT group_no, place_type AS entity_type, place_id AS entity_id, observed, sessions, patients, CAST(NULL AS DOUBLE) AS expected, fund_amount,
  session_count, claim_count
FROM group_spots
UNION ALL
SELECT h.group_no, h.entity_type, h.entity_id, h.observed, u.sessions, u.patients, CAST(round(h.expected, 6) AS DOUBLE) AS expected,
  h.fund_amount, h.session_count, h.claim_count
FROM hands AS h JOIN turns AS u ON u.group_no = h.group_no AND u.entity_type = h.entity_type AND u.entity_id = h.entity_id;

DROP TABLE group_seats;
