// 图里有什么 / What is in the graph
// 说明：各类节点的数量
// About: how many nodes of each kind
MATCH (n)
UNWIND labels(n) AS label
WITH label, count(*) AS node_count ORDER BY node_count DESC, label
RETURN label, node_count, 0 AS left_out
LIMIT 60
