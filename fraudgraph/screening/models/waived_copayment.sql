/*---
id = "M037"
name = "waived_copayment"
version = 1
family = "inpatient"
title = "co-payment waived"
title_zh = "减免自付诱导"
level = "institution"
result = "suspicious"
scheme = "inducement"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Do an unusual share of an institution's inpatients pay nothing themselves?"
question_zh = "机构住院患者个人零自付的比例是否异常？"
look_alike = "Supported poor and retired cadres who owe nothing; few stays; as common as at peers."
look_alike_zh = "依规免自付的困难人员、离休干部；住院量小；与同类机构相当。"
exclusions = ["supported people", "retired cadres", "few stays", "as at peers", "refunded claims"]
reason_zh = "{subject_id} 有 {share} 的住院个人零自付（同类机构第 90 分位 {peer_share}），涉及 {claim_count} 次，基金支付 {amount} 元。"
reason_en = "{share} of the stays at {subject_id} cost the patient nothing (percentile 90 of peers: {peer_share}): {claim_count} stays, the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays without own payment"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.account_amount", "claims.self_paid_amount", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id"]
optional = ["patients.insurance_type", "patients.identity_class", "facilities.facility_id", "facilities.level", "facilities.ownership"]
[parameters.min_share]
default = 0.2
origin = "catalogue M037: above 20 per cent"
[parameters.min_stays]
default = 30
origin = "own choice: fewer stays say nothing"
[parameters.min_peers]
default = 5
origin = "own choice: peers are of the same level, ownership and region; with fewer of them of level and ownership, then of the level alone; with fewer still only the fixed threshold counts"
[parameters.peer_share]
default = 0.9
origin = "own choice: above the 90th percentile of peers"
---*/
WITH stays AS (
  SELECT c.facility_id, coalesce(f.level, '') AS level,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, '')) AS kind,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, ''), '|', substring(c.facility_id, 2, 6)) AS near, c.claim_id, c.patient_id, c.net_fund_amount,
    CASE WHEN coalesce(c.self_paid_amount, 0) <= 0 AND coalesce(c.account_amount, 0) <= 0 THEN 1 ELSE 0 END AS waived
  FROM claims AS c
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN facilities AS f ON f.facility_id = c.facility_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND c.self_paid_amount IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(p.identity_class, '') NOT LIKE '23%' AND coalesce(p.insurance_type, '') NOT IN ('340', '350', '360')
),
shares AS (
  SELECT facility_id, level, kind, near, round(CAST(sum(waived) AS DOUBLE) / count(*), 4) AS share FROM stays GROUP BY facility_id, level, kind, near HAVING count(*) >= $min_stays
),
compared AS (
  SELECT level AS peer_group, share FROM shares
  UNION ALL
  SELECT kind AS peer_group, share FROM shares
  UNION ALL
  SELECT near AS peer_group, share FROM shares
),
peers AS (
  SELECT peer_group, fg_quantile(share, $peer_share) AS usual_share FROM compared GROUP BY peer_group HAVING count(*) >= $min_peers
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(min(h.share) AS DOUBLE), 6))) AS strength,
  {'share': min(h.share), 'peer_share': round(min(coalesce(r.usual_share, k.usual_share, p.usual_share, $min_share)), 4)} AS facts
FROM shares AS h
LEFT JOIN peers AS p ON p.peer_group = h.level
LEFT JOIN peers AS k ON k.peer_group = h.kind
LEFT JOIN peers AS r ON r.peer_group = h.near
JOIN stays AS s ON s.facility_id = h.facility_id AND s.waived = 1
WHERE h.share > greatest($min_share, coalesce(r.usual_share, k.usual_share, p.usual_share, 0.0))
GROUP BY s.facility_id
