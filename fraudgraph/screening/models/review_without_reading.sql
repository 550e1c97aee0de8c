/*---
id = "M112"
name = "review_without_reading"
version = 1
family = "agency"
title = "reviews quicker than reading"
title_zh = "审核无阅读时间"
level = "institution"
result = "suspicious"
scheme = "agency"
basis = "《医疗保障基金使用监督管理条例》第36条 / Regulation (Order 735) art. 36"
basis_from = 2021-05-01
subject = "staff"
members = "patient"
question = "Does a reviewer pass claims within seconds of each other, in numbers?"
question_zh = "审核人员是否以数秒间隔连续审核大量结算？"
look_alike = "A button that passes a checked batch in one second; normal pace; few reviews."
look_alike_zh = "批量通过已核查案件（同一秒）；正常节奏；数量少。"
exclusions = ["checked batch in one second", "normal pace", "few reviews", "refunded claims"]
reason_zh = "审核人员 {subject_id} 有 {quick_count} 笔审核与上一笔间隔不足 {seconds} 秒，基金支付 {amount} 元。"
reason_en = "Reviewer {subject_id} passed {quick_count} claims less than {seconds} seconds after the one before; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.net_fund_amount", "claims.counted", "agency_actions.action_id", "agency_actions.claim_id", "agency_actions.action", "agency_actions.staff_id", "agency_actions.acted_at"]
[parameters.seconds]
default = 5
origin = "own choice: nobody reads a bill in less"
[parameters.min_reviews]
default = 20
origin = "own choice"
---*/
WITH reviews AS (
  SELECT staff_id, claim_id, epoch(acted_at) - lag(epoch(acted_at)) OVER (PARTITION BY staff_id ORDER BY acted_at, action_id) AS gap_seconds
  FROM agency_actions
  WHERE action IN ('review', 'approve') AND CAST(acted_at AS DATE) BETWEEN $in_force_from AND $in_force_to
),
quick AS (
  SELECT staff_id, claim_id FROM reviews WHERE gap_seconds > 0 AND gap_seconds < $seconds GROUP BY staff_id, claim_id
)
SELECT q.staff_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.005 * count(*) AS DOUBLE), 6))) AS strength, {'quick_count': count(*), 'seconds': $seconds} AS facts
FROM quick AS q
JOIN claims AS c ON c.claim_id = q.claim_id
WHERE c.counted
GROUP BY q.staff_id
HAVING count(*) >= $min_reviews
