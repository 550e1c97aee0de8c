/*---
id = "H28"
name = "two_in_one_bed"
version = 1
title = "two people in one bed for a night"
title_zh = "一床多人"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
severity = 4
question = "Did two people have the same bed on the same night?"
question_zh = "同一床位同一晚是否登记两名患者？"
look_alike = "A newborn with the mother; a transfer or discharge on that day."
look_alike_zh = "母婴同室；当日转床、出入院。"
reason_en = "Bed {bed} of ward {ward}: visits {subject_id} and {other} had it together on {nights} nights from {first_night}."
reason_zh = "病区 {ward} 床位 {bed}：就诊 {subject_id} 与 {other} 自 {first_night} 起 {nights} 晚同占。"
columns = ["h_ward_days.visit_no", "h_ward_days.bed", "h_ward_days.on", "h_ward_days.ward"]
---*/
WITH nights AS (
  SELECT w.ward, w.bed, w."on" AS night, w.visit_no, min(w.row_id) AS row_id, count(*) OVER (PARTITION BY w.visit_no, w."on") AS beds_that_day
  FROM h_ward_days w JOIN m_visits v ON v.visit_no = w.visit_no
  WHERE w.visit_no IS NOT NULL AND NOT (contains(coalesce(w.state, ''), '空') OR contains(coalesce(w.state, ''), '假') OR contains(coalesce(w.state, ''), '离') OR lower(coalesce(w.state, '')) IN ('empty', 'leave'))
    AND NOT (v.birth_on IS NOT NULL AND date_diff('day', v.birth_on, w."on") <= 28)
    AND (v.admitted_at IS NULL OR CAST(v.admitted_at AS DATE) < w."on") AND (v.discharged_at IS NULL OR CAST(v.discharged_at AS DATE) > w."on")
  GROUP BY w.ward, w.bed, w."on", w.visit_no
),
pairs AS (
  SELECT a.ward, a.bed, a.night, a.visit_no AS one, b.visit_no AS other, a.row_id AS one_row, b.row_id AS other_row
  FROM nights a JOIN nights b ON b.ward = a.ward AND b.bed = a.bed AND b.night = a.night AND b.visit_no > a.visit_no
  WHERE a.beds_that_day = 1 AND b.beds_that_day = 1 AND NOT regexp_matches(a.bed, '婴|新生')
)
SELECT p.one AS subject_id, [p.one, p.other] AS visit_nos, list_concat(array_agg('h_ward_days:' || CAST(p.one_row AS VARCHAR) ORDER BY p.one_row), array_agg('h_ward_days:' || CAST(p.other_row AS VARCHAR) ORDER BY p.other_row)) AS row_ids,
  coalesce((SELECT min(c.amount) FROM k_charges c WHERE c.visit_no = p.other AND c.family = 'bed'), 0) * count(*) AS amount, TRUE AS certain, 0.85 AS strength,
  {'ward': min(p.ward), 'bed': p.bed, 'other': p.other, 'nights': count(*), 'first_night': CAST(min(p.night) AS VARCHAR)} AS facts
FROM pairs p
GROUP BY p.one, p.other, p.bed
