/*---
id = "H01"
name = "settled_not_in_books"
version = 1
title = "settled, not in the hospital's books"
title_zh = "有结算无院端记录"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 5
question = "Was something settled that the hospital's own charges do not hold?"
question_zh = "结算的项目在院端费用中是否不存在？"
look_alike = "The edge of the export; a reversal; a stay that the export does not hold."
look_alike_zh = "导出期间边缘；已冲销；导出范围外的就诊。"
reason_en = "Settlement {subject_id}: {line_count} lines of {amount} yuan ({items}) stand in no charge of the hospital."
reason_zh = "结算单 {subject_id}：{line_count} 行、{amount} 元（{items}）在院端费用中没有对应记录。"
columns = ["s_lines.claim_id", "s_lines.amount", "h_charges.charge_id", "h_charges.visit_no"]
[parameters.edge_days]
default = 1
origin = "days at the edge of the export that support nothing definite, own choice"
---*/
WITH span AS (SELECT min(day) AS first_day, max(day) AS last_day FROM m_h),
lonely AS (
  SELECT l.* FROM k_lines l
  WHERE l.class = 'settlement_only' AND NOT regexp_matches(coalesce(l.name, ''), '病种付费|按病种|DRG|DIP|按床日付费')
    AND NOT EXISTS (SELECT 1 FROM m_h h JOIN m_h_class k ON k.unit_id = h.unit_id WHERE h.visit_no = l.visit_no AND h.code = l.code AND h.amount = l.amount AND k.class <> 'equal' AND k.class <> 'reversed')
)
SELECT l.claim_id AS subject_id, array_agg(DISTINCT l.visit_no) FILTER (WHERE l.visit_no IS NOT NULL) AS visit_nos, array_agg(l.row_key ORDER BY l.unit_id) AS row_ids,
  sum(l.amount) AS amount, min(CAST(l.certain AND l.day > s.first_day + $edge_days AND l.day < s.last_day - $edge_days AS INTEGER)) = 1 AS certain, 0.9 AS strength,
  {'line_count': count(*), 'items': min(coalesce(l.name, l.code))} AS facts
FROM lonely l
CROSS JOIN span s
GROUP BY l.claim_id
