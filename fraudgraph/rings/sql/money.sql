/* Money of each group: all claims of its people, those at its sittings, and what as many like people cost (`group_expected`). */
CREATE OR REPLACE TABLE group_money AS
WITH theirs AS (
  SELECT group_no, claim_id, max(total_amount) AS total_amount, max(fund_amount) AS fund_amount,
    bool_or(session_no IS NOT NULL) AS met
  FROM member_claims GROUP BY group_no, claim_id
),
sums AS (
  SELECT group_no, CAST(count(*) AS INTEGER) AS people_claim_count,
    CAST(coalesce(sum(total_amount), 0) AS DECIMAL(16,2)) AS people_total_amount,
    CAST(coalesce(sum(fund_amount), 0) AS DECIMAL(16,2)) AS people_fund_amount,
    CAST(sum(CASE WHEN met THEN 1 ELSE 0 END) AS INTEGER) AS claim_count,
    CAST(coalesce(sum(CASE WHEN met THEN total_amount END), 0) AS DECIMAL(16,2)) AS total_amount,
    CAST(coalesce(sum(CASE WHEN met THEN fund_amount END), 0) AS DECIMAL(16,2)) AS fund_amount
  FROM theirs GROUP BY group_no
)
SELECT s.*, coalesce(e.expected_amount, CAST(0 AS DECIMAL(16,2))) AS expected_amount,
  coalesce(e.expected_spread, 0.0) AS expected_spread, coalesce(e.peer_count, 0) AS peer_count
FROM sums AS s LEFT JOIN group_expected AS e ON e.group_no = s.group_no;
