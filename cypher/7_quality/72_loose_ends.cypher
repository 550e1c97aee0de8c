// 图的质量检查 / Loose ends
// 说明：应为零的各项：没有证据的团伙、没有对象的疑点、没有成员的团伙、没有参保人的结算单
// About: each count should be 0: rings without evidence or members, flags on nobody, claims of nobody
MATCH (run:Published)
CALL (run) {
  MATCH (run)<-[:PART_OF]-(ring:Ring) WHERE ring.listed AND NOT EXISTS { (ring)-[:SHOWN_BY]->() }
  WITH count(ring) AS found RETURN '没有证据的线索 rings put forward without evidence' AS what, found
  UNION ALL
  MATCH (run)<-[:PART_OF]-(ring:Ring) WHERE NOT EXISTS { (ring)<-[:MEMBER_OF]-() }
  WITH count(ring) AS found RETURN '没有成员的团伙 rings without members' AS what, found
  UNION ALL
  MATCH (run)<-[:PART_OF]-(flag:Flag) WHERE NOT EXISTS { (flag)<-[:FLAGGED_BY]-() }
  WITH count(flag) AS found RETURN '没有对象的疑点 flags on nobody' AS what, found
  UNION ALL
  MATCH (claim:Claim {run: run.key}) WHERE NOT EXISTS { (claim)<-[:CLAIMED]-() }
  WITH count(claim) AS found RETURN '没有参保人的结算单 claims of nobody' AS what, found
  UNION ALL
  MATCH (ring:Ring {run: run.key})<-[m:MEMBER_OF]-() WHERE m.run <> run.key
  WITH count(m) AS found RETURN '批次不符的连线 lines of another run' AS what, found
}
RETURN what, found, 0 AS left_out
