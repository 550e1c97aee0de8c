// 某模型的疑点 / Flags of one model
// 说明：金额最高的疑点及其对象
// About: the flags with the largest amounts, and on whom
// 参数 Parameter: model 筛查模型编号 / screening model
//   :param model => "M021"
MATCH (run:Published)
MATCH (flag:Flag {run: run.key, model: $model})
WITH flag ORDER BY flag.amount DESC, flag.id
WITH collect(flag) AS every
UNWIND every[..50] AS flag
CALL (flag) { MATCH path = (flag)<-[line:FLAGGED_BY]-(who) RETURN path, who ORDER BY line.is_subject DESC, who.id LIMIT 2 }
RETURN path, flag.id AS flag_id, who.id AS id, flag.amount AS amount, flag.facts AS facts, size(every) - size(every[..50]) AS left_out
