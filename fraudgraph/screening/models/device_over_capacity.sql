/*---
id = "M063"
name = "device_over_capacity"
version = 1
family = "charges"
title = "more sessions than the devices can do"
title_zh = "设备超产能"
level = "institution"
result = "suspicious"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Were more sessions charged on a day than the institution's devices can do?"
question_zh = "某日收费次数是否超过设备最大产能？"
look_alike = "Make-up sessions on single days; a facility whose devices are unknown."
look_alike_zh = "个别日补做；设备情况未知。"
exclusions = ["single days", "unknown devices", "refunded claims"]
reason_zh = "{subject_id} 的项目 {item} 有 {day_count} 天超过 {capacity} 次/日的产能，最多 {top} 次，涉及 {amount} 元。"
reason_en = "{subject_id} charged {item} beyond its capacity of {capacity} a day on {day_count} days, up to {top}: {amount} yuan."
severity = 4
money_rule = "pro-rata amount above capacity, at most the net fund amount of the day's claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.started_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "claim_items.charged_at", "devices.facility_id", "devices.item_code", "devices.device_count", "devices.sessions_per_day"]
[parameters.min_days]
default = 3
origin = "own choice: single days may be make-up sessions"
---*/
WITH capacities AS (
  SELECT facility_id, item_code, CAST(sum(device_count * sessions_per_day) AS BIGINT) AS capacity
  FROM devices GROUP BY facility_id, item_code
),
sessions AS (
  SELECT c.facility_id, c.patient_id, c.claim_id, i.item_code, CAST(coalesce(i.charged_at, c.started_at) AS DATE) AS session_day,
    sum(i.quantity) AS quantity, least(sum(i.amount), max(c.net_fund_amount)) AS amount
  FROM capacities AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id AND c.facility_id = k.facility_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.facility_id, c.patient_id, c.claim_id, i.item_code, CAST(coalesce(i.charged_at, c.started_at) AS DATE)
),
days AS (
  SELECT s.facility_id, s.item_code, s.session_day, sum(s.quantity) AS quantity, sum(s.amount) AS amount, min(k.capacity) AS capacity,
    list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids
  FROM sessions AS s
  JOIN capacities AS k ON k.facility_id = s.facility_id AND k.item_code = s.item_code
  GROUP BY s.facility_id, s.item_code, s.session_day
  HAVING sum(s.quantity) > min(k.capacity)
)
SELECT facility_id AS subject_id, list_sort(list_distinct(flatten(array_agg(member_ids)))) AS member_ids,
  list_sort(list_distinct(flatten(array_agg(claim_ids)))) AS claim_ids,
  greatest(sum(CAST(round(CAST(amount AS DOUBLE) * CAST(quantity - capacity AS DOUBLE) / CAST(quantity AS DOUBLE), 2) AS DECIMAL(16,2))), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * count(*) AS DOUBLE), 6))) AS strength,
  {'item': item_code, 'day_count': count(*), 'capacity': min(capacity), 'top': CAST(max(quantity) AS DOUBLE)} AS facts
FROM days
GROUP BY facility_id, item_code
HAVING count(*) >= $min_days
