// 证据与结算单 / Evidence with its claims
// 说明：每条证据一句话，连到其结算单
// About: each piece of evidence in a sentence, with claims behind it
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)-[:SHOWN_BY]->(e:Evidence)
WITH ring, e ORDER BY e.id
WITH ring, collect(e) AS every
UNWIND every[..12] AS e
CALL (ring, e) {
  MATCH path = (ring)-[:SHOWN_BY]->(e) RETURN path
  UNION
  MATCH path = (e)-[:CITES]->(claim:Claim)<-[:CLAIMED]-(:Patient) RETURN path ORDER BY claim.at, claim.id LIMIT 5
}
RETURN path, e.id AS evidence_id, e.sentence_zh AS sentence_zh, e.sentence_en AS sentence_en, e.observed AS observed, e.expected AS expected,
  CASE WHEN e.claim_count > 5 THEN e.claim_count - 5 ELSE 0 END + size(every) - size(every[..12]) AS left_out
