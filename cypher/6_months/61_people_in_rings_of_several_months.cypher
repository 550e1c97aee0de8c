// 多月在团伙中的人 / People in rings of several months
// 说明：在两个以上已加载月份的团伙中出现的人与机构
// About: people and places that belong to rings of two or more loaded months
MATCH (who:InRing)-[:MEMBER_OF]->(ring:Ring)-[:PART_OF]->(run:Run {state: 'loaded'})
WITH who, count(DISTINCT run.month) AS month_count, collect(ring) AS rings WHERE month_count > 1
WITH who, month_count, rings ORDER BY month_count DESC, who.id
WITH collect({who: who, month_count: month_count, rings: rings}) AS every
UNWIND every[..60] AS row
UNWIND row.rings[..4] AS ring
MATCH path = (who)-[:MEMBER_OF]->(ring) WHERE who = row.who
RETURN path, who.id AS id, row.month_count AS month_count, size(every) - size(every[..60]) AS left_out
LIMIT 85
