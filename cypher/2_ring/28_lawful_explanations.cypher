// 合理解释 / Lawful explanations of a ring
// 说明：逐项排查过的合理解释：数值、门槛、是否成立
// About: each lawful explanation that was tried: the number, the threshold, whether it holds
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH path = (ring)-[w:WEIGHED_AGAINST]->(x:Explanation)
WITH path, x ORDER BY x.holds DESC, x.share DESC, x.id
WITH collect({path: path, x: x}) AS every
UNWIND every[..40] AS row
RETURN row.path AS path, row.x.title_zh AS title_zh, row.x.title_en AS title_en, row.x.holds AS holds, row.x.share AS share, row.x.observed AS observed,
  row.x.threshold AS threshold, row.x.sentence_zh AS sentence_zh, row.x.sentence_en AS sentence_en, size(every) - size(every[..40]) AS left_out
