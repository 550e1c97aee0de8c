/*---
id = "M067"
name = "split_prescriptions"
version = 1
family = "charges"
title = "prescriptions split over several claims"
title_zh = "拆分处方"
level = "doctor"
result = "suspicious"
scheme = "split_prescription"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Does one doctor bill the same person several times on one day, again and again?"
question_zh = "同一医师是否多次在同日为同一患者分多笔结算？"
look_alike = "Several departments; dialysis; a correction on a single day."
look_alike_zh = "多科室就诊；透析；个别更正。"
exclusions = ["several doctors", "dialysis", "single occasion", "refunded claims"]
reason_zh = "医师 {subject_id} 有 {occasion_count} 人次同日为同一患者结算 {claims_a_day} 笔及以上，基金支付 {amount} 元。"
reason_en = "Doctor {subject_id} billed one patient {claims_a_day} times or more on one day on {occasion_count} occasions; the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount beyond each day's largest claim"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code"]
[parameters.min_claims]
default = 3
origin = "catalogue M067: three prescriptions"
[parameters.min_occasions]
default = 3
origin = "own choice: a practice, not a slip"
---*/
WITH occasions AS (
  SELECT doctor_id, patient_id, event_date, count(*) AS claim_count, sum(net_fund_amount) - max(net_fund_amount) AS beyond, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids
  FROM claims
  WHERE counted AND claim_type IN ('outpatient', 'chronic') AND doctor_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
    AND substring(coalesce(diagnosis_code, ''), 1, 3) NOT IN ('N18', 'Z49')
  GROUP BY doctor_id, patient_id, event_date
  HAVING count(*) >= $min_claims
)
SELECT doctor_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(flatten(array_agg(claim_ids)))) AS claim_ids,
  greatest(sum(beyond), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.05 * count(*) AS DOUBLE), 6))) AS strength, {'occasion_count': count(*), 'claims_a_day': min(claim_count)} AS facts
FROM occasions
GROUP BY doctor_id
HAVING count(*) >= $min_occasions
