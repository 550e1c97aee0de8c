/* Who was where and when: visits with their minute, stays with their day of admission. */
SELECT patient, place, day, coalesce(minute, 720) AS minute, FALSE AS is_stay FROM visits
UNION ALL
SELECT patient, place, admitted AS day, 0 AS minute, TRUE AS is_stay FROM coded_stays
ORDER BY is_stay, place, day, minute, patient
