// 有多项疑点的人 / People flagged by several models
// 说明：被两个以上不同模型标记的人与机构
// About: people and places flagged by two or more different models
MATCH (run:Published)<-[:PART_OF]-(flag:Flag)<-[:FLAGGED_BY]-(who)
WITH who, collect(flag) AS flags, count(DISTINCT flag.model) AS model_count WHERE model_count > 1
WITH who, flags, model_count ORDER BY model_count DESC, size(flags) DESC, who.id
WITH collect({who: who, flags: flags, model_count: model_count}) AS every
UNWIND every[..30] AS row
UNWIND row.flags[..3] AS flag
MATCH path = (who)-[:FLAGGED_BY]->(flag) WHERE who = row.who
RETURN path, who.id AS id, row.model_count AS model_count, size(row.flags) AS flag_count, who:InRing AS in_a_ring, size(every) - size(every[..30]) AS left_out
