/* Pharmacy 定点零售药店 */
SELECT e.entity_id AS id, min(p.name) AS name, min(p.longitude) AS longitude, min(p.latitude) AS latitude
FROM entities AS e LEFT JOIN pharmacies AS p ON p.pharmacy_id = e.entity_id
WHERE e.entity_type = 'pharmacy' GROUP BY ALL ORDER BY id
