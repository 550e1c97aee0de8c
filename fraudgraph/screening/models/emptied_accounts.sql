/*---
id = "M082"
name = "emptied_accounts"
version = 1
family = "drugs"
title = "accounts emptied in one purchase"
title_zh = "账户余额清零"
level = "institution"
result = "suspicious"
scheme = "cash_out"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Were many people's accounts emptied at one place within a few days?"
question_zh = "短期内是否有多人账户在同一机构被一次清空？"
look_alike = "Small balances used up; single cases; an expensive drug for one person."
look_alike_zh = "小额余额用尽；个别情况；个人购买高价药。"
exclusions = ["small balances", "single cases", "refunded claims"]
reason_zh = "{subject_id} 在 {week} 起七日内清空 {person_count} 人的账户，账户支付 {amount} 元。"
reason_en = "{subject_id} emptied the accounts of {person_count} people within seven days from {week}: {amount} yuan."
severity = 3
money_rule = "account amount of these purchases, at most the claim's net total"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.account_amount", "claims.place_id", "claims.event_date", "claims.net_total_amount", "claims.counted", "claim_details.claim_id", "claim_details.account_balance"]
[parameters.min_persons]
default = 8
origin = "own choice: a cluster"
[parameters.max_left]
default = 5.0
origin = "catalogue M082: more than 90 per cent of the balance; here nothing but small change is left"
[parameters.min_amount]
default = 200.0
origin = "own choice: smaller balances are used up by themselves"
---*/
WITH emptied AS (
  SELECT c.place_id, c.patient_id, c.claim_id, c.event_date, least(c.account_amount, c.net_total_amount) AS amount,
    date_diff('day', DATE '2000-01-01', c.event_date) // 7 AS week_number
  FROM claim_details AS d
  JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE c.counted AND c.claim_type <> 'inpatient' AND d.account_balance <= CAST($max_left AS DECIMAL(16,2))
    AND c.account_amount >= CAST($min_amount AS DECIMAL(16,2)) AND c.event_date BETWEEN $in_force_from AND $in_force_to
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.03 * count(DISTINCT patient_id) AS DOUBLE), 6))) AS strength, {'week': CAST(min(event_date) AS VARCHAR), 'person_count': count(DISTINCT patient_id)} AS facts
FROM emptied
GROUP BY place_id, week_number
HAVING count(DISTINCT patient_id) >= $min_persons
