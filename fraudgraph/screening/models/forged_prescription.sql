/*---
id = "M084"
name = "forged_prescription"
version = 1
family = "drugs"
title = "prescription that nobody issued"
title_zh = "虚假外配处方"
level = "visit"
result = "suspicious"
scheme = "forged_prescription"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "pharmacy"
members = "patient"
question = "Is the prescription of a purchase unknown to the issuing side, or written for somebody else?"
question_zh = "购药所用处方在开方端是否不存在或属于他人？"
look_alike = "A purchase without a prescription number; a prescription of a hospital whose records were not delivered; a single slip."
look_alike_zh = "无处方号的购药；开方机构未提供处方；个别录入错误。"
exclusions = ["no prescription number", "doctor whose prescriptions were not delivered", "single slips", "refunded claims"]
reason_zh = "{subject_id} 有 {claim_count} 笔购药的处方在开方端查无或非本人，基金支付 {amount} 元。"
reason_en = "{claim_count} purchases at {subject_id} rest on prescriptions that nobody issued or that are for somebody else; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the purchases"
columns = ["claims.claim_id", "claims.patient_id", "claims.pharmacy_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_details.claim_id", "claim_details.prescription_id", "prescriptions.prescription_id", "prescriptions.patient_id", "prescriptions.doctor_id"]
[parameters.min_claims]
default = 3
origin = "own choice: fewer may be slips"
---*/
WITH known_doctors AS (
  SELECT doctor_id FROM prescriptions WHERE doctor_id IS NOT NULL GROUP BY doctor_id
),
used AS (
  SELECT c.pharmacy_id, c.claim_id, c.patient_id, c.net_fund_amount
  FROM claims AS c
  JOIN claim_details AS d ON d.claim_id = c.claim_id
  LEFT JOIN prescriptions AS r ON r.prescription_id = d.prescription_id AND r.patient_id = c.patient_id
  WHERE c.counted AND c.claim_type = 'pharmacy' AND d.prescription_id IS NOT NULL AND r.prescription_id IS NULL
    AND c.doctor_id IN (SELECT doctor_id FROM known_doctors) AND c.event_date BETWEEN $in_force_from AND $in_force_to
)
SELECT pharmacy_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.04 * count(*) AS DOUBLE), 6))) AS strength, {'prescription_count': count(*)} AS facts
FROM used
GROUP BY pharmacy_id
HAVING count(*) >= $min_claims
