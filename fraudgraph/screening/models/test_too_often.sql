/*---
id = "M059"
name = "test_too_often"
version = 1
family = "charges"
title = "test repeated before it can change"
title_zh = "检查频次异常"
level = "person"
result = "suspicious"
scheme = "overtesting"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was a test repeated several times within the interval in which its value can't change?"
question_zh = "是否在指标不可能变化的间隔内多次重复检查？"
look_alike = "A test repeated during a stay; a test that was taken back; two repeats."
look_alike_zh = "住院期间复查；已退费；仅一两次。"
exclusions = ["repeated during a stay", "fewer repeats", "refunded claims"]
reason_zh = "参保人 {subject_id} 的检查 {item} 在合理间隔 {interval_days} 天内重复 {repeat_count} 次，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} had test {item} repeated {repeat_count} times within its interval of {interval_days} days: {amount} yuan."
severity = 2
money_rule = "amount of the repeated lines, at most the net fund amount of their claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.min_interval_days"]
[parameters.min_repeats]
default = 3
origin = "catalogue M059: three times within the interval"
---*/
WITH done AS (
  SELECT c.patient_id, i.item_code, c.event_date, min(c.claim_id) AS claim_id, least(sum(i.amount), max(c.net_fund_amount)) AS amount, min(k.min_interval_days) AS interval_days
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.min_interval_days > 0 AND c.counted AND c.claim_type <> 'inpatient' AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, i.item_code, c.event_date
),
followed AS (
  SELECT patient_id, item_code, claim_id, amount, interval_days,
    date_diff('day', lag(event_date) OVER (PARTITION BY patient_id, item_code ORDER BY event_date), event_date) AS gap_days
  FROM done
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * count(*) AS DOUBLE), 6))) AS strength, {'item': item_code, 'interval_days': min(interval_days), 'repeat_count': count(*)} AS facts
FROM followed
WHERE gap_days < interval_days
GROUP BY patient_id, item_code
HAVING count(*) >= $min_repeats
