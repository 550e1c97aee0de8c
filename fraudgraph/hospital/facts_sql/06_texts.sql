-- Texts that are nearly the same: shingles of eight characters without what most texts of the kind hold, MinHash in bands, then the exact share.
CREATE OR REPLACE TABLE k_shingles AS
WITH texts AS (
  SELECT row_id, visit_no, coalesce(kind, '') AS kind, text FROM h_documents WHERE length(text) >= $shortest
),
cut AS (
  SELECT DISTINCT t.row_id, t.kind, fg_hash(substring(t.text, CAST(p.place AS INTEGER), 8)) AS shingle
  FROM texts t
  CROSS JOIN UNNEST(generate_series(1, length(t.text) - 7)) AS p(place)
),
per_kind AS (SELECT kind, count(*) AS text_count FROM texts GROUP BY kind),
usual AS (
  SELECT c.kind, c.shingle FROM cut c JOIN per_kind k ON k.kind = c.kind
  GROUP BY c.kind, c.shingle, k.text_count
  HAVING count(*) > greatest(5, $template_share * k.text_count)
)
SELECT c.row_id, c.shingle
FROM cut c
LEFT JOIN usual u ON u.kind = c.kind AND u.shingle = c.shingle
WHERE u.shingle IS NULL;

CREATE OR REPLACE TABLE k_alike AS
WITH sized AS (SELECT row_id, count(*) AS size FROM k_shingles GROUP BY row_id HAVING count(*) >= $fewest_shingles),
hashed AS (
  SELECT s.row_id, CAST(b.seed AS INTEGER) AS seed, min(fg_hash(CAST(s.shingle AS VARCHAR) || ':' || CAST(b.seed AS VARCHAR))) AS least
  FROM k_shingles s
  JOIN sized z ON z.row_id = s.row_id
  CROSS JOIN UNNEST(generate_series(0, 23)) AS b(seed)
  GROUP BY s.row_id, CAST(b.seed AS INTEGER)
),
bands AS (
  SELECT row_id, seed - seed % 3 AS band, array_to_string(array_agg(CAST(least AS VARCHAR) ORDER BY seed), '-') AS mark FROM hashed GROUP BY row_id, seed - seed % 3
),
pairs AS (
  SELECT DISTINCT a.row_id AS one, b.row_id AS other
  FROM bands a
  JOIN bands b ON b.band = a.band AND b.mark = a.mark AND b.row_id > a.row_id
),
common AS (
  SELECT p.one, p.other, count(*) AS shared
  FROM pairs p
  JOIN k_shingles a ON a.row_id = p.one
  JOIN k_shingles b ON b.row_id = p.other AND b.shingle = a.shingle
  GROUP BY p.one, p.other
)
SELECT c.one, c.other, round(CAST(c.shared AS DOUBLE) / (x.size + y.size - c.shared), 4) AS likeness
FROM common c
JOIN sized x ON x.row_id = c.one
JOIN sized y ON y.row_id = c.other
