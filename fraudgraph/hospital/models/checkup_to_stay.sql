/*---
id = "H48"
name = "checkup_to_stay"
version = 1
title = "from a check-up into bed"
title_zh = "体检转住院"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
severity = 4
question = "Was a check-up group admitted within days?"
question_zh = "同一批体检人员是否在数日内成批住院？"
look_alike = "A finding that needs care: single people, not groups."
look_alike_zh = "体检发现异常需治疗（个别而非成批）。"
reason_en = "Check-up of {subject_id}: {admitted_count} of {checked_count} people were admitted within {days} days."
reason_zh = "{subject_id} 体检 {checked_count} 人，其中 {admitted_count} 人在 {days} 日内住院。"
columns = ["h_visits.visit_no", "h_visits.kind", "h_visits.patient_id", "h_visits.admitted_at"]
[parameters.days]
default = 3
origin = "docs/hospital.md"
[parameters.fewest]
default = 5
origin = "people, own choice"
[parameters.share]
default = 0.3
origin = "of the group, own choice"
---*/
WITH checked AS (SELECT patient_id, visit_no, CAST(coalesce(registered_at, from_at) AS DATE) AS day FROM m_visits WHERE regexp_matches(coalesce(kind, ''), '体检|check') AND patient_id IS NOT NULL),
joined AS (
  SELECT c.day, c.patient_id, min(v.visit_no) AS stay FROM checked c
  LEFT JOIN m_visits v ON v.patient_id = c.patient_id AND v.visit_no <> c.visit_no AND CAST(v.admitted_at AS DATE) BETWEEN c.day AND c.day + CAST($days AS INTEGER)
  GROUP BY c.day, c.patient_id
)
SELECT CAST(day AS VARCHAR) AS subject_id, array_agg(stay ORDER BY stay) FILTER (WHERE stay IS NOT NULL) AS visit_nos, [] AS row_ids,
  coalesce((SELECT sum(s.amount) FROM m_s s JOIN joined x ON x.stay = s.visit_no WHERE x.day = j.day), 0) AS amount, FALSE AS certain, 0.6 AS strength,
  {'checked_count': count(*), 'admitted_count': count(stay), 'days': $days} AS facts
FROM joined j
GROUP BY day
HAVING count(stay) >= $fewest AND count(stay) >= $share * count(*)
