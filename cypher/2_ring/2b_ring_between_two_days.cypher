// 团伙在一段时间内 / A ring between two days
// 说明：两日之间（含）该团伙的结算单，连到人与机构；只画这段时间
// About: the ring's claims from one day to another, both included, with people and places; nothing of other days
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
// 参数 Parameter: fromDay 起始日 / first day
//   :param fromDay => "2025-09-01"
// 参数 Parameter: toDay 截止日 / last day
//   :param toDay => "2025-09-30"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[counted:COUNTED_IN]-(claim:Claim)
WHERE date($fromDay) <= claim.day <= date($toDay)
WITH claim, counted ORDER BY claim.at, claim.id
WITH collect({claim: claim, together: counted.in_meeting}) AS every
UNWIND every[..60] AS row
WITH every, row.claim AS claim, row.together AS together
MATCH path = (person:Patient)-[:CLAIMED]->(claim)-[:BILLED_BY]->(place)
RETURN path, claim.day AS day, claim.at AS at, person.id AS person_id, person.name AS name, place.name AS place, together, claim.fund_amount AS fund_amount, size(every) - size(every[..60]) AS left_out
ORDER BY at
