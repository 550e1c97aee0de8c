/* Facility 定点医疗机构 */
SELECT e.entity_id AS id, min(f.name) AS name, min(f.level) AS level, min(f.ownership) AS ownership, min(f.beds) AS beds,
  min(f.longitude) AS longitude, min(f.latitude) AS latitude
FROM entities AS e LEFT JOIN facilities AS f ON f.facility_id = e.entity_id
WHERE e.entity_type = 'facility' GROUP BY ALL ORDER BY id
