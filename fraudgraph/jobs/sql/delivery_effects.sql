-- Each key that arrived, against the latest delivery before that has it and counts.
WITH latest AS (
    SELECT
        kind,
        key,
        content,
        voided,
        row_number() OVER (PARTITION BY kind, key ORDER BY delivery_no DESC) AS place
    FROM earlier_rows
    WHERE NOT withdrawn
)
SELECT
    a.kind,
    a.key,
    a.month,
    CASE
        WHEN l.key IS NULL AND a.voided THEN 'again'
        WHEN l.key IS NULL THEN 'new'
        WHEN a.voided AND l.voided THEN 'again'
        WHEN a.voided THEN 'withdrawn'
        WHEN l.voided OR a.content <> l.content THEN 'changed'
        ELSE 'again'
    END AS effect
FROM arrived AS a
LEFT JOIN latest AS l ON l.kind = a.kind AND l.key = a.key AND l.place = 1
