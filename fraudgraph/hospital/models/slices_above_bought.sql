/*---
id = "H25"
name = "slices_above_bought"
version = 1
title = "herbal slices charged above what was bought"
title_zh = "饮片量差"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Were more herbal slices charged than bought?"
question_zh = "中药饮片收费数量是否超过购进？"
look_alike = "Loss in weighing of up to five per cent, which only lowers what can be sold."
look_alike_zh = "称量损耗不超过 5%。"
reason_en = "{subject_id}: {charged} charged, {had} there."
reason_zh = "{subject_id}：收费 {charged}，期初加购进 {had}。"
columns = ["h_charges.charge_id", "h_stock_moves.item", "h_stock_moves.quantity", "h_stock_moves.kind"]
[parameters.loss_share]
default = 0.05
origin = "docs/hospital.md"
---*/
SELECT s.name AS subject_id, [] AS visit_nos, ['h_stock_moves:' || CAST(s.move_row AS VARCHAR)] AS row_ids, round(s.amount * (s.charged_quantity - s.opening - s.came_in) / s.charged_quantity, 2) AS amount, TRUE AS certain, 0.8 AS strength,
  {'charged': CAST(s.charged_quantity AS DOUBLE), 'had': CAST(s.opening + s.came_in AS DOUBLE)} AS facts
FROM k_stock s
WHERE s.family = 'slices' AND s.came_in + s.opening > 0 AND s.charged_quantity > (1 + $loss_share) * (s.opening + s.came_in)
