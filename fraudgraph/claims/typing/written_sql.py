"""SQL that reads dates and amounts the way people write them: 二〇二五年三月五日, 下午3:05, 1,234.50元, 1.2万元, (12.50).

What is rare stands behind a CASE: DuckDB shares common expressions by working them out for every row, but never looks
for them inside a CASE (measured: without it, import took twice as long).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fraudgraph.claims.typing.value_sql import literal

__all__ = ["money_sql", "number_sql", "sum_sql", "timestamp_sql", "unit_of"]

_DATE_FORMATS = (
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H:%M",
    "%Y%m%d %H%M%S",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y-%m-%d-%H.%M.%S",
    "%Y-%m-%d-%H.%M.%S.%f",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d-%m月-%y",
    "%d-%m月 -%y",
    "%d-%b-%y %I.%M.%S.%f %p",
)
_UNITS = {
    "分": "0.01",
    "角": "0.1",
    "元": "1",
    "百元": "100",
    "千元": "1000",
    "万元": "10000",
    "万": "10000",
    "fen": "0.01",
    "yuan": "1",
}
_BRACKETED = re.compile(r"[(\[（【]\s*(?:单位\s*[:：]?\s*)?(?:人民币\s*)?([^)\]）】]{1,6}?)\s*[)\]）】]")
_TRAILING = re.compile(
    r"(?:[\s:：,，、_/|\-]+(?:单位\s*[:：]?\s*)?(百元|千元|万元|元|角|分|fen|yuan)|(百元|千元|万元))\s*$",
    re.IGNORECASE,
)
_WIDE, _PLAIN = "０１２３４５６７８９．－／：", "0123456789.-/:"


def timestamp_sql(value: str, own: Sequence[str]) -> str:
    """Text as a moment: the operator's own forms first, then the usual ones, then what people write by hand."""
    formats = ", ".join(literal(one) for one in _DATE_FORMATS)
    quick = (
        f"CASE WHEN right({value}, 1) IN ('M', 'm', 'Z') THEN NULL ELSE TRY_CAST({value} AS TIMESTAMP) END"
    )
    rare = (
        f"coalesce(CASE WHEN right({value}, 1) = 'Z' THEN TRY_CAST({value} AS TIMESTAMP) + INTERVAL 8 HOUR END, CASE length({value}) "
        f"WHEN 8 THEN try_strptime({value}, '%Y%m%d') WHEN 14 THEN try_strptime({value}, '%Y%m%d%H%M%S') "
        f"WHEN 12 THEN try_strptime({value}, '%Y%m%d%H%M') "
        f"WHEN 10 THEN CASE WHEN ends_with({value}, '.0') THEN try_strptime(left({value}, 8), '%Y%m%d') END END, "
        f"try_strptime({value}, [{formats}]), {_by_hand(value)}, {_counted(value)})"
    )
    plain = f"CASE WHEN {quick} IS NOT NULL THEN {quick} WHEN {value} IS NOT NULL THEN {rare} END"
    if not own:
        return plain
    return f"coalesce(try_strptime({value}, [{', '.join(literal(one) for one in own)}]), {plain})"


def _by_hand(value: str) -> str:
    """A date in Chinese numerals or words, with or without the half of the day."""
    tens = f"regexp_replace({value}, '([二三])十([一二三四五六七八九])', '\\1\\2', 'g')"
    tens = f"regexp_replace({tens}, '([二三])十', '\\1〇', 'g')"
    tens = f"replace(regexp_replace({tens}, '十([一二三四五六七八九])', '一\\1', 'g'), '十', '一〇')"
    digits = f"translate({tens}, '〇零○一二三四五六七八九{_WIDE}', '000123456789{_PLAIN}')"
    words = f"regexp_replace(regexp_replace({digits}, '[年月/.]', '-', 'g'), '上午|下午|晚上|凌晨|早上|中午|星期.|周.|[日号秒]|AM|PM|am|pm', ' ', 'g')"
    clock = f"trim(regexp_replace(regexp_replace({words}, '[时点分]', ':', 'g'), ' +', ' ', 'g'), ' :-')"
    return f"CASE WHEN regexp_matches({value}, '[年月日号０-９．／午晚]|[AaPp][Mm]$') THEN {_once(f'TRY_CAST({clock} AS TIMESTAMP)', _half_of_day(value))} END"


def _half_of_day(value: str) -> str:
    return (
        f"it + CASE WHEN regexp_matches({value}, '下午|晚上|PM|pm') AND hour(it) < 12 THEN INTERVAL 12 HOUR "
        f"WHEN regexp_matches({value}, '上午|凌晨|AM|am') AND hour(it) = 12 THEN INTERVAL (-12) HOUR ELSE INTERVAL 0 HOUR END"
    )


def _once(value: str, then: str) -> str:
    """Work a value out once and use it as `it`: planning takes as long as the text is."""
    return f"list_transform([{value}], lambda it: {then})[1]"


def _counted(value: str) -> str:
    """A day that a spreadsheet counts from 1900, or milliseconds since 1970 (as Chinese time)."""
    return (
        f"CASE WHEN regexp_full_match({value}, '[1-5][0-9]{{4}}([.][0-9]+)?') AND TRY_CAST({value} AS DOUBLE) < 55153 "
        f"AND (length({value}) = 5 OR TRY_CAST({value} AS DOUBLE) > 32874) "
        f"THEN TIMESTAMP '1899-12-30' + to_seconds(round(TRY_CAST({value} AS DOUBLE) * 86400)) "
        f"WHEN regexp_full_match({value}, '1[0-9]{{12}}') THEN make_timestamp(TRY_CAST({value} AS BIGINT) * 1000) + INTERVAL 8 HOUR END"
    )


def number_sql(value: str, sql_type: str) -> str:
    """Text as a number; marks, separators and units are allowed for where plain reading fails."""
    tidy = f"translate({value}, '{_WIDE}，,¥￥元圆块 $（）−', '{_PLAIN}')"
    tidy = f"regexp_replace({tidy}, '人民币|RMB|CNY|整$', '', 'g')"
    exact = "DECIMAL(24,8)"
    scaled = " ".join(
        f"WHEN ends_with(it, '{mark}') THEN {factor}"
        for mark, factor in (("万", "10000"), ("亿", "100000000"), ("分", "0.01"), ("角", "0.1"))
    )
    sign = f"CASE WHEN starts_with(it, '-') OR ends_with(it, '-') OR regexp_matches({value}, '^[(（].*[)）]$') THEN -1 ELSE 1 END"
    marked = (
        f"CASE WHEN regexp_matches({value}, '[万亿分角)）]元?$|-$|[RC][MN][BY]|人民币|整$') "
        f"THEN TRY_CAST(TRY_CAST(regexp_replace(trim(it, '万亿分角-'), '[()]', '', 'g') AS {exact}) * (CASE {scaled} ELSE 1 END) * ({sign}) AS {sql_type}) END"
    )
    plain = f"TRY_CAST({value} AS {sql_type})"
    rare = _once(tidy, f"coalesce(TRY_CAST(it AS {sql_type}), {marked})")
    return f"CASE WHEN {plain} IS NOT NULL THEN {plain} WHEN {value} IS NOT NULL THEN {rare} END"


def unit_of(header: str) -> str:
    """How many yuan one unit of a column is, by its header: 金额（万元）, 金额:万元, amount_fen; "1" if nothing says so."""
    for found in _BRACKETED.finditer(header):
        if found[1].lower() in _UNITS:
            return _UNITS[found[1].lower()]
    trailing = _TRAILING.search(header)
    return "1" if trailing is None else _UNITS[(trailing[1] or trailing[2]).lower()]


def money_sql(value: str, factor: str) -> str:
    """Text as yuan; `factor` are the yuan that one unit of the column is."""
    if factor == "1":
        return number_sql(value, "DECIMAL(16,2)")
    return f"TRY_CAST({number_sql(value, 'DECIMAL(20,6)')} * {factor} AS DECIMAL(16,2))"


def sum_sql(parts: Sequence[tuple[str, str]], missing: Sequence[str]) -> str:
    """Several delivered amounts (text, factor) as one; a part that is missing counts nothing, one that can't be read spoils it."""
    listed = ", ".join(literal(token) for token in missing)
    amounts = [money_sql(text, factor) for text, factor in parts]
    spoilt = " OR ".join(
        f"coalesce({text} NOT IN ({listed}) AND {amount} IS NULL, FALSE)"
        for (text, _), amount in zip(parts, amounts, strict=True)
    )
    some = " OR ".join(f"{amount} IS NOT NULL" for amount in amounts)
    total = " + ".join(f"coalesce({amount}, 0)" for amount in amounts)
    return f"CASE WHEN {spoilt} THEN NULL WHEN {some} THEN CAST({total} AS DECIMAL(16,2)) END"
