// 团伙时间线 / Timeline of a ring
// 说明：团伙各日的同现：人数、结算单数、金额
// About: day by day: people, claims and money of the ring
// 参数 Parameter: ringId 疑似团伙编号 / ring id
//   :param ringId => "2025-12-001"
MATCH (run:Published)<-[:PART_OF]-(ring:Ring {id: $ringId})

MATCH (ring)<-[c:COUNTED_IN]-(claim:Claim)<-[:CLAIMED]-(person:Patient)
MATCH (claim)-[:BILLED_BY]->(place)
WITH claim.day AS day, place, count(DISTINCT person) AS person_count, count(DISTINCT claim) AS claim_count, sum(claim.fund_amount) AS fund_amount,
  count(DISTINCT CASE WHEN c.in_meeting THEN person END) AS together_count, min(claim.at) AS first_at, max(claim.at) AS last_at
ORDER BY day, place.id
WITH collect({day: day, place: place, person_count: person_count, claim_count: claim_count, fund_amount: fund_amount, together_count: together_count, first_at: first_at, last_at: last_at}) AS every
UNWIND every[..500] AS row
RETURN row.day AS day, row.place.name AS place, row.person_count AS person_count, row.together_count AS together_count, row.claim_count AS claim_count,
  round(row.fund_amount, 2) AS fund_amount, row.first_at AS first_at, row.last_at AS last_at, size(every) - size(every[..500]) AS left_out
