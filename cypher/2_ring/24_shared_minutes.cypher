// 同一时刻的结算 / Shared minutes
// 说明：成员在同一机构相隔 30 分钟内先后结算的结算单
// About: claims of members at one place within thirty minutes of each other
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[:COUNTED_IN {in_meeting: true}]-(claim:Claim)-[:BILLED_BY]->(place)
WHERE claim.at IS NOT NULL
MATCH (person:Patient)-[made:CLAIMED]->(claim)
WITH place, claim, person ORDER BY place.id, claim.at, claim.id
WITH place, date(claim.at) AS day, collect({claim: claim, person: person}) AS entries
UNWIND range(1, size(entries) - 1) AS i
WITH place, day, entries[i - 1] AS earlier, entries[i] AS later
WHERE earlier.person <> later.person
  AND duration.inSeconds(earlier.claim.at, later.claim.at).seconds <= 1800
WITH place, day, collect({earlier: earlier, later: later}) AS pairs
WITH place, day, pairs ORDER BY size(pairs) DESC, day
WITH collect({place: place, day: day, pairs: pairs}) AS every
UNWIND every[..4] AS sitting
UNWIND sitting.pairs[..8] AS pair
WITH every, sitting.place AS place, sitting.day AS day, pair.earlier AS earlier, pair.later AS later
MATCH one = (place)<-[:BILLED_BY]-(c:Claim)<-[:CLAIMED]-(:Patient) WHERE c = earlier.claim
MATCH two = (place)<-[:BILLED_BY]-(d:Claim)<-[:CLAIMED]-(:Patient) WHERE d = later.claim
RETURN one, two, place.name AS place, day, earlier.person.id AS first_person, later.person.id AS next_person,
  duration.inSeconds(c.at, d.at).seconds / 60 AS minutes_apart, size(every) - size(every[..4]) AS left_out
ORDER BY day, c.at
