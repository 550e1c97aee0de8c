// 一家机构的疑点 / Flags of an institution
// 说明：以机构为对象的疑点，以及在此结算的疑点结算单最多的人
// About: flags on the place itself, and people whose flagged claims were billed there
// 参数 Parameter: placeId 机构编号 / id of a facility or pharmacy
//   :param placeId => "H99010100001"
MATCH (run:Published)
MATCH (place:Facility|Pharmacy {id: $placeId})
CALL (run, place) {
  MATCH (place)-[:FLAGGED_BY {run: run.key}]->(flag:Flag) RETURN flag
  UNION
  MATCH (place)<-[:BILLED_BY {run: run.key}]-(:Claim)<-[:CITES]-(flag:Flag) RETURN DISTINCT flag
}
WITH place, flag ORDER BY flag.severity DESC, flag.amount DESC, flag.id
WITH place, collect(flag) AS every
UNWIND every[..40] AS flag
CALL (place, flag) {
  MATCH path = (flag)<-[:FLAGGED_BY]-(who) RETURN path ORDER BY who = place DESC, who.id LIMIT 2
}
RETURN path, flag.id AS flag_id, flag.title_zh AS title_zh, flag.title_en AS title_en, flag.result AS result, flag.amount AS amount, flag.facts AS facts,
  size(every) - size(every[..40]) AS left_out
