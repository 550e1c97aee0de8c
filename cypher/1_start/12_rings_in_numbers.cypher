// 本月疑似团伙一览表 / Rings of the month in numbers
// 说明：每个团伙一行：得分、人数、基金金额、超出预期金额、核查结论、说明、负责人
// About: one line a ring: score, people, fund amount, amount above expectation, verdict, note, who answers for it
MATCH (run:Published)<-[:PART_OF]-(ring:Ring)
WITH run, ring ORDER BY ring.rank
WITH run, collect(ring) AS every
UNWIND every[..150] AS ring
RETURN ring.rank AS rank, ring.id AS ring_id, ring.listed AS put_forward, ring.score AS score, ring.patient_count AS patient_count,
  ring.fund_amount AS fund_amount, ring.excess_amount AS excess_amount, ring.excess_low_amount AS excess_low_amount, ring.excess_high_amount AS excess_high_amount, ring.first_seen AS first_seen, ring.last_seen AS last_seen,
  ring.status_zh AS status_zh, ring.status AS status, ring.verdict_zh AS verdict_zh, ring.verdict AS verdict, ring.note AS note, ring.owner AS owner, ring.due_on AS due_on,
  ring.typology_zh AS typology_zh, ring.typology AS typology, ring.score_parts_zh AS score_parts_zh, ring.score_parts_en AS score_parts_en,
  size(every) - size(every[..150]) AS left_out
