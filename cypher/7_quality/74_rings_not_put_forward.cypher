// 未列为线索的团伙 / Rings not put forward
// 说明：已考察、因合理解释或得分不足而未列出的团伙
// About: looked at and not put forward: a lawful explanation, or too little score
MATCH (run:Published)<-[:PART_OF]-(ring:Ring) WHERE NOT ring.listed
WITH ring ORDER BY ring.rank
WITH collect(ring) AS every
UNWIND every[..60] AS ring
OPTIONAL MATCH (ring)-[w:WEIGHED_AGAINST]->(x:Explanation) WHERE x.holds
WITH every, ring, x, w ORDER BY x.share DESC
WITH every, ring, collect(x)[0] AS explanation, collect(w)[0] AS because
RETURN ring, because, explanation, ring.id AS ring_id, ring.score AS score, explanation.title_zh AS explained_zh, explanation.title_en AS explained_en, size(every) - size(every[..60]) AS left_out
ORDER BY ring.rank
