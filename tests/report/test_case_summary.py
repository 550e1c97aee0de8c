"""Two pages first: the summary that is carried into an interview, and its annex."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from fraudgraph.records import Dossier, NodeKind, ReferralList, Role
from fraudgraph.report import write_dossiers
from fraudgraph.report.pdf import print_page
from fraudgraph.report.seal import ring_seal
from fraudgraph.settings import Settings
from tests.report.conftest import a_member, a_referral, big_dossier, small_dossier


def led_dossier() -> Dossier:
    """The small ring, with an agent who acts for five of its people."""
    dossier = small_dossier()
    agent = a_member(
        NodeKind.AGENT, "A-7KQ2M4XN3P", Role.ORGANISER, name="穆青禾", reason_zh="8 人中有 5 人（分属 5 户）共用此代办人",
        reason_en="5 of the 8 people, of 5 homes, share this agent",
    )  # fmt: skip
    return replace(dossier, ring=replace(dossier.ring, members=(*dossier.ring.members, agent)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("summaries")
    dossiers = [led_dossier(), big_dossier()]
    write_dossiers(out, dossiers, a_referral(*(d.ring for d in dossiers)), Settings())
    return out


def test_who_leads_comes_first_with_the_number_that_says_so(pages: Path) -> None:
    page = (pages / "summaries" / "2025-10-001.html").read_text(encoding="utf-8")
    who = page.partition("一、谁")[2].partition("<table")[0]
    assert "代办人 A1 穆*（8 人中有 5 人（分属 5 户）共用此代办人）" in who
    rows = page.partition("<tbody>")[2].split("<tr>")
    assert "A-7KQ2M4XN3P" in rows[1]
    assert "穆青禾" not in page


def test_all_seven_parts_and_the_seal_stand_on_it(pages: Path) -> None:
    page = (pages / "summaries" / "2025-10-001.html").read_text(encoding="utf-8")
    for part in (
        "一、谁",
        "二、什么情形、何时",
        "三、多少钱",
        "四、为何可疑",
        "五、为何可能没有问题",
        "六、下一步",
        "签字",
    ):
        assert part in page
    seal = ring_seal(led_dossier().ring)
    assert f'data-seal="{seal}"' in page
    assert f'content: "2025-10-001 · {seal}"' in page
    assert "counter(page)" in page


def test_a_seal_changes_with_anything_the_tables_say_of_a_ring() -> None:
    ring = led_dossier().ring
    assert ring_seal(ring) == ring_seal(led_dossier().ring)
    assert ring_seal(replace(ring, score=ring.score + 0.01)) != ring_seal(ring)
    fewer = (replace(ring.evidence[0], claim_ids=ring.evidence[0].claim_ids[1:]), *ring.evidence[1:])
    assert ring_seal(replace(ring, evidence=fewer)) != ring_seal(ring)
    assert ring_seal(replace(ring, members=ring.members[:-1])) != ring_seal(ring)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["2025-10-001", "2025-10-002"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_small_or_big_it_is_two_pages_of_a4_at_most(
    pages: Path, chromium: str, tmp_path: Path, name: str, lang: str
) -> None:
    to = tmp_path / "x.pdf"
    print_page(
        pages / "summaries" / f"{name}.html", to, chromium=chromium, lang=lang, head="0123456789abcdef"
    )
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", to.read_bytes())) <= 2


def test_the_dossier_and_the_summary_lead_to_each_other(pages: Path) -> None:
    assert 'data-page="../summaries/2025-10-001.html"' in (pages / "dossiers" / "2025-10-001.html").read_text(
        encoding="utf-8"
    )
    assert 'data-page="../dossiers/2025-10-001.html"' in (pages / "summaries" / "2025-10-001.html").read_text(
        encoding="utf-8"
    )


def test_a_list_without_rings_has_no_summaries(tmp_path: Path) -> None:
    write_dossiers(tmp_path, [], ReferralList(month=a_referral().month, rings=()), Settings())
    assert not (tmp_path / "summaries").exists()
