// 共用电话、地址与账户 / Shared phones, addresses and accounts
// 说明：成员共用的标识（密钥代码），以及团伙外的同用者
// About: identifiers that members share (keyed codes), and who outside the ring shares them too
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[:MEMBER_OF]-(member)-[:SHARES {run: run.key}]->(i:Identifier)
WITH run, ring, i, count(DISTINCT member) AS member_count ORDER BY member_count DESC, i.id
WITH run, ring, collect(i) AS every
UNWIND every[..30] AS i
CALL (run, ring, i) {
  MATCH path = (i)<-[s:SHARES {run: run.key}]-(holder)
  OPTIONAL MATCH (holder)-[inside:MEMBER_OF]->(ring)
  RETURN path, holder, inside ORDER BY inside IS NULL, holder.id LIMIT 4
}
RETURN path, i.kind AS kind, i.name AS code, i.holder_count AS holder_count, holder.id AS holder, inside IS NOT NULL AS member_of_ring,
  size(every) - size(every[..30]) AS left_out
