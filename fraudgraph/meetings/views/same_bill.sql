/*---
view = "same_bill"
title = "the same rare bills at one place"
title_zh = "同一机构多次罕见雷同账单"
needs = ["place_id", "net_total_amount"]
a_type = "patient"
b_type = "patient"
null = "each person's bills are drawn from all bills of the same place, kind of care and department: a template of the place is as common as it is there"
---*/
/* Two readings of a claim: its amount to about one in a hundred, compared with the bills of the same day; and, where fee
   lines were delivered, their items and quantities, compared over all days. A bill counts once however often two people
   had it: people have habits. What two bills in a hundred are like (twenty people at least), or sixty people of one day
   have, is a template of the place and makes no pairs, however many they are. */
WITH counted_claims AS (
  SELECT c.claim_id, p.patient, l.place, c.claim_type AS kind, coalesce(d.specialty, '') AS department,
    CAST(date_diff('day', DATE '1970-01-01', c.event_date) AS INTEGER) AS day,
    CAST(round(ln(c.net_total_amount) * 100, 0) AS DECIMAL(38,0)) AS amount
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  LEFT JOIN doctors AS d ON d.doctor_id = c.doctor_id
  WHERE c.counted AND c.event_date IS NOT NULL AND c.net_total_amount > 0
),
items AS (
  SELECT claim_id, item_code, sum(quantity) AS quantity FROM claim_items GROUP BY claim_id, item_code
),
baskets AS (
  SELECT claim_id, sum(CAST(fg_hash(concat(item_code, '=', CAST(quantity AS VARCHAR))) AS DECIMAL(38,0))) AS basket
  FROM items GROUP BY claim_id
),
readings AS (
  SELECT patient, place, kind, department, day, amount AS bill FROM counted_claims
  UNION ALL
  SELECT c.patient, c.place, c.kind, c.department, -1 AS day, b.basket AS bill
  FROM counted_claims AS c JOIN baskets AS b ON b.claim_id = c.claim_id
),
numbers AS (
  SELECT place, kind, department, day = -1 AS all_days, bill,
    CAST(row_number() OVER (ORDER BY place, kind, department, day = -1, bill) AS INTEGER) AS bill_no,
    CAST(dense_rank() OVER (ORDER BY place, kind, department, day = -1) AS INTEGER) AS cell
  FROM readings GROUP BY place, kind, department, day = -1, bill
),
bills AS (
  SELECT DISTINCT n.cell, n.bill_no, r.patient, r.day
  FROM readings AS r
  JOIN numbers AS n
    ON n.place = r.place AND n.kind = r.kind AND n.department = r.department AND n.all_days = (r.day = -1) AND n.bill = r.bill
),
held AS (
  SELECT cell, bill_no, day, count(*) AS people FROM bills GROUP BY cell, bill_no, day
),
shares AS (
  SELECT cell, bill_no, sum(people) AS people, sum(sum(people)) OVER (PARTITION BY cell) AS bill_count
  FROM held GROUP BY cell, bill_no
),
usual AS (
  SELECT cell,
    sum(CASE WHEN people <= greatest(20, 0.02 * bill_count) THEN people * (people - 1.0) ELSE 0 END) / (1.0 * max(bill_count) * max(bill_count)) AS chance
  FROM shares GROUP BY cell
),
rare AS (
  SELECT b.cell, b.bill_no, b.patient, b.day, s.people / (1.0 * s.bill_count) AS share
  FROM bills AS b
  JOIN held AS h ON h.cell = b.cell AND h.bill_no = b.bill_no AND h.day = b.day
  JOIN shares AS s ON s.cell = b.cell AND s.bill_no = b.bill_no
  WHERE h.people <= 60 AND s.people <= greatest(20, 0.02 * s.bill_count)
),
pairs AS (
  SELECT x.patient AS a, y.patient AS b, x.day = -1 AS all_days, count(DISTINCT x.bill_no) AS observed
  FROM rare AS x
  JOIN rare AS y ON y.bill_no = x.bill_no AND y.day = x.day AND y.patient > x.patient
  GROUP BY x.patient, y.patient, x.day = -1
  HAVING count(DISTINCT x.bill_no) >= 2
),
drawn AS (
  SELECT cell, patient, day, count(*) AS bill_count, sum(share) AS share FROM rare GROUP BY cell, patient, day
),
chance AS (
  SELECT p.a, p.b, p.all_days,
    sum(greatest(x.bill_count * y.share, y.bill_count * x.share, x.bill_count * y.bill_count * u.chance)) AS expected
  FROM pairs AS p
  JOIN drawn AS x ON x.patient = p.a AND (x.day = -1) = p.all_days
  JOIN drawn AS y ON y.patient = p.b AND y.cell = x.cell AND y.day = x.day
  JOIN usual AS u ON u.cell = x.cell
  GROUP BY p.a, p.b, p.all_days
)
SELECT p.a, p.b, p.all_days, p.observed, round(c.expected, 9) AS expected
FROM pairs AS p JOIN chance AS c ON c.a = p.a AND c.b = p.b AND c.all_days = p.all_days
ORDER BY p.a, p.b, p.all_days
