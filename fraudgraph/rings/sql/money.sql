/* Money at the sittings of each group. expected_share is how much of a sitting chance alone would have filled. */
CREATE OR REPLACE TABLE group_money AS
WITH seats AS (
  SELECT DISTINCT m.group_no, m.claim_id, m.session_no, m.total_amount, m.fund_amount
  FROM member_claims AS m WHERE m.session_no IS NOT NULL
)
SELECT t.group_no,
  CAST(sum(t.total_amount) AS DECIMAL(16,2)) AS total_amount,
  CAST(sum(t.fund_amount) AS DECIMAL(16,2)) AS fund_amount,
  CAST(sum(CAST(t.fund_amount * (1.0 - least(1.0, s.expected_count / greatest(s.present_count - 1, 1))) AS DECIMAL(16,2))) AS DECIMAL(16,2)) AS excess_amount
FROM seats AS t JOIN group_sessions AS s ON s.session_no = t.session_no
GROUP BY t.group_no;
