// 一家机构的医师 / Doctors of a facility
// 说明：按金额排列；未登记却在此开单者注明
// About: by amount; those who bill there without being registered are told apart
// 参数 Parameter: facilityId 医疗机构编号 / facility id
//   :param facilityId => "H99010100001"
MATCH (run:Published)
MATCH (doctor:Doctor)-[line:PRACTISES_AT {run: run.key}]->(place:Facility {id: $facilityId})
WITH doctor, line, place ORDER BY line.fund_amount DESC, doctor.id
WITH place, collect({doctor: doctor, line: line}) AS every
UNWIND every[..100] AS row
RETURN row.doctor AS doctor, row.line AS line, place, row.doctor.name AS name, row.line.registered AS registered, row.line.claim_count AS claim_count,
  row.line.patient_count AS patient_count, row.line.fund_amount AS fund_amount, row.doctor:InRing AS in_a_ring, size(every) - size(every[..100]) AS left_out
