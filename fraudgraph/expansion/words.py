"""What a grown group says about itself: why each member is in, and why the growth ended."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.expansion.growth import Grown

__all__ = ["fellows_note", "member_reason", "set_aside_note", "stop_sentence"]


def member_reason(
    grown: Grown, who: int, *, seed: bool, ring_id: str, place: str | None, days: int
) -> tuple[str, str]:
    """Why a person is in, in English and Chinese, with the numbers."""
    weighed = grown.weighed
    said_en, said_zh = [], []
    if seed:
        said_en.append("known at the start")
        said_zh.append("起始已知")
    if ring_id:
        said_en.append(f"stands with the known cards in {ring_id} of this run")
        said_zh.append(f"与已知的卡同在本批次的 {ring_id} 中")
    test = int(weighed.test[who])
    if test >= 0:
        near_en, near_zh = _company(*grown.tests[test])
        times, chance = int(weighed.observed[who]), float(weighed.expected[who])
        said_en.append(
            f"{near_en} {times} times where {chance:.2f} were to be expected by the places' own rhythm"
        )
        said_zh.append(f"{near_zh} {times} 次，按机构自身规律应为 {chance:.2f} 次")
    if place is not None:
        said_en.append(f"mostly at {place} ({days} days)")
        said_zh.append(f"多在 {place}（{days} 天）")
    shared = int(weighed.shared[who])
    if shared:
        said_en.append(f"shares a phone, account or agent with {shared} of them outside the home")
        said_zh.append(f"与其中 {shared} 人共用家庭之外的电话、账户或代办人")
    if test < 0 and not shared and not ring_id:
        said_en.append("never with the others more than chance allows")
        said_zh.append("未见与其他人超出偶然的同现")
    return "; ".join(said_en), "；".join(said_zh)


def _company(kind: str, scale: int, least: int) -> tuple[str, str]:
    people_en = "one of the group" if least == 1 else f"{least} or more of the group"
    people_zh = "组内至少一人" if least == 1 else f"组内至少 {least} 人"
    doctor_en, doctor_zh = (" with the same doctor", "由同一医师") if kind.endswith("_doctor") else ("", "")
    if kind.startswith("stay"):
        days = scale // 2048
        return (
            f"admitted{doctor_en} within {days} {'day' if days == 1 else 'days'} of {people_en}",
            f"与{people_zh}相隔不超过 {days} 天{doctor_zh}收治入院",
        )
    return (
        f"seen{doctor_en} within {scale} minutes of {people_en}",
        f"与{people_zh}相隔不超过 {scale} 分钟{doctor_zh}在同一机构结算",
    )


def stop_sentence(grown: Grown, most: int) -> tuple[str, str]:
    """Why the growth ended."""
    looked_at = grown.weighed.looked_at
    if grown.stop == "size":
        return (
            f"The group reached the limit of {most} patients; it was ended there.",
            f"人数达到上限 {most} 人，停止扩展。",
        )
    if grown.stop == "fading":
        return (
            "The next to join would be far less surprising than those who have joined; the group was ended there.",
            "后续候选人的异常程度已远低于已加入者，停止扩展。",
        )
    if grown.best_p <= grown.needed_p:
        return (
            f"Nobody else kept company with enough of the group: {looked_at:,} other people were looked at; those nearest "
            f"(p = {grown.best_p:.2g}) met too few of its members, as a family does.",
            f"没有其他人与组内足够多的人同现：共考察其他 {looked_at:,} 人；最接近者（p = {grown.best_p:.2g}）只与个别成员同现，如家人。",
        )
    likeliest_en = f"the likeliest has p = {grown.best_p:.2g}" if grown.best_p < 1 else "none came near it"
    likeliest_zh = f"最接近者 p = {grown.best_p:.2g}" if grown.best_p < 1 else "无人接近"
    return (
        f"Nobody else was in the group's company more than chance allows: of {looked_at:,} other people looked at, {likeliest_en}, "
        f"where p = {grown.needed_p:.2g} is needed (corrected for the number looked at).",
        f"没有其他人与该组的同现超出偶然：共考察其他 {looked_at:,} 人，{likeliest_zh}；"
        f"加入需 p 不高于 {grown.needed_p:.2g}（已按考察人数校正）。",
    )


def fellows_note(count: int) -> tuple[str, str]:
    """What is to be known of people who are named because this run put them into one ring with the known cards."""
    if not count:
        return "", ""
    who_en = "One person stands" if count == 1 else f"{count} people stand"
    return (
        f"{who_en} with most of the known cards in a ring of this run, found by other signs than those counted here.",
        f"有 {count} 人与大部分已知的卡同在本批次的一个疑似团伙中，该团伙以此处未计的其他迹象发现。",
    )


def set_aside_note(places: Sequence[str]) -> tuple[str, str]:
    """What was left out because the whole of a home or firm meets there; two empty texts if nothing was."""
    if not places:
        return "", ""
    return (
        f"These people are also part of a larger home or firm that meets at {', '.join(places)}; what happened there was set aside.",
        f"这些人同时属于一个更大的养老机构或单位，其成员常在 {'、'.join(places)} 同现；该处的同现未计入。",
    )
