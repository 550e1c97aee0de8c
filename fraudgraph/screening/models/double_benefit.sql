/*---
id = "M013"
name = "double_benefit"
version = 1
family = "identity"
title = "the same bill paid twice"
title_zh = "重复享受待遇"
level = "person"
result = "definite"
scheme = "double_benefit"
basis = "《医疗保障基金使用监督管理条例》第41条第（二）项 / Regulation (Order 735) art. 41(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was one invoice settled more than once?"
question_zh = "同一发票是否结算两次及以上？"
look_alike = "Interim settlements of one stay; a reversed and repeated settlement."
look_alike_zh = "同次住院中途结算；冲销后重结。"
exclusions = ["interim settlement of one stay", "refunded claims"]
reason_zh = "参保人 {subject_id} 的发票 {invoice} 结算了 {claim_count} 次，重复部分基金支付 {amount} 元。"
reason_en = "Invoice {invoice} of insured person {subject_id} was settled {claim_count} times; the fund paid {amount} yuan beyond the first."
severity = 4
money_rule = "net fund amount beyond the largest single settlement of the invoice"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_details.claim_id", "claim_details.invoice_number"]
optional = ["claim_details.mid_settlement"]
---*/
SELECT min(c.patient_id) AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount) - max(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.9 AS DOUBLE), 6))) AS strength, {'invoice': d.invoice_number} AS facts
FROM (
  SELECT invoice_number FROM claim_details WHERE invoice_number IS NOT NULL GROUP BY invoice_number HAVING count(*) > 1
) AS r
JOIN claim_details AS d ON d.invoice_number = r.invoice_number
JOIN claims AS c ON c.claim_id = d.claim_id
WHERE c.counted AND NOT coalesce(d.mid_settlement, FALSE) AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY d.invoice_number
HAVING count(DISTINCT c.claim_id) > 1
