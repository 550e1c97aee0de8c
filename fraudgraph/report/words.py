"""The words of the report in both languages: one word, one thing (design, section 10). Leads, never findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fraudgraph.records import NodeKind, Role, Typology

__all__ = [
    "CLAIM_TYPES",
    "EVIDENCE_KINDS",
    "KINDS",
    "LEAD_NOT_VERDICT",
    "MANY",
    "ROLES",
    "STATUSES",
    "TYPOLOGIES",
    "VERDICTS",
    "VIEWS",
    "Text",
    "word",
]


class Text(NamedTuple):
    """The same words in Chinese and English."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The words in the reader's language: "zh" or "en"."""
        return self.zh if lang == "zh" else self.en


LEAD_NOT_VERDICT = Text(
    "本材料是供核查的线索，不是结论。名单上的人可能完全无辜，也可能是受害人；未经核查，不得据此认定任何人违规。",
    "This is a lead to be checked, not a finding. A person named here may be wholly innocent or a victim; "
    "nothing may be held against anyone until it has been checked.",
)

KINDS: Mapping[NodeKind, Text] = {
    NodeKind.PATIENT: Text("参保人", "patient"),
    NodeKind.DOCTOR: Text("医师", "doctor"),
    NodeKind.FACILITY: Text("定点医疗机构", "facility"),
    NodeKind.PHARMACY: Text("定点零售药店", "pharmacy"),
    NodeKind.OPERATOR: Text("经办人", "operator"),
    NodeKind.AGENT: Text("代办人", "agent"),
    NodeKind.PHONE: Text("电话", "phone"),
    NodeKind.ACCOUNT: Text("收款账户", "payout account"),
    NodeKind.EMPLOYER: Text("单位", "employer"),
    NodeKind.DEVICE: Text("设备", "device"),
}

MANY: Mapping[NodeKind, Text] = {
    NodeKind.PATIENT: Text("参保人", "patients"),
    NodeKind.DOCTOR: Text("医师", "doctors"),
    NodeKind.FACILITY: Text("定点医疗机构", "facilities"),
    NodeKind.PHARMACY: Text("定点零售药店", "pharmacies"),
    NodeKind.OPERATOR: Text("经办人", "operators"),
    NodeKind.AGENT: Text("代办人", "agents"),
    NodeKind.PHONE: Text("电话", "phones"),
    NodeKind.ACCOUNT: Text("收款账户", "payout accounts"),
    NodeKind.EMPLOYER: Text("单位", "employers"),
    NodeKind.DEVICE: Text("设备", "devices"),
}

ROLES: Mapping[Role, Text] = {
    Role.ORGANISER: Text("可能的组织者", "possible organiser"),
    Role.PRESCRIBER: Text("开方医师", "prescriber"),
    Role.OUTLET: Text("结算方", "outlet"),
    Role.FRONT: Text("可能的名义机构", "possible front"),
    Role.SHARED: Text("共用信息", "shared identifier"),
    Role.CARD_HOLDER: Text("持卡人", "card holder"),
    Role.POSSIBLE_VICTIM: Text("可能的受害人", "possible victim"),
}

TYPOLOGIES: Mapping[Typology, Text] = {
    Typology.CARD_SWEEP: Text("集中刷卡", "cards swiped together"),
    Typology.BATCH_ADMISSION: Text("批量住院", "batch admission"),
    Typology.COMPANION_VISITS: Text("结伴就医", "companion visits"),
    Typology.STEERED_PRESCRIPTIONS: Text("处方导流", "steered prescriptions"),
    Typology.SHARED_IDENTITY: Text("共用身份信息", "shared identity"),
    Typology.ROTATION: Text("轮流就医", "rotation between places"),
    Typology.IDENTICAL_BILLS: Text("雷同账单", "near-identical bills"),
    Typology.LINKED_PLACES: Text("关联机构", "linked places"),
    Typology.TRACE_CODES: Text("追溯码重复", "repeated trace codes"),
    Typology.DENSE_BLOCK: Text("密集往来", "dense block"),
}

VIEWS: Mapping[str, Text] = {
    "burst": Text("连续刷卡", "swipes in a row"),
    "journey": Text("同日同行", "same-day journey"),
    "same_day": Text("同日同地", "same place, same day"),
    "batch": Text("批量住院", "batch admission"),
    "identity": Text("共用身份信息", "shared identity"),
    "steering": Text("处方导流", "steered prescriptions"),
    "same_bill": Text("雷同账单", "near-identical bills"),
    "shared_places": Text("共同机构", "shared places"),
    "ownership": Text("同一控制人", "common owner"),
    "successor": Text("承接机构", "successor place"),
    "trace_code": Text("追溯码重复", "repeated trace codes"),
    "visited": Text("同现时到场", "there at the meetings"),
}

EVIDENCE_KINDS: Mapping[str, Text] = {
    **VIEWS,
    "sittings": Text("全部同现", "all meetings"),
    "sitting": Text("一次同现", "one meeting"),
    "attendance": Text("同类人到场", "like people at the meetings"),
    "money": Text("同类人费用", "like people's money"),
    "flag": Text("筛查疑点", "screening flag"),
    "doctor": Text("医师", "doctor"),
    "facility": Text("定点医疗机构", "facility"),
    "pharmacy": Text("定点零售药店", "pharmacy"),
    "operator": Text("经办人", "operator"),
}

STATUSES: Mapping[str, Text] = {
    "new": Text("新发现", "new"),
    "born": Text("新发现", "new"),
    "grown": Text("扩大", "grown"),
    "shrunk": Text("缩小", "shrunk"),
    "merged": Text("合并", "merged"),
    "split": Text("拆分", "split"),
    "continuing": Text("持续", "continuing"),
    "dormant": Text("休眠", "dormant"),
    "reawakened": Text("重新活跃", "awake again"),
    "closed": Text("已关闭", "closed"),
}

CLAIM_TYPES: Mapping[str, Text] = {
    "outpatient": Text("门诊", "outpatient"),
    "chronic": Text("门诊慢特病", "chronic"),
    "inpatient": Text("住院", "stay"),
    "pharmacy": Text("药店购药", "pharmacy purchase"),
}

VERDICTS: Mapping[str, Text] = {
    "pending": Text("待核", "pending"),
    "confirmed": Text("查实", "confirmed"),
    "cleared": Text("排除", "cleared"),
    "insufficient": Text("证据不足", "insufficient"),
}


def word(words: Mapping[str, Text], key: str) -> Text:
    """The words for a key, or the key itself where no words are known."""
    return words.get(key, Text(key, key))
