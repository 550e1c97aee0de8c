/*---
id = "M111"
name = "files_and_approves"
version = 1
family = "agency"
title = "the same person files and approves"
title_zh = "同人受理与审批"
level = "institution"
result = "definite"
scheme = "agency"
basis = "《医疗保障基金使用监督管理条例》第36条 / Regulation (Order 735) art. 36; 《医疗保障基金使用监督管理条例》第37条 / Regulation (Order 735) art. 37"
basis_from = 2021-05-01
subject = "staff"
members = "patient"
question = "Did one member of the agency's staff both file and approve a claim?"
question_zh = "经办机构同一人员是否既受理又审批同一结算？"
look_alike = "Filed by one and approved by another; a single slip in the log."
look_alike_zh = "受理与审批分离；日志个别差错。"
exclusions = ["two persons", "single slip", "refunded claims"]
reason_zh = "经办人员 {subject_id} 对 {claim_count} 笔结算既受理又审批，基金支付 {amount} 元。"
reason_en = "Agency staff member {subject_id} both filed and approved {claim_count} claims; the fund paid {amount} yuan."
severity = 5
money_rule = "net fund amount of these claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.net_fund_amount", "claims.counted", "agency_actions.claim_id", "agency_actions.action", "agency_actions.staff_id", "agency_actions.acted_at"]
[parameters.min_claims]
default = 2
origin = "own choice: a single case may be a slip"
---*/
WITH both_hands AS (
  SELECT f.claim_id, f.staff_id
  FROM agency_actions AS f
  JOIN agency_actions AS a ON a.claim_id = f.claim_id AND a.staff_id = f.staff_id
  WHERE f.action = 'file' AND a.action = 'approve' AND CAST(a.acted_at AS DATE) BETWEEN $in_force_from AND $in_force_to
  GROUP BY f.claim_id, f.staff_id
)
SELECT b.staff_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.6 + 0.03 * count(*) AS DOUBLE), 6))) AS strength, {'case_count': count(*)} AS facts
FROM both_hands AS b
JOIN claims AS c ON c.claim_id = b.claim_id
WHERE c.counted
GROUP BY b.staff_id
HAVING count(*) >= $min_claims
