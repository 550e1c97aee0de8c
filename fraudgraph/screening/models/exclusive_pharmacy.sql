/*---
id = "M085"
name = "exclusive_pharmacy"
version = 1
family = "drugs"
title = "a doctor's prescriptions go to one pharmacy"
title_zh = "处方医师与药店专属"
level = "group"
result = "suspicious"
scheme = "steering"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1); 《医疗保障基金使用监督管理条例》第42条 / Regulation (Order 735) art. 42"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Do nearly all of a doctor's outside prescriptions go to one pharmacy, unlike those of colleagues?"
question_zh = "医师外配处方是否几乎都流向同一药店，而同事并非如此？"
look_alike = "The only pharmacy around, where colleagues' patients go too; few prescriptions."
look_alike_zh = "周边唯一药店（同事的患者也去）；处方量少。"
exclusions = ["colleagues' patients go there too", "few prescriptions", "refunded claims"]
reason_zh = "医师 {subject_id} 的外配处方 {share} 流向 {pharmacy}（{claim_count} 笔），同机构其他医师为 {colleague_share}，基金支付 {amount} 元。"
reason_en = "{share} of doctor {subject_id}'s outside prescriptions go to {pharmacy} ({claim_count}); of colleagues' it is {colleague_share}. The fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these purchases"
columns = ["claims.claim_id", "claims.patient_id", "claims.pharmacy_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.prescriber_facility_id"]
[parameters.min_share]
default = 0.8
origin = "catalogue M085: above 80 per cent"
[parameters.min_claims]
default = 30
origin = "catalogue M085: thirty prescriptions"
[parameters.max_colleague_share]
default = 0.5
origin = "own choice: with more the pharmacy is simply the nearest"
---*/
WITH filled AS (
  SELECT doctor_id, coalesce(prescriber_facility_id, '') AS facility_id, pharmacy_id, claim_id, patient_id, net_fund_amount
  FROM claims
  WHERE counted AND claim_type = 'pharmacy' AND doctor_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
),
flows AS (
  SELECT doctor_id, facility_id, pharmacy_id, count(*) AS claim_count, sum(count(*)) OVER (PARTITION BY doctor_id, facility_id) AS doctor_count
  FROM filled
  GROUP BY doctor_id, facility_id, pharmacy_id
),
shops AS (
  SELECT facility_id, pharmacy_id, sum(claim_count) AS claim_count FROM flows GROUP BY facility_id, pharmacy_id
),
houses AS (
  SELECT facility_id, sum(claim_count) AS claim_count FROM flows GROUP BY facility_id
),
exclusive AS (
  SELECT f.doctor_id, f.facility_id, f.pharmacy_id, CAST(f.claim_count AS DOUBLE) / CAST(f.doctor_count AS DOUBLE) AS share,
    CAST(s.claim_count - f.claim_count AS DOUBLE) / greatest(CAST(h.claim_count - f.doctor_count AS DOUBLE), 1.0) AS colleague_share
  FROM flows AS f
  JOIN shops AS s ON s.facility_id = f.facility_id AND s.pharmacy_id = f.pharmacy_id
  JOIN houses AS h ON h.facility_id = f.facility_id
  WHERE f.claim_count >= $min_claims AND CAST(f.claim_count AS DOUBLE) > $min_share * CAST(f.doctor_count AS DOUBLE)
)
SELECT e.doctor_id AS subject_id, list_sort(array_agg(DISTINCT f.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT f.claim_id)) AS claim_ids, greatest(sum(f.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(min(e.share) - min(e.colleague_share) AS DOUBLE), 6))) AS strength,
  {'pharmacy': e.pharmacy_id, 'share': round(min(e.share), 3), 'colleague_share': round(min(e.colleague_share), 3)} AS facts
FROM exclusive AS e
JOIN filled AS f ON f.doctor_id = e.doctor_id AND f.facility_id = e.facility_id AND f.pharmacy_id = e.pharmacy_id
WHERE e.colleague_share < $max_colleague_share
GROUP BY e.doctor_id, e.facility_id, e.pharmacy_id
