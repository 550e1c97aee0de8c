/*---
id = "H41"
name = "papers_before_events"
version = 1
title = "papers older than what they tell, or signed in bulk"
title_zh = "病历时间矛盾"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 3
question = "Was a paper signed before it was written or before its event, or many of them in one minute?"
question_zh = "文书签名是否早于书写或所记事件，或一分钟内成批签名？"
look_alike = "Papers completed within 24 hours: they are later, not earlier."
look_alike_zh = "24 小时内补记完成（只晚不早）。"
reason_en = "{subject_id}: {doc_count} papers {what}, the first {kind} of {written}."
reason_zh = "{subject_id}：{doc_count} 份文书{what_zh}，首份为 {written} 的{kind}。"
columns = ["h_documents.doc_id", "h_documents.written_at", "h_documents.signed_at"]
[parameters.slack_minutes]
default = 10
origin = "clocks, own choice"
[parameters.bulk]
default = 10
origin = "papers of different people signed in a minute, own choice"
---*/
WITH ops AS (SELECT visit_no, min(ended_at) AS ended_at, count(*) AS op_count FROM h_operations WHERE NOT coalesce(cancelled, FALSE) GROUP BY visit_no),
early AS (
  SELECT d.visit_no AS subject_id, d.visit_no, d.row_id, d.kind, d.written_at, 'early' AS what
  FROM h_documents d
  LEFT JOIN m_visits v ON v.visit_no = d.visit_no
  LEFT JOIN ops o ON o.visit_no = d.visit_no
  WHERE d.signed_at < d.written_at - to_minutes(CAST($slack_minutes AS INTEGER))
    OR d.signed_at < d.event_at - to_minutes(CAST($slack_minutes AS INTEGER))
    OR (v.admitted_at IS NOT NULL AND coalesce(d.signed_at, d.written_at) < v.admitted_at - INTERVAL 6 HOUR AND coalesce(d.signed_at, d.written_at) < v.registered_at)
    OR (o.op_count = 1 AND regexp_matches(coalesce(d.kind, ''), '手术记录|术后') AND coalesce(d.signed_at, d.written_at) < o.ended_at - to_minutes(CAST($slack_minutes AS INTEGER)))
),
bulk AS (
  SELECT author, date_trunc('minute', signed_at) AS minute FROM h_documents WHERE author IS NOT NULL AND signed_at IS NOT NULL GROUP BY author, date_trunc('minute', signed_at) HAVING count(DISTINCT visit_no) >= $bulk
),
every AS (
  SELECT * FROM early
  UNION ALL
  SELECT d.author, d.visit_no, d.row_id, d.kind, d.written_at, 'bulk' FROM h_documents d JOIN bulk b ON b.author = d.author AND b.minute = date_trunc('minute', d.signed_at)
)
SELECT subject_id, array_agg(DISTINCT visit_no) AS visit_nos, array_agg('h_documents:' || CAST(row_id AS VARCHAR) ORDER BY row_id) AS row_ids, 0 AS amount, what = 'early' AS certain, 0.7 AS strength,
  {'doc_count': count(*), 'kind': coalesce(min(kind), ''), 'written': CAST(min(written_at) AS VARCHAR), 'what': CASE WHEN what = 'early' THEN 'are signed before they were written or before their event' ELSE 'were signed in one minute' END,
   'what_zh': CASE WHEN what = 'early' THEN '签名早于书写或事件' ELSE '一分钟内成批签名' END} AS facts
FROM every
GROUP BY subject_id, what
