/*---
id = "M039"
name = "upcoding"
version = 1
family = "inpatient"
title = "complications coded far above peers"
title_zh = "高套编码"
level = "institution"
result = "suspicious"
scheme = "upcoding"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7); 《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Does an institution code complications in far more stays than peers, without longer stays?"
question_zh = "机构并发症编码比例是否远高于同级机构，而住院天数并不更长？"
look_alike = "Referral centres of a higher level; longer stays that bear the complications out; few stays."
look_alike_zh = "更高级别的转诊中心；住院天数相应更长；住院量小。"
exclusions = ["peers of the same level", "longer stays", "few stays", "refunded claims"]
reason_zh = "{subject_id} 有 {share} 的住院编码为并发症（同级第 {peer_rank} 分位 {peer_share}），平均住院日 {mean_days} 天（同级 {peer_days} 天），基金支付 {amount} 元。"
reason_en = "{share} of the stays at {subject_id} are coded with complications (quantile {peer_rank} of its level: {peer_share}) at {mean_days} days on average (level: {peer_days}); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays with coded complications"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "facilities.facility_id", "facilities.level", "claim_details.claim_id", "claim_details.complication_level"]
optional = ["facilities.ownership"]
[parameters.min_stays]
default = 30
origin = "own choice: fewer stays say nothing"
[parameters.min_peers]
default = 5
origin = "own choice: peers are of the same level, ownership and region; with fewer of them of level and ownership, then of the level alone; with fewer still nothing is said"
[parameters.peer_rank]
default = 0.8
origin = "own choice: quantile of the level's institutions"
[parameters.min_factor]
default = 2.0
origin = "own choice: at least so many times that quantile"
---*/
WITH stays AS (
  SELECT c.facility_id, coalesce(f.level, '') AS level,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, '')) AS kind,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, ''), '|', substring(c.facility_id, 2, 6)) AS near, c.claim_id, c.patient_id, c.net_fund_amount,
    CASE WHEN d.complication_level IN ('MCC', 'CC') THEN 1 ELSE 0 END AS complicated,
    date_diff('day', CAST(c.started_at AS DATE), CAST(c.ended_at AS DATE)) AS stay_days
  FROM claims AS c
  JOIN claim_details AS d ON d.claim_id = c.claim_id
  JOIN facilities AS f ON f.facility_id = c.facility_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.ended_at IS NOT NULL AND f.level IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
shares AS (
  SELECT facility_id, level, kind, near, round(CAST(sum(complicated) AS DOUBLE) / count(*), 4) AS share, round(CAST(sum(stay_days) AS DOUBLE) / count(*), 2) AS mean_days
  FROM stays
  GROUP BY facility_id, level, kind, near
  HAVING count(*) >= $min_stays
),
compared AS (
  SELECT level AS peer_group, share, mean_days FROM shares
  UNION ALL
  SELECT kind AS peer_group, share, mean_days FROM shares
  UNION ALL
  SELECT near AS peer_group, share, mean_days FROM shares
),
peers AS (
  SELECT peer_group, fg_quantile(share, $peer_rank) AS usual_share, fg_quantile(mean_days, 0.5) AS usual_days
  FROM compared
  GROUP BY peer_group
  HAVING count(*) >= $min_peers
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(min(h.share) AS DOUBLE), 6))) AS strength,
  {'share': min(h.share), 'peer_rank': CAST($peer_rank AS DOUBLE), 'peer_share': round(min(coalesce(r.usual_share, k.usual_share, p.usual_share)), 4), 'mean_days': min(h.mean_days), 'peer_days': round(min(coalesce(r.usual_days, k.usual_days, p.usual_days)), 2)} AS facts
FROM shares AS h
JOIN peers AS p ON p.peer_group = h.level
LEFT JOIN peers AS k ON k.peer_group = h.kind
LEFT JOIN peers AS r ON r.peer_group = h.near
JOIN stays AS s ON s.facility_id = h.facility_id AND s.complicated = 1
WHERE h.share > $min_factor * greatest(coalesce(r.usual_share, k.usual_share, p.usual_share), 0.05)
  AND h.mean_days <= coalesce(r.usual_days, k.usual_days, p.usual_days) * 1.1
GROUP BY s.facility_id
