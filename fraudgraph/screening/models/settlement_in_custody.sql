/*---
id = "M011"
name = "settlement_in_custody"
version = 1
family = "identity"
title = "settlement in custody or abroad"
title_zh = "羁押或出境期间结算"
level = "visit"
result = "definite"
scheme = "impersonation"
basis = "《医疗保障基金使用监督管理条例》第41条第（一）项 / Regulation (Order 735) art. 41(1); 《社会保险法》第30条 / Social Insurance Law art. 30"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was the card used while its holder was in custody or abroad?"
question_zh = "持卡人羁押或出境期间，医保卡是否仍被使用？"
look_alike = "The day it began or ended; a register without an end date that is long past."
look_alike_zh = "起止当日；名单没有截止日期。"
exclusions = ["first day", "last day", "register entry without an end", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {kind} 期间（{from_day} 至 {to_day}）有 {claim_count} 笔结算，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has {claim_count} claims while in a {kind} interval ({from_day} to {to_day}); the fund paid {amount} yuan."
severity = 5
money_rule = "net fund amount of the claims inside the interval"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "person_events.patient_id", "person_events.kind", "person_events.started_on", "person_events.ended_on"]
---*/
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(1.0 AS DOUBLE), 6))) AS strength,
  {'kind': e.kind, 'from_day': CAST(e.started_on AS VARCHAR), 'to_day': CAST(e.ended_on AS VARCHAR)} AS facts
FROM claims AS c
JOIN person_events AS e ON e.patient_id = c.patient_id
WHERE c.counted AND e.kind IN ('custody', 'abroad') AND c.event_date > e.started_on AND c.event_date < e.ended_on
  AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.patient_id, e.kind, e.started_on, e.ended_on
