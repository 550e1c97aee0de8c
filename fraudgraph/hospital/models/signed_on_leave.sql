/*---
id = "H32"
name = "signed_on_leave"
version = 1
title = "work signed on leave"
title_zh = "休假签名"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 4
question = "Did somebody sign work on a day of leave?"
question_zh = "人员休假、外出当日是否有签名或执行记录？"
look_alike = "Remote review of reports, which is permitted; a shift of the night before that ends in the morning."
look_alike_zh = "允许的远程审核；前一日夜班次晨交接。"
reason_en = "{subject_id} was on leave ({state}) on {day} and signed {deed_count} times: {deeds}."
reason_zh = "{subject_id} 于 {day} 为 {state}，仍有 {deed_count} 次签名或执行（{deeds}）。"
columns = ["h_rota.staff_id", "h_rota.on", "h_rota.state"]
[parameters.morning_hours]
default = 8
origin = "until then a night shift of the day before may go on, own choice"
---*/
WITH leaves AS (
  SELECT staff_id, "on" AS day, min(state) AS state FROM h_rota
  WHERE regexp_matches(state, '休|假|外出|进修|培训|出差|离岗') OR lower(state) IN ('leave', 'off', 'vacation', 'holiday', 'sick', 'away', 'training')
  GROUP BY staff_id, "on"
)
SELECT l.staff_id AS subject_id, array_agg(DISTINCT d.visit_no) FILTER (WHERE d.visit_no IS NOT NULL) AS visit_nos, array_agg(d.row_key ORDER BY d.row_key) AS row_ids, 0 AS amount, TRUE AS certain, 0.8 AS strength,
  {'day': CAST(l.day AS VARCHAR), 'state': min(l.state), 'deed_count': count(*), 'deeds': array_to_string(array_agg(DISTINCT d.deed ORDER BY d.deed), ', ')} AS facts
FROM leaves l
JOIN k_deeds d ON d.staff_id = l.staff_id AND CAST(d."at" AS DATE) = l.day AND date_part('hour', d."at") >= $morning_hours
GROUP BY l.staff_id, l.day
