/*---
id = "M044"
name = "cut_at_year_end"
version = 1
family = "inpatient"
title = "stays cut at the end of the year"
title_zh = "跨年拆分住院"
level = "institution"
result = "suspicious"
scheme = "split_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Are people discharged in the last days of a year and readmitted in the first days of the next, in numbers?"
question_zh = "是否批量年末出院、年初再入院？"
look_alike = "The lawful interim settlement at the turn of the year; a few single cases; different illness."
look_alike_zh = "依规跨年中途结算；个别情况；不同疾病。"
exclusions = ["interim settlement", "single cases", "different illness", "refunded claims"]
reason_zh = "{subject_id} 有 {member_count} 人于年末出院、年初因同病再入院，再入院基金支付 {amount} 元。"
reason_en = "{subject_id} discharged {member_count} people at the end of a year and readmitted them for the same disease in the first days of the next; the fund paid {amount} yuan for the readmissions."
severity = 3
money_rule = "net fund amount of the readmissions"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claim_details.claim_id", "claim_details.mid_settlement"]
[parameters.window_days]
default = 3
origin = "own choice: so many days on each side of the turn of the year"
[parameters.min_persons]
default = 5
origin = "own choice: a cluster, not a case"
---*/
WITH stays AS (
  SELECT c.facility_id, c.patient_id, c.claim_id, c.net_fund_amount, substring(c.diagnosis_code, 1, 3) AS disease,
    CAST(c.started_at AS DATE) AS stay_from, CAST(c.ended_at AS DATE) AS stay_to
  FROM claims AS c
  LEFT JOIN claim_details AS d ON d.claim_id = c.claim_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND c.ended_at IS NOT NULL
    AND NOT coalesce(d.mid_settlement, FALSE) AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
cuts AS (
  SELECT a.facility_id, a.patient_id, a.claim_id AS first_id, b.claim_id AS second_id, b.net_fund_amount
  FROM stays AS a
  JOIN stays AS b ON b.patient_id = a.patient_id AND b.facility_id = a.facility_id AND b.disease = a.disease AND b.claim_id <> a.claim_id
  WHERE month(a.stay_to) = 12 AND day(a.stay_to) > 31 - $window_days
    AND month(b.stay_from) = 1 AND day(b.stay_from) <= $window_days AND year(b.stay_from) = year(a.stay_to) + 1
)
SELECT facility_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(list_concat(array_agg(first_id), array_agg(second_id)))) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.04 * count(DISTINCT patient_id) AS DOUBLE), 6))) AS strength,
  {'pair_count': count(*)} AS facts
FROM cuts
GROUP BY facility_id
HAVING count(DISTINCT patient_id) >= $min_persons
