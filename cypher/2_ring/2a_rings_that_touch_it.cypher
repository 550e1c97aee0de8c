// 与其相连的其他团伙 / Rings that touch this one
// 说明：共用成员、机构或标识的其他团伙
// About: other rings that share members, places or identifiers with it
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[:MEMBER_OF]-(common)-[:MEMBER_OF]->(other:Ring)-[:PART_OF]->(run)
WITH ring, other, collect(common) AS commons ORDER BY size(commons) DESC, other.rank
WITH ring, collect({other: other, commons: commons}) AS every
UNWIND every[..20] AS row
UNWIND row.commons[..5] AS common
MATCH path = (ring)<-[:MEMBER_OF]-(common)-[:MEMBER_OF]->(o:Ring) WHERE o = row.other
RETURN path, o.id AS other_ring_id, size(row.commons) AS common_count, size(every) - size(every[..20]) AS left_out
