/* Ids as small whole numbers: the same id gets the same number whatever the order of the rows. */
CREATE OR REPLACE TABLE patient_codes AS
SELECT patient_id, CAST(row_number() OVER (ORDER BY patient_id) AS INTEGER) AS patient
FROM (SELECT DISTINCT patient_id FROM claims WHERE counted);

CREATE OR REPLACE TABLE place_codes AS
SELECT place_id, place_type, CAST(row_number() OVER (ORDER BY place_id, place_type) AS INTEGER) AS place
FROM (SELECT place_id, min(place_type) AS place_type FROM claims WHERE counted AND place_id IS NOT NULL GROUP BY place_id);

CREATE OR REPLACE TABLE doctor_codes AS
SELECT doctor_id, CAST(row_number() OVER (ORDER BY doctor_id) AS INTEGER) AS doctor
FROM (SELECT DISTINCT doctor_id FROM claims WHERE counted AND doctor_id IS NOT NULL);
