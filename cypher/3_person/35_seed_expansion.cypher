// 由一人向外扩展 / Seed expansion by hand
// 说明：从一人出发两步：先同现者，再同现者的同现者，按强弱取前几名
// About: two steps out from one person: whom they met, and whom those met, the strongest first
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)
MATCH (seed:Patient|Doctor|Facility|Pharmacy|Operator {id: $personId})
CALL (run, seed) {
  MATCH (seed)-[m:MET {run: run.key}]-(near) RETURN m, near ORDER BY m.surprise DESC, near.id LIMIT 12
}
CALL (run, seed, near) {
  MATCH (near)-[n:MET {run: run.key}]-(far) WHERE far <> seed RETURN n, far ORDER BY n.surprise DESC, far.id LIMIT 8
}
RETURN seed, m, near, n, far, round(m.surprise, 1) AS first_surprise, round(n.surprise, 1) AS second_surprise, far:InRing AS already_in_a_ring,
  n.reason_zh AS reason_zh, n.reason_en AS reason_en,
  COUNT { (seed)-[:MET]-() } - CASE WHEN COUNT { (seed)-[:MET]-() } > 12 THEN 12 ELSE COUNT { (seed)-[:MET]-() } END AS left_out
