// 一人一机构的全貌 / A person or place whole
// 说明：团伙、疑点、同现、离群、最常去的机构
// About: rings, flags, meetings, differences from peers, most visited places
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)
MATCH (person:Patient|Doctor|Facility|Pharmacy|Operator {id: $personId})
CALL (run, person) {
  MATCH path = (person)-[:MEMBER_OF]->(:Ring)-[:PART_OF]->(run) RETURN path, 1 AS part, 0.0 AS weight LIMIT 10
  UNION
  MATCH path = (person)-[:FLAGGED_BY {run: run.key}]->(f:Flag) RETURN path, 2 AS part, 1.0 * f.strength AS weight ORDER BY weight DESC LIMIT 20
  UNION
  MATCH path = (person)-[m:MET {run: run.key}]-() RETURN path, 3 AS part, m.surprise AS weight ORDER BY weight DESC LIMIT 30
  UNION
  MATCH path = (person)-[v:VISITED|FILLED_AT|TREATED_BY|PRACTISES_AT|PRESCRIBED_AT {run: run.key}]->() RETURN path, 4 AS part, v.fund_amount AS weight ORDER BY weight DESC LIMIT 30
  UNION
  MATCH path = (person)-[s:STANDS_OUT]->(run) RETURN path, 5 AS part, s.score AS weight
}
RETURN path, part, weight, person.name AS name, COUNT { (person)--() } AS line_count, CASE WHEN COUNT { (person)--() } > 91 THEN COUNT { (person)--() } - 91 ELSE 0 END AS left_out
ORDER BY part, weight DESC
