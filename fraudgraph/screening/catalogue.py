"""Cards as text: one for the terminal, all of them for the catalogue page."""

from __future__ import annotations

from fraudgraph.records import Screen

__all__ = ["card_text"]

_LINES = (
    ("question", "question_zh", "Question", "查什么"),
    ("look_alike", "look_alike_zh", "Lawful look-alikes", "合理情形"),
)


def card_text(screen: Screen, lang: str) -> str:
    """One model's card and SELECT as plain text in the reader's language."""
    zh = lang == "zh"
    in_force = f"{screen.basis_from} – {screen.basis_to or ''}".rstrip()
    lines = [
        f"{screen.id}  {screen.title_zh if zh else screen.title}  ({screen.name}, {'版本' if zh else 'version'} {screen.version})",
        f"{'性质' if zh else 'Result'}: {_result(screen, zh)}   {'严重度' if zh else 'Severity'}: {screen.severity}/5",
    ]
    for key, key_zh, title, title_zh in _LINES:
        lines.append(f"{title_zh if zh else title}: {getattr(screen, key_zh if zh else key)}")
    lines += [
        f"{'依据' if zh else 'Basis'}: {screen.basis} ({in_force})",
        f"{'排除' if zh else 'Set aside'}: {'; '.join(screen.exclusions)}",
        f"{'金额口径' if zh else 'Money'}: {screen.money_rule}",
        f"{'说明句' if zh else 'Reason'}: {screen.reason_zh if zh else screen.reason_en}",
        f"{'所需字段' if zh else 'Columns'}: {', '.join(screen.columns)}",
    ]
    if screen.optional:
        lines.append(f"{'可选字段' if zh else 'Used if delivered'}: {', '.join(screen.optional)}")
    lines += [
        f"{'阈值' if zh else 'Threshold'} {parameter.name} = {parameter.default}  ({parameter.origin})"
        for parameter in screen.parameters
    ]
    return "\n".join([*lines, "", screen.sql])


def _result(screen: Screen, zh: bool) -> str:
    if screen.result == "definite":
        return "明确" if zh else "definite"
    return "可疑" if zh else "suspicious"
