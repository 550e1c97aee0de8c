// 处方集中流向 / Prescriptions steered to one pharmacy
// 说明：全市范围：医师处方流向一家药店超出预期者
// About: all over the city: doctors whose prescriptions go to one pharmacy beyond expectation
MATCH (run:Published)
MATCH path = (doctor:Doctor)-[met:MET]->(pharmacy:Pharmacy)
WHERE met.run = run.key
WITH path, met, doctor, pharmacy ORDER BY met.surprise DESC, doctor.id
WITH collect({path: path, met: met, doctor: doctor, pharmacy: pharmacy}) AS every
UNWIND every[..70] AS row
RETURN row.path AS path, row.doctor.id AS doctor_id, row.pharmacy.name AS pharmacy, row.met.observed AS observed, row.met.expected AS expected, row.met.p AS p,
  row.met.reason_zh AS reason_zh, row.met.reason_en AS reason_en, size(every) - size(every[..70]) AS left_out
