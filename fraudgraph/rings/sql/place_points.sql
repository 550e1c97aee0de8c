/* Where the places lie that a group's people use, where that was delivered; a point on the equator's zero is none. */
WITH places AS (
  SELECT facility_id AS place_id, longitude, latitude FROM facilities
  UNION ALL
  SELECT pharmacy_id AS place_id, longitude, latitude FROM pharmacies
)
SELECT place_id, min(longitude) AS longitude, min(latitude) AS latitude
FROM places
WHERE place_id IN (SELECT place_id FROM member_claims WHERE group_no = $group_no)
  AND longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90 AND NOT (longitude = 0 AND latitude = 0)
GROUP BY place_id
ORDER BY place_id
