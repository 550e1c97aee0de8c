/*---
id = "H21"
name = "consumables_above_bought"
version = 1
title = "disposables charged above what was bought"
title_zh = "一次性耗材超购进"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Were more disposables charged than the hospital had?"
question_zh = "一次性耗材收费数量是否超过期初加购进？"
look_alike = "Donations and transfers, which come in without a purchase."
look_alike_zh = "捐赠、调拨入库。"
reason_en = "{subject_id}: {charged} charged, {had} there (opening {opening}, in {came_in})."
reason_zh = "{subject_id}：收费 {charged}，库存来源 {had}（期初 {opening}、入库 {came_in}）。"
columns = ["h_charges.charge_id", "h_stock_moves.item", "h_stock_moves.quantity", "h_stock_moves.kind"]
[parameters.over_share]
default = 1.03
origin = "counting errors, own choice"
---*/
SELECT s.name AS subject_id, [] AS visit_nos, ['h_stock_moves:' || CAST(s.move_row AS VARCHAR)] AS row_ids, round(s.amount * (s.charged_quantity - s.opening - s.came_in) / s.charged_quantity, 2) AS amount,
  s.opening > 0 OR s.first_in <= s.first_charge AS certain, 0.8 AS strength,
  {'charged': CAST(s.charged_quantity AS DOUBLE), 'had': CAST(s.opening + s.came_in AS DOUBLE), 'opening': CAST(s.opening AS DOUBLE), 'came_in': CAST(s.came_in AS DOUBLE)} AS facts
FROM k_stock s
WHERE s.family = 'material' AND s.came_in + s.opening > 0 AND s.consigned_count = 0 AND s.charged_quantity > $over_share * (s.opening + s.came_in)
