// 已查实者的邻居 / Neighbours of a confirmed case
// 说明：与此人有同现或共用标识、但尚不在任何线索中的人
// About: people who met or share with this person and are in no ring put forward
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)
MATCH (person:Patient|Doctor|Facility|Pharmacy|Operator {id: $personId})
CALL (run, person) {
  MATCH path = (person)-[m:MET {run: run.key}]-(other) RETURN path, other, m.surprise AS weight
  UNION
  MATCH path = (person)-[:SHARES {run: run.key}]->(i:Identifier)<-[:SHARES {run: run.key}]-(other) WHERE other <> person
  RETURN path, other, 10.0 / i.holder_count AS weight
}
OPTIONAL MATCH (other)-[:MEMBER_OF]->(ring:Ring {listed: true})-[:PART_OF]->(run)
WITH path, other, weight, collect(ring.id) AS rings ORDER BY size(rings), weight DESC, other.id
WITH collect({path: path, other: other, weight: weight, rings: rings}) AS every
UNWIND every[..60] AS row
RETURN row.path AS path, row.other.id AS id, row.other.name AS name, round(row.weight, 2) AS weight, row.rings AS already_in_rings, size(every) - size(every[..60]) AS left_out
