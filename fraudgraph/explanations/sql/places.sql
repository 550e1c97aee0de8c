/* At what kind of place a group comes together, and who else uses it: one row a group that has a claim at a sitting. */
WITH at_sittings AS (
  SELECT DISTINCT group_no, claim_id, place_id, place_type, doctor_id FROM member_claims WHERE session_no IS NOT NULL
),
owners AS (
  SELECT a.group_no, count(CASE WHEN a.place_type = 'facility' THEN 1 END) AS at_facilities, count(f.ownership) AS owned, count(f.level) AS levelled,
    count(CASE WHEN f.ownership = 'private' THEN 1 END) / (1.0 * greatest(count(f.facility_id), 1)) AS private_share,
    count(CASE WHEN f.level IN ('primary', 'clinic') THEN 1 END) / (1.0 * count(*)) AS primary_share
  FROM at_sittings AS a LEFT JOIN facilities AS f ON f.facility_id = a.place_id
  GROUP BY a.group_no
),
several_sites AS (
  SELECT doctor_id FROM doctor_sites GROUP BY doctor_id HAVING count(DISTINCT facility_id) >= 2
),
visiting AS (
  SELECT a.group_no, count(v.doctor_id) / (1.0 * count(*)) AS visiting_share, count(a.doctor_id) AS doctors
  FROM at_sittings AS a LEFT JOIN several_sites AS v ON v.doctor_id = a.doctor_id
  GROUP BY a.group_no
),
registered AS (
  SELECT count(*) AS doctor_count FROM doctor_sites
),
sat AS (
  SELECT s.group_no, s.place FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
main AS (
  SELECT group_no, place FROM (
    SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM sat GROUP BY group_no, place)
  WHERE place_in_line = 1
),
others AS ( -- the other people who use the group's main place
  SELECT m.group_no, v.patient, p.residence_code, p.employer, date_diff('day', p.birth_date, DATE '1970-01-01' + l.day) / 365.25 AS age
  FROM main AS m
  JOIN (SELECT DISTINCT place, patient FROM visits WHERE place IN (SELECT place FROM main)) AS v ON v.place = m.place
  JOIN patient_codes AS c ON c.patient = v.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
  CROSS JOIN (SELECT max(day) AS day FROM visits) AS l
  LEFT JOIN group_members AS g ON g.group_no = m.group_no AND g.patient = v.patient
  WHERE g.patient IS NULL
),
tops AS (
  SELECT group_no, max(CASE WHEN attribute = 'residence' THEN value END) AS residence, max(CASE WHEN attribute = 'employer' THEN value END) AS employer
  FROM group_attributes WHERE place_in_line = 1 GROUP BY group_no
),
clienteles AS (
  SELECT o.group_no,
    CASE WHEN count(o.residence_code) > 0 AND max(t.residence) IS NOT NULL
      THEN count(CASE WHEN o.residence_code = t.residence THEN 1 END) / (1.0 * count(*)) END AS others_residence_share,
    CASE WHEN count(o.employer) > 0 AND max(t.employer) IS NOT NULL
      THEN count(CASE WHEN o.employer = t.employer THEN 1 END) / (1.0 * count(*)) END AS others_employer_share,
    CASE WHEN count(o.age) > 0 THEN count(CASE WHEN o.age < $school_age THEN 1 END) / (1.0 * count(o.age)) END AS others_school_share
  FROM others AS o LEFT JOIN tops AS t ON t.group_no = o.group_no
  GROUP BY o.group_no
)
SELECT o.group_no,
  CASE WHEN o.at_facilities = 0 OR o.owned > 0 THEN o.private_share END AS private_share,
  CASE WHEN o.at_facilities = 0 OR o.levelled > 0 THEN o.primary_share END AS primary_share,
  CASE WHEN r.doctor_count > 0 AND v.doctors > 0 THEN v.visiting_share END AS visiting_share,
  c.others_residence_share, c.others_employer_share, c.others_school_share
FROM owners AS o
JOIN visiting AS v ON v.group_no = o.group_no
CROSS JOIN registered AS r
LEFT JOIN clienteles AS c ON c.group_no = o.group_no
ORDER BY o.group_no
