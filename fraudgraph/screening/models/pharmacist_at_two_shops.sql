/*---
id = "M089"
name = "pharmacist_at_two_shops"
version = 1
family = "drugs"
title = "one pharmacist signs at two shops at once"
title_zh = "药师同时在多店审方"
level = "institution"
result = "suspicious"
scheme = "management"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2021-05-01
subject = "staff"
members = "place"
question = "Did one pharmacist sign sales at two pharmacies within minutes?"
question_zh = "同一药师是否数分钟内在两家药店审方？"
look_alike = "Remote review registered for a chain is few per day; a single slip; the same shop."
look_alike_zh = "偶发登记差错；同一门店。"
exclusions = ["single slip", "same shop"]
reason_zh = "药师 {subject_id} 有 {time_count} 次在 {minutes} 分钟内于不同药店审方。"
reason_en = "Pharmacist {subject_id} signed at different pharmacies within {minutes} minutes, {time_count} times."
severity = 2
money_rule = "none of the fund directly: 0"
columns = ["stock_moves.move_id", "stock_moves.place_id", "stock_moves.move_type", "stock_moves.moved_at", "stock_moves.pharmacist_id"]
optional = ["stock_moves.deleted_at"]
[parameters.minutes]
default = 10
origin = "own choice: nobody changes shops within ten minutes"
[parameters.min_times]
default = 3
origin = "own choice: single cases may be slips"
---*/
WITH signed AS (
  SELECT pharmacist_id, place_id, moved_at,
    lag(place_id) OVER (PARTITION BY pharmacist_id ORDER BY moved_at, move_id) AS earlier_place,
    lag(moved_at) OVER (PARTITION BY pharmacist_id ORDER BY moved_at, move_id) AS earlier_at
  FROM stock_moves
  WHERE move_type = 'sale' AND pharmacist_id IS NOT NULL AND deleted_at IS NULL AND CAST(moved_at AS DATE) BETWEEN $in_force_from AND $in_force_to
)
SELECT pharmacist_id AS subject_id, list_sort(list_distinct(list_concat(array_agg(place_id), array_agg(earlier_place)))) AS member_ids, CAST([] AS VARCHAR[]) AS claim_ids, CAST(0 AS DECIMAL(16,2)) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.02 * count(*) AS DOUBLE), 6))) AS strength, {'time_count': count(*), 'minutes': $minutes} AS facts
FROM signed
WHERE earlier_place <> place_id AND epoch(moved_at) - epoch(earlier_at) < 60 * $minutes
GROUP BY pharmacist_id
HAVING count(*) >= $min_times
