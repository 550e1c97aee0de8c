/*---
id = "M051"
name = "drug_never_purchased"
version = 1
family = "charges"
title = "drug settled but never purchased"
title_zh = "串换药品（无购进）"
level = "institution"
result = "suspicious"
scheme = "substitution"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Did the place settle a drug that its own ledger never bought or had in stock?"
question_zh = "机构结算的药品在其进销存中是否从未购进？"
look_alike = "A place that delivers no ledger; opening stock; stock got from another site; claims before or after the period that the ledger covers."
look_alike_zh = "未提供进销存的机构；期初库存；调拨入库；进销存期间之外的结算。"
exclusions = ["place without a ledger", "opening stock", "transferred in", "outside the ledger's period", "refunded claims"]
reason_zh = "{subject_id} 结算药品 {item} 共 {quantity}，进销存中无任何购进，涉及 {amount} 元。"
reason_en = "{subject_id} settled {quantity} of {item}, which its ledger never took in: {amount} yuan."
severity = 4
money_rule = "amount of the lines, at most the net fund amount of their claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_type", "claim_items.quantity", "claim_items.amount", "stock_moves.place_id", "stock_moves.item_code", "stock_moves.move_type", "stock_moves.quantity", "stock_moves.moved_at"]
optional = ["stock_moves.deleted_at"]
[parameters.min_amount]
default = 500.0
origin = "own choice: smaller sums may be slips"
---*/
WITH ledgers AS (
  SELECT place_id FROM stock_moves WHERE move_type = 'purchase' AND deleted_at IS NULL GROUP BY place_id
),
known AS (
  SELECT place_id, item_code FROM stock_moves
  WHERE move_type IN ('purchase', 'opening', 'surplus', 'transfer_in') AND quantity > 0 AND deleted_at IS NULL
  GROUP BY place_id, item_code
),
periods AS (
  SELECT place_id, min(CAST(moved_at AS DATE)) AS first_day, max(CAST(moved_at AS DATE)) AS last_day
  FROM stock_moves
  WHERE deleted_at IS NULL
  GROUP BY place_id
),
settled AS (
  SELECT c.place_id, c.patient_id, c.claim_id, i.item_code, sum(i.quantity) AS quantity, least(sum(i.amount), c.net_fund_amount) AS amount
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  JOIN periods AS p ON p.place_id = c.place_id AND c.event_date BETWEEN p.first_day AND p.last_day
  WHERE c.counted AND i.item_type IN ('09', '11') AND c.place_id IN (SELECT place_id FROM ledgers) AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, c.patient_id, c.claim_id, c.net_fund_amount, i.item_code
)
SELECT s.place_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids, greatest(sum(s.amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.6 AS DOUBLE), 6))) AS strength, {'item': s.item_code, 'quantity': CAST(sum(s.quantity) AS DOUBLE)} AS facts
FROM settled AS s
LEFT JOIN known AS k ON k.place_id = s.place_id AND k.item_code = s.item_code
WHERE k.place_id IS NULL
GROUP BY s.place_id, s.item_code
HAVING sum(s.amount) >= $min_amount
