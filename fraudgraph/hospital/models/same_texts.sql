/*---
id = "H40"
name = "same_texts"
version = 1
title = "the same text in the records of two people"
title_zh = "病历雷同"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 5
question = "Are the records of two people nearly the same text?"
question_zh = "两名患者的病历文书是否高度雷同？"
look_alike = "Template sections, which most texts of the kind hold; they are left out before texts are compared."
look_alike_zh = "模板段落（已剔除同类文书普遍含有的文字）。"
reason_en = "Visits {subject_id} and {other}: {pair_count} texts ({kind}) are {likeness} alike outside their template."
reason_zh = "就诊 {subject_id} 与 {other}：{pair_count} 份文书（{kind}）在模板之外相似度 {likeness}。"
columns = ["h_documents.doc_id", "h_documents.visit_no", "h_documents.text"]
[parameters.alike]
default = 0.9
origin = "docs/hospital.md"
[parameters.nearly]
default = 0.8
origin = "from here on suspicious, own choice"
---*/
WITH pairs AS (
  SELECT a.visit_no AS one, b.visit_no AS other, coalesce(a.kind, '') AS kind, p.likeness, p.one AS one_row, p.other AS other_row
  FROM k_alike p
  JOIN h_documents a ON a.row_id = p.one
  JOIN h_documents b ON b.row_id = p.other
  LEFT JOIN m_visits v ON v.visit_no = a.visit_no
  LEFT JOIN m_visits w ON w.visit_no = b.visit_no
  WHERE p.likeness >= $nearly AND a.visit_no <> b.visit_no AND coalesce(v.patient_id, v.id_hash, a.visit_no) <> coalesce(w.patient_id, w.id_hash, b.visit_no)
),
grouped AS (
  SELECT least(one, other) AS one, greatest(one, other) AS other, array_agg('h_documents:' || CAST(one_row AS VARCHAR) ORDER BY one_row) AS one_rows,
    array_agg('h_documents:' || CAST(other_row AS VARCHAR) ORDER BY other_row) AS other_rows, max(likeness) AS likeness, count(*) AS pair_count, min(kind) AS kind
  FROM pairs GROUP BY least(one, other), greatest(one, other)
),
sums AS (SELECT visit_no, sum(amount) AS yuan FROM m_s GROUP BY visit_no)
SELECT g.one AS subject_id, [g.one, g.other] AS visit_nos, list_concat(g.one_rows, g.other_rows) AS row_ids, coalesce((SELECT min(s.yuan) FROM sums s WHERE s.visit_no IN (g.one, g.other)), 0) AS amount,
  g.likeness >= $alike AS certain, g.likeness AS strength, {'other': g.other, 'pair_count': g.pair_count, 'kind': g.kind, 'likeness': g.likeness} AS facts
FROM grouped g
