// 相互关联的机构 / Places tied together
// 说明：同一法定代表人、电话、账户或地址的机构，以及在两家以上机构开单的医师
// About: places with one representative, phone, account or address; and doctors who bill at two or more facilities
MATCH (run:Published)
CALL (run) {
  MATCH (a:Facility|Pharmacy)-[:SHARES {run: run.key}]->(i:Identifier)
  WITH i, count(a) AS place_count WHERE place_count > 1
  RETURN i AS tie, place_count
  UNION
  MATCH (d:Doctor)-[p:PRACTISES_AT]->(f:Facility)
  WHERE p.run = run.key AND p.claim_count > 0
  WITH d, count(f) AS place_count WHERE place_count > 1
  RETURN d AS tie, place_count
}
WITH run, tie, place_count ORDER BY tie:Doctor, place_count DESC, tie.id
WITH run, collect(tie) AS every
UNWIND every[..30] AS tie
CALL (run, tie) {
  MATCH path = (tie)<-[s:SHARES]-(place:Facility|Pharmacy) WHERE s.run = run.key
  RETURN path, place ORDER BY place.id LIMIT 4
  UNION
  MATCH path = (tie)-[p:PRACTISES_AT]->(place:Facility) WHERE p.run = run.key AND p.claim_count > 0
  RETURN path, place ORDER BY p.claim_count DESC, place.id LIMIT 4
}
RETURN path, tie.name AS tied_by, tie.id AS tie_id, place.name AS place, place:InRing AS in_a_ring, size(every) - size(every[..30]) AS left_out
