// 某医师的处方流向 / Where a doctor's prescriptions go
// 说明：各药店的处方数与金额；超出预期者附同现线
// About: prescriptions and money by pharmacy; a second line where it exceeds expectation
// 参数 Parameter: doctorId 医师代码 / doctor id
//   :param doctorId => "D990101106504"
MATCH (run:Published)
MATCH (doctor:Doctor {id: $doctorId})-[line:PRESCRIBED_AT {run: run.key}]->(pharmacy:Pharmacy)
OPTIONAL MATCH (doctor)-[steered:MET {run: run.key}]->(pharmacy)
WITH doctor, line, pharmacy, steered ORDER BY line.claim_count DESC, pharmacy.id
WITH doctor, collect({line: line, pharmacy: pharmacy, steered: steered}) AS every
UNWIND every[..60] AS row
RETURN doctor, row.line AS line, row.steered AS steered, row.pharmacy AS pharmacy, row.line.claim_count AS claim_count, row.line.patient_count AS patient_count,
  row.line.fund_amount AS fund_amount, row.steered.expected AS expected, row.steered.reason_zh AS reason_zh, row.steered.reason_en AS reason_en, size(every) - size(every[..60]) AS left_out
