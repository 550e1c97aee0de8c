/*---
id = "H03"
name = "charge_without_order"
version = 1
title = "charged without an order"
title_zh = "无医嘱收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was a service charged for which nobody gave an order within a day?"
question_zh = "收费项目前后一天内是否没有任何医嘱？"
look_alike = "Registration, bed and nursing fees; emergencies in their first six hours; items that this hospital never orders."
look_alike_zh = "挂号、床位、护理等无需医嘱的项目；急诊六小时内补开；本院从不开医嘱的项目。"
reason_en = "Visit {subject_id}: {item} was charged {charge_count} times ({amount} yuan) without an order; {order_share} of its charges have one."
reason_zh = "就诊 {subject_id}：{item} 收费 {charge_count} 次（{amount} 元）没有医嘱；该项目平时 {order_share} 有医嘱。"
columns = ["h_charges.charge_id", "h_orders.order_id", "h_orders.visit_no"]
[parameters.family_share]
default = 0.8
origin = "an item of few people is compared with its family, own choice"
[parameters.rare]
default = 20
origin = "visits below which an item says nothing of itself, own choice"
[parameters.usual_share]
default = 0.6
origin = "an item of which a smaller share has an order is charged without orders here, own choice"
[parameters.sure_share]
default = 0.8
origin = "from this share on a missing order is definite, own choice"
[parameters.emergency_hours]
default = 6
origin = "emergency orders may be written within six hours, medical record rules"
---*/
WITH shares AS (
  SELECT c.hosp_item_code, c.visit_no, c.family, CASE WHEN o.order_row IS NULL THEN 0.0 ELSE 1.0 END AS ordered FROM k_charges c JOIN k_charge_orders o ON o.unit_id = c.unit_id
),
families AS (SELECT family, avg(ordered) AS family_share FROM shares GROUP BY family),
rarities AS (SELECT hosp_item_code, min(family) AS family, count(DISTINCT visit_no) AS visit_count FROM shares GROUP BY hosp_item_code),
rare_items AS (SELECT r.hosp_item_code, r.visit_count, f.family_share FROM rarities r JOIN families f ON f.family = r.family)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, sum(c.amount) AS amount,
  min(CAST(c.settled AND o.order_share >= $sure_share AS INTEGER)) = 1 AS certain, round(0.5 + 0.5 * min(o.order_share), 6) AS strength,
  {'item': c.name, 'charge_count': count(*), 'order_share': round(min(o.order_share), 2)} AS facts
FROM k_charges c
JOIN k_charge_orders o ON o.unit_id = c.unit_id
JOIN rare_items f ON f.hosp_item_code = c.hosp_item_code
WHERE o.order_row IS NULL AND coalesce(c.admitted_at, c.registered_at, c."at") >= (SELECT min(issued_at) FROM h_orders) - INTERVAL 6 HOUR AND (o.order_share >= $usual_share OR (f.family_share >= $family_share AND f.visit_count < $rare)) AND c.family NOT IN ('registration', 'bed', 'nursing')
  AND NOT ((contains(coalesce(c.kind, ''), '急') OR contains(c.admission_way, '急') OR c.admission_way = '1')
    AND c."at" <= c.registered_at + to_minutes(CAST(60 * $emergency_hours AS INTEGER)))
GROUP BY c.visit_no, c.name
