// 两人之间的联系 / Path between two people
// 说明：通过同现、共用标识、团伙的最短联系（不经过大机构）
// About: the shortest ties through meetings, shared identifiers and rings, not through places everyone visits
// 参数 Parameter: personId 人员或机构编号 / id of a person or place
//   :param personId => "9901100043436251"
// 参数 Parameter: otherId 另一人员或机构编号 / id of another person or place
//   :param otherId => "9901100118441601"
MATCH (run:Published)
MATCH (a:Patient|Doctor|Facility|Pharmacy|Operator {id: $personId}), (b:Patient|Doctor|Facility|Pharmacy|Operator {id: $otherId})
MATCH path = allShortestPaths((a)-[:MET|SHARES|MEMBER_OF|PRESCRIBED_AT*..6]-(b))
WHERE all(line IN relationships(path) WHERE line.run = run.key)
WITH path LIMIT 200
WITH collect(path) AS every
UNWIND every[..20] AS path
RETURN path, length(path) AS step_count, [line IN relationships(path) | coalesce(line.reason_zh, type(line))] AS reasons_zh,
  [line IN relationships(path) | coalesce(line.reason_en, type(line))] AS reasons_en, size(every) - size(every[..20]) AS left_out
