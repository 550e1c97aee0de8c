/* Whether the people are where their cards are, whom they meet elsewhere, and whether they are like those who come here and are so ill:
   one row a group. Each claim counts once. */
WITH families AS (
  SELECT DISTINCT group_no, claim_id, patient, place_id, claim_type, event_date, minute, ended_on, substr(diagnosis_code, 1, 3) AS diagnosis,
    session_no IS NOT NULL AS ours
  FROM member_claims
),
theirs AS (
  SELECT * FROM families WHERE ours
),
rest AS (
  SELECT f.* FROM families AS f ANTI JOIN theirs AS t ON t.group_no = f.group_no AND t.claim_id = f.claim_id
),
stays AS (
  SELECT DISTINCT group_no, patient, claim_id, event_date, ended_on FROM families WHERE claim_type = 'inpatient' AND ended_on IS NOT NULL
),
admitted AS (
  SELECT t.group_no, count(DISTINCT t.claim_id) AS claims, count(DISTINCT CASE WHEN s.claim_id IS NOT NULL THEN t.claim_id END) AS inside
  FROM theirs AS t LEFT JOIN stays AS s
    ON s.group_no = t.group_no AND s.patient = t.patient AND s.claim_id <> t.claim_id AND t.event_date > s.event_date AND t.event_date < s.ended_on
  GROUP BY t.group_no
),
at_once AS (
  SELECT t.group_no, count(DISTINCT t.claim_id) AS claims, count(DISTINCT CASE WHEN r.claim_id IS NOT NULL THEN t.claim_id END) AS elsewhere
  FROM theirs AS t LEFT JOIN rest AS r
    ON r.group_no = t.group_no AND r.patient = t.patient AND r.event_date = t.event_date AND r.place_id <> t.place_id AND r.claim_type <> 'inpatient'
      AND abs(r.minute - t.minute) <= 45
  WHERE t.claim_type <> 'inpatient' AND t.minute IS NOT NULL GROUP BY t.group_no
),
own_places AS (
  SELECT DISTINCT r.group_no, r.patient, r.place_id FROM rest AS r
  ANTI JOIN (SELECT DISTINCT group_no, place_id FROM theirs) AS p ON p.group_no = r.group_no AND p.place_id = r.place_id
),
shared_places AS (
  SELECT group_no, sum(n * (n - 1)) AS together FROM (SELECT group_no, place_id, count(*) AS n FROM own_places GROUP BY group_no, place_id) GROUP BY group_no
),
own_counts AS (
  SELECT group_no, sum(n) AS n, sum(n * n) AS own, count(*) AS people FROM (SELECT group_no, patient, count(*) AS n FROM own_places GROUP BY group_no, patient)
  GROUP BY group_no
),
sizes AS (
  SELECT group_no, count(*) AS people FROM group_members GROUP BY group_no
),
in_common AS (
  SELECT a.group_no, b.group_no AS other, count(*) AS common FROM group_members AS a JOIN group_members AS b ON b.patient = a.patient AND b.group_no <> a.group_no
  GROUP BY a.group_no, b.group_no
),
others AS (
  SELECT o.group_no, sum(o.common) AS n FROM in_common AS o JOIN sizes AS s ON s.group_no = o.group_no JOIN sizes AS t ON t.group_no = o.other
  WHERE o.common < $least_common * least(s.people, t.people) GROUP BY o.group_no
),
persons AS (
  SELECT c.patient, p.patient_id, min(p.sex) AS sex, min(p.residence_code) AS residence,
    CAST(floor(date_diff('year', min(p.birth_date), (SELECT max(event_date) FROM claims WHERE counted)) / 12) AS INTEGER) AS age
  FROM patients AS p JOIN patient_codes AS c ON c.patient_id = p.patient_id GROUP BY c.patient, p.patient_id
),
people AS (
  SELECT count(*) AS n FROM persons
),
patrons AS (
  SELECT DISTINCT c.place_id, p.patient, p.age, p.sex, p.residence FROM claims AS c JOIN persons AS p ON p.patient_id = c.patient_id
  WHERE c.counted AND c.place_id IN (SELECT place_id FROM theirs)
),
patron_counts AS (
  SELECT place_id, count(*) AS n FROM patrons GROUP BY place_id
),
patron_ages AS (
  SELECT place_id, age, sex, count(*) AS n FROM patrons GROUP BY place_id, age, sex
),
patron_homes AS (
  SELECT place_id, residence, count(*) AS n FROM patrons GROUP BY place_id, residence
),
ages AS (
  SELECT age, sex, count(*) AS n FROM persons GROUP BY age, sex
),
homes AS (
  SELECT residence, count(*) AS n FROM persons GROUP BY residence
),
came AS (
  SELECT DISTINCT t.group_no, t.place_id, t.patient, p.age, p.sex, p.residence FROM theirs AS t JOIN persons AS p ON p.patient = t.patient
),
came_counts AS (
  SELECT group_no, place_id, count(*) AS n FROM came GROUP BY group_no, place_id
),
came_ages AS (
  SELECT group_no, place_id, age, sex, count(*) AS n FROM came GROUP BY group_no, place_id, age, sex
),
came_homes AS (
  SELECT group_no, place_id, residence, count(*) AS n FROM came GROUP BY group_no, place_id, residence
),
age_here AS (
  SELECT g.group_no, sum(g.n * ln((p.n - g.n + 8.0 * a.n / e.n) / (k.n - c.n + 8.0) / (1.0 * a.n / e.n))) / sum(g.n) AS nats
  FROM came_ages AS g JOIN came_counts AS c ON c.group_no = g.group_no AND c.place_id = g.place_id JOIN patron_counts AS k ON k.place_id = g.place_id
  JOIN patron_ages AS p ON p.place_id = g.place_id AND p.age IS NOT DISTINCT FROM g.age AND p.sex IS NOT DISTINCT FROM g.sex
  JOIN ages AS a ON a.age IS NOT DISTINCT FROM g.age AND a.sex IS NOT DISTINCT FROM g.sex CROSS JOIN people AS e GROUP BY g.group_no
),
home_here AS (
  SELECT g.group_no, sum(g.n * ln((p.n - g.n + 8.0 * a.n / e.n) / (k.n - c.n + 8.0) / (1.0 * a.n / e.n))) / sum(g.n) AS nats
  FROM came_homes AS g JOIN came_counts AS c ON c.group_no = g.group_no AND c.place_id = g.place_id JOIN patron_counts AS k ON k.place_id = g.place_id
  JOIN patron_homes AS p ON p.place_id = g.place_id AND p.residence = g.residence
  JOIN homes AS a ON a.residence = g.residence CROSS JOIN people AS e GROUP BY g.group_no
),
illnesses AS (
  SELECT substr(c.diagnosis_code, 1, 3) AS diagnosis, p.age, p.sex, count(*) AS n, count(CASE WHEN c.claim_type = 'inpatient' THEN 1 END) AS stays
  FROM claims AS c JOIN persons AS p ON p.patient_id = c.patient_id WHERE c.counted AND c.diagnosis_code IS NOT NULL
  GROUP BY substr(c.diagnosis_code, 1, 3), p.age, p.sex
),
by_age AS (
  SELECT age, sex, sum(n) AS n FROM illnesses GROUP BY age, sex
),
by_illness AS (
  SELECT diagnosis, sum(n) AS n, sum(stays) AS stays, sum(sum(n)) OVER () AS everything, sum(sum(stays)) OVER () AS all_stays FROM illnesses GROUP BY diagnosis
),
fits AS (
  SELECT t.group_no, avg(ln((coalesce(i.n, 0) + 5.0 * d.n / d.everything) / (a.n + 5.0) / (1.0 * d.n / d.everything))) AS age_nats, avg(ln(1.0 * d.n / d.everything)) AS common,
    avg(CASE WHEN t.claim_type = 'inpatient' THEN ln((d.stays + 5.0 * d.all_stays / d.everything) / (d.n + 5.0)) END) AS stay_nats
  FROM theirs AS t JOIN persons AS p ON p.patient = t.patient JOIN by_illness AS d ON d.diagnosis = t.diagnosis
  JOIN by_age AS a ON a.age IS NOT DISTINCT FROM p.age AND a.sex IS NOT DISTINCT FROM p.sex
  LEFT JOIN illnesses AS i ON i.diagnosis = t.diagnosis AND i.age IS NOT DISTINCT FROM p.age AND i.sex IS NOT DISTINCT FROM p.sex
  GROUP BY t.group_no
)
SELECT g.group_no,
  m.inside / (1.0 * m.claims) AS while_admitted_share,
  o.elsewhere / (1.0 * o.claims) AS elsewhere_at_once_share,
  CASE WHEN c.people >= 3 THEN ln((h.together + 0.5) / (c.n * c.n - c.own + 20.0)) END AS met_elsewhere_log,
  coalesce(r.n, 0) / (1.0 * s.people) AS other_groups_each,
  a.nats AS age_here_nats, b.nats AS residence_here_nats,
  f.age_nats AS illness_age_nats, f.common AS illness_common_log, f.stay_nats AS stay_need_log
FROM (SELECT DISTINCT group_no FROM theirs) AS g
JOIN sizes AS s ON s.group_no = g.group_no
LEFT JOIN admitted AS m ON m.group_no = g.group_no
LEFT JOIN at_once AS o ON o.group_no = g.group_no
LEFT JOIN shared_places AS h ON h.group_no = g.group_no LEFT JOIN own_counts AS c ON c.group_no = g.group_no
LEFT JOIN others AS r ON r.group_no = g.group_no
LEFT JOIN age_here AS a ON a.group_no = g.group_no LEFT JOIN home_here AS b ON b.group_no = g.group_no
LEFT JOIN fits AS f ON f.group_no = g.group_no
ORDER BY g.group_no
