/*---
id = "M012"
name = "third_party_injury"
version = 1
family = "identity"
title = "injury that a third party should pay"
title_zh = "工伤或第三方责任结算"
level = "visit"
result = "suspicious"
scheme = "third_party"
basis = "《社会保险法》第30条 / Social Insurance Law art. 30; 《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did the fund pay for an injury that a work accident or traffic accident explains?"
question_zh = "工伤或交通事故所致伤害是否由医保基金支付？"
look_alike = "Illness, not injury; the fund paid first and was paid back; long after the accident."
look_alike_zh = "疾病而非外伤；基金先行支付后已追偿；距事故较久。"
exclusions = ["illness", "fund paid back", "long after the accident", "refunded claims"]
reason_zh = "参保人 {subject_id} 于 {accident_day} 有 {kind} 记录，其后 {max_days} 天内外伤结算 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has a {kind} on {accident_day} and {claim_count} injury claims within {max_days} days; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the injury claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "person_events.patient_id", "person_events.kind", "person_events.started_on"]
optional = ["person_events.recovered"]
[parameters.max_days]
default = 30
origin = "catalogue M012: within 30 days"
---*/
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.7 AS DOUBLE), 6))) AS strength,
  {'kind': e.kind, 'accident_day': CAST(e.started_on AS VARCHAR), 'max_days': $max_days} AS facts
FROM claims AS c
JOIN person_events AS e ON e.patient_id = c.patient_id
WHERE c.counted AND e.kind IN ('work_injury', 'accident') AND NOT coalesce(e.recovered, FALSE)
  AND (c.diagnosis_code LIKE 'S%' OR c.diagnosis_code LIKE 'T%' OR c.diagnosis_code LIKE 'V%')
  AND date_diff('day', e.started_on, c.event_date) BETWEEN 0 AND $max_days AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.patient_id, e.kind, e.started_on
