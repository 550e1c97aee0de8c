-- Deliveries of which some row says other than the latest delivery that has it.
WITH latest AS (
    SELECT
        kind,
        key,
        content,
        voided,
        row_number() OVER (PARTITION BY kind, key ORDER BY delivery_no DESC) AS place
    FROM earlier_rows
)
SELECT DISTINCT e.delivery_no
FROM earlier_rows AS e
INNER JOIN latest AS l ON l.kind = e.kind AND l.key = e.key AND l.place = 1
WHERE e.content <> l.content OR e.voided <> l.voided
ORDER BY e.delivery_no
