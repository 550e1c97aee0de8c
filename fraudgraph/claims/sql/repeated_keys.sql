-- Rows whose key occurs more than once, all but the first: same content or other content under the same key.
-- The first is the earliest by its own dates, then by content, so the order of rows in a file decides nothing.
WITH repeated AS (
    SELECT key_text
    FROM scratch.keyed
    GROUP BY key_text
    HAVING count(*) > 1
),
ranked AS (
    SELECT
        k.row_no,
        k.content,
        row_number() OVER (PARTITION BY k.key_text ORDER BY k.at_time NULLS LAST, k.content, k.row_no) AS place,
        first_value(k.content) OVER (PARTITION BY k.key_text ORDER BY k.at_time NULLS LAST, k.content, k.row_no) AS first_content
    FROM scratch.keyed_content AS k
    INNER JOIN repeated AS r ON r.key_text = k.key_text
)
SELECT
    row_no,
    CASE WHEN content = first_content THEN 'E_DUPLICATE' ELSE 'E_DUPLICATE_ID' END AS code
FROM ranked
WHERE place > 1
