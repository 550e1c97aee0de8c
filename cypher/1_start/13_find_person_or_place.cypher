// 按姓名或编号查找 / Find a person or place
// 说明：查找姓名、名称与编号，写开头几位或几个字即可，空格分开的各词须同时出现
// About: searches names and ids; the first letters will do, and words parted by spaces must all be there
// 参数 Parameter: text 姓名、名称或编号 / name or id
//   :param text => "H99010100001"
WITH [word IN split(replace($text, '　', ' '), ' ') WHERE trim(word) <> '' AND trim(word) <> '*' | trim(word)] AS words
WITH [word IN words | CASE WHEN word ENDS WITH '*' THEN left(word, size(word) - 1) ELSE word END] AS words
WITH [word IN words | {
  whole: replace(replace(word, '\\', '\\\\'), '"', '\\"'),
  start: reduce(text = word, mark IN ['\\', '+', '-', '&', '|', '!', '(', ')', '{', '}', '[', ']', '^', '"', '~', '*', '?', ':', '/', '<', '>', '='] | replace(text, mark, '\\' + mark))
}] AS words
WITH [word IN words | '("' + word.whole + '" OR ' + word.start + '*)'] AS words
WITH CASE size(words) WHEN 0 THEN '""' ELSE reduce(text = words[0], word IN words[1..] | text + ' AND ' + word) END AS lucene
CALL db.index.fulltext.queryNodes('fraudgraph_names', lucene, {limit: 500}) YIELD node, score
WHERE node.run IS NULL OR EXISTS { MATCH (run:Published) WHERE run.key = node.run }
WITH node, score ORDER BY score DESC, node.id
WITH collect({node: node, score: score}) AS every
UNWIND every[..50] AS row
WITH every, row.node AS node, row.score AS score
OPTIONAL MATCH because = (node)-[m:MEMBER_OF]->(:Ring)-[:PART_OF]->(:Published)
WITH every, node, score, collect(because)[..2] AS rings
RETURN node, rings, round(score, 2) AS match_score, labels(node) AS labels, node.id AS id, node.name AS name, size(every) - size(every[..50]) AS left_out
ORDER BY match_score DESC, id
