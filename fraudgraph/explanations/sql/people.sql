/* Who the people of a group are and what most of them share: one row a group. NULL where nobody's value is known. */
WITH last_day AS (
  SELECT DATE '1970-01-01' + max(day) AS day FROM visits
),
homes AS ( -- who has no household code belongs to the only household that is known at a small address
  SELECT address, CASE WHEN count(DISTINCT household_id) = 1 THEN min(household_id) ELSE address END AS home
  FROM patients WHERE address IS NOT NULL GROUP BY address HAVING count(*) <= $small_address
),
known AS (
  SELECT m.group_no, date_diff('day', p.birth_date, l.day) / 365.25 AS age, p.address, p.phone, p.bank_account, p.agent_id, p.employer,
    p.residence_code, coalesce(p.household_id, h.home) AS known_home, coalesce(p.household_id, h.home, c.patient_id) AS home
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN homes AS h ON h.address = p.address
  CROSS JOIN last_day AS l
),
sums AS (
  SELECT group_no, 1.0 * count(*) AS people, count(DISTINCT home) AS households, count(age) AS ages, count(known_home) AS homes, count(address) AS addresses,
    count(phone) AS phones, count(agent_id) AS agents, count(bank_account) AS accounts, count(employer) AS employers, count(residence_code) AS residences,
    count(CASE WHEN age >= $care_home_age THEN 1 END) AS of_care_age, count(CASE WHEN age < $school_age THEN 1 END) AS of_school_age
  FROM known GROUP BY group_no
),
tops AS ( -- the most people who share one value, of any, of few and of many holders
  SELECT group_no,
    max(CASE WHEN attribute = 'household' THEN member_count END) AS household,
    max(CASE WHEN attribute = 'address' THEN member_count END) AS address,
    max(CASE WHEN attribute = 'address' AND holder_count <= $small_address THEN member_count END) AS small_address,
    max(CASE WHEN attribute = 'address' AND holder_count >= $dormitory_holders THEN member_count END) AS large_address,
    max(CASE WHEN attribute = 'phone' THEN member_count END) AS phone,
    max(CASE WHEN attribute IN ('phone', 'agent') AND holder_count <= $most_holders THEN member_count END) AS own_contact,
    max(CASE WHEN attribute IN ('phone', 'account', 'agent') AND holder_count > $most_holders THEN member_count END) AS default_contact,
    max(CASE WHEN attribute = 'account' THEN member_count END) AS account,
    max(CASE WHEN attribute = 'employer' THEN member_count END) AS employer,
    max(CASE WHEN attribute = 'residence' THEN member_count END) AS residence
  FROM group_attributes GROUP BY group_no
)
SELECT s.group_no, CASE WHEN s.homes > 0 THEN s.households END AS households, CASE WHEN s.homes > 0 THEN s.people / s.households END AS people_per_household,
  CASE WHEN s.homes > 0 THEN greatest(coalesce(t.household, 1),
    CASE WHEN s.households <= s.people - coalesce(t.small_address, 0) / 2.0 THEN coalesce(t.small_address, 1) ELSE 1 END) / s.people END AS largest_household_share,
  s.of_care_age / (1.0 * nullif(s.ages, 0)) AS care_age_share,
  s.of_school_age / (1.0 * nullif(s.ages, 0)) AS school_age_share,
  CASE WHEN s.addresses + s.phones > 0 THEN greatest(coalesce(t.address, 0), coalesce(t.phone, 0)) / s.people END AS one_home_share,
  CASE WHEN s.addresses > 0 THEN coalesce(t.large_address, 0) / s.people END AS one_address_share,
  CASE WHEN s.phones + s.agents > 0 THEN coalesce(t.own_contact, 0) / s.people END AS own_contact_share,
  CASE WHEN s.phones + s.agents + s.addresses > 0 THEN greatest(coalesce(t.own_contact, 0), coalesce(t.address, 0)) / s.people END AS contact_share,
  CASE WHEN s.phones + s.agents + s.accounts > 0 THEN coalesce(t.default_contact, 0) / s.people END AS default_contact_share,
  CASE WHEN s.employers > 0 THEN coalesce(t.employer, 0) / s.people END AS employer_share,
  CASE WHEN s.residences > 0 THEN coalesce(t.residence, 0) / s.people END AS residence_share,
  CASE WHEN s.accounts > 0 THEN CASE WHEN s.households > $purse_households AND t.account >= $purse_people THEN t.account / s.people ELSE 0 END END AS one_account_share
FROM sums AS s LEFT JOIN tops AS t ON t.group_no = s.group_no
ORDER BY s.group_no
