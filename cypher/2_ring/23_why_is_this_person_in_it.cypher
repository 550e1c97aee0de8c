// 此人为何在内 / Why is this person in it
// 说明：到团伙的连线、与其他成员的同现、共用标识、疑点
// About: the line to the ring, meetings with other members, shared identifiers and flags
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[because:MEMBER_OF]-(person {id: $personId})
CALL (run, ring, person) {
  MATCH path = (ring)<-[:MEMBER_OF]-(person) RETURN path, 1 AS part, 1000.0 AS weight
  UNION
  MATCH path = (person)-[met:MET {run: run.key}]-(other)-[:MEMBER_OF]->(ring) RETURN path, 2 AS part, met.surprise AS weight ORDER BY weight DESC LIMIT 40
  UNION
  MATCH path = (person)-[:SHARES {run: run.key}]->(i:Identifier)<-[:SHARES {run: run.key}]-(other)-[:MEMBER_OF]->(ring) WHERE other <> person
  RETURN path, 3 AS part, 1.0 / i.holder_count AS weight ORDER BY weight DESC LIMIT 20
  UNION
  MATCH path = (person)-[:FLAGGED_BY {run: run.key}]->(flag:Flag) RETURN path, 4 AS part, 1.0 * flag.strength AS weight ORDER BY weight DESC LIMIT 10
}
WITH run, ring, person, because, path, part, weight
CALL (run, ring, person) {
  MATCH (person)-[:MET {run: run.key}]-(other)-[:MEMBER_OF]->(ring) RETURN count(DISTINCT other) AS met_count
}
RETURN path, CASE part WHEN 1 THEN because.reason_zh WHEN 2 THEN '同现 met' WHEN 3 THEN '共用标识 shared' ELSE '疑点 flag' END AS why_zh,
  CASE part WHEN 1 THEN because.reason_en WHEN 2 THEN 'met' WHEN 3 THEN 'shared identifier' ELSE 'flag' END AS why_en,
  [r IN relationships(path) WHERE r.reason_zh IS NOT NULL | r.reason_zh] AS reasons_zh, [r IN relationships(path) WHERE r.reason_en IS NOT NULL | r.reason_en] AS reasons_en,
  CASE WHEN met_count > 40 THEN met_count - 40 ELSE 0 END AS left_out
ORDER BY part, weight DESC
