/* Fund money a person: a group's people, and others of the same places in the same age band (twenty years). */
WITH money AS (
  SELECT p.group_no, p.patient, p.is_member, p.age_band, z.fund_amount
  FROM group_peers AS p JOIN patient_totals AS z ON z.patient = p.patient
),
bands AS (
  SELECT group_no, age_band, count(*) AS peer_count, sum(fund_amount) AS fund_amount
  FROM money WHERE is_member = 0 GROUP BY group_no, age_band
)
SELECT m.group_no, count(*) AS member_count, CAST(sum(m.fund_amount) AS DECIMAL(18,2)) AS fund_amount,
  CAST(sum(CAST(b.fund_amount / (1.0 * b.peer_count) AS DECIMAL(18,6))) AS DECIMAL(18,2)) AS expected_amount,
  (SELECT sum(x.peer_count) FROM bands AS x WHERE x.group_no = m.group_no
    AND x.age_band IN (SELECT y.age_band FROM money AS y WHERE y.group_no = m.group_no AND y.is_member = 1)) AS peer_count
FROM money AS m JOIN bands AS b ON b.group_no = m.group_no AND b.age_band = m.age_band
WHERE m.is_member = 1 AND b.peer_count >= 5
GROUP BY m.group_no
ORDER BY m.group_no
