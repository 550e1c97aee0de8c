"""A sex code that makes hundreds of men give birth is a mapping error: data quality, not suspicion."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.inspection.column_remarks import Remark
from fraudgraph.claims.inspection.sampled_reader import sampled_reader
from fraudgraph.store import Store

__all__ = ["BIRTH_WORDS", "sampled_union", "sex_remark", "sex_remarks"]

BIRTH_WORDS = "分娩|剖宫产|接生|产前检查|引产|宫腔镜|人工流产|新生儿接|子宫|妊娠"
"""Words in item names of what only women get."""
_LEAST = 10
_LEAST_SHARE = 0.2


def sex_remarks(store: Store, samples: Sequence[tuple[Sheet, TableMapping]]) -> tuple[Remark, ...]:
    """Whether men and women are swapped, by diagnoses and item names of the sampled rows."""
    people = sampled_union(store, samples, ("patients",), {"patient_id": "patient_id", "sex": "sex"})
    people += sampled_union(
        store, samples, ("claims", "encounters"), {"patient_id": "patient_id", "sex": "patient_sex"}
    )
    diagnoses = sampled_union(
        store, samples, ("claims", "encounters"), {"patient_id": "patient_id", "word": "diagnosis_code"}
    )
    ids = sampled_union(store, samples, ("claims",), {"claim_id": "claim_id", "patient_id": "patient_id"})
    items = sampled_union(store, samples, ("claim_items",), {"claim_id": "claim_id", "word": "item_name"})
    events = [f"SELECT patient_id FROM ({' UNION ALL '.join(diagnoses)}) WHERE regexp_matches(upper(word), '^O[0-9]')"] if diagnoses else []  # fmt: skip
    if ids and items:
        events.append(
            f"SELECT i.patient_id FROM ({' UNION ALL '.join(ids)}) AS i JOIN ({' UNION ALL '.join(items)}) AS n ON n.claim_id = i.claim_id WHERE regexp_matches(n.word, '{BIRTH_WORDS}')"
        )
    if not people or not events:
        return ()
    men, women = store.one(
        f"WITH people AS (SELECT patient_id, min(sex) AS sex FROM ({' UNION ALL '.join(people)}) WHERE sex IS NOT NULL GROUP BY patient_id) "
        f"SELECT count(CASE WHEN sex = '1' THEN 1 END), count(CASE WHEN sex = '2' THEN 1 END) FROM ({' UNION ALL '.join(events)}) AS e JOIN people USING (patient_id)"
    )
    remark = sex_remark(int(men), int(women))
    return () if remark is None else (remark,)


def sex_remark(men: int, women: int) -> Remark | None:
    """What the records of pregnancy and birth of men and women say about the sex code; None if nothing."""
    if men < _LEAST or men < _LEAST_SHARE * (men + women):
        return None
    return Remark(
        code="sex_swapped",
        column="sex",
        zh=f"{men + women} 条妊娠、分娩类记录中有 {men} 条属于“男”：性别代码可能对应反了，属数据质量问题，请先核对映射，不作为疑点",
        en=f"of {men + women} records of pregnancy and birth {men} belong to men: the sex code is probably mapped the wrong way round; a matter of data quality, not of suspicion",
    )


def sampled_union(
    store: Store, samples: Sequence[tuple[Sheet, TableMapping]], kinds: Sequence[str], wanted: dict[str, str]
) -> list[str]:
    """A SELECT per sheet of these kinds that has all the fields wanted."""
    parts = []
    for sheet, found in samples:
        if found.kind.name not in kinds or not set(wanted.values()) <= set(found.columns):
            continue
        reader = sampled_reader(store, sheet, found)
        cleaned = reader.cleaned(f"scratch.sample_{sheet.number}", list(wanted.values()))
        typed = ", ".join(
            f"{reader.typed(found.kind.field(name))} AS {alias}" for alias, name in wanted.items()
        )
        parts.append(f"SELECT {typed} FROM ({cleaned})")
    return parts
