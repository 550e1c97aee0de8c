/*---
id = "M093"
name = "inactive_prescriber"
version = 1
family = "staff"
title = "billing after leaving or while suspended"
title_zh = "离职或暂停资格后开方"
level = "doctor"
result = "definite"
scheme = "borrowed_doctor"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6); 《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Were claims billed under a doctor who had left or whose qualification was suspended?"
question_zh = "是否以已离职或被暂停资格的医师名义结算？"
look_alike = "Bills of care given before; the day itself; a later return."
look_alike_zh = "此前诊疗的费用；当日；恢复执业。"
exclusions = ["the day itself", "after the suspension", "refunded claims"]
reason_zh = "医师 {subject_id} 在 {since} 起离职或暂停资格后仍有 {claim_count} 笔结算，基金支付 {amount} 元。"
reason_en = "{claim_count} claims were billed under doctor {subject_id} after leaving or while suspended (since {since}); the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of these claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "staff.staff_id"]
optional = ["staff.left_on", "staff.suspended_from", "staff.suspended_to"]
---*/
SELECT c.doctor_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.6 + 0.02 * count(*) AS DOUBLE), 6))) AS strength, {'since': CAST(min(coalesce(f.suspended_from, f.left_on)) AS VARCHAR)} AS facts
FROM staff AS f
JOIN claims AS c ON c.doctor_id = f.staff_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to AND (c.claim_type = 'outpatient' OR c.claim_type = 'chronic')
  AND (c.event_date > f.left_on OR (c.event_date > f.suspended_from AND c.event_date <= coalesce(f.suspended_to, c.event_date)))
GROUP BY c.doctor_id
