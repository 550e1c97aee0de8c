"""The words of the guides: steps of an investigator's work, each with the questions that answer it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GUIDES", "Guide", "Step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of a guide. `buttons` are names of questions, or `set:`, `guide:` and `style:` lines (see kit)."""

    title_zh: str
    title_en: str
    text_zh: tuple[str, ...]
    text_en: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A guide: served as NAME.html for Browser 5 and NAME.adoc for newer ones."""

    name: str
    title_zh: str
    title_en: str
    steps: tuple[Step, ...]


_LEGEND = "".join(
    f'<span style="display:inline-block;margin:2px 10px 2px 0;white-space:nowrap"><span style="display:inline-block;width:14px;height:14px;'
    f'border-radius:50%;background:{colour};vertical-align:middle"></span> {words}</span>'
    for colour, words in (
        ("#7B4EA3", "疑似团伙 ring"),
        ("#56B4E9", "参保人 patient"),
        ("#009E73", "医师 doctor"),
        ("#0072B2", "医疗机构 facility"),
        ("#E69F00", "药店 pharmacy"),
        ("#F0E442", "共用标识 identifier"),
        ("#CC79A7", "疑点 flag"),
        ("#D9D9D9", "结算单 claim"),
        ("#BFE3C7", "合理解释 lawful explanation"),
    )
)
_RISK = (
    '<p><span style="border:5px solid #A50026;border-radius:50%;display:inline-block;width:18px;height:18px;vertical-align:middle"></span> 高风险 high risk &nbsp; '
    '<span style="border:4px solid #D55E00;border-radius:50%;display:inline-block;width:18px;height:18px;vertical-align:middle"></span> 中风险 medium risk &nbsp; '
    '<span style="border-top:3px solid #D55E00;display:inline-block;width:26px;vertical-align:middle"></span> 异常同现（数字为次数）met, with the number of times</p>'
)
_FIRST_RING = "set:选用排名第一的团伙 Take the first ring|param ringId => [(r:Ring)-[:PART_OF]->(:Published) WHERE r.rank = 1 | r.id][0]"
_FIRST_PERSON = "set:选用其中最确定的成员 Take its firmest member|param personId => [(p:Patient)-[m:MEMBER_OF]->(r:Ring {rank: 1})-[:PART_OF]->(:Published) WHERE m.strength > 0.5 | p.id][0]"
_OTHER_PERSON = "set:选用另一名成员 Take another member|param otherId => [(p:Patient)-[m:MEMBER_OF]->(r:Ring {rank: 1})-[:PART_OF]->(:Published) WHERE m.strength > 0.5 | p.id][1]"
_FIRST_PLACE = "set:选用其主要机构 Take its place|param placeId => [(p)-[m:MEMBER_OF]->(r:Ring {rank: 1})-[:PART_OF]->(:Published) WHERE p:Facility OR p:Pharmacy | p.id][0]"
_FIRST_TEXT = "set:以排名第一团伙的机构为例 Take the name of the first ring's place|param text => [(p)-[:MEMBER_OF]->(r:Ring {rank: 1})-[:PART_OF]->(:Published) WHERE p:Facility OR p:Pharmacy | p.name][0]"
_LAST_MONTH_FROM = "set:起始日：本月一日 First day: of the month in view|param fromDay => [(r:Run:Published) | r.month + '-01'][0]"
_LAST_MONTH_TO = "set:截止日：本月末 Last day: of the month in view|param toDay => [(r:Run:Published) | toString(date(r.month + '-01') + duration('P1M') - duration('P1D'))][0]"
_OWN_DAYS = (
    '<p>或输入日期 or type the days: <input value-for="fromDay" placeholder="2025-09-01"> <input value-for="toDay" placeholder="2025-09-30"> '
    '<span class="runnable"><pre>:param fromDay =&gt; "<span value-key="fromDay">2025-09-01</span>"</pre></span> '
    '<span class="runnable"><pre>:param toDay =&gt; "<span value-key="toDay">2025-09-30</span>"</pre></span></p>'
)
_OWN_RING = (
    '<p>或输入编号 or type a number: <input value-for="ringId" placeholder="2025-10-001"> '
    '<span class="runnable"><pre>:param ringId =&gt; "<span value-key="ringId">2025-10-001</span>"</pre></span></p>'
)

GUIDES: tuple[Guide, ...] = (
    Guide(
        name="start",
        title_zh="从这里开始",
        title_en="Start here",
        steps=(
            Step(
                title_zh="本月线索",
                title_en="This month's leads",
                text_zh=(
                    "这里的每个结果都是线索，不是结论。点击按钮，查询会进入上方编辑框；再按右侧 ▶ 运行。",
                    "单击一个圆点或一条线，右侧即显示理由（reason_zh、reason_en）。右侧面板挡住图时，点其右上角的 ❯ 收起。",
                ),
                text_en=(
                    "Every result is a lead, not a verdict. A button puts the question into the editor above; press ▶ at its right to run it.",
                    "Click a dot or a line: the reasons stand in the panel at the right. Where the panel covers the drawing, the ❯ at its top right folds it away.",
                ),
                buttons=(
                    "rings_of_the_month",
                    "rings_in_numbers",
                    "changes_since_last_month",
                    "guide:下一步：逐步核查一个团伙 Next: walk through one ring|ring",
                ),
                extra=f"<p>{_LEGEND}</p>{_RISK}",
            ),
            Step(
                title_zh="找人、找机构",
                title_en="Find a person or a place",
                text_zh=(
                    "先设定要找的文字（点黑框即生效），再运行查询。开头几位或几个字即可；编号、姓名、名称都能找。",
                ),
                text_en=(
                    "Set the text first (a click on the box does it), then run the question. The first letters will do, of an id or a name.",
                ),
                buttons=(
                    _FIRST_TEXT,
                    "find_person_or_place",
                    _FIRST_PERSON,
                    "person_whole",
                    "one_hop_without_hubs",
                    "neighbours_of_a_confirmed_case",
                    "seed_expansion",
                ),
                extra=(
                    '<p>姓名或编号 name or id: <input value-for="text" placeholder="H9901"> '
                    '<span class="runnable"><pre>:param text =&gt; "<span value-key="text">大药房</span>"</pre></span></p>'
                ),
            ),
            Step(
                title_zh="机构与疑点",
                title_en="Places and flags",
                text_zh=("从机构出发：它涉及的团伙、疑点、医师。",),
                text_en=("Starting from a place: its rings, flags and doctors.",),
                buttons=(
                    _FIRST_PLACE,
                    "rings_of_a_place",
                    "place_month_by_month",
                    "flags_of_an_institution",
                    "places_that_share",
                    "steered_prescriptions",
                    "flags_by_model",
                ),
            ),
            Step(
                title_zh="样式与已存查询",
                title_en="Style and saved scripts",
                text_zh=(
                    "若颜色不对，重新载入样式。把 fraudgraph-saved-scripts.zip 拖到 Browser 左侧收藏栏，全部查询即成为已存脚本（只保存在本浏览器中）。",
                    "只画查询到的连线：Browser 自动补画的功能（设置中的 Connect result nodes）已关闭，因为它会把其他月份的连线也画出来。",
                ),
                text_en=(
                    "If the colours are wrong, load the style again. Drop fraudgraph-saved-scripts.zip on Browser's favourites at the left: all questions become saved scripts (kept in this browser only).",
                    "Only lines that the question asked for are drawn: Browser's own adding of lines (Connect result nodes in its settings) is off, because it draws those of other months too.",
                ),
                buttons=(
                    "style:重新载入样式 Load the style again",
                    "what_is_in_the_graph",
                    "loose_ends",
                    "largest_hubs",
                ),
            ),
        ),
    ),
    Guide(
        name="ring",
        title_zh="逐步核查一个团伙",
        title_en="Walk through one ring",
        steps=(
            Step(
                title_zh="1 选定团伙",
                title_en="1 Choose the ring",
                text_zh=("先选定一个团伙，再看全貌。线上写明每名成员的角色，点开可见理由。",),
                text_en=(
                    "Choose a ring, then look at it whole. The line to each member names the role; click it for the reason.",
                ),
                buttons=(_FIRST_RING, "ring_whole"),
                extra=_OWN_RING,
            ),
            Step(
                title_zh="2 谁与谁同现",
                title_en="2 Who met whom",
                text_zh=("橙色连线上的数字是同现次数；点开可见预计次数与 p 值。再看他们是否真在同一时刻。",),
                text_en=(
                    "The number on an orange line is how often they met; click it for how often chance expects, and p. Then see whether it was the same minutes.",
                ),
                buttons=("ring_meetings", "shared_minutes", "timeline"),
            ),
            Step(
                title_zh="3 合理解释",
                title_en="3 Lawful explanations",
                text_zh=("先排除养老机构、透析、家庭等合理原因：哪些排查过，差多少。",),
                text_en=(
                    "Nursing home, dialysis, family and the like come first: which were tried, and by how much each fell short.",
                ),
                buttons=("lawful_explanations", "rings_not_put_forward"),
            ),
            Step(
                title_zh="4 证据与金额",
                title_en="4 Evidence and money",
                text_zh=("每条证据连到结算单；金额从医师到药店如何流动。",),
                text_en=(
                    "Each piece of evidence leads to claims; and how money flows from doctors to pharmacies.",
                ),
                buttons=("evidence_and_claims", "money_flow", "shared_phones_and_accounts"),
            ),
            Step(
                title_zh="5 某段时间",
                title_en="5 A stretch of time",
                text_zh=("只看两日之间的结算：先设起止日，再看团伙或其机构。Browser 本身没有日期筛选。",),
                text_en=(
                    "Only what was billed between two days: set them, then look at the ring or at its place. Browser itself has no date filter.",
                ),
                buttons=(
                    _LAST_MONTH_FROM,
                    _LAST_MONTH_TO,
                    "ring_between_two_days",
                    _FIRST_PLACE,
                    "place_between_two_days",
                    "place_month_by_month",
                ),
                extra=_OWN_DAYS,
            ),
            Step(
                title_zh="6 逐人核对",
                title_en="6 Person by person",
                text_zh=("为何此人在内？有的成员可能是受害者（小圆点）。",),
                text_en=("Why is this person in it? Some members may be victims (small dots).",),
                buttons=(
                    _FIRST_PERSON,
                    "why_is_this_person_in_it",
                    _OTHER_PERSON,
                    "path_between_two",
                    "claims_of_a_person",
                    "rings_that_touch_it",
                ),
            ),
        ),
    ),
)
