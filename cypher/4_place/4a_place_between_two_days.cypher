// 一家机构在一段时间内 / A place between two days
// 说明：两日之间（含）在此结算的团伙结算单：人、时刻、医师，按时间排列
// About: claims of rings that were billed here from one day to another, both included: who, when, signed by whom
// 参数 Parameter: placeId 机构编号 / id of a facility or pharmacy
//   :param placeId => "H99010100001"
// 参数 Parameter: fromDay 起始日 / first day
//   :param fromDay => "2025-09-01"
// 参数 Parameter: toDay 截止日 / last day
//   :param toDay => "2025-09-30"
MATCH (run:Published)
MATCH (place:Facility|Pharmacy {id: $placeId})<-[:BILLED_BY {run: run.key}]-(claim:Claim)
WHERE date($fromDay) <= claim.day <= date($toDay) AND EXISTS { (claim)-[:COUNTED_IN]->(:Ring) }
WITH place, claim ORDER BY claim.at, claim.id
WITH place, collect(claim) AS every
UNWIND every[..60] AS claim
MATCH path = (place)<-[:BILLED_BY]-(claim)<-[:CLAIMED]-(person:Patient)
OPTIONAL MATCH (claim)-[:SIGNED_BY]->(doctor:Doctor)
RETURN path, claim.day AS day, claim.at AS at, person.id AS person_id, person.name AS name, doctor.id AS doctor_id, claim.fund_amount AS fund_amount,
  [(claim)-[:COUNTED_IN]->(ring:Ring) | ring.id] AS ring_ids, size(every) - size(every[..60]) AS left_out
ORDER BY at
