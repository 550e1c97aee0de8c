/* What as many like people cost the fund in the kinds of care that the sittings are made of (stays, or all else, or both): for each of a group's people the mean of the others of the same places in the same
   age band (twenty years) if there are five; else of the others there of all ages; else of all who stand in no group. The
   spread is that of a draw of as many like people, with what the means are worth as far as they were learned from few. */
CREATE OR REPLACE TABLE group_expected AS
WITH last_day AS (
  SELECT max(event_date) AS day FROM claims WHERE counted
),
ages AS (
  SELECT c.patient, coalesce(CAST(floor(date_diff('day', p.birth_date, l.day) / 7305.0) AS INTEGER), -1) AS age_band
  FROM patient_codes AS c CROSS JOIN last_day AS l LEFT JOIN patients AS p ON p.patient_id = c.patient_id
),
kinds AS (
  SELECT g.group_no, coalesce(bool_or(m.claim_type = 'inpatient'), true) AS stays, coalesce(bool_or(m.claim_type <> 'inpatient'), true) AS visits
  FROM (SELECT DISTINCT group_no FROM group_members) AS g
  LEFT JOIN member_claims AS m ON m.group_no = g.group_no AND m.session_no IS NOT NULL
  GROUP BY g.group_no
),
spent AS (
  SELECT patient, stays, visits, amount, CAST(amount * amount AS DECIMAL(38,4)) AS squared
  FROM (
    SELECT z.patient, k.stays, k.visits, CAST(CASE WHEN k.stays THEN z.stay_amount ELSE 0 END
      + CASE WHEN k.visits THEN z.fund_amount - z.stay_amount ELSE 0 END AS DECIMAL(16,2)) AS amount
    FROM patient_totals AS z CROSS JOIN (SELECT DISTINCT stays, visits FROM kinds) AS k
  ) AS each_kind
),
peers AS (
  SELECT g.group_no, g.age_band, s.amount, s.squared
  FROM group_peers AS g JOIN kinds AS k ON k.group_no = g.group_no
  JOIN spent AS s ON s.patient = g.patient AND s.stays = k.stays AND s.visits = k.visits WHERE g.is_member = 0
),
pools AS (
  SELECT group_no, 'b' || CAST(age_band AS VARCHAR) AS pool, count(*) AS n, sum(amount) AS total, sum(squared) AS squares
  FROM peers GROUP BY group_no, age_band HAVING count(*) >= 5
  UNION ALL
  SELECT group_no, 'places' AS pool, count(*) AS n, sum(amount) AS total, sum(squared) AS squares
  FROM peers GROUP BY group_no HAVING count(*) >= 5
),
everybody AS (
  SELECT k.group_no, count(*) AS n, sum(s.amount) AS total, sum(s.squared) AS squares
  FROM kinds AS k JOIN (
    SELECT stays, visits, amount, squared FROM spent WHERE patient NOT IN (SELECT patient FROM group_members)
  ) AS s ON s.stays = k.stays AND s.visits = k.visits
  GROUP BY k.group_no
),
chosen AS (
  SELECT m.group_no, coalesce(b.pool, w.pool, 'everybody') AS pool, count(*) AS member_count,
    max(CASE WHEN coalesce(b.pool, w.pool) IS NULL THEN 0 ELSE coalesce(b.n, w.n) END) AS peer_count,
    max(coalesce(b.n, w.n, e.n)) AS n, max(coalesce(b.total, w.total, e.total)) AS total, max(coalesce(b.squares, w.squares, e.squares)) AS squares
  FROM group_members AS m
  JOIN ages AS a ON a.patient = m.patient
  LEFT JOIN pools AS b ON b.group_no = m.group_no AND b.pool = 'b' || CAST(a.age_band AS VARCHAR)
  LEFT JOIN pools AS w ON w.group_no = m.group_no AND w.pool = 'places'
  LEFT JOIN everybody AS e ON e.group_no = m.group_no
  GROUP BY m.group_no, coalesce(b.pool, w.pool, 'everybody')
),
measured AS (
  SELECT group_no, member_count, peer_count, coalesce(n, 0) AS n, coalesce(CAST(total AS DOUBLE) / nullif(n, 0), 0.0) AS mean,
    CASE WHEN n >= 2 THEN greatest(0.0, (CAST(squares AS DOUBLE) - CAST(total AS DOUBLE) * CAST(total AS DOUBLE) / n) / (n - 1)) ELSE 0.0 END AS variance
  FROM chosen
),
expected AS (
  SELECT group_no, CAST(sum(CAST(member_count * mean AS DECIMAL(18,6))) AS DECIMAL(16,2)) AS expected_amount,
    round(sqrt(CAST(sum(CAST(variance * member_count + member_count * member_count * variance / greatest(n, 1) AS DECIMAL(30,4))) AS DOUBLE)), 4) AS expected_spread,
    CAST(sum(member_count) AS INTEGER) AS member_count, CAST(sum(peer_count) AS INTEGER) AS peer_count
  FROM measured GROUP BY group_no
),
own AS (
  SELECT m.group_no, CAST(sum(s.amount) AS DECIMAL(16,2)) AS comparable_amount
  FROM group_members AS m JOIN kinds AS k ON k.group_no = m.group_no
  JOIN spent AS s ON s.patient = m.patient AND s.stays = k.stays AND s.visits = k.visits
  GROUP BY m.group_no
)
SELECT e.*, k.stays, k.visits, coalesce(o.comparable_amount, CAST(0 AS DECIMAL(16,2))) AS comparable_amount
FROM expected AS e JOIN kinds AS k ON k.group_no = e.group_no LEFT JOIN own AS o ON o.group_no = e.group_no;
