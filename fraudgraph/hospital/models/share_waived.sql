/*---
id = "H46"
name = "share_waived"
version = 1
title = "the person's share waived or given back"
title_zh = "减免返现"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
severity = 4
question = "Was the person's own share waived or given back?"
question_zh = "个人应付部分是否被减免或返还？"
look_alike = "Medical aid; a refund of what was paid too much."
look_alike_zh = "医疗救助；多收退还。"
reason_en = "Visit {subject_id}: {waived} yuan of the person's own share waived, {refunded} given back."
reason_zh = "就诊 {subject_id}：个人应付减免 {waived} 元、返还 {refunded} 元。"
columns = ["h_payments.invoice_no", "h_payments.visit_no"]
[parameters.least_yuan]
default = 10
origin = "smaller sums are rounding, own choice"
[parameters.share]
default = 0.5
origin = "of what the person owes, own choice"
---*/
WITH told AS (
  SELECT visit_no, sum(coalesce(waived, 0)) AS waived, sum(coalesce(refunded, 0)) AS refunded, sum(coalesce(cash, 0)) AS cash, sum(coalesce(self_due, 0)) AS due, array_agg('h_payments:' || CAST(row_id AS VARCHAR) ORDER BY row_id) AS row_ids
  FROM h_payments
  WHERE visit_no IS NOT NULL AND NOT regexp_matches(coalesce(reason, '') || coalesce(payer, ''), '救助|民政|低保|贫困|特困|多收|误收|差错|补交|重复|退费|aid|error')
  GROUP BY visit_no
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, waived + refunded AS amount, FALSE AS certain, least(1.0, round(0.4 + 0.6 * CAST((waived + refunded) / nullif(greatest(due, cash + waived), 0) AS DOUBLE), 6)) AS strength,
  {'waived': waived, 'refunded': refunded} AS facts
FROM told
WHERE waived + refunded >= $least_yuan AND waived + refunded >= $share * greatest(due, cash + waived, 0.01)
