// 各筛查模型的疑点 / Flags by screening model
// 说明：每个模型一行：疑点数、金额、性质
// About: one line a model: flags, amount, whether definite
MATCH (run:Published)<-[:PART_OF]-(flag:Flag)
WITH flag.model AS model, flag.title_zh AS title_zh, flag.title_en AS title_en, flag.result AS result, count(flag) AS flag_count, sum(flag.amount) AS amount
ORDER BY flag_count DESC, model
WITH collect({model: model, title_zh: title_zh, title_en: title_en, result: result, flag_count: flag_count, amount: amount}) AS every
UNWIND every[..150] AS row
RETURN row.model AS model, row.title_zh AS title_zh, row.title_en AS title_en, row.result AS result, row.flag_count AS flag_count, round(row.amount, 2) AS amount, size(every) - size(every[..150]) AS left_out
