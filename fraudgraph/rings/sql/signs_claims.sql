/* What the claims of each group's sittings look like beside those of the same place and kind: one row a group. Each claim counts once. */
WITH theirs AS (
  SELECT DISTINCT group_no, claim_id, patient, place_id, claim_type, total_amount, fund_amount, doctor_id,
    substr(diagnosis_code, 1, 3) AS diagnosis, date_diff('day', event_date, ended_on) AS stay_days
  FROM member_claims WHERE session_no IS NOT NULL
),
kinds AS (
  SELECT claim_type, fg_quantile(net_total_amount, 0.5) AS median_amount FROM claims WHERE counted GROUP BY claim_type
),
norms AS (
  SELECT place_id, claim_type, count(*) AS claim_count, fg_quantile(net_total_amount, 0.5) AS median_amount
  FROM claims WHERE counted AND place_id IN (SELECT place_id FROM theirs) GROUP BY place_id, claim_type
),
rated AS (
  SELECT t.*, ln(greatest(t.total_amount, 0.01)
    / greatest((n.median_amount * n.claim_count + k.median_amount * 10) / (n.claim_count + 10), 0.01)) AS ratio
  FROM theirs AS t
  JOIN norms AS n ON n.place_id = t.place_id AND n.claim_type = t.claim_type
  JOIN kinds AS k ON k.claim_type = t.claim_type
),
middles AS (
  SELECT group_no, fg_quantile(ratio, 0.5) AS ratio FROM rated GROUP BY group_no
),
spreads AS (
  SELECT r.group_no, fg_quantile(abs(r.ratio - m.ratio), 0.5) AS spread FROM rated AS r JOIN middles AS m ON m.group_no = r.group_no GROUP BY r.group_no
),
amounts AS (
  SELECT group_no, max(n) AS most FROM (SELECT group_no, round(total_amount, 0) AS amount, count(*) AS n FROM theirs GROUP BY group_no, round(total_amount, 0))
  GROUP BY group_no
),
doctors AS (
  SELECT group_no, max(n) AS most, sum(n) AS known, count(*) AS different
  FROM (SELECT group_no, doctor_id, count(*) AS n FROM theirs WHERE doctor_id IS NOT NULL GROUP BY group_no, doctor_id) GROUP BY group_no
),
diagnoses AS (
  SELECT group_no, max(n) AS most, sum(n) AS known
  FROM (SELECT group_no, diagnosis, count(*) AS n FROM theirs WHERE diagnosis IS NOT NULL GROUP BY group_no, diagnosis) GROUP BY group_no
),
stays AS (
  SELECT s.group_no, fg_quantile(abs(s.stay_days - m.days), 0.5) AS spread, min(m.days) AS days
  FROM theirs AS s JOIN (SELECT group_no, fg_quantile(stay_days, 0.5) AS days FROM theirs WHERE claim_type = 'inpatient' GROUP BY group_no HAVING count(*) >= 4) AS m
    ON m.group_no = s.group_no
  WHERE s.claim_type = 'inpatient' GROUP BY s.group_no
),
owners AS (
  SELECT t.group_no,
    count(CASE WHEN f.ownership = 'private' THEN 1 END) / nullif(1.0 * count(f.ownership), 0) AS private,
    count(CASE WHEN f.level IN ('primary', 'clinic') THEN 1 END) / nullif(1.0 * count(f.level), 0) AS primary_care
  FROM theirs AS t LEFT JOIN facilities AS f ON f.facility_id = t.place_id GROUP BY t.group_no
),
sums AS (
  SELECT group_no, count(*) AS claim_count, count(DISTINCT patient) AS people, sum(fund_amount) AS fund,
    count(CASE WHEN claim_type = 'inpatient' THEN 1 END) / (1.0 * count(*)) AS inpatient,
    count(CASE WHEN claim_type = 'pharmacy' THEN 1 END) / (1.0 * count(*)) AS pharmacy,
    count(CASE WHEN claim_type = 'chronic' THEN 1 END) / (1.0 * count(*)) AS chronic
  FROM theirs GROUP BY group_no
)
SELECT s.group_no,
  m.ratio AS amount_ratio, p.spread AS amount_spread, a.most / (1.0 * s.claim_count) AS same_amount_share,
  ln(greatest(s.fund, 1)) AS fund_log, ln(greatest(s.fund / s.people, 1)) AS fund_per_person_log,
  o.private AS private_share, o.primary_care AS primary_share,
  d.most / (1.0 * d.known) AS top_doctor_share, ln(d.different) AS doctor_count_log, d.known / (1.0 * s.claim_count) AS doctor_known_share,
  CASE WHEN g.known >= 4 THEN g.most / (1.0 * g.known) END AS top_diagnosis_share,
  y.spread AS stay_spread_days, y.days AS stay_days,
  s.inpatient AS inpatient_share, s.pharmacy AS pharmacy_share, s.chronic AS chronic_share
FROM sums AS s
JOIN middles AS m ON m.group_no = s.group_no
JOIN spreads AS p ON p.group_no = s.group_no
JOIN amounts AS a ON a.group_no = s.group_no
JOIN owners AS o ON o.group_no = s.group_no
LEFT JOIN doctors AS d ON d.group_no = s.group_no
LEFT JOIN diagnoses AS g ON g.group_no = s.group_no
LEFT JOIN stays AS y ON y.group_no = s.group_no
ORDER BY s.group_no
