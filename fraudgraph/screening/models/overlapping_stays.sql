/*---
id = "M004"
name = "overlapping_stays"
version = 1
family = "identity"
title = "overlapping stays"
title_zh = "住院时间重叠"
level = "visit"
result = "definite"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Is a person in hospital at two institutions at the same time?"
question_zh = "同一参保人是否同时在两家机构住院？"
look_alike = "A transfer: discharged and admitted on the same day, or overlapping by the day of the transfer."
look_alike_zh = "转院：同日出院和入院，或转院当日重叠。"
exclusions = ["transfer on one day", "same institution's interim settlement", "refunded claims"]
reason_zh = "参保人 {subject_id} 的住院时间在不同机构重叠 {overlap_days} 天（{first_place} 与 {second_place}），较晚一次住院基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} was in hospital at {first_place} and {second_place} at once, for {overlap_days} days; the fund paid {amount} yuan for the later stays."
severity = 5
money_rule = "net fund amount of the stay that began later, each stay once"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.discharge_way"]
[parameters.min_overlap_days]
default = 1
origin = "catalogue M004: one full day"
[parameters.transfer_overlap_days]
default = 1
origin = "catalogue 3.6: an overlap of one day with discharge way 2 (transfer) is lawful"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, facility_id, CAST(started_at AS DATE) AS stay_from, CAST(ended_at AS DATE) AS stay_to,
    net_fund_amount, coalesce(discharge_way, '') AS discharge_way
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND facility_id IS NOT NULL AND ended_at IS NOT NULL
    AND event_date BETWEEN $in_force_from AND $in_force_to
),
clashes AS (
  SELECT a.patient_id, a.claim_id AS first_id, b.claim_id AS second_id, a.facility_id AS first_place, b.facility_id AS second_place,
    b.net_fund_amount, date_diff('day', b.stay_from, least(a.stay_to, b.stay_to)) AS overlap_days, a.discharge_way
  FROM stays AS a
  JOIN stays AS b ON b.patient_id = a.patient_id AND b.facility_id <> a.facility_id
    AND b.stay_from < a.stay_to
    AND (b.stay_from > a.stay_from OR (b.stay_from = a.stay_from AND b.claim_id > a.claim_id))
),
contradictions AS (
  SELECT patient_id, second_id, min(first_id) AS first_id, min(first_place) AS first_place, min(second_place) AS second_place,
    max(net_fund_amount) AS net_fund_amount, max(overlap_days) AS overlap_days
  FROM clashes
  WHERE overlap_days >= $min_overlap_days
    AND NOT (discharge_way = '2' AND overlap_days <= $transfer_overlap_days)
  GROUP BY patient_id, second_id
)
SELECT
  patient_id AS subject_id,
  array_agg(DISTINCT patient_id) AS member_ids,
  list_sort(list_distinct(list_concat(array_agg(first_id), array_agg(second_id)))) AS claim_ids,
  sum(net_fund_amount) AS amount,
  least(1.0, round(0.7 + 0.1 * max(overlap_days), 6)) AS strength,
  {'overlap_days': max(overlap_days), 'first_place': min(first_place), 'second_place': min(second_place)} AS facts
FROM contradictions
GROUP BY patient_id
