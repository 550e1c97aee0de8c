/* What share of their claims a group's people make at each of its places, against the other people who go there. */
WITH totals AS (
  SELECT a.place_id, sum(a.claim_count) AS here, sum(z.claim_count) AS anywhere
  FROM at_places AS a JOIN patient_totals AS z ON z.patient = a.patient
  GROUP BY a.place_id
),
own AS (
  SELECT g.group_no, g.place_id, sum(a.claim_count) AS here, sum(z.claim_count) AS anywhere
  FROM group_places AS g
  JOIN group_members AS m ON m.group_no = g.group_no
  JOIN at_places AS a ON a.place_id = g.place_id AND a.patient = m.patient
  JOIN patient_totals AS z ON z.patient = m.patient
  GROUP BY g.group_no, g.place_id
)
SELECT o.group_no, o.place_id, o.here, o.anywhere, t.here - o.here AS other_here, t.anywhere - o.anywhere AS other_anywhere
FROM own AS o JOIN totals AS t ON t.place_id = o.place_id
ORDER BY o.group_no, o.place_id
