// 连线最多的节点 / Largest hubs
// 说明：连线最多的机构、医师与标识；展开前先看
// About: the places, doctors and identifiers with most lines; look before you expand them
MATCH (hub:Facility|Pharmacy|Doctor)
WITH hub, COUNT { (hub)--() } AS line_count ORDER BY line_count DESC, hub.id LIMIT 30
RETURN hub, labels(hub) AS labels, hub.id AS id, hub.name AS name, line_count, 0 AS left_out
