/* Doctor 医师 */
SELECT who(e.entity_id) AS id, min(spoken(d.name)) AS name, min(d.specialty) AS specialty, min(d.title) AS title
FROM entities AS e LEFT JOIN doctors AS d ON d.doctor_id = e.entity_id
WHERE e.entity_type = 'doctor' GROUP BY ALL ORDER BY id
