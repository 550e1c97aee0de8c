/*---
id = "M083"
name = "off_hours"
version = 1
family = "drugs"
title = "settlements in the night"
title_zh = "非营业时间结算"
level = "institution"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "pharmacy"
members = "patient"
question = "Does a pharmacy settle cards in the night without being open round the clock?"
question_zh = "非 24 小时药店是否在夜间结算？"
look_alike = "A pharmacy open all night; times posted at midnight; few settlements."
look_alike_zh = "24 小时药店；零点批量上传；数量少。"
exclusions = ["open all night", "batch upload at midnight", "few settlements", "refunded claims"]
reason_zh = "{subject_id} 有 {night_count} 笔在 {from_hour} 点至 {to_hour} 点结算，占 {share}，基金支付 {amount} 元。"
reason_en = "{subject_id} settled {night_count} claims between {from_hour} and {to_hour} o'clock ({share} of all); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the night claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.pharmacy_id", "claims.claim_type", "claims.event_date", "claims.event_at", "claims.net_fund_amount", "claims.counted"]
[parameters.from_hour]
default = 23
origin = "catalogue M083: 23:00"
[parameters.to_hour]
default = 6
origin = "catalogue M083: 06:00"
[parameters.min_share]
default = 0.02
origin = "catalogue M083: above 2 per cent"
[parameters.max_share]
default = 0.1
origin = "own choice: with a larger share the pharmacy is open all night"
[parameters.min_claims]
default = 10
origin = "own choice"
---*/
WITH clocked AS (
  SELECT pharmacy_id, claim_id, patient_id, net_fund_amount,
    CASE WHEN hour(event_at) >= $from_hour OR hour(event_at) < $to_hour THEN 1 ELSE 0 END AS night
  FROM claims
  WHERE counted AND claim_type = 'pharmacy' AND event_at IS NOT NULL AND event_at <> CAST(event_date AS TIMESTAMP) AND event_date BETWEEN $in_force_from AND $in_force_to
),
shares AS (
  SELECT pharmacy_id, sum(night) AS night_count, round(CAST(sum(night) AS DOUBLE) / count(*), 4) AS share
  FROM clocked
  GROUP BY pharmacy_id
  HAVING sum(night) >= $min_claims
)
SELECT c.pharmacy_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 5 * min(s.share) AS DOUBLE), 6))) AS strength,
  {'night_count': CAST(min(s.night_count) AS BIGINT), 'share': min(s.share), 'from_hour': $from_hour, 'to_hour': $to_hour} AS facts
FROM shares AS s
JOIN clocked AS c ON c.pharmacy_id = s.pharmacy_id AND c.night = 1
WHERE s.share > $min_share AND s.share <= $max_share
GROUP BY c.pharmacy_id
