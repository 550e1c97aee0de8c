-- What refunds change: reversing rows net to nothing once paired, originals keep what is left of them.
WITH refunds AS (
    SELECT
        c.row_no,
        p.original_row_no,
        -abs(c.total_amount) AS total,
        -abs(c.fund_amount) AS fund,
        c.total_amount,
        c.fund_amount,
        c.is_reversal,
        c.refund_of
    FROM scratch.claims_kept AS c
    LEFT JOIN scratch.refund_pairs AS p ON p.row_no = c.row_no
    WHERE c.is_reversal OR p.row_no IS NOT NULL
        OR (c.refund_flag AND c.row_no NOT IN (SELECT original_row_no FROM scratch.refund_pairs))
),
taken AS (
    SELECT original_row_no AS row_no, sum(total) AS total, sum(fund) AS fund
    FROM refunds
    WHERE original_row_no IS NOT NULL
    GROUP BY original_row_no
)
SELECT
    r.row_no,
    TRUE AS is_refund,
    CASE WHEN r.original_row_no IS NOT NULL OR r.total_amount > 0 THEN 0 ELSE r.total_amount END AS net_total_amount,
    CASE WHEN r.original_row_no IS NOT NULL OR r.total_amount > 0 THEN 0 ELSE r.fund_amount END AS net_fund_amount,
    FALSE AS counted,
    o.claim_id AS original_claim_id
FROM refunds AS r
LEFT JOIN scratch.claims_kept AS o ON o.row_no = r.original_row_no
UNION ALL
SELECT
    t.row_no,
    FALSE AS is_refund,
    c.total_amount + t.total AS net_total_amount,
    c.fund_amount + t.fund AS net_fund_amount,
    c.total_amount + t.total > 0 AS counted,
    NULL AS original_claim_id
FROM taken AS t
INNER JOIN scratch.claims_kept AS c ON c.row_no = t.row_no
WHERE t.row_no NOT IN (SELECT row_no FROM refunds)
