/* Claim 结算单: of rings, evidence and flags; all of them where asked for */
SELECT $run || '|' || c.claim_id AS key, c.claim_id AS id, c.claim_type, c.event_date AS day, c.event_at AS at,
  CAST(c.ended_at AS DATE) AS ended_on, c.diagnosis_code, CAST(c.net_total_amount AS DOUBLE) AS total_amount,
  CAST(c.net_fund_amount AS DOUBLE) AS fund_amount, strftime(coalesce(c.event_at, c.event_date), '%m-%d %H:%M') AS name
FROM claims AS c SEMI JOIN wanted_claims AS w ON w.claim_id = c.claim_id ORDER BY key
