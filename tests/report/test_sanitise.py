"""Values as a person may read them."""

from decimal import Decimal

import pytest

from fraudgraph.report.sanitise import (
    amount,
    display_width,
    formula_safe,
    masked_name,
    number,
    padded,
    plain,
    shortened,
)


def test_hidden_characters_show_themselves() -> None:
    assert plain("a\u200bb\u202ec") == "a⟨U+200B⟩b⟨U+202E⟩c"
    assert plain("nul\x00") == "nul⟨U+0000⟩"
    assert plain("two\nlines\tand a tab") == "two lines and a tab"


def test_ordinary_text_stays_as_it_is() -> None:
    for text in ("青竹湾医院（东区）", "O'Neil & Sons <b>", "שלום", "㐂𠀀"):
        assert plain(text) == text


def test_a_text_of_ten_thousand_characters_is_cut_and_says_so() -> None:
    shown = plain("长" * 10_000, 64)
    assert shown.startswith("长" * 64 + "…")
    assert "9,936" in shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("穆青禾", "穆*"),
        ("欧阳远帆", "欧*"),
        ("Ng", "N*"),
        ("", ""),
        ("  \u202e\u200b丁一", "丁*"),
        ("𠮷野", "𠮷*"),
    ],
)
def test_names_keep_their_first_character_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_phones_accounts_and_identity_numbers_in_sentences_are_cut() -> None:
    told = shortened("电话13812345678，账号6222021234567890123，证件370202198001011234。")
    assert told == "电话138****5678，账号****0123，证件370202********1234。"
    assert shortened("+86 138 1234 5678 x") == "+86 138****5678 x"
    assert shortened("座机 0532-88881234") == "座机 0532-****1234"


def test_numbers_that_are_no_phone_stay() -> None:
    for text in ("结算单 370200C202500000039", "金额 1,380.50 元", "2025-10-16 18:41", "H37020500123"):
        assert shortened(text) == text


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_no_cell_starts_a_formula(start: str) -> None:
    assert formula_safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_a_harmless_cell_gets_no_apostrophe() -> None:
    assert formula_safe("康宁桥=大药房") == "康宁桥=大药房"


def test_numbers_are_as_short_as_they_may_be() -> None:
    assert [number(v) for v in (38.0, 1234567, 0.87, 0.0004, 1738.4, 2.5, None, float("nan"), float("inf"))] == [
        "38", "1,234,567", "0.87", "0.0004", "1,738", "2.5", "—", "—", "—",
    ]  # fmt: skip
    assert amount(Decimal("1234567.5")) == "1,234,567.50"


def test_columns_line_up_with_chinese_in_them() -> None:
    assert display_width("参保人 3") == 8
    assert display_width(padded("定点零售药店", 10)) == 10
    assert padded("定点零售药店", 10).startswith("定点零售…")
    assert padded("7", 4, right=True) == "   7"
