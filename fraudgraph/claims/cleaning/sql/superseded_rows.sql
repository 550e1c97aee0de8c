-- Rows that a later delivery speaks of again: the later delivery counts, whatever the rows say.
-- A row that the newest delivery marks as not valid takes the earlier ones with it.
CREATE OR REPLACE TABLE scratch.superseded_now AS
WITH newest AS (
    SELECT
        key_text,
        max(delivery_no) AS delivery_no
    FROM scratch.versions
    GROUP BY key_text
),
counting AS (
    SELECT
        v.key_text,
        max(CASE WHEN NOT v.voided THEN v.row_no END) AS row_no
    FROM scratch.versions AS v
    INNER JOIN newest AS n ON n.key_text = v.key_text AND n.delivery_no = v.delivery_no
    GROUP BY v.key_text
)
SELECT
    v.row_no,
    c.row_no AS by_row_no,
    v.delivery_no,
    n.delivery_no AS by_delivery_no,
    CASE
        WHEN c.row_no IS NULL THEN 'E_WITHDRAWN'
        WHEN w.content = v.content THEN 'E_DELIVERED_AGAIN'
        ELSE 'E_REPLACED'
    END AS code
FROM scratch.versions AS v
INNER JOIN newest AS n ON n.key_text = v.key_text AND n.delivery_no > v.delivery_no
INNER JOIN counting AS c ON c.key_text = v.key_text
LEFT JOIN scratch.versions AS w ON w.row_no = c.row_no
WHERE NOT v.voided
