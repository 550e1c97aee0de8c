/*---
id = "H45"
name = "insured_dearer"
version = 1
title = "the insured pay more than self-payers"
title_zh = "医保自费价差"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第24条 / Regulation (Order 735) art. 24"
basis_from = 2021-05-01
severity = 2
question = "Is an item dearer for the insured than for those who pay themselves?"
question_zh = "同一项目医保患者的单价是否高于自费患者？"
look_alike = "A package price for self-payers."
look_alike_zh = "自费患者的套餐价。"
reason_en = "{subject_id}: {insured_price} yuan for the insured, {self_price} for self-payers ({charge_count} charges)."
reason_zh = "{subject_id}：医保单价 {insured_price} 元，自费单价 {self_price} 元（{charge_count} 次收费）。"
columns = ["h_charges.charge_id", "h_charges.unit_price", "h_charges.payer"]
[parameters.fewest]
default = 3
origin = "charges on each side, own choice"
[parameters.dearer]
default = 1.02
origin = "rounding, own choice"
---*/
WITH priced AS (
  SELECT c.hosp_item_code, c.name, c.quantity, c.amount, c.row_key, c.unit_id, c.visit_no, coalesce(c.unit_price, c.amount / nullif(c.quantity, 0)) AS price, date_trunc('month', c."at") AS month,
    contains(coalesce(v.payer, c.payer), '自费') OR contains(coalesce(v.payer, c.payer), '全自') OR lower(coalesce(v.payer, c.payer)) IN ('self', 'self-pay', 'self_pay', 'cash', 'selfpay', 'zf') AS pays_self
  FROM k_charges c LEFT JOIN m_visits v ON v.visit_no = c.visit_no
  WHERE coalesce(v.payer, c.payer) IS NOT NULL AND NOT contains(c.name, '套餐')
),
medians AS (
  SELECT hosp_item_code, month, fg_quantile(CASE WHEN pays_self THEN price END, 0.5) AS self_price, count(*) FILTER (WHERE pays_self) AS self_count, fg_quantile(CASE WHEN NOT pays_self THEN price END, 0.5) AS insured_price, count(*) FILTER (WHERE NOT pays_self) AS insured_count
  FROM priced GROUP BY hosp_item_code, month
)
SELECT p.name AS subject_id, array_agg(DISTINCT p.visit_no)[1:50] AS visit_nos, array_agg(p.row_key ORDER BY p.unit_id)[1:200] AS row_ids, round(sum(greatest(0, p.amount - p.quantity * m.self_price)), 2) AS amount, FALSE AS certain, 0.5 AS strength,
  {'insured_price': CAST(max(m.insured_price) AS DOUBLE), 'self_price': CAST(min(m.self_price) AS DOUBLE), 'charge_count': count(*)} AS facts
FROM priced p
JOIN medians m ON m.hosp_item_code = p.hosp_item_code AND m.month = p.month
WHERE NOT p.pays_self AND m.self_count >= $fewest AND m.insured_count >= $fewest AND m.insured_price > $dearer * m.self_price
GROUP BY p.name
