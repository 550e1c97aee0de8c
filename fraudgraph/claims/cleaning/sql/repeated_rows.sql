-- Rows whose key occurs more than once.
CREATE OR REPLACE TABLE scratch.repeated_rows AS
SELECT k.row_no
FROM scratch.keyed AS k
INNER JOIN (
    SELECT key_text
    FROM scratch.keyed
    GROUP BY key_text
    HAVING count(*) > 1
) AS r ON r.key_text = k.key_text
