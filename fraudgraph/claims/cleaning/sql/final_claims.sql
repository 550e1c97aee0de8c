-- The claims that are kept, with everything that cleaning derives.
SELECT
    c.claim_id,
    c.patient_id,
    c.facility_id,
    c.pharmacy_id,
    c.doctor_id,
    c.claim_type,
    c.started_at,
    c.ended_at,
    c.settled_at,
    c.diagnosis_code,
    c.total_amount,
    c.fund_amount,
    c.account_amount,
    c.self_paid_amount,
    c.operator_id,
    c.prescriber_facility_id,
    c.admission_way,
    c.discharge_way,
    c.med_type_raw,
    coalesce(c.refund_of, n.original_claim_id) AS refund_of,
    c.place_id,
    CASE WHEN c.facility_id IS NOT NULL THEN 'facility' ELSE 'pharmacy' END AS place_type,
    CAST(c.started_at AS DATE) AS event_date,
    CASE
        WHEN CAST(c.started_at AS TIME) <> TIME '00:00:00' THEN c.started_at
        WHEN CAST(c.settled_at AS TIME) <> TIME '00:00:00' THEN c.settled_at
    END AS event_at,
    coalesce(n.is_refund, FALSE) AS is_refund,
    coalesce(n.net_total_amount, c.total_amount) AS net_total_amount,
    coalesce(n.net_fund_amount, c.fund_amount) AS net_fund_amount,
    coalesce(n.counted, TRUE) AS counted,
    c.extra
FROM scratch.claims_kept AS c
LEFT JOIN scratch.refund_nets AS n ON n.row_no = c.row_no
WHERE CAST(c.started_at AS DATE) BETWEEN CAST($first_day AS DATE) AND CAST($last_day AS DATE)
