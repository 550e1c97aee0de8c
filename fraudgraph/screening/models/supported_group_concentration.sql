/*---
id = "M035"
name = "supported_group_concentration"
version = 1
family = "inpatient"
title = "inpatients mostly from supported groups"
title_zh = "特殊人群集中住院"
level = "institution"
result = "suspicious"
scheme = "lured_vulnerable"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Does an institution admit far more poor and supported people than others of its region?"
question_zh = "机构收治困难救助人员的比例是否远高于本地区？"
look_alike = "A region with many supported people; few stays; psychiatric institutions."
look_alike_zh = "困难人员较多的地区；住院量小；精神专科。"
exclusions = ["region with many supported people", "few stays", "psychiatry", "refunded claims"]
reason_zh = "{subject_id} 的住院中困难救助人员占 {share}，本地区其他机构为 {region_share}，涉及 {claim_count} 次，基金支付 {amount} 元。"
reason_en = "{share} of the stays at {subject_id} are of supported people, against {region_share} at the region's others: {claim_count} stays, the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays of supported people"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.identity_class"]
optional = ["claims.diagnosis_code"]
[parameters.min_odds_ratio]
default = 3.0
origin = "catalogue M035: odds ratio above 3"
[parameters.min_stays]
default = 30
origin = "catalogue M035: thirty stays"
---*/
WITH stays AS (
  SELECT c.facility_id, substring(c.facility_id, 1, 7) AS region, c.claim_id, c.patient_id, c.net_fund_amount,
    CASE WHEN coalesce(p.identity_class, '') LIKE '23%' THEN 1 ELSE 0 END AS supported
  FROM claims AS c
  JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND coalesce(c.diagnosis_code, '') NOT LIKE 'F%' AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
places AS (
  SELECT region, facility_id, sum(supported) AS supported_count, count(*) AS stay_count FROM stays GROUP BY region, facility_id
),
regions AS (
  SELECT region, sum(supported_count) AS supported_count, sum(stay_count) AS stay_count FROM places GROUP BY region
),
compared AS (
  SELECT p.facility_id, p.supported_count, p.stay_count, CAST(p.supported_count AS DOUBLE) / p.stay_count AS share,
    CAST(r.supported_count - p.supported_count AS DOUBLE) / CAST(r.stay_count - p.stay_count AS DOUBLE) AS region_share,
    (CAST(p.supported_count AS DOUBLE) + 0.5) / (CAST(p.stay_count - p.supported_count AS DOUBLE) + 0.5)
      / ((CAST(r.supported_count - p.supported_count AS DOUBLE) + 0.5) / (CAST(r.stay_count - p.stay_count - r.supported_count + p.supported_count AS DOUBLE) + 0.5)) AS odds_ratio
  FROM places AS p
  JOIN regions AS r ON r.region = p.region
  WHERE p.stay_count >= $min_stays AND r.stay_count - p.stay_count >= $min_stays
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.1 * min(c.odds_ratio) AS DOUBLE), 6))) AS strength,
  {'share': round(min(c.share), 3), 'region_share': round(min(c.region_share), 3)} AS facts
FROM compared AS c
JOIN stays AS s ON s.facility_id = c.facility_id AND s.supported = 1
WHERE c.odds_ratio > $min_odds_ratio
GROUP BY s.facility_id
