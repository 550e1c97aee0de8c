/*---
id = "H47"
name = "charged_before_admission"
version = 1
title = "charged before the stay began"
title_zh = "入院前费用计入住院"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
severity = 3
question = "Were charges of a time before admission put into the stay?"
question_zh = "住院费用中是否有入院前发生的费用？"
look_alike = "The window before admission in which tests may count."
look_alike_zh = "政策允许的入院前检查时间窗。"
reason_en = "Visit {subject_id}: {charge_count} charges ({amount} yuan, first {first_charge}) before its admission on {admitted}."
reason_zh = "就诊 {subject_id}：{admitted} 入院之前有 {charge_count} 笔费用（{amount} 元，首笔 {first_charge}）。"
columns = ["h_charges.charge_id", "h_visits.admitted_at"]
[parameters.window_days]
default = 3
origin = "before admission in which tests may count, regional policies"
---*/
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS certain, 0.8 AS strength,
  {'charge_count': count(*), 'first_charge': CAST(min(day) AS VARCHAR), 'admitted': CAST(CAST(min(admitted_at) AS DATE) AS VARCHAR)} AS facts
FROM k_charges
WHERE day < CAST(admitted_at AS DATE) AND day < CAST(coalesce(registered_at, admitted_at) AS DATE) AND NOT (family IN ('lab', 'exam', 'registration') AND day >= CAST(admitted_at AS DATE) - CAST($window_days AS INTEGER))
GROUP BY visit_no
