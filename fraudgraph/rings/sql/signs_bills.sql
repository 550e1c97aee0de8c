/* What the bills of each group's sittings are beside the place's other bills, and whether each person keeps their own: one row a group.
   Each claim counts once. */
WITH theirs AS (
  SELECT DISTINCT group_no, claim_id, patient, place_id, claim_type, doctor_id, substr(diagnosis_code, 1, 3) AS diagnosis, total_amount AS amount
  FROM member_claims WHERE session_no IS NOT NULL
),
amounts AS (
  SELECT group_no, place_id, claim_type, amount, count(*) AS n FROM theirs WHERE amount > 0 GROUP BY group_no, place_id, claim_type, amount
),
bills AS (
  SELECT group_no, place_id, claim_type, sum(n) AS n, sum(n * (n - 1)) AS alike FROM amounts GROUP BY group_no, place_id, claim_type
),
place_amounts AS (
  SELECT place_id, claim_type, net_total_amount AS amount, count(*) AS n FROM claims WHERE counted AND net_total_amount > 0
  GROUP BY place_id, claim_type, net_total_amount
),
place_bills AS (
  SELECT place_id, claim_type, sum(n) AS n, sum(n * (n - 1)) AS alike FROM place_amounts GROUP BY place_id, claim_type
),
kinds AS (
  SELECT claim_type, sum(alike) / greatest(sum(1.0 * n * (n - 1)), 1) AS rate FROM place_bills WHERE n >= 20 GROUP BY claim_type
),
without AS (
  SELECT a.group_no, a.place_id, a.claim_type, sum((p.n - a.n) * (p.n - a.n - 1) - p.n * (p.n - 1)) AS alike
  FROM amounts AS a JOIN place_amounts AS p ON p.place_id = a.place_id AND p.claim_type = a.claim_type AND p.amount = a.amount
  GROUP BY a.group_no, a.place_id, a.claim_type
),
repeats AS (
  SELECT b.group_no, sum(b.n * ln((b.alike + 20 * k.rate + 0.02) / (b.n * (b.n - 1) + 20.0))) / sum(b.n) AS here,
    sum(b.n * ln((p.alike + w.alike + 20 * k.rate + 0.02) / ((p.n - b.n) * (p.n - b.n - 1) + 20.0))) / sum(b.n) AS by_others
  FROM bills AS b JOIN place_bills AS p ON p.place_id = b.place_id AND p.claim_type = b.claim_type JOIN kinds AS k ON k.claim_type = b.claim_type
  JOIN without AS w ON w.group_no = b.group_no AND w.place_id = b.place_id AND w.claim_type = b.claim_type
  WHERE b.n >= 2 GROUP BY b.group_no
),
own_bills AS (
  SELECT a.group_no, sum(CASE WHEN a.n >= 3 AND p.n - a.n <= 0.25 * a.n THEN a.n ELSE 0 END) / (1.0 * sum(a.n)) AS share
  FROM amounts AS a JOIN place_amounts AS p ON p.place_id = a.place_id AND p.claim_type = a.claim_type AND p.amount = a.amount GROUP BY a.group_no
),
pairs AS (
  SELECT group_no, sum(n * (n - 1)) AS n FROM (SELECT group_no, patient, count(*) AS n FROM theirs GROUP BY group_no, patient) GROUP BY group_no
),
amount_pairs AS (
  SELECT group_no, sum(n * (n - 1)) AS n FROM (SELECT group_no, patient, round(amount, 0) AS amount, count(*) AS n FROM theirs GROUP BY group_no, patient, round(amount, 0))
  GROUP BY group_no
),
told_pairs AS (
  SELECT group_no, sum(n * (n - 1)) AS n, sum(known * (known - 1)) AS doctors
  FROM (SELECT group_no, patient, count(diagnosis) AS n, count(doctor_id) AS known FROM theirs GROUP BY group_no, patient) GROUP BY group_no
),
illness_pairs AS (
  SELECT group_no, sum(n * (n - 1)) AS n FROM (SELECT group_no, patient, diagnosis, count(*) AS n FROM theirs WHERE diagnosis IS NOT NULL GROUP BY group_no, patient, diagnosis)
  GROUP BY group_no
),
doctor_pairs AS (
  SELECT group_no, sum(n * (n - 1)) AS n FROM (SELECT group_no, patient, doctor_id, count(*) AS n FROM theirs WHERE doctor_id IS NOT NULL GROUP BY group_no, patient, doctor_id)
  GROUP BY group_no
),
at_places AS (
  SELECT group_no, place_id, sum(amount) AS amount, count(*) AS n FROM theirs GROUP BY group_no, place_id
),
main AS (
  SELECT group_no, arg_max(place_id, (n, place_id)) AS place_id FROM at_places GROUP BY group_no
),
places AS (
  SELECT place_id, sum(net_total_amount) AS amount, count(*) AS n FROM claims WHERE counted GROUP BY place_id
),
highest AS (
  SELECT place_id, claim_type, fg_quantile(net_total_amount, 0.95) AS amount FROM claims
  WHERE counted AND place_id IN (SELECT place_id FROM theirs) GROUP BY place_id, claim_type
),
levels AS (
  SELECT t.group_no, avg(CASE WHEN t.amount > h.amount THEN 1.0 ELSE 0.0 END) AS highest, avg(CASE WHEN t.amount % 10 = 0 THEN 1.0 ELSE 0.0 END) AS tens,
    stddev(ln(greatest(t.amount, 0.01))) AS deviation
  FROM theirs AS t JOIN highest AS h ON h.place_id = t.place_id AND h.claim_type = t.claim_type GROUP BY t.group_no
)
SELECT g.group_no,
  r.here AS amount_repeat_log, r.here - r.by_others AS amount_repeat_beyond, o.share AS own_amounts_share,
  CASE WHEN p.n >= 6 THEN (a.n + 1.0) / (p.n + 2.0) END AS own_amount_kept,
  CASE WHEN t.n >= 6 THEN (i.n + 1.0) / (t.n + 2.0) END AS own_illness_kept,
  CASE WHEN t.doctors >= 6 THEN (d.n + 1.0) / (t.doctors + 2.0) END AS own_doctor_kept,
  m.amount / greatest(c.amount, 1) AS of_place_money_share,
  ln((m.amount / greatest(c.amount, 1) + 0.0001) / (m.n / (1.0 * c.n) + 0.0001)) AS money_over_visits_log,
  l.highest AS highest_bills_share, l.tens AS tens_share, l.deviation AS amount_deviation
FROM (SELECT DISTINCT group_no FROM theirs) AS g
JOIN main AS n ON n.group_no = g.group_no JOIN at_places AS m ON m.group_no = n.group_no AND m.place_id = n.place_id JOIN places AS c ON c.place_id = n.place_id
JOIN levels AS l ON l.group_no = g.group_no
JOIN pairs AS p ON p.group_no = g.group_no JOIN amount_pairs AS a ON a.group_no = g.group_no
LEFT JOIN repeats AS r ON r.group_no = g.group_no LEFT JOIN own_bills AS o ON o.group_no = g.group_no
LEFT JOIN told_pairs AS t ON t.group_no = g.group_no LEFT JOIN illness_pairs AS i ON i.group_no = g.group_no
LEFT JOIN doctor_pairs AS d ON d.group_no = g.group_no
ORDER BY g.group_no
