/*---
id = "M076"
name = "inflated_purchase_price"
version = 1
family = "drugs"
title = "purchase price far above others"
title_zh = "采购价异常"
level = "institution"
result = "suspicious"
scheme = "stock"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "place"
members = "value"
question = "Does a place enter purchases at far more than what others pay?"
question_zh = "采购入库价是否远高于其他机构？"
look_alike = "Few buyers of the item; small purchases; a deleted record."
look_alike_zh = "采购机构少；采购量小；已删除的记录。"
exclusions = ["few buyers", "small purchases", "deleted record"]
reason_zh = "{subject_id} 采购 {item} 单价 {price} 元，其他机构中位数 {median} 元，多记 {excess} 元。"
reason_en = "{subject_id} booked {item} at {price} yuan, the median of others is {median}: {excess} yuan too much."
severity = 3
money_rule = "none of the fund directly: 0; the excess stands in the facts"
columns = ["stock_moves.place_id", "stock_moves.item_code", "stock_moves.move_type", "stock_moves.moved_at", "stock_moves.quantity", "stock_moves.unit_price"]
optional = ["stock_moves.deleted_at"]
[parameters.min_factor]
default = 2.0
origin = "catalogue M076: above twice the median"
[parameters.min_places]
default = 5
origin = "own choice: fewer buyers give no median"
[parameters.min_excess]
default = 1000.0
origin = "own choice"
---*/
WITH bought AS (
  SELECT place_id, item_code, sum(quantity) AS quantity, round(CAST(sum(CAST(round(CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE), 2) AS DECIMAL(16,2))) AS DOUBLE) / CAST(sum(quantity) AS DOUBLE), 4) AS price
  FROM stock_moves
  WHERE move_type = 'purchase' AND quantity > 0 AND unit_price > 0 AND deleted_at IS NULL AND CAST(moved_at AS DATE) BETWEEN $in_force_from AND $in_force_to
  GROUP BY place_id, item_code
),
usual AS (
  SELECT item_code, fg_quantile(price, 0.5) AS median_price FROM bought GROUP BY item_code HAVING count(*) >= $min_places
)
SELECT b.place_id AS subject_id, list_sort(array_agg(DISTINCT b.item_code)) AS member_ids, CAST([] AS VARCHAR[]) AS claim_ids, CAST(0 AS DECIMAL(16,2)) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.1 * max(b.price / u.median_price) AS DOUBLE), 6))) AS strength,
  {'item': b.item_code, 'price': max(b.price), 'median': round(min(u.median_price), 4), 'excess': round(max((b.price - u.median_price) * CAST(b.quantity AS DOUBLE)), 2)} AS facts
FROM bought AS b
JOIN usual AS u ON u.item_code = b.item_code
WHERE b.price > $min_factor * u.median_price AND (b.price - u.median_price) * CAST(b.quantity AS DOUBLE) >= $min_excess
GROUP BY b.place_id, b.item_code
