"""Tables that a mapping file asks for by name."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch

from fraudgraph.claims.columns.assigning import Columns
from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.columns.matching import (
    TableMapping,
    has_all,
    in_other_words,
    missing_groups,
    normalised,
    resolved,
)
from fraudgraph.errors import SettingsError, nearest_hint

__all__ = ["by_rule", "is_meant"]


def is_meant(rule: TableRule, file_name: str, sheet: str | None, headers: Sequence[str]) -> bool:
    """Whether a rule is about this table."""
    return (
        rule.means(file_name)
        and (rule.sheet is None or (sheet is not None and fnmatch(sheet, rule.sheet)))
        and has_all(rule, headers)
    )


def by_rule(rule: TableRule, file_name: str, columns: Columns) -> TableMapping:
    """The table as the rule says.

    Raises
    ------
    SettingsError
        A column that it names is not there, or something needed is missing.
    """
    headers = columns.headers
    known = {normalised(header) for header in headers}
    for name in [*rule.columns, *rule.sums]:
        wanted = rule.synonyms(name) or rule.sums[name]
        lacking = [header for header in wanted if normalised(header) not in known]
        if lacking and (name in rule.sums or len(lacking) == len(wanted)):
            hint_en, hint_zh = nearest_hint(lacking[0], list(headers))
            raise SettingsError(
                f"The mapping file takes {name} from column {lacking[0]!r}, which {file_name} does not have; {hint_en}",
                f"映射文件把 {name} 指定为列 {lacking[0]!r}，但 {file_name} 中没有该列；{hint_zh}",
            )
    found = in_other_words(resolved(rule, headers), columns, asked=True)
    missing = missing_groups(found)
    if missing:
        groups = ", ".join("/".join(group) for group in missing)
        raise SettingsError(
            f"With the mapping file, {file_name} as {rule.table} still lacks: {groups}. Name the columns under [table.columns] or give [table.constants].",
            f"按映射文件把 {file_name} 读作 {rule.table}，仍缺少：{groups}。请在 [table.columns] 中指明列，或在 [table.constants] 中给出常量。",
        )
    return found
