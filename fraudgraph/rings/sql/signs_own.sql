/* Whether the claims of each group's sittings fit the people's own life and the place's: one row a group. Each claim counts once. */
WITH families AS (
  SELECT group_no, claim_id, patient, place_id, place_type, claim_type, doctor_id, event_date, session_no IS NOT NULL AS ours,
    substr(diagnosis_code, 1, 3) AS diagnosis, total_amount, fund_amount
  FROM member_claims
),
theirs AS (
  SELECT DISTINCT * FROM families WHERE ours
),
rest AS (
  SELECT DISTINCT f.* FROM families AS f ANTI JOIN theirs AS t ON t.group_no = f.group_no AND t.claim_id = f.claim_id
),
known_illness AS (
  SELECT DISTINCT group_no, patient, diagnosis FROM rest WHERE diagnosis IS NOT NULL
),
illness AS (
  SELECT t.group_no, count(t.diagnosis) AS known, count(k.patient) AS before
  FROM theirs AS t LEFT JOIN known_illness AS k ON k.group_no = t.group_no AND k.patient = t.patient AND k.diagnosis = t.diagnosis
  WHERE t.diagnosis IS NOT NULL GROUP BY t.group_no
),
dear AS (
  SELECT claim_type, substr(diagnosis_code, 1, 3) AS diagnosis, fg_quantile(net_total_amount, 0.5) AS amount, count(*) AS n
  FROM claims WHERE counted GROUP BY claim_type, substr(diagnosis_code, 1, 3)
),
common_amounts AS (
  SELECT claim_type, fg_quantile(net_total_amount, 0.5) AS amount FROM claims WHERE counted GROUP BY claim_type
),
against_city AS (
  SELECT t.group_no, fg_quantile(ln(greatest(t.total_amount, 0.01) / greatest((d.amount * d.n + 50 * c.amount) / (d.n + 50), 0.01)), 0.5) AS by_illness,
    fg_quantile(ln(greatest(t.total_amount, 0.01) / greatest(c.amount, 0.01)), 0.5) AS by_kind
  FROM theirs AS t JOIN common_amounts AS c ON c.claim_type = t.claim_type
  JOIN dear AS d ON d.claim_type = t.claim_type AND d.diagnosis IS NOT DISTINCT FROM t.diagnosis
  GROUP BY t.group_no
),
gaps AS (
  SELECT group_no, patient, date_diff('day', lag(event_date) OVER (PARTITION BY group_no, patient ORDER BY event_date), event_date) AS gap
  FROM (SELECT DISTINCT group_no, patient, event_date FROM theirs)
),
own_gaps AS (
  SELECT group_no, patient, fg_quantile(gap, 0.5) AS middle, count(*) AS n FROM gaps WHERE gap IS NOT NULL GROUP BY group_no, patient HAVING count(*) >= 3
),
own_spreads AS (
  SELECT g.group_no, g.patient, fg_quantile(abs(g.gap - o.middle), 0.5) / greatest(max(o.middle), 1) AS spread
  FROM gaps AS g JOIN own_gaps AS o ON o.group_no = g.group_no AND o.patient = g.patient WHERE g.gap IS NOT NULL GROUP BY g.group_no, g.patient
),
rhythms AS (
  SELECT s.group_no, fg_quantile(s.spread, 0.5) AS irregularity, fg_quantile(o.middle, 0.5) AS days, count(*) AS n
  FROM own_spreads AS s JOIN own_gaps AS o ON o.group_no = s.group_no AND o.patient = s.patient GROUP BY s.group_no
),
own_weekdays AS (
  SELECT group_no, fg_quantile(top, 0.5) AS share, count(*) AS n FROM (
    SELECT group_no, patient, max(n) / (1.0 * sum(n)) AS top FROM (
      SELECT group_no, patient, dayofweek(event_date) AS weekday, count(*) AS n FROM (SELECT DISTINCT group_no, patient, event_date FROM theirs) GROUP BY ALL)
    GROUP BY group_no, patient HAVING sum(n) >= 4)
  GROUP BY group_no
),
loads_of AS (
  SELECT t.group_no, count(*) AS claims, count(DISTINCT t.event_date) AS days, count(DISTINCT t.patient) AS people,
    count(DISTINCT t.place_id) AS places, count(CASE WHEN dayofweek(t.event_date) IN (0, 6) THEN 1 END) AS weekend
  FROM theirs AS t GROUP BY t.group_no
),
rest_of AS (
  SELECT group_no, count(*) AS claims FROM rest GROUP BY group_no
),
usual_amounts AS (
  SELECT group_no, patient, claim_type, fg_quantile(total_amount, 0.5) AS amount, count(*) AS n FROM rest GROUP BY group_no, patient, claim_type
),
own_amounts AS (
  SELECT t.group_no, fg_quantile(ln(greatest(t.total_amount, 0.01) / greatest(u.amount, 0.01)), 0.5) AS ratio, count(*) AS n
  FROM theirs AS t JOIN usual_amounts AS u ON u.group_no = t.group_no AND u.patient = t.patient AND u.claim_type = t.claim_type AND u.n >= 2
  GROUP BY t.group_no
),
usual_doctors AS (
  SELECT group_no, patient, doctor_id, count(*) AS n FROM rest WHERE doctor_id IS NOT NULL GROUP BY group_no, patient, doctor_id
),
own_doctors AS (
  SELECT t.group_no, count(*) AS known, count(u.doctor_id) AS own
  FROM theirs AS t LEFT JOIN usual_doctors AS u ON u.group_no = t.group_no AND u.patient = t.patient AND u.doctor_id = t.doctor_id
  WHERE t.doctor_id IS NOT NULL GROUP BY t.group_no
),
tops AS (
  SELECT group_no, arg_max(doctor_id, (n, doctor_id)) AS doctor_id, max(n) AS n FROM (SELECT group_no, doctor_id, count(*) AS n FROM theirs WHERE doctor_id IS NOT NULL GROUP BY group_no, doctor_id)
  GROUP BY group_no
),
loads AS (
  SELECT doctor_id, count(*) AS n FROM claims WHERE counted AND doctor_id IN (SELECT doctor_id FROM tops) GROUP BY doctor_id
),
place_illness AS (
  SELECT place_id, substr(diagnosis_code, 1, 3) AS diagnosis, count(*) AS n FROM claims
  WHERE counted AND diagnosis_code IS NOT NULL AND place_id IN (SELECT place_id FROM theirs) GROUP BY place_id, substr(diagnosis_code, 1, 3)
),
place_known AS (
  SELECT place_id, sum(n) AS n FROM place_illness GROUP BY place_id
),
group_illness AS (
  SELECT group_no, place_id, diagnosis, count(*) AS n FROM theirs WHERE diagnosis IS NOT NULL GROUP BY group_no, place_id, diagnosis
),
group_known AS (
  SELECT group_no, place_id, sum(n) AS n FROM group_illness GROUP BY group_no, place_id
),
fitting AS (
  SELECT g.group_no, sum(g.n * ln((p.n - g.n + 0.5) / (k.n - h.n + 10.0))) / sum(g.n) AS place_nats
  FROM group_illness AS g JOIN group_known AS h ON h.group_no = g.group_no AND h.place_id = g.place_id
  JOIN place_illness AS p ON p.place_id = g.place_id AND p.diagnosis = g.diagnosis JOIN place_known AS k ON k.place_id = g.place_id
  GROUP BY g.group_no
),
reimbursed AS (
  SELECT claim_type, sum(net_fund_amount) / nullif(sum(net_total_amount), 0) AS share FROM claims WHERE counted GROUP BY claim_type
),
funds AS (
  SELECT t.group_no, sum(t.fund_amount) / nullif(sum(t.total_amount), 0) - sum(t.total_amount * r.share) / nullif(sum(t.total_amount), 0) AS beyond
  FROM theirs AS t JOIN reimbursed AS r ON r.claim_type = t.claim_type GROUP BY t.group_no
),
seen_by_doctor AS (
  SELECT DISTINCT group_no, patient, event_date FROM families WHERE claim_type <> 'pharmacy'
),
fetched AS (
  SELECT t.group_no, count(*) AS bought, count(CASE WHEN s.patient IS NOT NULL OR b.patient IS NOT NULL THEN 1 END) AS after_visit
  FROM theirs AS t LEFT JOIN seen_by_doctor AS s ON s.group_no = t.group_no AND s.patient = t.patient AND s.event_date = t.event_date
  LEFT JOIN seen_by_doctor AS b ON b.group_no = t.group_no AND b.patient = t.patient AND b.event_date = t.event_date - 1
  WHERE t.claim_type = 'pharmacy' GROUP BY t.group_no
),
starts AS (
  SELECT group_no, date_diff('day', min(first), max(last)) + 1 AS span, fg_quantile(abs(date_diff('day', middle_first, first)), 0.5) AS first_spread,
    fg_quantile(abs(date_diff('day', middle_last, last)), 0.5) AS last_spread
  FROM (SELECT *, DATE '1970-01-01' + CAST(fg_quantile(date_diff('day', DATE '1970-01-01', first), 0.5) OVER (PARTITION BY group_no) AS INTEGER) AS middle_first,
      DATE '1970-01-01' + CAST(fg_quantile(date_diff('day', DATE '1970-01-01', last), 0.5) OVER (PARTITION BY group_no) AS INTEGER) AS middle_last
    FROM (SELECT group_no, patient, min(event_date) AS first, max(event_date) AS last FROM theirs GROUP BY group_no, patient))
  GROUP BY group_no
),
people AS (
  SELECT m.group_no, m.patient, p.sex, p.insurance_type, p.identity_class, h.home
  FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN (SELECT patient_id, min(sex) AS sex, min(insurance_type) AS insurance_type, min(identity_class) AS identity_class FROM patients GROUP BY patient_id) AS p ON p.patient_id = c.patient_id
  LEFT JOIN person_homes AS h ON h.patient = m.patient
),
sexes AS (
  SELECT group_no, max(n) / (1.0 * sum(n)) AS top, sum(CASE WHEN sex = 'F' THEN n ELSE 0 END) / (1.0 * sum(n)) AS women, sum(n) AS known
  FROM (SELECT group_no, upper(substr(sex, 1, 1)) AS sex, count(*) AS n FROM people WHERE sex IS NOT NULL GROUP BY group_no, upper(substr(sex, 1, 1))) GROUP BY group_no
),
schemes AS (
  SELECT group_no, max(n) / (1.0 * sum(n)) AS top FROM (SELECT group_no, insurance_type, count(*) AS n FROM people WHERE insurance_type IS NOT NULL GROUP BY group_no, insurance_type) GROUP BY group_no
),
home_place AS (
  SELECT h.home, v.place, count(*) AS n FROM visits AS v JOIN person_homes AS h ON h.patient = v.patient WHERE h.home LIKE 'residence %' GROUP BY h.home, v.place
),
home_all AS (SELECT home, sum(n) AS n FROM home_place GROUP BY home),
place_all AS (SELECT place, sum(n) AS n, sum(sum(n)) OVER () AS everywhere FROM home_place GROUP BY place),
ours_at AS (
  SELECT t.group_no, p.home, c.place, count(*) AS n FROM theirs AS t
  JOIN people AS p ON p.group_no = t.group_no AND p.patient = t.patient JOIN place_codes AS c ON c.place_id = t.place_id
  WHERE p.home LIKE 'residence %' GROUP BY t.group_no, p.home, c.place
),
lifts AS (
  SELECT o.group_no, sum(o.n * ln((greatest(h.n - o.n, 0) + 2.0 * a.n / a.everywhere) / (greatest(b.n - o.n, 0) + 2.0) / (1.0 * a.n / a.everywhere))) / sum(o.n) AS near_nats
  FROM ours_at AS o JOIN home_place AS h ON h.home = o.home AND h.place = o.place JOIN home_all AS b ON b.home = o.home JOIN place_all AS a ON a.place = o.place
  GROUP BY o.group_no
)
SELECT g.group_no,
  CASE WHEN i.known >= 4 THEN i.before / (1.0 * i.known) END AS illness_elsewhere_share,
  CASE WHEN w.n >= 4 THEN w.ratio END AS own_amount_ratio,
  CASE WHEN d.known >= 4 THEN d.own / (1.0 * d.known) END AS own_doctor_share,
  t.n / (1.0 * l.n) AS of_doctor_share,
  f.place_nats AS illness_here_nats,
  u.beyond AS reimbursed_beyond,
  CASE WHEN b.bought >= 4 THEN b.after_visit / (1.0 * b.bought) END AS after_visit_share,
  s.first_spread / (1.0 * s.span) AS start_spread_share, s.last_spread / (1.0 * s.span) AS stop_spread_share,
  CASE WHEN x.known >= 4 THEN x.top END AS top_sex_share, CASE WHEN x.known >= 4 THEN x.women END AS women_share,
  e.top AS top_insurance_share,
  n.near_nats,
  a.by_illness AS illness_amount_ratio, a.by_kind AS kind_amount_ratio,
  CASE WHEN r.n >= 3 THEN r.irregularity END AS own_gap_irregularity, CASE WHEN r.n >= 3 THEN ln(greatest(r.days, 1)) END AS own_gap_log,
  CASE WHEN y.n >= 3 THEN y.share END AS own_weekday_share,
  ln(q.claims / (1.0 * q.people)) AS visits_each_log, ln(q.claims / (1.0 * q.days)) AS per_day_log, q.weekend / (1.0 * q.claims) AS weekend_share,
  ln((coalesce(z.claims, 0) + 1) / (1.0 * q.people)) AS rest_each_log
FROM (SELECT DISTINCT group_no FROM theirs) AS g
LEFT JOIN illness AS i ON i.group_no = g.group_no
LEFT JOIN own_amounts AS w ON w.group_no = g.group_no
LEFT JOIN own_doctors AS d ON d.group_no = g.group_no
LEFT JOIN tops AS t ON t.group_no = g.group_no LEFT JOIN loads AS l ON l.doctor_id = t.doctor_id
LEFT JOIN fitting AS f ON f.group_no = g.group_no
LEFT JOIN funds AS u ON u.group_no = g.group_no
LEFT JOIN fetched AS b ON b.group_no = g.group_no
LEFT JOIN starts AS s ON s.group_no = g.group_no
LEFT JOIN sexes AS x ON x.group_no = g.group_no
LEFT JOIN schemes AS e ON e.group_no = g.group_no
LEFT JOIN lifts AS n ON n.group_no = g.group_no
LEFT JOIN against_city AS a ON a.group_no = g.group_no
LEFT JOIN rhythms AS r ON r.group_no = g.group_no
LEFT JOIN own_weekdays AS y ON y.group_no = g.group_no
LEFT JOIN loads_of AS q ON q.group_no = g.group_no
LEFT JOIN rest_of AS z ON z.group_no = g.group_no
ORDER BY g.group_no
