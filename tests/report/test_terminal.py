"""Rings on a terminal."""

from fraudgraph.report import ring_text, rings_table
from fraudgraph.report.sanitise import display_width

from .conftest import big_dossier, held_ring, small_ring


def test_the_table_has_a_line_per_ring_in_order_of_rank() -> None:
    lines = rings_table([held_ring(), big_dossier().ring, small_ring()], "zh").splitlines()
    assert len(lines) == 4
    assert [line.split()[1] for line in lines[1:]] == ["2025-10-001", "2025-10-002", "2025-10-003"]
    assert "4,320,000.00" in lines[2]


def test_columns_line_up_in_both_languages() -> None:
    for lang in ("zh", "en"):
        head, *lines = rings_table([small_ring(), big_dossier().ring], lang).splitlines()
        start = display_width(head[: head.index("起止" if lang == "zh" else "period")])
        for line in lines:
            assert display_width(line[: line.index("2025-08-07")]) == start


def test_a_ring_s_page_says_the_same_in_both_languages() -> None:
    zh, en = ring_text(small_ring(), "zh"), ring_text(small_ring(), "en")
    for wanted in ("不是结论", "+5.90  异常同现", "穆*", "[38 张结算单]", "不成立", "138****5678"):
        assert wanted in zh
    for wanted in (
        "not a finding",
        "+5.90  surprising meetings",
        "possible victim",
        "[38 claims]",
        "does not hold",
    ):
        assert wanted in en
    assert "穆青禾" not in zh + en


def test_a_terminal_gets_no_control_characters() -> None:
    from dataclasses import replace

    text = ring_text(replace(small_ring(), summary_zh="\x1b[31m红\u202e"), "zh")
    assert "\x1b" not in text
    assert "\u202e" not in text
