/*---
id = "M052"
name = "consumables_beyond_purchase"
version = 1
family = "charges"
title = "more consumables settled than bought"
title_zh = "串换耗材"
level = "institution"
result = "suspicious"
scheme = "substitution"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Were more pieces of a consumable settled than the ledger ever held?"
question_zh = "耗材结算数量是否多于库存与购进之和？"
look_alike = "Opening stock; a place without a ledger; a small difference; claims before or after the period that the ledger covers."
look_alike_zh = "期初库存；未提供进销存；差额很小；进销存期间之外的结算。"
exclusions = ["opening stock", "place without a ledger", "small difference", "outside the ledger's period", "refunded claims"]
reason_zh = "{subject_id} 结算耗材 {item} {settled}，库存与购进仅 {available}，涉及 {amount} 元。"
reason_en = "{subject_id} settled {settled} of consumable {item}; stock and purchases make only {available}: {amount} yuan."
severity = 4
money_rule = "amount of the lines times the share not covered by the ledger"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_type", "claim_items.quantity", "claim_items.amount", "stock_moves.place_id", "stock_moves.item_code", "stock_moves.move_type", "stock_moves.quantity", "stock_moves.moved_at"]
optional = ["stock_moves.deleted_at"]
[parameters.tolerance]
default = 0.05
origin = "catalogue M057/M075: above 5 per cent"
---*/
WITH ledger AS (
  SELECT place_id, item_code,
    sum(CASE WHEN move_type IN ('opening', 'purchase', 'surplus', 'transfer_in') THEN quantity ELSE -quantity END) AS available
  FROM stock_moves
  WHERE move_type IN ('opening', 'purchase', 'surplus', 'transfer_in', 'purchase_return') AND deleted_at IS NULL
  GROUP BY place_id, item_code
),
periods AS (
  SELECT place_id, min(CAST(moved_at AS DATE)) AS first_day, max(CAST(moved_at AS DATE)) AS last_day
  FROM stock_moves
  WHERE deleted_at IS NULL
  GROUP BY place_id
),
settled AS (
  SELECT c.place_id, i.item_code, sum(i.quantity) AS quantity, sum(i.amount) AS amount, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  JOIN periods AS p ON p.place_id = c.place_id AND c.event_date BETWEEN p.first_day AND p.last_day
  WHERE c.counted AND i.item_type = '08' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, i.item_code
)
SELECT s.place_id AS subject_id, s.member_ids, s.claim_ids,
  greatest(CAST(round(CAST(s.amount AS DOUBLE) * CAST(s.quantity - l.available AS DOUBLE) / CAST(s.quantity AS DOUBLE), 2) AS DECIMAL(16,2)), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(CAST(s.quantity - l.available AS DOUBLE) / CAST(s.quantity AS DOUBLE) AS DOUBLE), 6))) AS strength,
  {'item': s.item_code, 'settled': CAST(s.quantity AS DOUBLE), 'available': CAST(l.available AS DOUBLE)} AS facts
FROM settled AS s
JOIN ledger AS l ON l.place_id = s.place_id AND l.item_code = s.item_code
WHERE s.quantity > l.available * (1 + CAST($tolerance AS DECIMAL(6,4)))
