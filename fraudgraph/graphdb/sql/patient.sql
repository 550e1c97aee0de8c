/* Patient 参保人: the end of the id tells people of one family name apart */
SELECT who(e.entity_id) AS id, min(concat(spoken(p.name), right(e.entity_id, 3))) AS name, CAST(min(year(p.birth_date)) AS INTEGER) AS birth_year, min(p.sex) AS sex,
  min(p.insurance_type) AS insurance_type, min(p.residence_code) AS residence_code
FROM entities AS e LEFT JOIN patients AS p ON p.patient_id = e.entity_id
WHERE e.entity_type = 'patient' GROUP BY ALL ORDER BY id
