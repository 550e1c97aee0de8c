// 某医师的患者还去了哪里 / A doctor's patients who also
// 说明：同一医师的患者中，共同去过同一药店的人
// About: patients of one doctor who also fill at the same pharmacies, the largest money first
// 参数 Parameter: doctorId 医师代码 / doctor id
//   :param doctorId => "D990101106504"
MATCH (run:Published)
MATCH (doctor:Doctor {id: $doctorId})
MATCH (doctor)<-[t:TREATED_BY {run: run.key}]-(patient:Patient)
WITH run, doctor, patient, t ORDER BY t.fund_amount DESC, patient.id LIMIT 400
MATCH (patient)-[f:FILLED_AT {run: run.key}]->(pharmacy:Pharmacy)
WITH doctor, pharmacy, collect({patient: patient, t: t, f: f}) AS common, sum(f.fund_amount) AS fund_amount ORDER BY size(common) DESC, pharmacy.id
WITH doctor, collect({pharmacy: pharmacy, common: common, fund_amount: fund_amount}) AS every
UNWIND every[..8] AS row
UNWIND row.common[..12] AS one
RETURN doctor, one.t AS treated, one.patient AS patient, one.f AS filled, row.pharmacy AS pharmacy, size(row.common) AS common_count, round(row.fund_amount, 2) AS fund_amount,
  size(every) - size(every[..8]) AS left_out
