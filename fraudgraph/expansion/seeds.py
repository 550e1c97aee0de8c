"""What somebody already knows: ids typed by hand or standing in a tip, checked against the claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.claims.formats.encodings import decoded_text
from fraudgraph.claims.typing.pasted_ids import as_typed, pasted_forms
from fraudgraph.errors import UsageError
from fraudgraph.store import Store

__all__ = ["Seeds", "read_seeds"]

_SQL = Path(__file__).parent / "sql" / "seeds.sql"
_FIELDS = {
    "patient": "patients", "doctor": "doctors", "facility": "facilities", "pharmacy": "pharmacies", "operator": "operators",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The known ids to start from."""

    patients: tuple[str, ...] = ()
    doctors: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    pharmacies: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Facilities and pharmacies."""
        return (*self.facilities, *self.pharmacies)


def read_seeds(store: Store, named: Mapping[str, str], tip: Path | None) -> tuple[Seeds, tuple[str, ...]]:
    """Sort what is known into people, doctors and places.

    Parameters
    ----------
    store : Store
        Holds the claims.
    named : mapping of str to str
        Ids with commas or blanks between them, by kind: patient, doctor, facility, pharmacy, operator.
    tip : Path, optional
        Any text (UTF-8, UTF-16, GB18030, Big5): what stands in it and is an id in the claims is taken, whatever kind it is.

    Returns
    -------
    seeds, unknown
        The ids found in the claims, and those typed by hand that are not there.

    Raises
    ------
    UsageError
        If nothing was named, or nothing that was named occurs in the claims, or the tip can't be read.
    """
    typed = [
        (kind, entity)
        for kind, text in named.items()
        for entity in re.split(r"[,，;；、\s]+", as_typed(text))
        if entity
    ]
    told = _words(tip) if tip is not None else []
    if not typed and tip is None:
        raise UsageError(
            "Nothing to start from. Give known ids with --patients, --doctors, --facilities, --pharmacies, --operators or --tip FILE.",
            "没有起点，请用 --patients、--doctors、--facilities、--pharmacies、--operators 或 --tip 文件给出已知编号。",
        )
    asked = list(dict.fromkeys([entity for _, entity in typed] + told))
    every = list(dict.fromkeys(form for entity in asked for form in pasted_forms(entity)))
    there = store.rows(_SQL.read_text(encoding="utf-8"), asked=every)
    kinds = {(kind, entity) for kind, entity in there}
    typed = [(kind, _known(kind, entity, kinds)) for kind, entity in typed]
    told = list(dict.fromkeys(form for entity in told for form in pasted_forms(entity)))
    found = [pair for pair in dict.fromkeys(typed) if pair in kinds]
    found += [(kind, entity) for entity in told for kind in _FIELDS if (kind, entity) in kinds]
    if not found:
        raise UsageError(
            f"None of the {len(asked)} ids named occurs in this run's claims as what it was named. Give ids as they stand in the claims.",
            f"所给的 {len(asked)} 个编号均未（按所给类别）出现在本批次的结算数据中，请按结算数据中的写法填写。",
        )
    sorted_out = {
        field: tuple(dict.fromkeys(entity for of, entity in found if of == kind))
        for kind, field in _FIELDS.items()
    }
    return Seeds(**sorted_out), tuple(
        entity for kind, entity in dict.fromkeys(typed) if (kind, entity) not in kinds
    )


def _known(kind: str, entity: str, kinds: set[tuple[str, str]]) -> str:
    """The form of an id, as typed or in another case, that the claims hold; as typed if they hold none."""
    return next((form for form in pasted_forms(entity) if (kind, form) in kinds), entity)


def _words(tip: Path) -> list[str]:
    try:
        raw = tip.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"The tip {tip} can't be read: {problem.strerror}. Check the path.",
            f"无法读取线索文件 {tip}：{problem.strerror}。请检查路径。",
        ) from None
    text = decoded_text(raw)
    if text is None:
        raise UsageError(
            f"The tip {tip} is no text (UTF-8, UTF-16, GB18030, Big5). Save it as plain text and try again.",
            f"线索文件 {tip} 不是文本（UTF-8、UTF-16、GB18030、Big5），请另存为纯文本后重试。",
        )
    plain = as_typed(text)
    return list(dict.fromkeys(re.findall(r"[0-9A-Za-z][0-9A-Za-z_.\-]*[0-9A-Za-z]", plain)))
