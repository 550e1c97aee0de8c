// 一个团伙的历次出现 / A ring through the months
// 说明：其他月份中与它共有成员的团伙
// About: rings of other months that share members with it
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[:MEMBER_OF]-(member)-[:MEMBER_OF]->(other:Ring)-[:PART_OF]->(when:Run {state: 'loaded'})
WHERE when <> run
WITH ring, when, other, collect(member) AS members ORDER BY when.month DESC, size(members) DESC
WITH ring, collect({when: when, other: other, members: members}) AS every
UNWIND every[..12] AS row
UNWIND row.members[..8] AS member
MATCH path = (ring)<-[:MEMBER_OF]-(member)-[:MEMBER_OF]->(o:Ring) WHERE o = row.other
RETURN path, row.when.month AS month, o.id AS other_ring_id, size(row.members) AS common_count, size(every) - size(every[..12]) AS left_out
