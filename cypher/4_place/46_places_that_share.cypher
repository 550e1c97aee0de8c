// 相互关联的机构 / Places that share a representative, phone or account
// 说明:同一法定代表人、电话、账户或地址的机构
// About: facilities and pharmacies with one representative, phone, account or address
MATCH (run:Published)
MATCH (a:Facility|Pharmacy)-[:SHARES {run: run.key}]->(i:Identifier)
WITH run, i, count(a) AS place_count WHERE place_count > 1
WITH run, i, place_count ORDER BY place_count DESC, i.id
WITH run, collect(i) AS every
UNWIND every[..40] AS i
MATCH path = (i)<-[:SHARES]-(place:Facility|Pharmacy)
RETURN path, i.kind AS kind, i.name AS code, place.name AS place, place:InRing AS in_a_ring, size(every) - size(every[..40]) AS left_out
LIMIT 110
