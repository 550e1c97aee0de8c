// 一家机构涉及的团伙 / Rings of a facility or pharmacy
// 说明：在此机构同现的团伙及其医师
// About: rings that meet at this place, and their doctors
// 参数 Parameter: placeId 机构编号 / id of a facility or pharmacy
//   :param placeId => "H99010100001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring)<-[:MEMBER_OF]-(place:Facility|Pharmacy {id: $placeId})
WITH ring, place ORDER BY ring.rank
WITH place, collect(ring) AS every
UNWIND every[..30] AS ring
MATCH path = (ring)<-[because:MEMBER_OF]-(member)
WHERE member = place OR member:Doctor
RETURN path, ring.id AS ring_id, ring.score AS score, because.reason_zh AS reason_zh, because.reason_en AS reason_en, size(every) - size(every[..30]) AS left_out
LIMIT 120
