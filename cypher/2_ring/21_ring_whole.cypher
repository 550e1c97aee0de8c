// 一个团伙的全貌 / One ring whole
// 说明：成员、角色与理由，及成员间的异常同现；连线上写明为何在内
// About: members with roles and their meetings; the line to the ring says why each is in it
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

CALL (ring) { MATCH (ring)<-[:MEMBER_OF]-(member) RETURN count(member) AS member_count }
MATCH path = (ring)<-[because:MEMBER_OF]-(member)
WITH run, ring, path, because, member, member_count ORDER BY member:Patient, because.strength DESC, member.id LIMIT 140
RETURN path, [(member)-[met:MET {run: run.key}]->(other)-[:MEMBER_OF]->(ring) | met][..40] AS meetings, member.id AS id, member.name AS name, because.role AS role, because.strength AS strength, because.reason_zh AS reason_zh,
  because.reason_en AS reason_en, because.fund_amount AS fund_amount, CASE WHEN member_count > 140 THEN member_count - 140 ELSE 0 END AS left_out
