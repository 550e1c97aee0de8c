-- Flags in the order in which to look; flags on the same claims and people become one finding.
CREATE OR REPLACE TABLE findings AS
WITH ranked AS (
  SELECT row_number() OVER (
      ORDER BY CASE WHEN k.result = 'definite' THEN 0 ELSE 1 END, k.severity * f.strength DESC, f.amount DESC, f.model, f.subject_type,
        f.subject_id, f.claim_ids, f.facts) AS flag_no,
    f.model, k.title_zh, k.title_en, k.result, k.severity, f.subject_type, f.subject_id, f.member_ids, f.claim_ids, f.amount,
    f.strength, f.facts
  FROM flags AS f
  JOIN screen_cards AS k ON k.model = f.model
),
sizes AS (
  SELECT flag_no, count(*) AS claim_count
  FROM (SELECT flag_no, unnest(claim_ids) AS claim_id FROM ranked) AS parts
  GROUP BY flag_no
),
claims_of AS (
  SELECT r.flag_no, r.model, p.claim_id
  FROM ranked AS r
  JOIN (SELECT flag_no, unnest(claim_ids) AS claim_id FROM ranked) AS p ON p.flag_no = r.flag_no
),
crowded AS (
  SELECT claim_id FROM claims_of GROUP BY claim_id HAVING count(*) BETWEEN 2 AND 50
),
shared AS (
  SELECT a.flag_no AS stronger, b.flag_no AS weaker, count(*) AS common_count
  FROM claims_of AS a
  JOIN crowded AS c ON c.claim_id = a.claim_id
  JOIN claims_of AS b ON b.claim_id = a.claim_id AND b.flag_no > a.flag_no AND b.model <> a.model
  GROUP BY a.flag_no, b.flag_no
),
same_fact AS (
  SELECT s.weaker, min(s.stronger) AS stronger
  FROM shared AS s
  JOIN sizes AS x ON x.flag_no = s.stronger
  JOIN sizes AS y ON y.flag_no = s.weaker
  WHERE s.common_count >= 0.8 * least(x.claim_count, y.claim_count) AND 5 * least(x.claim_count, y.claim_count) >= greatest(x.claim_count, y.claim_count)
  GROUP BY s.weaker
),
leaders AS (
  SELECT r.flag_no, coalesce(t.stronger, s.stronger, r.flag_no) AS leader_no
  FROM ranked AS r
  LEFT JOIN same_fact AS s ON s.weaker = r.flag_no
  LEFT JOIN same_fact AS t ON t.weaker = s.stronger
),
resolved AS (
  SELECT l.flag_no, CASE WHEN m.leader_no = m.flag_no THEN l.leader_no ELSE m.leader_no END AS leader_no
  FROM leaders AS l
  JOIN leaders AS m ON m.flag_no = l.leader_no
),
merged AS (
  SELECT v.leader_no, list_sort(array_agg(DISTINCT r.model)) AS models
  FROM resolved AS v
  JOIN ranked AS r ON r.flag_no = v.flag_no
  GROUP BY v.leader_no
)
SELECT row_number() OVER (ORDER BY r.flag_no) AS finding_no, r.model, r.title_zh, r.title_en, r.result, r.severity, r.subject_type, r.subject_id,
  r.member_ids, r.claim_ids, r.amount, r.strength, r.facts, list_filter(m.models, lambda name: name <> r.model) AS also,
  CAST([] AS VARCHAR[]) AS ring_ids
FROM merged AS m
JOIN ranked AS r ON r.flag_no = m.leader_no
ORDER BY finding_no
