/*---
id = "H55"
name = "charged_after_discharge"
version = 1
title = "charged after the person had left"
title_zh = "出院后收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 4
question = "Were charges put on a stay after its end?"
question_zh = "出院后是否仍有费用计入？"
look_alike = "Posting on the day of discharge or the next; drugs to take home."
look_alike_zh = "出院当日及次日补记；出院带药。"
reason_en = "Visit {subject_id}: {charge_count} charges ({amount} yuan, last {last_charge}) after its end on {discharged}."
reason_zh = "就诊 {subject_id}：{discharged} 出院之后有 {charge_count} 笔费用（{amount} 元，末笔 {last_charge}）。"
columns = ["h_charges.charge_id", "h_visits.discharged_at"]
[parameters.grace_days]
default = 1
origin = "late posting, own choice"
---*/
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS certain, 0.8 AS strength,
  {'charge_count': count(*), 'last_charge': CAST(max(day) AS VARCHAR), 'discharged': CAST(CAST(min(discharged_at) AS DATE) AS VARCHAR)} AS facts
FROM k_charges
WHERE day > CAST(discharged_at AS DATE) + CAST($grace_days AS INTEGER)
GROUP BY visit_no
