/*---
id = "M006"
name = "many_places_one_day"
version = 1
family = "identity"
title = "many institutions in one day"
title_zh = "一日多机构就诊"
level = "person"
result = "suspicious"
scheme = "card_lending"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did the person visit three or more institutions on one day?"
question_zh = "参保人一日内是否在三家及以上机构就诊购药？"
look_alike = "A prescription filled at the pharmacy next door; a transfer that ends in a stay."
look_alike_zh = "凭处方到药店取药；转诊入院。"
exclusions = ["prescription filled at a pharmacy", "admission to hospital", "refunded claims"]
reason_zh = "参保人 {subject_id} 有 {day_count} 天在一天内到 {place_count} 家机构就诊购药（如 {day}），基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} used {place_count} institutions within one day on {day_count} days (such as {day}); the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of that day's claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.doctor_id"]
[parameters.min_places]
default = 3
origin = "catalogue M006: three institutions"
---*/
WITH visits AS (
  SELECT patient_id, event_date, place_id, claim_id, net_fund_amount
  FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND NOT (claim_type = 'pharmacy' AND doctor_id IS NOT NULL) AND event_date BETWEEN $in_force_from AND $in_force_to
),
full_days AS (
  SELECT patient_id, event_date, count(DISTINCT place_id) AS place_count
  FROM (
    SELECT v.patient_id, v.event_date, v.place_id
    FROM visits AS v
    JOIN (
      SELECT patient_id, event_date FROM visits GROUP BY patient_id, event_date HAVING count(*) >= $min_places
    ) AS d ON d.patient_id = v.patient_id AND d.event_date = v.event_date
  ) AS busy
  GROUP BY patient_id, event_date
  HAVING count(DISTINCT place_id) >= $min_places
)
SELECT v.patient_id AS subject_id, list_sort(array_agg(DISTINCT v.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT v.claim_id)) AS claim_ids,
  greatest(sum(v.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.15 * count(DISTINCT v.event_date) AS DOUBLE), 6))) AS strength,
  {'day_count': count(DISTINCT v.event_date), 'place_count': max(f.place_count), 'day': CAST(min(v.event_date) AS VARCHAR)} AS facts
FROM full_days AS f
JOIN visits AS v ON v.patient_id = f.patient_id AND v.event_date = f.event_date
GROUP BY v.patient_id
