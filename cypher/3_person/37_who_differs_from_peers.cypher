// 与同类相比的离群者 / Who differs from peers
// 说明：离群分最高的人与机构，以及差别所在
// About: the highest outlier scores, and in what they differ
MATCH (run:Published)<-[s:STANDS_OUT]-(who)
WITH who, s ORDER BY s.score DESC, who.id
WITH collect({who: who, s: s}) AS every
UNWIND every[..60] AS row
RETURN row.who AS who, row.who.id AS id, row.who.name AS name, labels(row.who) AS labels, row.s.score AS score, row.s.peer_group AS peer_group, row.s.reasons AS reasons,
  size(every) - size(every[..60]) AS left_out
