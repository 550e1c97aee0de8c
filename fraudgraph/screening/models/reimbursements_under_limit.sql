/*---
id = "M113"
name = "reimbursements_under_limit"
version = 1
family = "agency"
title = "manual reimbursements split just under a limit"
title_zh = "手工报销拆分贴限"
level = "person"
result = "suspicious"
scheme = "agency"
basis = "《医疗保障基金使用监督管理条例》第40条第（四）项 / Regulation (Order 735) art. 40(4); 《医疗保障基金使用监督管理条例》第41条 / Regulation (Order 735) art. 41"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Were several manual reimbursements of one person kept just under the approval limit?"
question_zh = "同一人的手工报销是否多次略低于审批限额？"
look_alike = "Online settlements; amounts far below the limit; long intervals."
look_alike_zh = "联网结算；远低于限额；间隔较长。"
exclusions = ["online settlement", "far below the limit", "long intervals", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {window_days} 天内有 {claim_count} 笔手工报销，均略低于 {limit} 元，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has {claim_count} manual reimbursements just under {limit} yuan within {window_days} days; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_total_amount", "claims.net_fund_amount", "claims.counted", "claim_details.claim_id", "claim_details.settlement_kind"]
[parameters.approval_limit]
default = 10000.0
origin = "own choice: set it to the agency's own limit"
[parameters.near_share]
default = 0.1
origin = "own choice: within ten per cent below"
[parameters.min_claims]
default = 3
origin = "own choice"
[parameters.window_days]
default = 60
origin = "own choice"
---*/
WITH near AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, c.event_date
  FROM claim_details AS d
  JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE d.settlement_kind = 'manual' AND c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND CAST(c.net_total_amount AS DOUBLE) < $approval_limit AND CAST(c.net_total_amount AS DOUBLE) >= (1 - $near_share) * $approval_limit
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.1 * count(*) AS DOUBLE), 6))) AS strength, {'limit': CAST($approval_limit AS DOUBLE), 'window_days': $window_days} AS facts
FROM near
GROUP BY patient_id
HAVING count(*) >= $min_claims AND date_diff('day', min(event_date), max(event_date)) <= $window_days
