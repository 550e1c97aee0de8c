// 谁与谁反复同现 / Who keeps meeting whom
// 说明：团伙成员之间的异常同现：观察次数、预计次数、p 值
// About: surprising meetings between members: observed, expected, p
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[m:MEMBER_OF]-(member:Patient)
WITH run, member, m ORDER BY m.strength DESC, member.id LIMIT 100
WITH run, collect(member) AS members
UNWIND members AS a
MATCH (a)-[met:MET {run: run.key}]->(b:Patient) WHERE b IN members
WITH met ORDER BY met.surprise DESC
WITH collect(met) AS every
UNWIND every[..250] AS met
RETURN startNode(met) AS a, met, endNode(met) AS b, met.observed AS observed, met.expected AS expected, met.p AS p, met.views AS views,
  met.reason_zh AS reason_zh, met.reason_en AS reason_en, size(every) - size(every[..250]) AS left_out
