/*---
id = "H31"
name = "signatures_a_minute"
version = 1
title = "more signatures in a minute than a hand can give"
title_zh = "护士签名超限"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 3
question = "Did a nurse sign for many people within one minute?"
question_zh = "同一护士一分钟内是否为多名患者签名？"
look_alike = "Values that a monitor or handheld device captures by itself."
look_alike_zh = "监护仪或移动设备自动采集。"
reason_en = "{subject_id} signed for {people} people within the minute {minute}."
reason_zh = "{subject_id} 在 {minute} 一分钟内为 {people} 名患者签名。"
columns = ["h_nursing.nurse", "h_nursing.signed_at", "h_nursing.visit_no"]
[parameters.most_records]
default = 20
origin = "records in a minute from which it is no hand, own choice"
[parameters.most_people]
default = 8
origin = "people in a minute from which it is no hand, own choice"
---*/
SELECT nurse AS subject_id, array_agg(DISTINCT visit_no) AS visit_nos, array_agg('h_nursing:' || CAST(row_id AS VARCHAR) ORDER BY row_id) AS row_ids, 0 AS amount, FALSE AS certain,
  least(1.0, round(0.4 + 0.02 * count(DISTINCT visit_no), 6)) AS strength, {'people': count(DISTINCT visit_no), 'minute': CAST(date_trunc('minute', signed_at) AS VARCHAR)} AS facts
FROM h_nursing
WHERE nurse IS NOT NULL AND signed_at IS NOT NULL AND NOT regexp_matches(coalesce(kind, '') || coalesce(vitals, ''), '自动|采集|监护仪|设备|monitor|device')
GROUP BY nurse, date_trunc('minute', signed_at)
HAVING count(DISTINCT visit_no) >= $most_people OR count(*) >= $most_records
