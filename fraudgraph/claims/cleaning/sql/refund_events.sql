-- Reversals and everything they could reverse: same person, same place, same amounts.
WITH reversals AS (
    SELECT DISTINCT patient_id, place_id, abs(total_amount) AS total, abs(fund_amount) AS fund
    FROM scratch.claims_kept
    WHERE (is_reversal OR refund_flag)
        AND row_no NOT IN (SELECT row_no FROM scratch.refund_pairs)
)
SELECT
    c.row_no,
    c.patient_id,
    c.place_id,
    abs(c.total_amount) AS total,
    abs(c.fund_amount) AS fund,
    c.is_reversal,
    c.refund_flag,
    coalesce(c.settled_full, c.started_at) AS at_time,
    c.claim_id
FROM scratch.claims_kept AS c
INNER JOIN reversals AS r
    ON r.patient_id = c.patient_id
    AND r.place_id = c.place_id
    AND r.total = abs(c.total_amount)
    AND r.fund = abs(c.fund_amount)
WHERE c.row_no NOT IN (SELECT row_no FROM scratch.refund_pairs)
    AND c.row_no NOT IN (SELECT original_row_no FROM scratch.refund_pairs)
    AND (c.refund_of IS NULL OR c.total_amount < 0)
