/*---
id = "H51"
name = "gaps_in_the_books"
version = 1
title = "days missing from the books"
title_zh = "数据缺段"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第39条第（三）项 / Regulation (Order 735) art. 39(3)"
basis_from = 2021-05-01
severity = 3
question = "Are there days with settled lines on which the hospital's books are empty?"
question_zh = "是否有结算而院端没有任何费用的日期？"
look_alike = "A change of system, which ends one series and begins another."
look_alike_zh = "系统切换。"
reason_en = "From {subject_id} on: {day_count} days or receipt numbers missing from the books, {line_count} lines of {amount} yuan settled on them."
reason_zh = "自 {subject_id} 起院端缺 {day_count} 日费用或收据号，其间结算 {line_count} 行、{amount} 元。"
columns = ["h_charges.charge_id", "h_charges.charged_at", "s_lines.amount", "s_lines.charged_at"]
[parameters.dense]
default = 0.8
origin = "a series of which a smaller share follows number by number is no serial, own choice"
[parameters.fewest_numbers]
default = 3
origin = "receipt numbers missing in a row, own choice"
[parameters.fewest_days]
default = 2
origin = "days in a row, own choice"
---*/
WITH span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM m_h),
settled AS (SELECT s.day, count(*) AS line_count, sum(s.amount) AS amount, array_agg('s_lines:' || CAST(s.unit_id AS VARCHAR) ORDER BY s.unit_id) AS row_ids FROM m_s s CROSS JOIN span p WHERE s.amount > 0 AND s.day > p.first_day AND s.day < p.last_day GROUP BY s.day),
empty_days AS (SELECT s.* FROM settled s WHERE s.day NOT IN (SELECT day FROM m_h)),
numbers AS (
  SELECT invoice_no, row_id, regexp_extract(invoice_no, '^(.*?)([0-9]+)$', 1) AS series, TRY_CAST(regexp_extract(invoice_no, '([0-9]{1,12})$', 1) AS BIGINT) AS number, paid_at FROM h_payments
),
steps AS (
  SELECT n.*, lag(number) OVER (PARTITION BY series ORDER BY number) AS before_number, lag(invoice_no) OVER (PARTITION BY series ORDER BY number) AS before_no FROM numbers n WHERE number IS NOT NULL
),
serials AS (SELECT series FROM steps GROUP BY series HAVING avg(CASE WHEN number - before_number = 1 THEN 1.0 ELSE 0.0 END) >= $dense),
gaps AS (
  SELECT s.* FROM steps s JOIN serials d ON d.series = s.series WHERE s.number - s.before_number > $fewest_numbers AND s.number - s.before_number < 100000
    AND NOT EXISTS (SELECT 1 FROM h_audit_log a WHERE contains(coalesce(a.key, '') || coalesce(a.before, '') || coalesce(a.after, '') || coalesce(a.reason, ''), CAST(s.before_number + 1 AS VARCHAR)))
),
runs AS (SELECT e.*, date_diff('day', DATE '2000-01-01', e.day) - row_number() OVER (ORDER BY e.day) AS run FROM empty_days e)
SELECT CAST(min(day) AS VARCHAR) AS subject_id, [] AS visit_nos, flatten(array_agg(row_ids ORDER BY day))[1:200] AS row_ids, sum(amount) AS amount, FALSE AS certain, 0.6 AS strength, {'day_count': count(*), 'line_count': sum(line_count)} AS facts
FROM runs
GROUP BY run
HAVING count(*) >= $fewest_days
UNION ALL
SELECT before_no, [], ['h_payments:' || CAST(row_id AS VARCHAR)], 0, FALSE, 0.6, {'day_count': number - before_number - 1, 'line_count': 0} FROM gaps
