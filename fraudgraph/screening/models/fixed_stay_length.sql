/*---
id = "M031"
name = "fixed_stay_length"
version = 1
family = "inpatient"
title = "stays of one fixed length"
title_zh = "住院天数固定"
level = "institution"
result = "suspicious"
scheme = "quota_driven_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Do an unusual share of an institution's stays last exactly the same number of days?"
question_zh = "机构住院天数是否异常集中于同一天数？"
look_alike = "Day surgery; courses of fixed length such as chemotherapy; few stays; peers do the same."
look_alike_zh = "日间手术；疗程固定（如化疗）；住院量小；同类机构相同。"
exclusions = ["day surgery", "fixed courses", "few stays", "as at peers", "refunded claims"]
reason_zh = "{subject_id} 有 {share} 的住院恰为 {stay_days} 天（同类机构第 90 分位 {peer_share}），涉及 {claim_count} 次，基金支付 {amount} 元。"
reason_en = "{share} of the stays at {subject_id} last exactly {stay_days} days (percentile 90 of peers: {peer_share}): {claim_count} stays, the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of the stays of that length"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code", "facilities.facility_id", "facilities.level", "facilities.ownership"]
[parameters.min_share]
default = 0.4
origin = "catalogue M031: same length in more than 40 per cent"
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
  SELECT c.facility_id, c.claim_id, c.patient_id, c.net_fund_amount, coalesce(f.level, '') AS level,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, '')) AS kind,
    concat(coalesce(f.level, ''), '|', coalesce(f.ownership, ''), '|', substring(c.facility_id, 2, 6)) AS near,
    date_diff('day', CAST(c.started_at AS DATE), CAST(c.ended_at AS DATE)) AS stay_days
  FROM claims AS c
  LEFT JOIN facilities AS f ON f.facility_id = c.facility_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND date_diff('day', CAST(c.started_at AS DATE), CAST(c.ended_at AS DATE)) > 1
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'C%' AND substring(coalesce(c.diagnosis_code, ''), 1, 3) NOT IN ('Z51', 'Z49', 'N18')
),
lengths AS (
  SELECT facility_id, level, kind, near, stay_days, count(*) AS stay_count, sum(count(*)) OVER (PARTITION BY facility_id) AS all_count
  FROM stays
  GROUP BY facility_id, level, kind, near, stay_days
),
modes AS (
  SELECT facility_id, level, kind, near, stay_days, round(CAST(stay_count AS DOUBLE) / CAST(all_count AS DOUBLE), 4) AS share, all_count
  FROM lengths
  WHERE all_count >= $min_stays
  QUALIFY row_number() OVER (PARTITION BY facility_id ORDER BY stay_count DESC, stay_days) = 1
),
compared AS (
  SELECT level AS peer_group, share FROM modes
  UNION ALL
  SELECT kind AS peer_group, share FROM modes
  UNION ALL
  SELECT near AS peer_group, share FROM modes
),
peers AS (
  SELECT peer_group, fg_quantile(share, $peer_share) AS usual_share FROM compared GROUP BY peer_group HAVING count(*) >= $min_peers
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(min(m.share) AS DOUBLE), 6))) AS strength,
  {'share': min(m.share), 'stay_days': min(m.stay_days), 'peer_share': round(min(coalesce(r.usual_share, k.usual_share, p.usual_share, $min_share)), 4)} AS facts
FROM modes AS m
LEFT JOIN peers AS p ON p.peer_group = m.level
LEFT JOIN peers AS k ON k.peer_group = m.kind
LEFT JOIN peers AS r ON r.peer_group = m.near
JOIN stays AS s ON s.facility_id = m.facility_id AND s.stay_days = m.stay_days
WHERE m.share > greatest($min_share, coalesce(r.usual_share, k.usual_share, p.usual_share, 0.0))
GROUP BY s.facility_id
