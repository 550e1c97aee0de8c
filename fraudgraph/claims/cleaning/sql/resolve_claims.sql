-- Settlements with what their encounter adds (doctor, diagnosis, minutes); one encounter per settlement, so no sum grows.
-- The settlement's own day wins: an encounter may carry many settlements.
WITH joined AS (
    SELECT
        c.row_no,
        c.claim_id,
        c.patient_id,
        c.facility_id,
        c.pharmacy_id,
        coalesce(c.doctor_id, e.doctor_id) AS doctor_id,
        c.claim_type,
        CASE
            WHEN c.started_at IS NULL THEN coalesce(e.started_at, c.settled_at)
            WHEN CAST(c.started_at AS TIME) = TIME '00:00:00'
                AND CAST(e.started_at AS DATE) = CAST(c.started_at AS DATE) THEN e.started_at
            ELSE c.started_at
        END AS started_at,
        CASE
            WHEN c.ended_at IS NULL THEN e.ended_at
            WHEN CAST(c.ended_at AS TIME) = TIME '00:00:00'
                AND CAST(e.ended_at AS DATE) = CAST(c.ended_at AS DATE) THEN e.ended_at
            ELSE c.ended_at
        END AS ended_at,
        c.settled_at AS settled_full,
        c.settled_time,
        coalesce(c.diagnosis_code, e.diagnosis_code) AS diagnosis_code,
        c.total_amount,
        c.fund_amount,
        c.account_amount,
        c.self_paid_amount,
        c.operator_id,
        c.prescriber_facility_id,
        coalesce(c.admission_way, e.admission_way) AS admission_way,
        coalesce(c.discharge_way, e.discharge_way) AS discharge_way,
        coalesce(c.med_type_raw, e.med_type_raw) AS med_type_raw,
        c.refund_of,
        coalesce(c.refund_flag, FALSE) AS refund_flag,
        c.encounter_id,
        CASE
            WHEN c.extra IS NULL THEN e.extra
            WHEN e.extra IS NULL THEN c.extra
            ELSE substr(c.extra, 1, length(c.extra) - 1) || ',' || substr(e.extra, 2)
        END AS extra,
        c.fault_no,
        e.encounter_id IS NOT NULL AS has_encounter
    FROM scratch.claims_in AS c
    LEFT JOIN scratch.encounters_kept AS e ON e.encounter_id = c.encounter_id AND e.patient_id = c.patient_id
)
SELECT
    j.*,
    coalesce(j.facility_id, j.pharmacy_id) AS place_id,
    coalesce(j.settled_full, CAST(j.started_at AS DATE) + j.settled_time) AS settled_at,
    j.total_amount < 0 OR (j.total_amount = 0 AND j.fund_amount < 0) OR j.refund_of IS NOT NULL AS is_reversal,
    CASE
        WHEN j.started_at IS NULL THEN 'E_REQUIRED'
        WHEN CAST(j.ended_at AS DATE) < CAST(j.started_at AS DATE) THEN 'E_DATE_ORDER'
        WHEN j.ended_at < j.started_at AND CAST(j.ended_at AS TIME) <> TIME '00:00:00' THEN 'E_DATE_ORDER'
    END AS late_code
FROM joined AS j
