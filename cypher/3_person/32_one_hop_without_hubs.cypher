// 展开一跳（避开大机构） / Expand one hop without hubs
// 说明：只展开较小的邻居：连线少于 300 条的人、机构与标识
// About: only small neighbours: people, places and identifiers with fewer than 300 lines
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)
MATCH (person:Patient|Doctor|Facility|Pharmacy|Operator {id: $personId})
CALL (run, person) {
  MATCH (person)-[line]-(other)
  WHERE (line.run = run.key OR line.run IS NULL) AND NOT other:Run AND NOT other:Claim
  RETURN count(line) AS line_count
}
CALL (run, person) {
  MATCH path = (person)-[line]-(other)
  WHERE (line.run = run.key OR line.run IS NULL) AND NOT other:Run AND NOT other:Claim AND COUNT { (other)--() } < 300
  RETURN path, line ORDER BY coalesce(line.surprise, 0) DESC, coalesce(line.fund_amount, 0) DESC LIMIT 100
}
RETURN path, type(line) AS kind, line.reason_zh AS reason_zh, line.reason_en AS reason_en, CASE WHEN line_count > 100 THEN line_count - 100 ELSE 0 END AS left_out
