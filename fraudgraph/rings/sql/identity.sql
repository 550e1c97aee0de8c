/* Surprise of identifiers shared outside the household, per group: decades (minus log10 p), each pair once. */
CREATE OR REPLACE TABLE group_identity AS
SELECT x.group_no, count(*) AS pair_count,
  round(sum(CAST(least(-log10(m.p), 12.0) AS DECIMAL(12,6))), 6) AS surprise
FROM pair_meetings AS m
JOIN group_members AS x ON x.patient = m.a
JOIN group_members AS y ON y.patient = m.b AND y.group_no = x.group_no
WHERE m.view = 'identity'
GROUP BY x.group_no;
