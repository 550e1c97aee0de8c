/*---
id = "M105"
name = "phoenix_place"
version = 1
family = "network"
title = "patients of a cancelled place reappear at a new one"
title_zh = "解约后换壳"
level = "institution"
result = "suspicious"
scheme = "phoenix"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7); 《医疗保障基金使用监督管理条例》第40条第（四）项 / Regulation (Order 735) art. 40(4)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Did a place that began to bill after a cancellation take over most of the old place's patients?"
question_zh = "机构解约后，新机构是否承接了其多数患者？"
look_alike = "The neighbour that was there before; few patients; a small share."
look_alike_zh = "原已存在的邻近机构；患者少；占比低。"
exclusions = ["place that was there before", "small share", "few patients", "refunded claims"]
reason_zh = "{subject_id} 在 {old_place} 解约后开始结算，其患者 {share} 来自该机构，基金支付 {amount} 元。"
reason_en = "{subject_id} began to bill after {old_place} was cancelled; {share} of the patients come from there. The fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the shared patients' claims at the new place"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "place_events.place_id", "place_events.kind", "place_events.happened_on"]
[parameters.min_share]
default = 0.4
origin = "catalogue M105: 40 per cent shared patients"
[parameters.min_patients]
default = 20
origin = "own choice"
---*/
WITH closed AS (
  SELECT place_id, min(happened_on) AS closed_on FROM place_events WHERE kind = 'cancelled' GROUP BY place_id
),
firsts AS (
  SELECT place_id, min(event_date) AS first_day FROM claims WHERE counted GROUP BY place_id
),
candidates AS (
  SELECT o.place_id AS old_place, o.closed_on, f.place_id AS new_place
  FROM closed AS o
  JOIN firsts AS f ON f.place_id <> o.place_id AND f.first_day >= o.closed_on AND date_diff('day', o.closed_on, f.first_day) <= 365
),
old_patients AS (
  SELECT DISTINCT k.old_place, c.patient_id
  FROM (SELECT DISTINCT old_place, closed_on FROM candidates) AS k
  JOIN claims AS c ON c.place_id = k.old_place AND c.event_date <= k.closed_on
  WHERE c.counted
),
new_visits AS (
  SELECT k.old_place, k.new_place, c.patient_id, c.claim_id, c.net_fund_amount, CASE WHEN o.patient_id IS NULL THEN 0 ELSE 1 END AS taken_over
  FROM candidates AS k
  JOIN claims AS c ON c.place_id = k.new_place
  LEFT JOIN old_patients AS o ON o.old_place = k.old_place AND o.patient_id = c.patient_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
shares AS (
  SELECT old_place, new_place, count(DISTINCT patient_id) AS patient_count, count(DISTINCT CASE WHEN taken_over = 1 THEN patient_id END) AS shared_count
  FROM new_visits
  GROUP BY old_place, new_place
  HAVING count(DISTINCT patient_id) >= $min_patients
)
SELECT v.new_place AS subject_id, list_sort(array_agg(DISTINCT v.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT v.claim_id)) AS claim_ids, greatest(sum(v.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(CAST(min(s.shared_count) AS DOUBLE) / min(s.patient_count) AS DOUBLE), 6))) AS strength,
  {'old_place': v.old_place, 'share': round(CAST(min(s.shared_count) AS DOUBLE) / min(s.patient_count), 3)} AS facts
FROM shares AS s
JOIN new_visits AS v ON v.old_place = s.old_place AND v.new_place = s.new_place AND v.taken_over = 1
WHERE CAST(s.shared_count AS DOUBLE) >= $min_share * s.patient_count
GROUP BY v.new_place, v.old_place
