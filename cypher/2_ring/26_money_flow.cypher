// 资金流向：医师到药店 / Money flow from doctor to pharmacy
// 说明：成员、开方医师、取药药店之间的金额；超出预期的在连线上
// About: amounts between members, prescribing doctors and pharmacies; what exceeds expectation is on the line
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[:COUNTED_IN]-(claim:Claim)-[:BILLED_BY]->(place)
MATCH (claim)-[:SIGNED_BY]->(doctor:Doctor)
WITH run, doctor, place, count(DISTINCT claim) AS ring_claim_count, sum(claim.fund_amount) AS ring_fund_amount
ORDER BY ring_fund_amount DESC, doctor.id, place.id
WITH run, collect({doctor: doctor, place: place, claim_count: ring_claim_count, fund_amount: ring_fund_amount}) AS every
UNWIND every[..60] AS flow
WITH every, flow, flow.doctor AS doctor, flow.place AS place, run
OPTIONAL MATCH (doctor)-[line:PRESCRIBED_AT|PRACTISES_AT {run: run.key}]->(place)
OPTIONAL MATCH (doctor)-[steered:MET {run: run.key}]->(place)
RETURN doctor, line, steered, place, flow.claim_count AS ring_claim_count, round(flow.fund_amount, 2) AS ring_fund_amount,
  line.fund_amount AS all_fund_amount, steered.observed AS observed, steered.expected AS expected, steered.reason_zh AS reason_zh, steered.reason_en AS reason_en,
  size(every) - size(every[..60]) AS left_out
