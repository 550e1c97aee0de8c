// 按姓名或编号查找 / Find a person or place
// 说明：全文检索姓名、名称与编号；编号也可只写前几位加 *
// About: full-text search in names and ids; an id may be cut short with *
// 参数 Parameter: text 姓名、名称或编号 / name or id
//   :param text => "H99010100001"
CALL db.index.fulltext.queryNodes('fraudgraph_names', $text, {limit: 500}) YIELD node, score
WHERE node.run IS NULL OR EXISTS { MATCH (run:Published) WHERE run.key = node.run }
WITH node, score ORDER BY score DESC, node.id
WITH collect({node: node, score: score}) AS every
UNWIND every[..50] AS row
WITH every, row.node AS node, row.score AS score
OPTIONAL MATCH because = (node)-[m:MEMBER_OF]->(:Ring)-[:PART_OF]->(:Published)
WITH every, node, score, collect(because)[..2] AS rings
RETURN node, rings, round(score, 2) AS match_score, labels(node) AS labels, node.id AS id, node.name AS name, size(every) - size(every[..50]) AS left_out
ORDER BY match_score DESC, id
