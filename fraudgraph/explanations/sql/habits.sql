/* Where and how often a group's people come when they don't come together: one row a group with a sitting. */
WITH sat AS (
  SELECT s.group_no, s.place FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
main AS (
  SELECT group_no, place FROM (
    SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM sat GROUP BY group_no, place)
  WHERE place_in_line = 1
),
kinds AS (
  SELECT m.group_no, m.place, c.place_type FROM main AS m JOIN place_codes AS c ON c.place = m.place
),
alone AS ( -- visits to such places that belong to no sitting
  SELECT c.group_no, c.patient, c.place, count(DISTINCT c.day) AS days
  FROM member_claims AS c JOIN kinds AS k ON k.group_no = c.group_no AND k.place_type = c.place_type
  WHERE c.session_no IS NULL AND c.claim_type <> 'inpatient'
  GROUP BY c.group_no, c.patient, c.place
),
favourites AS (
  SELECT group_no, patient, place FROM (
    SELECT group_no, patient, place, row_number() OVER (PARTITION BY group_no, patient ORDER BY days DESC, place) AS place_in_line FROM alone)
  WHERE place_in_line = 1
),
usual AS (
  SELECT f.group_no, count(CASE WHEN f.place = k.place THEN 1 END) / (1.0 * count(*)) AS usual_place_share
  FROM favourites AS f JOIN kinds AS k ON k.group_no = f.group_no GROUP BY f.group_no
),
weeks AS ( -- of who came to the main place in two weeks at least
  SELECT c.group_no, c.patient, count(DISTINCT c.day) * 7.0 / (max(c.day) - min(c.day) + 1) AS days
  FROM member_claims AS c JOIN main AS m ON m.group_no = c.group_no AND m.place = c.place
  WHERE c.claim_type <> 'inpatient'
  GROUP BY c.group_no, c.patient HAVING max(c.day) - min(c.day) >= 14
),
rhythm AS (
  SELECT group_no, fg_quantile(days, 0.5) AS visit_days_each_week FROM weeks GROUP BY group_no
),
stays AS (
  SELECT group_no, fg_quantile(stay_days, 0.5) AS stay_days FROM (
    SELECT DISTINCT group_no, claim_id, date_diff('day', event_date, ended_on) AS stay_days FROM member_claims
    WHERE session_no IS NOT NULL AND claim_type = 'inpatient' AND ended_on IS NOT NULL)
  GROUP BY group_no
)
SELECT m.group_no, u.usual_place_share, r.visit_days_each_week, s.stay_days
FROM main AS m
LEFT JOIN usual AS u ON u.group_no = m.group_no
LEFT JOIN rhythm AS r ON r.group_no = m.group_no
LEFT JOIN stays AS s ON s.group_no = m.group_no
ORDER BY m.group_no
