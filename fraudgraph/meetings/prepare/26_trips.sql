/* Two places on one day by one person. */
CREATE OR REPLACE TABLE trips AS
SELECT x.patient, x.day, x.place AS place_a, y.place AS place_b
FROM (
  SELECT patient, day, place FROM visits
  WHERE (patient, day) IN (SELECT (patient, day) FROM visits GROUP BY patient, day HAVING count(*) >= 2)
) AS x
JOIN visits AS y ON y.patient = x.patient AND y.day = x.day AND y.place > x.place;
