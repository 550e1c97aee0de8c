/* Money at the sittings of each group, each claim once. expected_share is how much of a sitting chance alone would have
   filled; the variance lets the number of others whom chance brings vary (Poisson), and with it what chance is worth as far
   as it was learned from few others. */
CREATE OR REPLACE TABLE group_money AS
WITH seats AS (
  SELECT m.group_no, m.claim_id, min(m.session_no) AS session_no, max(m.total_amount) AS total_amount, max(m.fund_amount) AS fund_amount
  FROM member_claims AS m WHERE m.session_no IS NOT NULL
  GROUP BY m.group_no, m.claim_id
),
sums AS (
  SELECT group_no, session_no, CAST(sum(total_amount) AS DECIMAL(16,2)) AS total_amount, CAST(sum(fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM seats GROUP BY group_no, session_no
),
weighed AS (
  SELECT t.group_no, t.total_amount, t.fund_amount,
    CAST(t.fund_amount * (1.0 - least(1.0, s.expected_count / greatest(s.present_count - 1, 1))) AS DECIMAL(16,2)) AS excess_amount,
    CAST(least(power(t.fund_amount / greatest(s.present_count - 1, 1), 2)
      * (s.expected_count + s.expected_count * s.expected_count / (1.0 + s.others_count)), power(t.fund_amount, 2)) AS DECIMAL(30,4)) AS variance
  FROM sums AS t JOIN group_sessions AS s ON s.session_no = t.session_no
)
SELECT group_no,
  CAST(sum(total_amount) AS DECIMAL(16,2)) AS total_amount,
  CAST(sum(fund_amount) AS DECIMAL(16,2)) AS fund_amount,
  CAST(sum(excess_amount) AS DECIMAL(16,2)) AS excess_amount,
  round(sqrt(CAST(sum(variance) AS DOUBLE)), 4) AS excess_spread
FROM weighed
GROUP BY group_no;
