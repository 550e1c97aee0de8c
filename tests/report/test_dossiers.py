"""The pages: what they say, what they must not say, and that nothing in them can run or reach out."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fraudgraph.records import Dossier, NodeKind, ReferralList, Role
from fraudgraph.report import write_dossiers
from fraudgraph.report.dossiers import dossier_page
from fraudgraph.report.drawing import MAX_LINES, MAX_NODES
from fraudgraph.report.index_page import index_page
from fraudgraph.report.pages import in_one_file, static_text
from fraudgraph.report.sanitise import amount
from fraudgraph.report.waterfall import waterfall
from fraudgraph.settings import ReferralSettings, Settings

from .conftest import NAMES, a_member, a_referral, big_dossier, held_ring, small_dossier, small_ring

HOSTILE = (
    '"><script>alert(1)</script>',
    "'; DROP TABLE claims; --",
    "=cmd|' /C calc'!A0",
    "</script><img src=x onerror=alert(1)>",
    "\u202eקיט\u200b\ufeff零宽",
    "{{ 7 * 7 }}{% raw %}",
    "长" * 10_000,
    "MATCH (n) DETACH DELETE n //",
)


class Reader(HTMLParser):
    """Text, elements and attributes of a page, scripts and styles apart."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in ("script", "style"):
            self.open.append(tag)
            if tag == "script":
                self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[-1]:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open:
            self.texts.append(data)
        elif self.open[-1] == "script":
            told, so_far = self.scripts[-1]
            self.scripts[-1] = (told, so_far + data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


@pytest.fixture(scope="module")
def small_page(written: Path) -> str:
    return (written / "dossiers" / "2025-10-001.html").read_text("utf-8")


@pytest.fixture(scope="module")
def big_page(written: Path) -> str:
    return (written / "dossiers" / "2025-10-002.html").read_text("utf-8")


@pytest.fixture(scope="module")
def index(written: Path) -> str:
    return (written / "index.html").read_text("utf-8")


def test_there_is_a_page_per_listed_ring_and_none_for_those_held_back(written: Path) -> None:
    assert sorted(p.name for p in (written / "dossiers").iterdir()) == [
        "2025-10-001.html",
        "2025-10-002.html",
    ]


def test_a_page_answers_who_what_when_how_much_why_and_why_not(small_page: str) -> None:
    text = Reader(small_page).text
    ring = small_ring()
    for wanted in (
        "不是结论", "not a finding",
        "集中刷卡", "cards swiped together", amount(ring.fund_amount), amount(ring.excess_amount), "2025-08-07",
        "康宁桥大药房", "possible victim", "可能的受害人",
        "2025-08-07 18:41", "18:55", "青竹湾社区卫生服务中心",
        "连续刷卡", "observed 38", "expected 1.9",
        "镇上只有一家药店", "does not hold", "60%",
        "Counter-evidence", "25 of the 63 claims",
        "2025-08-07 18:36–19:00 S1 康宁桥大药房", "Questions to ask",
        "370200C202500000001", "63 claims, 63 shown",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_every_evidence_sentence_carries_its_claim_ids(small_page: str) -> None:
    text = Reader(small_page).text
    for item in small_ring().evidence:
        for claim in item.claim_ids:
            assert claim in text
    assert small_page.count('<details class="ids">') == 4


def test_the_waterfall_adds_up_and_hides_nothing() -> None:
    bars = waterfall(small_ring()).bars
    assert [bar.points for bar in bars] == ["+5.90", "+1.74", "+1.12", "+0.70", "-0.95", "-0.65", "7.86"]
    assert bars[-2].joint == pytest.approx(bars[-1].joint, abs=0.2)
    lopsided = waterfall(replace(small_ring(), score=9.0)).bars
    assert (lopsided[-2].title.en, lopsided[-2].points) == ("part not named", "+1.14")


def test_a_big_ring_is_drawn_small(big_page: str) -> None:
    drawn = json.loads(next(body for told, body in Reader(big_page).scripts if told.get("id") == "elements"))
    nodes = drawn["nodes"]
    assert len(nodes) == MAX_NODES
    assert [n["label"] for n in nodes if n["kind"] == "more"] == ["+59"]
    assert len(drawn["lines"]) <= MAX_LINES
    assert "59 more members are not drawn" in Reader(big_page).text
    kinds = [n["kind"] for n in nodes]
    assert kinds.count("facility") == 2
    assert kinds.count("doctor") == 6, "places and doctors are never the ones left out"


def test_what_the_tables_leave_out_is_said(big_page: str) -> None:
    text = Reader(big_page).text
    assert "1240 claims, 300 shown" in text
    assert "+940 more in evidence.parquet" in text
    assert "Not drawn: 140 patients" in text
    assert "The data carry no clock" in text
    assert "not calibrated" in text


def test_nothing_in_a_page_reaches_out(small_page: str, big_page: str, index: str) -> None:
    allowed = ("http://localhost:7474/browser/?cmd=edit&arg=",)
    for page in (small_page, big_page, index):
        for tag, name, value in Reader(page).attributes:
            assert not name.startswith("on"), (tag, name)
            if (tag, name) == ("script", "src"):
                assert value == "../shared/cytoscape.min.js"
            elif name in ("src", "href", "action", "srcset", "poster", "data"):
                assert tag == "a", (tag, name, value)
                assert not re.match(r"[a-z]+:|//", value) or value.startswith(allowed), value
        ours = page.replace(static_text("cytoscape.min.js"), "").replace("http://localhost:7474", "")
        assert not re.search(r"https?://|@import|url\(", ours), "no address, no font, no style from elsewhere"


def test_only_our_own_scripts_may_run(small_page: str, index: str) -> None:
    alone = in_one_file(small_page)
    assert (small_page.count("<script src="), alone.count("<script src=")) == (1, 0)
    assert static_text("cytoscape.min.js") in alone
    for page in (small_page, index, alone):
        policy = next(v for t, n, v in Reader(page).attributes if n == "content" and "default-src" in v)
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.split("style-src")[0]
        assert ("'self' file: " in policy) == (page is small_page), (
            "only pages that share a script read one beside them"
        )
        run = [
            body
            for told, body in Reader(page).scripts
            if told.get("type") != "application/json" and not told.get("src")
        ]
        for body in run:
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
        assert policy.count("sha256-") == len(run)


def hostile_dossier(value: str) -> Dossier:
    """A ring in which everything a supplier can name is hostile."""
    patient = a_member(
        NodeKind.PATIENT, value, Role.CARD_HOLDER, name=value, reason_zh=value, reason_en=value
    )
    shop = a_member(NodeKind.PHARMACY, f"S{value}", Role.OUTLET, name=value)
    base = small_dossier()
    claim = replace(
        base.claims[0], claim_id=value, patient_id=value, place_id=f"S{value}", doctor_id=value, operator_id=value,
        diagnosis_code=value, claim_type=value,
    )  # fmt: skip
    ring = replace(
        base.ring, members=(patient, shop), summary_zh=value, summary_en=value, status=value,
        evidence=(replace(base.ring.evidence[0], sentence_zh=value, sentence_en=value, kind=value, evidence_id=value, claim_ids=(value,)),),
        explanations=(replace(base.ring.explanations[0], title_zh=value, title_en=value, sentence_zh=value, sentence_en=value),),
        parts=(replace(base.ring.parts[0], title_zh=value, title_en=value),),
    )  # fmt: skip
    edge = replace(
        base.edges[0], source_id=value, target_type=NodeKind.PHARMACY, target_id=f"S{value}", kind=value
    )
    return Dossier(ring=ring, edges=(edge,), claims=(claim,), claim_count=1, place_names={value: value})


@pytest.mark.parametrize("value", HOSTILE, ids=[f"value-{n}" for n in range(len(HOSTILE))])
def test_hostile_values_come_out_as_text(value: str, settings: Settings) -> None:
    dossier = hostile_dossier(value)
    ordinary = Reader(dossier_page(small_dossier(), a_referral(small_ring()), settings))
    page = dossier_page(dossier, a_referral(dossier.ring), settings)
    read = Reader(page)
    assert len(read.scripts) == len(ordinary.scripts)
    assert not [1 for tag, name, _ in read.attributes if tag == "img" or name.startswith("on")]
    assert not set("\u202e\u200b\ufeff\x00") & set(page.replace(static_text("cytoscape.min.js"), ""))
    assert len(page) < 250_000, "ten thousand characters are cut wherever they stand"
    assert json.loads(next(body for told, body in read.scripts if told.get("id") == "elements"))
    index_page(a_referral(dossier.ring), settings, with_page=set())


def test_a_value_that_is_not_too_long_can_be_read_in_full(settings: Settings) -> None:
    page = dossier_page(hostile_dossier(HOSTILE[0]), a_referral(small_ring()), settings)
    assert html.escape(HOSTILE[0], quote=False).replace('"', "&#34;") in page


def test_names_phones_and_accounts_never_stand_whole(written: Path) -> None:
    for path in [
        *written.glob("*.html"),
        *written.glob("dossiers/*.html"),
        *written.glob("*.csv"),
        *written.glob("*.jsonl"),
    ]:
        text = path.read_text("utf-8")
        for secret in (*NAMES[:-1], "贺兰舟", "13812345678"):
            assert secret not in text, (path.name, secret)


def test_masked_ids_stand_nowhere_on_the_page(referral: ReferralList) -> None:
    settings = Settings.model_validate({"privacy": {"mask_ids": True, "code_key": "our own secret"}})
    dossier = small_dossier()
    page = dossier_page(dossier, referral, settings)
    for member in dossier.ring.members:
        if member.entity_type in (NodeKind.PATIENT, NodeKind.DOCTOR):
            assert member.entity_id not in page
    assert "our own secret" not in page


def test_the_index_lists_by_rank_and_says_what_was_held_back_and_why(index: str) -> None:
    text = Reader(index).text
    assert index.index("2025-10-001") < index.index("2025-10-002") < index.index("2025-10-003")
    assert 'href="dossiers/2025-10-001.html?lang=zh"' in index
    assert 'href="dossiers/2025-10-003.html' not in index
    for wanted in ("Lawful explanation holds", "养老机构", "同日同行", "交付数据缺少机构编号", "20251001"):
        assert wanted in text


def test_a_month_without_rings_has_an_index_that_says_so(tmp_path: Path, settings: Settings) -> None:
    write_dossiers(tmp_path, [], a_referral(), settings)
    assert "No ring is put forward" in Reader((tmp_path / "index.html").read_text("utf-8")).text
    assert not (tmp_path / "dossiers").exists()


def test_pages_open_in_the_language_asked_for(settings: Settings) -> None:
    page = dossier_page(small_dossier(), a_referral(small_ring()), settings, lang_default="en")
    assert '<html lang="en"' in page
    assert re.search(r'id="lang-en"[^>]* checked', page)
    assert not re.search(r'id="lang-zh"[^>]* checked', page)


def test_the_same_rings_give_the_same_pages(
    tmp_path: Path, dossiers: list[Dossier], referral: ReferralList, settings: Settings
) -> None:
    seen = []
    for name, changed in (("one", dossiers), ("two", [shuffled(d) for d in dossiers])):
        write_dossiers(tmp_path / name, changed, referral, settings)
        seen.append({p.name: p.read_bytes() for p in sorted((tmp_path / name).rglob("*.html"))})
    assert seen[0] == seen[1]


def shuffled(dossier: Dossier) -> Dossier:
    """The same ring with members, edges and claims in another order."""
    ring = replace(dossier.ring, members=dossier.ring.members[::-1])
    return replace(dossier, ring=ring, edges=dossier.edges[::-1], claims=dossier.claims[::-1])


def test_progress_counts_pages(
    tmp_path: Path, dossiers: list[Dossier], referral: ReferralList, settings: Settings
) -> None:
    told: list[tuple[int, int]] = []
    write_dossiers(
        tmp_path, dossiers, referral, settings, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc", "", "//x"])
def test_a_browser_address_that_is_no_web_address_makes_no_link(url: str) -> None:
    settings = Settings(referral=ReferralSettings(browser_url=url))
    page = dossier_page(small_dossier(), a_referral(small_ring()), settings)
    assert "Neo4j" not in Reader(page).text


def test_a_ring_without_claims_edges_or_evidence_still_has_a_page(settings: Settings) -> None:
    bare = replace(small_ring(), evidence=(), explanations=(), parts=(), q_value=None)
    page = dossier_page(Dossier(ring=bare, edges=(), claims=(), claim_count=0), a_referral(bare), settings)
    assert "There are no claims to draw" in Reader(page).text
    empty = replace(bare, members=())
    assert dossier_page(Dossier(ring=empty, edges=(), claims=(), claim_count=0), a_referral(empty), settings)


def test_claims_spread_over_years_do_not_crowd_the_axis(settings: Settings) -> None:
    base = small_dossier()
    years = tuple(
        replace(c, day=date(2019, 1, 1) + timedelta(days=31 * i), at=None) for i, c in enumerate(base.claims)
    )
    page = dossier_page(replace(base, claims=years), a_referral(base.ring), settings)
    assert 4 <= page.count('class="axis"') <= 16


def test_a_held_ring_can_be_looked_at_too(settings: Settings) -> None:
    page = dossier_page(replace(small_dossier(), ring=held_ring()), a_referral(held_ring()), settings)
    assert "holds" in Reader(page).text
    assert "'care home' holds" in Reader(page).text


def test_big_and_small_pages_keep_their_size(small_page: str, big_page: str) -> None:
    assert len(small_page.encode()) < 140_000
    assert len(big_page.encode()) < 300_000
    assert big_dossier().claim_count == 1240


def test_the_index_leads_to_the_import_quality_page_where_there_is_one(
    tmp_path: Path, settings: Settings
) -> None:
    link = 'href="quality.html"'
    write_dossiers(tmp_path, [], a_referral(), settings)
    assert link not in (tmp_path / "index.html").read_text(encoding="utf-8")
    (tmp_path / "quality.html").write_text("", encoding="utf-8")
    write_dossiers(tmp_path, [], a_referral(), settings)
    assert link in (tmp_path / "index.html").read_text(encoding="utf-8")
