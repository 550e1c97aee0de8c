// 一家机构逐月情况 / A place month by month
// 说明：每月一行：图中的结算单（全部结算单须以 --claims all 加载）、人数、基金金额、其中团伙的部分、同现时的结算单数、疑点引用数、有哪些团伙
// About: one line a month: claims in the graph (all of them only after load --claims all), people, fund amount, the part that rings had in it, claims of meetings, mentions by flags, which rings
// 参数 Parameter: placeId 机构编号 / id of a facility or pharmacy
//   :param placeId => "H99010100001"
MATCH (run:Published)
MATCH (place:Facility|Pharmacy {id: $placeId})<-[:BILLED_BY {run: run.key}]-(claim:Claim)
OPTIONAL MATCH (person:Patient)-[:CLAIMED]->(claim)
WITH run, claim, person, [(claim)-[c:COUNTED_IN]->(ring:Ring) | {ring: ring.id, in_meeting: c.in_meeting}] AS counted, [(claim)<-[:CITES]-(flag:Flag) | flag.id] AS flags
WITH left(toString(claim.day), 7) AS month, count(DISTINCT claim) AS claim_count, count(DISTINCT person) AS patient_count, sum(claim.fund_amount) AS fund_amount,
  sum(CASE WHEN size(counted) > 0 THEN 1 ELSE 0 END) AS ring_claim_count, sum(CASE WHEN size(counted) > 0 THEN claim.fund_amount ELSE 0 END) AS ring_fund_amount,
  count(DISTINCT CASE WHEN size(counted) > 0 THEN person END) AS ring_patient_count, sum(CASE WHEN any(c IN counted WHERE c.in_meeting) THEN 1 ELSE 0 END) AS together_claim_count,
  sum(size(flags)) AS flag_mention_count, collect(counted) AS rings
ORDER BY month
WITH collect({month: month, claim_count: claim_count, patient_count: patient_count, fund_amount: fund_amount, ring_claim_count: ring_claim_count, ring_fund_amount: ring_fund_amount,
  ring_patient_count: ring_patient_count, together_claim_count: together_claim_count, flag_mention_count: flag_mention_count, rings: rings}) AS every
UNWIND every[-120..] AS row
RETURN row.month AS month, row.claim_count AS claim_count, row.patient_count AS patient_count, round(row.fund_amount, 2) AS fund_amount, row.ring_claim_count AS ring_claim_count,
  row.ring_patient_count AS ring_patient_count, round(row.ring_fund_amount, 2) AS ring_fund_amount, row.together_claim_count AS together_claim_count, row.flag_mention_count AS flag_mention_count,
  reduce(found = [], list IN row.rings | found + [c IN list WHERE NOT c.ring IN found | c.ring])[..12] AS ring_ids, size(every) - size(every[-120..]) AS left_out
ORDER BY month
