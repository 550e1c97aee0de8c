/*---
id = "M104"
name = "linked_places"
version = 1
family = "network"
title = "places with the same owner, account or phone"
title_zh = "关联机构"
level = "institution"
result = "suspicious"
scheme = "linked_places"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "place"
members = "place"
question = "Do institutions that appear separate share representative, account, phone or address?"
question_zh = "表面独立的机构是否共用法人、账户、电话或地址？"
look_alike = "Branches of one chain under one name; placeholder values; one big building."
look_alike_zh = "同名连锁分店；占位值；同一大楼。"
exclusions = ["branches of one chain", "placeholder value", "refunded claims"]
reason_zh = "{subject_id} 等 {place_count} 家机构共用{kind}。"
reason_en = "{subject_id} and others, {place_count} places in all, share the same {kind}."
severity = 2
money_rule = "none of the fund directly: 0"
columns = ["claims.place_id", "claims.event_date", "claims.counted", "facilities.facility_id", "facilities.name", "facilities.legal_representative", "facilities.phone", "facilities.account", "pharmacies.pharmacy_id", "pharmacies.name", "pharmacies.legal_representative", "pharmacies.phone", "pharmacies.account"]
[parameters.max_places]
default = 10
origin = "own choice: a value shared by more is a placeholder or a large chain"
---*/
WITH places AS (
  SELECT facility_id AS place_id, name, legal_representative, account, phone FROM facilities
  UNION ALL
  SELECT pharmacy_id AS place_id, name, legal_representative, account, phone FROM pharmacies
),
active AS (
  SELECT place_id FROM claims WHERE counted AND event_date BETWEEN $in_force_from AND $in_force_to GROUP BY place_id
),
marks AS (
  SELECT p.place_id, p.name, 'legal representative' AS kind, p.legal_representative AS value FROM places AS p JOIN active AS a ON a.place_id = p.place_id WHERE length(p.legal_representative) > 0
  UNION ALL
  SELECT p.place_id, p.name, 'bank account' AS kind, p.account AS value FROM places AS p JOIN active AS a ON a.place_id = p.place_id WHERE length(p.account) > 0
  UNION ALL
  SELECT p.place_id, p.name, 'phone' AS kind, p.phone AS value FROM places AS p JOIN active AS a ON a.place_id = p.place_id WHERE length(p.phone) > 0
)
SELECT min(place_id) AS subject_id, list_sort(array_agg(DISTINCT place_id)) AS member_ids, CAST([] AS VARCHAR[]) AS claim_ids, CAST(0 AS DECIMAL(16,2)) AS amount,
  greatest(0.0, least(1.0, round(CAST(CASE WHEN kind = 'bank account' THEN 0.8 ELSE 0.5 END AS DOUBLE), 6))) AS strength, {'kind': kind, 'place_count': count(DISTINCT place_id)} AS facts
FROM marks
GROUP BY kind, value
HAVING count(DISTINCT place_id) BETWEEN 2 AND $max_places AND count(DISTINCT coalesce(substring(name, 1, 4), place_id)) > 1
