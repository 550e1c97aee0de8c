/*---
id = "M107"
name = "growth_burst"
version = 1
family = "network"
title = "volume many times what it was"
title_zh = "结算量突增"
level = "institution"
result = "suspicious"
scheme = "growth"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Did a place's monthly volume grow to several times what it was, unlike the region?"
question_zh = "机构月结算量是否增至原来数倍而同期全市没有？"
look_alike = "A new wing or a closed neighbour; a rise that all places feel; a newly opened place."
look_alike_zh = "新增院区、邻近机构关停；全市同步增长；新开业。"
exclusions = ["expanded place", "city-wide rise", "newly opened place", "small volume", "refunded claims"]
reason_zh = "{subject_id} 在 {month} 结算 {month_count} 笔，此前六个月月均 {usual_count} 笔，基金支付 {amount} 元。"
reason_en = "{subject_id} settled {month_count} claims in {month} against {usual_count} a month in the half-year before; the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of the month"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["place_events.place_id", "place_events.kind"]
[parameters.min_factor]
default = 3.0
origin = "catalogue M107: threefold"
[parameters.min_claims]
default = 60
origin = "own choice: smaller places vary by chance"
---*/
WITH months AS (
  SELECT place_id, year(event_date) * 12 + month(event_date) AS month_number, count(*) AS claim_count
  FROM claims
  WHERE counted AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY place_id, year(event_date) * 12 + month(event_date)
),
city AS (
  SELECT month_number, sum(claim_count) AS claim_count FROM months GROUP BY month_number
),
usual AS (
  SELECT m.place_id, m.month_number, m.claim_count, CAST(sum(b.claim_count) AS DOUBLE) / 6 AS usual_count, count(*) AS month_count
  FROM months AS m
  JOIN months AS b ON b.place_id = m.place_id AND b.month_number BETWEEN m.month_number - 6 AND m.month_number - 1
  WHERE m.claim_count >= $min_claims
  GROUP BY m.place_id, m.month_number, m.claim_count
),
city_usual AS (
  SELECT m.month_number, CAST(m.claim_count AS DOUBLE) / greatest(CAST(sum(b.claim_count) AS DOUBLE) / count(*), 1.0) AS city_factor
  FROM city AS m
  JOIN city AS b ON b.month_number BETWEEN m.month_number - 6 AND m.month_number - 1
  GROUP BY m.month_number, m.claim_count
),
bursts AS (
  SELECT u.place_id, u.month_number, u.claim_count, u.usual_count
  FROM usual AS u
  JOIN city_usual AS k ON k.month_number = u.month_number
  WHERE u.month_count = 6 AND u.usual_count > 0 AND u.claim_count >= $min_factor * greatest(k.city_factor, 1.0) * u.usual_count
    AND u.place_id NOT IN (SELECT place_id FROM place_events WHERE kind = 'expanded' AND place_id IS NOT NULL)
)
SELECT b.place_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.05 * min(b.claim_count / b.usual_count) AS DOUBLE), 6))) AS strength,
  {'month': CAST(min(year(c.event_date) * 100 + month(c.event_date)) AS VARCHAR), 'month_count': min(b.claim_count), 'usual_count': round(min(b.usual_count), 1)} AS facts
FROM bursts AS b
JOIN claims AS c ON c.place_id = b.place_id AND year(c.event_date) * 12 + month(c.event_date) = b.month_number
WHERE c.counted
GROUP BY b.place_id, b.month_number
