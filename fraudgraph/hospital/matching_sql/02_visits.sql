-- Each settlement and its visit, by the first rule that gives one; V5 supports no definite finding, several visits stay ambiguous.
CREATE OR REPLACE TABLE m_claim_visits AS
WITH pairs AS (
  SELECT c.claim_id, v.visit_no, 'V1' AS rule FROM m_claims c JOIN m_visits v ON v.encounter_id = c.encounter_id
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V2' FROM m_claims c JOIN m_visits v ON v.hosp_settle_id = c.hosp_settle_id
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V2' FROM m_claims c JOIN m_visits v ON v.visit_no = c.visit_no
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V3' FROM m_claims c JOIN m_visits v ON v.record_no = coalesce(c.record_no, c.visit_no)
  WHERE abs(date_diff('day', CAST(c.started_at AS DATE), CAST(coalesce(v.admitted_at, v.from_at) AS DATE))) <= $record_days
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V4' FROM m_claims c JOIN m_visits v ON v.patient_id = c.patient_id OR v.insured_no = c.patient_id
  WHERE CAST(c.started_at AS DATE) <= CAST(v.to_at AS DATE) AND CAST(v.from_at AS DATE) <= CAST(c.ended_at AS DATE)
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V4' FROM m_claims c JOIN m_visits v ON v.id_hash = c.id_hash
  WHERE CAST(c.started_at AS DATE) <= CAST(v.to_at AS DATE) AND CAST(v.from_at AS DATE) <= CAST(c.ended_at AS DATE)
  UNION ALL
  SELECT c.claim_id, v.visit_no, 'V5' FROM m_claims c JOIN m_visits v ON v.name = c.name AND v.birth_on = c.birth_on
  WHERE CAST(c.started_at AS DATE) <= CAST(v.to_at AS DATE) AND CAST(v.from_at AS DATE) <= CAST(c.ended_at AS DATE)
),
sums AS (SELECT visit_no, sum(amount) AS amount FROM h_charges GROUP BY visit_no),
distinct_pairs AS (
  SELECT DISTINCT p.claim_id, p.visit_no, p.rule, abs(coalesce(s.amount, 0) - c.total_amount) <= 0.01 AS same_sum
  FROM pairs p
  JOIN m_claims c ON c.claim_id = p.claim_id
  LEFT JOIN sums s ON s.visit_no = p.visit_no
),
first_rule AS (SELECT claim_id, min(rule) AS rule FROM distinct_pairs GROUP BY claim_id),
counted AS (
  SELECT p.claim_id, p.rule, count(*) AS visits, min(p.visit_no) AS visit_no, count(*) FILTER (WHERE p.same_sum) AS same_sums,
    min(p.visit_no) FILTER (WHERE p.same_sum) AS same_visit
  FROM distinct_pairs p
  JOIN first_rule f ON f.claim_id = p.claim_id AND f.rule = p.rule
  GROUP BY p.claim_id, p.rule
)
SELECT c.claim_id, t.rule, CASE WHEN t.visits = 1 THEN t.visit_no WHEN t.same_sums = 1 THEN t.same_visit END AS visit_no,
  CASE WHEN t.visits IS NULL THEN 'none' WHEN t.visits = 1 OR t.same_sums = 1 THEN 'matched' ELSE 'ambiguous' END AS state,
  coalesce(t.rule <> 'V5', FALSE) AS certain
FROM m_claims c
LEFT JOIN counted t ON t.claim_id = c.claim_id
