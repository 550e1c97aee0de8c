// 图中的月份 / Months in the graph
// 说明：已加载哪些批次，读者看到的是哪一个
// About: which runs are loaded, and which one readers see
MATCH (run:Run)
WITH run ORDER BY run.month DESC, run.key
WITH collect(run) AS every
UNWIND every[..60] AS run
CALL (run) { MATCH (run)<-[:PART_OF]-(ring:Ring) RETURN count(ring) AS ring_count, count(CASE WHEN ring.listed THEN 1 END) AS put_forward_count }
RETURN run, run.month AS month, run.state AS state, run.published AS in_view, run.claim_count AS claim_count, ring_count, put_forward_count,
  run.loaded_at AS loaded_at, run.unmasked AS unmasked, size(every) - size(every[..60]) AS left_out
