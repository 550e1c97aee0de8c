// 两家机构的共同患者 / Patients two places have in common
// 说明：同时去过两家机构、且金额最高的人
// About: people who went to both, the largest money first
// 参数 Parameter: placeId 机构编号 / id of a facility or pharmacy
//   :param placeId => "H99010100001"
// 参数 Parameter: otherPlaceId 另一机构编号 / id of another place
//   :param otherPlaceId => "P99010100002"
MATCH (run:Published)
MATCH (one:Facility|Pharmacy {id: $placeId}), (two:Facility|Pharmacy {id: $otherPlaceId})
MATCH (patient:Patient)-[a:VISITED|FILLED_AT {run: run.key}]->(one)
MATCH (patient)-[b:VISITED|FILLED_AT {run: run.key}]->(two)
WITH one, two, patient, a, b ORDER BY a.fund_amount + b.fund_amount DESC, patient.id
WITH one, two, collect({patient: patient, a: a, b: b}) AS every
UNWIND every[..60] AS row
RETURN one, row.a AS first_line, row.patient AS patient, row.b AS second_line, two, row.patient:InRing AS in_a_ring, round(row.a.fund_amount + row.b.fund_amount, 2) AS fund_amount,
  size(every) - size(every[..60]) AS left_out
