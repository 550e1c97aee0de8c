// 与上月相比的变化 / What changed since last month
// 说明：新出现、延续、扩大的团伙，以及上月有而本月没有的
// About: rings that are new, go on or have grown, and those of last month that are gone
MATCH (run:Published)
OPTIONAL MATCH (earlier:Run {state: 'loaded'}) WHERE earlier.month < run.month
WITH run, earlier ORDER BY earlier.month DESC LIMIT 1
MATCH (run)<-[:PART_OF]-(ring:Ring) WHERE ring.listed
WITH earlier, ring ORDER BY ring.rank
WITH earlier, collect(ring) AS every
UNWIND every[..60] AS ring
CALL (ring, earlier) {
  OPTIONAL MATCH (ring)<-[:MEMBER_OF]-(member:Patient)-[:MEMBER_OF]->(old:Ring)-[:PART_OF]->(earlier)
  WITH old, count(member) AS common_count ORDER BY common_count DESC, old.rank LIMIT 1
  RETURN old, common_count
}
RETURN ring, old, ring.id AS ring_id, old.id AS earlier_ring_id, common_count, ring.patient_count - coalesce(old.patient_count, 0) AS grown_by,
  CASE WHEN old IS NULL THEN '新出现 new' WHEN ring.patient_count > old.patient_count THEN '扩大 grown' ELSE '延续 goes on' END AS change,
  size(every) - size(every[..60]) AS left_out
