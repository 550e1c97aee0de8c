-- Fee lines that a later delivery brings again. A later delivery replaces all lines of a claim that came before it if
-- its own are all there are: they carry no line ids, or they add up to the claim. Else it replaces them line by line.
CREATE OR REPLACE TABLE scratch.superseded_now AS
WITH brought AS (
    SELECT
        claim_id,
        delivery_no,
        count(line_id) < count(*) AS unnumbered,
        sum(CASE WHEN voided THEN 0 ELSE amount END) AS amount
    FROM scratch.item_versions
    GROUP BY claim_id, delivery_no
),
whole AS (
    SELECT
        b.claim_id,
        max(b.delivery_no) AS delivery_no
    FROM brought AS b
    LEFT JOIN scratch.claims_kept AS k ON k.claim_id = b.claim_id
    WHERE b.unnumbered OR b.amount = k.total_amount
    GROUP BY b.claim_id
),
later AS (
    SELECT
        claim_id,
        line_id,
        max(delivery_no) AS delivery_no
    FROM scratch.item_versions
    WHERE line_id IS NOT NULL
    GROUP BY claim_id, line_id
),
gone AS (
    SELECT
        v.row_no,
        v.claim_id,
        v.content,
        v.delivery_no,
        greatest(coalesce(w.delivery_no, -1), coalesce(l.delivery_no, -1)) AS by_delivery_no
    FROM scratch.item_versions AS v
    LEFT JOIN whole AS w ON w.claim_id = v.claim_id
    LEFT JOIN later AS l ON l.claim_id = v.claim_id AND l.line_id = v.line_id
    WHERE NOT v.voided AND (w.delivery_no > v.delivery_no OR l.delivery_no > v.delivery_no)
),
kept AS (
    SELECT DISTINCT
        v.claim_id,
        v.content
    FROM scratch.item_versions AS v
    WHERE NOT v.voided AND v.row_no NOT IN (SELECT row_no FROM gone)
)
SELECT
    g.row_no,
    CAST(NULL AS BIGINT) AS by_row_no,
    g.delivery_no,
    g.by_delivery_no,
    CASE WHEN k.claim_id IS NULL THEN 'E_REPLACED' ELSE 'E_DELIVERED_AGAIN' END AS code
FROM gone AS g
LEFT JOIN kept AS k ON k.claim_id = g.claim_id AND k.content = g.content
