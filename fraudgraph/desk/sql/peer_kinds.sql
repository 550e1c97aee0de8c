/* What makes peers: a doctor's specialty, a facility's level; pharmacies are all of one kind. */
SELECT 'doctor' AS kind, doctor_id AS entity_id, min(name) AS name, coalesce(min(specialty), '') AS sort FROM doctors GROUP BY doctor_id
UNION ALL
SELECT 'facility' AS kind, facility_id AS entity_id, min(name) AS name, coalesce(min(level), '') AS sort FROM facilities GROUP BY facility_id
UNION ALL
SELECT 'pharmacy' AS kind, pharmacy_id AS entity_id, min(name) AS name, '' AS sort FROM pharmacies GROUP BY pharmacy_id
ORDER BY 1, 2
