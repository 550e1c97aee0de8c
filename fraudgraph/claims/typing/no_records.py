"""Rows that are no records: totals, footers, page headers, repeated headers, lines of dashes, empty rows."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.typing.literals import literal

__all__ = ["no_record_sql"]

_BLANK = "[\\s\u3000\u00a0]*"
_TOTAL = (
    "(?:合{b}计|小{b}计|总{b}计|共{b}计|累{b}计|本页(?:合计|小计)|(?:grand |sub-? ?)?totals?|sum)".replace(
        "{b}", _BLANK
    )
)
_FOOTER = (
    "第{b}[0-9０-９一二三四五六七八九十]+{b}页.*|共{b}[0-9]+{b}[页条行笔].*|[-—]*{b}(?:第|共)?{b}[0-9]+{b}(?:页|/{b}[0-9]+{b}页?){b}[-—]*|"
    "(?:制表|填表|填报|审核|复核|核对|经办|负责|打印|操作|报送|统计|导出|查询|制单|会计|出纳|单位负责)(?:人|员|日期|时间|单位|机构|科室|区间|期间)?(?:签字|签章)?{b}[:：].*|"
    "(?:制表人|填表人|审核人|复核人|负责人|打印时间|打印日期|导出时间|制表日期|制表时间|统计时间|报表日期)(?:{b}.*)?|"
    "(?:注|备注|说明|附注|填表说明|数据来源|单位|金额单位|币种|日期范围|时间范围|结算期间|统计口径){b}[:：].*|以下空白|以下无正文|[-—*=]*{b}(?:完|结束|end|end of (?:report|file|data)){b}[-—*=]*|"
    "page{b}[0-9]+.*|\\(?[0-9]+ rows?(?: affected| selected| in set.*)?\\)?[.]?|(?:printed|generated|created|exported|prepared|approved|checked|report(?:ed)?|run) ?(?:on|at|by|date|time)?{b}:.*|"
    "(?:printed|generated|exported|prepared) (?:on|at|by) .*|confidential.*|end of report.*|records?{b}:{b}[0-9]+|[-=_+|~*.—─━ ]{2,}|sql>.*|elapsed:.*"
).replace("{b}", _BLANK)
_LINES = f"(?is)^{_BLANK}(?:{_TOTAL}{_BLANK}(?:[:：(（0-9¥￥人次条笔元].*)?|{_FOOTER}){_BLANK}$"
_WORDS = (
    "合计",
    "小计",
    "总计",
    "共计",
    "本页合计",
    "本页小计",
    "合 计",
    "小 计",
    "总 计",
    "合计：",
    "合计:",
)
_FEWEST_COLUMNS = 5


def no_record_sql(
    cells: Sequence[str], required: Sequence[str], first_id: str | None, headers: Sequence[str]
) -> str:
    """SQL: the fault of a row as a whole: what reading found (`_fault`), or E_NO_RECORD.

    Parameters
    ----------
    cells : sequence of str
        SQL of every delivered cell as text.
    required : sequence of str
        SQL of the cleaned values that a record can't do without; a row that has them all is one.
    first_id : str, optional
        SQL of the cleaned value of the leftmost id.
    headers : sequence of str
        Names that this id's column goes by: a row that repeats one is a header.
    """
    present = ", ".join(f"nullif(trim({cell}), '')" for cell in cells)
    first = f"trim(coalesce({present}), ' \u3000\ufeff')"
    lacking = " OR ".join(f"{one} IS NULL" for one in required) or "FALSE"
    filled = " + ".join(f"CAST(coalesce(trim({cell}), '') <> '' AS INTEGER)" for cell in cells)
    footer = f"regexp_matches({first}, {literal(_LINES)})"
    alone = "FALSE"
    if len(cells) >= _FEWEST_COLUMNS:
        alone = f"({filled}) = 1 AND NOT regexp_full_match({first}, '[0-9A-Za-z_.:/+-]*')"
    dashes = f"NOT regexp_matches(concat_ws('', {', '.join(cells)}), '[^-=_+|~*.—─━ ]')"
    none = f"CASE WHEN {lacking} THEN coalesce({first} IS NULL OR {footer} OR {alone} OR {dashes}, TRUE) ELSE FALSE END"
    if not required:
        none = "FALSE"
    repeated = "FALSE"
    if first_id is not None:
        listed = ", ".join(literal(name) for name in headers)
        repeated = f"coalesce({first_id} IN ({listed}), FALSE)"
    totals = ", ".join(literal(word) for word in _WORDS)
    for one in (cells[0], *([first_id] if first_id is not None else [])):
        none = f"{none} OR coalesce({one} IN ({totals}), FALSE)"
    return f"CASE WHEN (_fault IS NULL OR (_fault = 'E_COLUMNS' AND {first} IS NOT NULL)) AND ({repeated} OR {none}) THEN 'E_NO_RECORD' ELSE _fault END"
