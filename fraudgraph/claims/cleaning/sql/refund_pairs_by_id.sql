-- Reversals that name their original.
SELECT
    r.row_no,
    o.row_no AS original_row_no
FROM scratch.claims_kept AS r
INNER JOIN scratch.claims_kept AS o ON o.claim_id = r.refund_of AND o.row_no <> r.row_no
WHERE r.refund_of IS NOT NULL
