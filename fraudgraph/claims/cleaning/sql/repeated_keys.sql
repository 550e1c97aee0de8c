-- Of the rows whose key occurs more than once all but the first: same content or other content under the same key.
-- The first is the earliest by its own dates, then by content, so the order of rows in a file decides nothing
-- (`turn` is 0); among a workspace's deliveries the later row counts (`turn` falls with the row's number).
WITH ranked AS (
    SELECT
        row_no,
        content,
        row_number() OVER (PARTITION BY key_text ORDER BY turn, at_time NULLS LAST, content, row_no) AS place,
        first_value(content) OVER (PARTITION BY key_text ORDER BY turn, at_time NULLS LAST, content, row_no) AS first_content
    FROM scratch.keyed_content
)
SELECT
    row_no,
    CASE WHEN content = first_content THEN 'E_DUPLICATE' ELSE 'E_DUPLICATE_ID' END AS code
FROM ranked
WHERE place > 1
