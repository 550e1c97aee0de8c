// 一人在图中的结算单 / Claims of a person in the graph
// 说明：按时间排列，连到机构与医师
// About: in order of time, with place and doctor
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)
MATCH (person:Patient {id: $personId})-[:CLAIMED {run: run.key}]->(claim:Claim)
WITH claim, person ORDER BY claim.at, claim.id
WITH person, collect(claim) AS every
UNWIND every[..45] AS claim
MATCH path = (person)-[:CLAIMED]->(claim)-[:BILLED_BY]->(place)
OPTIONAL MATCH signed = (claim)-[:SIGNED_BY]->(doctor:Doctor)
RETURN path, signed, claim.day AS day, claim.at AS at, place.name AS place, doctor.id AS doctor_id, claim.fund_amount AS fund_amount, size(every) - size(every[..45]) AS left_out
