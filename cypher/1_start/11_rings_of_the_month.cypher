// 本月疑似团伙 / Rings of the month
// 说明：按应核查的先后列出线索及其机构；颜色越深风险越高
// About: the rings put forward, with the places they meet at, in the order to open them
MATCH (run:Published)<-[:PART_OF]-(ring:Ring)
WHERE ring.listed
WITH ring ORDER BY ring.rank
WITH collect(ring) AS every
UNWIND every[..50] AS ring
CALL (ring) {
  MATCH (ring)<-[m:MEMBER_OF]-(place)
  WHERE place:Facility OR place:Pharmacy
  WITH m, place ORDER BY m.strength DESC, place.id LIMIT 2
  RETURN collect(place) AS places, collect(m) AS because
}
RETURN ring, places, because, ring.id AS ring_id, ring.summary_zh AS summary_zh, ring.summary_en AS summary_en,
  size(every) - size(every[..50]) AS left_out
ORDER BY ring.rank
