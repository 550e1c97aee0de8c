/*---
id = "H30"
name = "nursing_level"
version = 1
title = "nursing billed above the level recorded"
title_zh = "护理级别不符"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Was a higher level of nursing billed than recorded?"
question_zh = "收费的护理级别是否高于护理记录？"
look_alike = "A change of level at noon."
look_alike_zh = "当日中午变更级别。"
reason_en = "Visit {subject_id}: {item} was charged on {charge_count} days ({amount} yuan), the records say {recorded}."
reason_zh = "就诊 {subject_id}：{item} 收费 {charge_count} 日（{amount} 元），护理记录为 {recorded}。"
columns = ["h_charges.charge_id", "h_nursing.visit_no", "h_nursing.level", "h_nursing.recorded_at"]
---*/
WITH levels AS (
  SELECT visit_no, CAST(recorded_at AS DATE) AS day, min(level) AS level,
    min(CASE WHEN regexp_matches(level, '特') THEN 0 WHEN regexp_matches(level, '一|Ⅰ|^I级|^I$|^1') THEN 1 WHEN regexp_matches(level, '二|Ⅱ|^II级|^II$|^2') THEN 2 WHEN regexp_matches(level, '三|Ⅲ|^III|^3') THEN 3 END) AS highest
  FROM h_nursing WHERE level IS NOT NULL GROUP BY visit_no, CAST(recorded_at AS DATE)
),
billed AS (
  SELECT c.*, CASE WHEN regexp_matches(c.name, '特级') THEN 0 WHEN regexp_matches(c.name, '一级|Ⅰ级|I级护|1级') AND NOT regexp_matches(c.name, 'II') THEN 1 WHEN regexp_matches(c.name, '二级|Ⅱ级|II级|2级') AND NOT regexp_matches(c.name, 'III') THEN 2 WHEN regexp_matches(c.name, '三级|Ⅲ级|III级|3级') THEN 3 END AS level_no
  FROM k_charges c WHERE c.family = 'nursing'
),
wrong AS (
  SELECT b.*, l.level AS recorded FROM billed b JOIN levels l ON l.visit_no = b.visit_no AND l.day = b.day
  WHERE b.level_no < l.highest
    AND NOT EXISTS (SELECT 1 FROM levels n WHERE n.visit_no = b.visit_no AND abs(date_diff('day', n.day, b.day)) = 1 AND n.highest = b.level_no)
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS certain, 0.75 AS strength,
  {'item': name, 'charge_count': count(*), 'recorded': min(recorded)} AS facts
FROM wrong
GROUP BY visit_no, name
