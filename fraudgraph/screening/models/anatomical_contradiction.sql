/*---
id = "M016"
name = "anatomical_contradiction"
version = 1
family = "identity"
title = "childbirth at an impossible age"
title_zh = "生理矛盾"
level = "visit"
result = "suspicious"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was pregnancy or childbirth billed for a person too old or too young for it?"
question_zh = "是否为年龄不可能者结算妊娠分娩？"
look_alike = "A newborn on the mother's card; a birth date that can't be."
look_alike_zh = "新生儿使用母亲的卡；出生日期明显有误。"
exclusions = ["newborn on the mother's card", "impossible birth date", "refunded claims"]
reason_zh = "参保人 {subject_id}（{age} 岁）有妊娠分娩诊断 {diagnosis}，共 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} (age {age}) has the obstetric diagnosis {diagnosis}: {claim_count} claims, the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.birth_date"]
[parameters.max_age]
default = 60
origin = "catalogue M016: obstetric item above 60"
[parameters.min_age]
default = 10
origin = "own choice"
---*/
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.9 AS DOUBLE), 6))) AS strength,
  {'age': max(year(c.event_date) - year(p.birth_date)), 'diagnosis': min(c.diagnosis_code)} AS facts
FROM claims AS c
JOIN patients AS p ON p.patient_id = c.patient_id
WHERE c.counted AND c.diagnosis_code LIKE 'O%' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  AND year(c.event_date) - year(p.birth_date) BETWEEN 1 AND 115
  AND NOT (year(c.event_date) - year(p.birth_date) BETWEEN $min_age AND $max_age)
GROUP BY c.patient_id
