-- Settlements with those that only their lines tell of, and visits with those that only charges tell of.
CREATE OR REPLACE TABLE m_claims AS
WITH of_lines AS (
  SELECT l.claim_id, min(l.encounter_id) AS encounter_id, min(l.visit_no) AS visit_no, min(l.charged_at) AS started_at, max(l.charged_at) AS ended_at,
    sum(l.amount) AS total_amount
  FROM s_lines l
  GROUP BY l.claim_id
)
SELECT coalesce(c.claim_id, o.claim_id) AS claim_id, coalesce(c.encounter_id, o.encounter_id) AS encounter_id, coalesce(c.visit_no, o.visit_no) AS visit_no,
  c.hosp_settle_id, c.record_no, c.patient_id, c.id_hash, c.name, c.birth_on, c.care_type, coalesce(c.started_at, o.started_at) AS started_at,
  coalesce(c.ended_at, o.ended_at, c.started_at) AS ended_at, c.settled_at, coalesce(c.total_amount, o.total_amount) AS total_amount, c.fund_amount,
  c.diagnosis_code, c.diagnosis_name, c.refund_of
FROM s_claims c
FULL JOIN of_lines o ON o.claim_id = c.claim_id;

CREATE OR REPLACE TABLE m_visits AS
WITH told AS (
  SELECT v.*, row_number() OVER (PARTITION BY v.visit_no ORDER BY coalesce(v.cancelled, FALSE), v.row_id) AS copy
  FROM h_visits v
),
people AS (
  SELECT patient_id, min(id_hash) AS id_hash, min(name) AS name, min(birth_on) AS birth_on, min(insured_no) AS insured_no FROM h_patients GROUP BY patient_id
),
charged AS (
  SELECT visit_no, min(charged_at) AS from_at, max(charged_at) AS to_at FROM h_charges GROUP BY visit_no
)
SELECT coalesce(t.visit_no, c.visit_no) AS visit_no, t.visit_no IS NOT NULL AS registered, t.kind, t.encounter_id, t.hosp_settle_id, t.patient_id, coalesce(t.id_hash, p.id_hash) AS id_hash,
  coalesce(t.name, p.name) AS name, coalesce(t.birth_on, p.birth_on) AS birth_on, p.insured_no, t.record_no, t.registered_at, t.operator_id, t.contact_phone, t.ward, t.bed,
  CASE WHEN t.kind IS NULL OR NOT (contains(t.kind, '门') OR contains(t.kind, '急') OR lower(t.kind) LIKE 'out%' OR upper(t.kind) IN ('OP', 'O', 'MZ', 'OPD'))
    THEN coalesce(t.admitted_at, CASE WHEN t.discharged_at IS NOT NULL THEN t.registered_at END) END AS admitted_at,
  CASE WHEN t.kind IS NULL OR NOT (contains(t.kind, '门') OR contains(t.kind, '急') OR lower(t.kind) LIKE 'out%' OR upper(t.kind) IN ('OP', 'O', 'MZ', 'OPD'))
    THEN t.discharged_at END AS discharged_at,
  t.payer, t.meal, t.admission_way, t.discharge_way, coalesce(t.cancelled, FALSE) AS cancelled,
  coalesce(t.admitted_at, t.registered_at, c.from_at) AS from_at, coalesce(t.discharged_at, c.to_at, t.registered_at) AS to_at
FROM (SELECT * FROM told WHERE copy = 1) t
FULL JOIN charged c ON c.visit_no = t.visit_no
LEFT JOIN people p ON p.patient_id = t.patient_id
