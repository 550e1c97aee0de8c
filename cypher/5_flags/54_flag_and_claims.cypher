// 一项疑点与其结算单 / One flag with its claims
// 说明：疑点、对象与所依据的结算单
// About: the flag, on whom, and the claims it rests on
// 参数 Parameter: flagId 疑点编号 / flag id
//   :param flagId => "M001-1"
MATCH (run:Published)
MATCH (flag:Flag {run: run.key, id: $flagId})
CALL (flag) {
  MATCH path = (flag)<-[:FLAGGED_BY]-(who) RETURN path ORDER BY who.id LIMIT 40
  UNION
  MATCH path = (flag)-[:CITES]->(claim:Claim)-[:BILLED_BY]->() RETURN path ORDER BY claim.at, claim.id LIMIT 50
}
RETURN path, flag.title_zh AS title_zh, flag.title_en AS title_en, flag.basis AS basis, flag.facts AS facts, CASE WHEN flag.claim_count > 50 THEN flag.claim_count - 50 ELSE 0 END AS left_out
