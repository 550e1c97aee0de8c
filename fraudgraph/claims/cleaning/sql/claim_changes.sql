-- Claims that a later delivery changed or withdrew: what counted until then, and what counts now.
WITH replaced AS (
    SELECT
        s.by_row_no,
        s.delivery_no,
        s.by_delivery_no,
        s.code,
        c.*,
        row_number() OVER (PARTITION BY c.claim_id ORDER BY s.delivery_no DESC, c.row_no DESC) AS place
    FROM scratch.superseded AS s
    INNER JOIN scratch.claims_resolved AS c ON c.row_no = s.row_no
    WHERE s.kind = 'claims' AND s.code <> 'E_DELIVERED_AGAIN'
)
SELECT
    b.claim_id,
    CASE b.code WHEN 'E_WITHDRAWN' THEN 'withdrawn' ELSE 'changed' END AS what,
    b.patient_id AS patient_before,
    a.patient_id AS patient_after,
    coalesce(a.place_id, b.place_id) AS place_id,
    b.started_at AS started_before,
    a.started_at AS started_after,
    b.total_amount AS total_before,
    a.total_amount AS total_after,
    b.fund_amount AS fund_before,
    a.fund_amount AS fund_after,
    b.delivery_no AS delivery_before,
    b.by_delivery_no AS delivery_after
FROM replaced AS b
LEFT JOIN scratch.claims_kept AS a ON a.claim_id = b.claim_id
WHERE b.place = 1
    AND (
        CAST(b.started_at AS DATE) BETWEEN CAST($first_day AS DATE) AND CAST($last_day AS DATE)
        OR CAST(a.started_at AS DATE) BETWEEN CAST($first_day AS DATE) AND CAST($last_day AS DATE)
    )
ORDER BY b.claim_id
