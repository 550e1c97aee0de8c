/*---
id = "H38"
name = "device_over_capacity"
version = 1
title = "more in an hour than the device can do"
title_zh = "设备超产能"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 3
question = "Were more examinations done on a device in an hour than it can do?"
question_zh = "设备一小时内检查数是否超过产能？"
look_alike = "Several rooms or units under one number."
look_alike_zh = "多个机房共用一个编号。"
reason_en = "Device {subject_id}: {use_count} examinations in the hour {hour}, it can do {rate}."
reason_zh = "设备 {subject_id}：{hour} 一小时内检查 {use_count} 次，产能 {rate} 次。"
columns = ["h_devices.device_id", "h_devices.rate", "h_exams.device_id", "h_exams.study_at"]
[parameters.sure_share]
default = 1.5
origin = "above the rate by half nobody can have hurried, own choice"
[parameters.several_share]
default = 0.2
origin = "a device over its rate in this share of hours is several, own choice"
---*/
WITH hours AS (
  SELECT e.device_id, date_trunc('hour', e.study_at) AS hour, count(*) AS use_count, array_agg(DISTINCT e.visit_no) FILTER (WHERE e.visit_no IS NOT NULL) AS visit_nos, array_agg('h_exams:' || CAST(e.row_id AS VARCHAR) ORDER BY e.row_id) AS row_ids
  FROM h_exams e WHERE e.device_id IS NOT NULL GROUP BY e.device_id, date_trunc('hour', e.study_at)
),
rated AS (
  SELECT h.*, d.rate, avg(CASE WHEN h.use_count > d.rate THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY h.device_id) AS over_share, count(*) OVER (PARTITION BY h.device_id) AS hour_count
  FROM hours h JOIN (SELECT device_id, sum(rate * coalesce(room_count, 1)) AS rate FROM h_devices WHERE rate > 0 GROUP BY device_id) d ON d.device_id = h.device_id
)
SELECT device_id AS subject_id, visit_nos, row_ids, 0 AS amount, use_count >= $sure_share * rate AS certain, 0.7 AS strength, {'use_count': use_count, 'hour': CAST(hour AS VARCHAR), 'rate': CAST(rate AS DOUBLE)} AS facts
FROM rated
WHERE use_count > rate AND (over_share < $several_share OR hour_count < 5)
