/*---
id = "M077"
name = "purchases_without_papers"
version = 1
family = "drugs"
title = "purchases without slip or invoice"
title_zh = "无票购进"
level = "institution"
result = "suspicious"
scheme = "stock"
basis = "《医疗保障基金使用监督管理条例》第38条第（五）项 / Regulation (Order 735) art. 38(5)"
basis_from = 2021-05-01
subject = "place"
members = "value"
question = "Did drugs enter the ledger without slip and without invoice?"
question_zh = "是否存在既无随货单又无发票的购进？"
look_alike = "An invoice that follows the slip; gifts of the maker of small value; a deleted record."
look_alike_zh = "单到票后到；小额赠品；已删除的记录。"
exclusions = ["slip without invoice yet", "small value", "deleted record"]
reason_zh = "{subject_id} 有 {move_count} 笔购进无随货单和发票，货值 {value} 元。"
reason_en = "{subject_id} has {move_count} purchases without slip and invoice, worth {value} yuan."
severity = 3
money_rule = "none of the fund directly: 0; the value stands in the facts"
columns = ["stock_moves.move_id", "stock_moves.place_id", "stock_moves.item_code", "stock_moves.move_type", "stock_moves.moved_at", "stock_moves.quantity", "stock_moves.unit_price", "stock_moves.invoice_number", "stock_moves.slip_number"]
optional = ["stock_moves.deleted_at"]
[parameters.min_value]
default = 1000.0
origin = "own choice"
---*/
WITH bare AS (
  SELECT place_id, item_code, move_id, CAST(round(CAST(quantity AS DOUBLE) * CAST(coalesce(unit_price, 0) AS DOUBLE), 2) AS DECIMAL(16,2)) AS goods_value
  FROM stock_moves
  WHERE move_type = 'purchase' AND quantity > 0 AND coalesce(slip_number, '') = '' AND coalesce(invoice_number, '') = '' AND deleted_at IS NULL
    AND CAST(moved_at AS DATE) BETWEEN $in_force_from AND $in_force_to
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT item_code)) AS member_ids, CAST([] AS VARCHAR[]) AS claim_ids, CAST(0 AS DECIMAL(16,2)) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.02 * count(*) AS DOUBLE), 6))) AS strength, {'move_count': count(*), 'value': CAST(sum(goods_value) AS DOUBLE)} AS facts
FROM bare
GROUP BY place_id
HAVING sum(goods_value) >= $min_value
