"""The graph's model: which labels and relationships there are, in the order in which they are loaded (docs/graph.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["CASE_WORDS_ZH", "EDGES", "ENTITY_LABELS", "MADE_BY", "NODES", "ROLE_LABELS", "STAMPED_LABELS", "TIER_LABELS", "WORDS_ZH", "EdgeTable", "NodeTable", "schema_statements", "search_statements"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Nodes of one label. `stamped` ones belong to one run and go with it; the others are people and places, kept."""

    label: str
    sql: str
    stamped: bool

    @property
    def key(self) -> str:
        """The property that tells nodes apart."""
        return "key" if self.stamped else "id"


@dataclass(frozen=True, slots=True)
class EdgeTable:
    """Relationships of one type between two labels; each belongs to one run."""

    type: str
    sql: str
    start: str
    end: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Unique among the tables."""
        return f"{self.start}-{self.type}-{self.end}"


ENTITY_LABELS = ("Patient", "Doctor", "Facility", "Pharmacy", "Operator", "Identifier", "Item")
STAMPED_LABELS = ("Ring", "Flag", "Claim", "Evidence", "Explanation")
MADE_BY = "fraudgraph"
"""What `made_by` says on people and places: what stands under our labels without it came from somebody else."""
ROLE_LABELS = {
    "organiser": "Organiser",
    "card_holder": "CardHolder",
    "prescriber": "Prescriber",
    "outlet": "Outlet",
    "front": "Front",
    "possible_victim": "PossibleVictim",
}
WORDS_ZH = {
    "organiser": "可能的组织者",
    "prescriber": "开方医师",
    "outlet": "结算方",
    "front": "可能的名义机构",
    "shared": "共用信息",
    "card_holder": "持卡人",
    "possible_victim": "可能的受害人",
    "burst": "连续刷卡",
    "journey": "同日同行",
    "same_day": "同日同地",
    "batch": "批量住院",
    "identity": "共用身份信息",
    "steering": "处方导流",
    "same_bill": "雷同账单",
    "shared_places": "共同机构",
    "ownership": "同一控制人",
    "successor": "承接机构",
    "trace_code": "追溯码重复",
    "visited": "同现时到场",
    "sittings": "全部同现",
    "sitting": "一次同现",
    "attendance": "同类人到场",
    "money": "同类人费用",
    "flag": "筛查疑点",
    "doctor": "医师",
    "facility": "定点医疗机构",
    "pharmacy": "定点零售药店",
    "operator": "经办人",
    "card_sweep": "集中刷卡",
    "batch_admission": "批量住院",
    "companion_visits": "结伴就医",
    "steered_prescriptions": "处方导流",
    "shared_identity": "共用身份信息",
    "rotation": "轮流就医",
    "identical_bills": "雷同账单",
    "linked_places": "关联机构",
    "trace_codes": "追溯码重复",
    "dense_block": "密集往来",
}
"""What Browser writes on lines to members, on evidence and on rings: roles, kinds of evidence, typologies, as in the dossiers."""
CASE_WORDS_ZH = {
    "new": "新发现",
    "born": "新发现",
    "grown": "扩大",
    "shrunk": "缩小",
    "merged": "合并",
    "split": "拆分",
    "continuing": "持续",
    "dormant": "休眠",
    "reawakened": "重新活跃",
    "closed": "已关闭",
    "pending": "待核",
    "confirmed": "查实",
    "cleared": "排除",
    "insufficient": "证据不足",
}
"""What Browser writes of a ring's life and of the verdict on it, as in the lists."""
TIER_LABELS = ("HighRisk", "MediumRisk", "LowRisk")
_PEOPLE = ("Patient", "Doctor", "Facility", "Pharmacy", "Operator")

NODES: tuple[NodeTable, ...] = tuple(
    NodeTable(label, label.lower(), label in STAMPED_LABELS) for label in (*ENTITY_LABELS, *STAMPED_LABELS)
)
EDGES: tuple[EdgeTable, ...] = (
    EdgeTable("PART_OF", "ring_part_of", "Ring", "Run"),
    EdgeTable("PART_OF", "flag_part_of", "Flag", "Run"),
    *(EdgeTable("MEMBER_OF", "member_of", label, "Ring", {"a_type": label.lower()}) for label in _PEOPLE),
    EdgeTable("MEMBER_OF", "member_of_shared", "Identifier", "Ring"),
    EdgeTable("SHOWN_BY", "shown_by", "Ring", "Evidence"),
    EdgeTable("WEIGHED_AGAINST", "weighed_against", "Ring", "Explanation"),
    EdgeTable("MET", "met", "Patient", "Patient", {"a_type": "patient", "b_type": "patient"}),
    EdgeTable("MET", "met", "Doctor", "Pharmacy", {"a_type": "doctor", "b_type": "pharmacy"}),
    *(
        EdgeTable("MET", "met", a, b, {"a_type": a.lower(), "b_type": b.lower()})
        for a in ("Facility", "Pharmacy")
        for b in ("Facility", "Pharmacy")
    ),
    *(
        EdgeTable("FLAGGED_BY", "flagged_by", label, "Flag", {"a_type": label.lower()})
        for label in _PEOPLE[:4]
    ),
    *(
        EdgeTable("STANDS_OUT", "stands_out", label, "Run", {"a_type": label.lower()})
        for label in _PEOPLE[:4]
    ),
    EdgeTable("CITES", "evidence_cites", "Evidence", "Claim"),
    EdgeTable("CITES", "flag_cites", "Flag", "Claim"),
    EdgeTable("COUNTED_IN", "counted_in", "Claim", "Ring"),
    EdgeTable("CLAIMED", "claimed", "Patient", "Claim"),
    EdgeTable("BILLED_BY", "billed_by", "Claim", "Facility", {"b_type": "facility"}),
    EdgeTable("BILLED_BY", "billed_by", "Claim", "Pharmacy", {"b_type": "pharmacy"}),
    EdgeTable("SIGNED_BY", "signed_by", "Claim", "Doctor"),
    EdgeTable("SETTLED_BY", "settled_by", "Claim", "Operator"),
    EdgeTable("CONTAINS", "contains", "Claim", "Item"),
    *(
        EdgeTable("SHARES", "shares", label, "Identifier", {"a_type": label.lower()})
        for label in ("Patient", "Facility", "Pharmacy")
    ),
    EdgeTable("PRACTISES_AT", "practises_at", "Doctor", "Facility"),
    EdgeTable("PRESCRIBED_AT", "prescribed_at", "Doctor", "Pharmacy"),
    EdgeTable("FILLED_AT", "filled_at", "Patient", "Pharmacy"),
    EdgeTable("VISITED", "visited", "Patient", "Facility"),
    EdgeTable("TREATED_BY", "treated_by", "Patient", "Doctor"),
)


def schema_statements() -> list[str]:
    """Constraints and look-up indexes, to be made before anything is loaded; made again they change nothing."""
    unique = [
        f"CREATE CONSTRAINT fraudgraph_{table.label.lower()} IF NOT EXISTS FOR (n:{table.label}) REQUIRE n.{table.key} IS UNIQUE"
        for table in NODES
    ]
    stamped = [
        f"CREATE INDEX fraudgraph_{label.lower()}_{column} IF NOT EXISTS FOR (n:{label}) ON (n.{column})"
        for label in STAMPED_LABELS
        for column in ("run", "id")
    ]
    return [
        "CREATE CONSTRAINT fraudgraph_run IF NOT EXISTS FOR (n:Run) REQUIRE n.key IS UNIQUE",
        "CREATE CONSTRAINT fraudgraph_mark IF NOT EXISTS FOR (n:LoadMark) REQUIRE n.key IS UNIQUE",
        "CREATE CONSTRAINT fraudgraph_store IF NOT EXISTS FOR (n:FraudgraphStore) REQUIRE n.key IS UNIQUE",
        *unique,
        *stamped,
    ]


def search_statements() -> list[str]:
    """The full-text index, to be made once the rows are in: over rows that stand it is made faster than row by row."""
    return [
        "CREATE FULLTEXT INDEX fraudgraph_names IF NOT EXISTS FOR (n:Patient|Doctor|Facility|Pharmacy|Operator|Ring|Flag|Identifier) ON EACH [n.id, n.name]",
    ]
