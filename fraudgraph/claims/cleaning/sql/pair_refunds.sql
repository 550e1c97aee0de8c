-- Each reversal with the nearest earlier original that no later reversal has taken (like closing brackets).
-- A running level goes up at an original and down at a reversal; the two that meet at one level belong together.
WITH ordered AS (
    SELECT
        row_no,
        patient_id,
        place_id,
        total,
        fund,
        is_reversal,
        at_time,
        claim_id,
        sum(CASE WHEN is_reversal THEN -1 ELSE 1 END) OVER (
            PARTITION BY patient_id, place_id, total, fund
            ORDER BY at_time, is_reversal, claim_id, row_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) + CASE WHEN is_reversal THEN 1 ELSE 0 END AS level
    FROM scratch.refund_events
),
neighbours AS (
    SELECT
        row_no,
        is_reversal,
        lag(row_no) OVER (
            PARTITION BY patient_id, place_id, total, fund, level ORDER BY at_time, is_reversal, claim_id, row_no
        ) AS original_row_no,
        lag(is_reversal) OVER (
            PARTITION BY patient_id, place_id, total, fund, level ORDER BY at_time, is_reversal, claim_id, row_no
        ) AS after_reversal
    FROM ordered
)
SELECT row_no, original_row_no
FROM neighbours
WHERE is_reversal AND original_row_no IS NOT NULL AND NOT after_reversal
