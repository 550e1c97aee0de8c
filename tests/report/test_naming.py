"""How people are called: handles, cut names, ids or codes."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from fraudgraph.errors import SettingsError
from fraudgraph.records import NodeKind, Role
from fraudgraph.report.naming import Naming, handles, is_national_id
from fraudgraph.settings import PrivacySettings, Settings

from .conftest import NAMES, a_member, patient_id, small_ring

IDENTITY, TWIN = "11010519491231002X", "110105195001010020"


def with_check_digit(seventeen: str) -> str:
    return next(seventeen + c for c in "0123456789X" if is_national_id(seventeen + c))


def masked(key: str = "our own secret") -> Settings:
    return Settings(privacy=PrivacySettings(mask_ids=True, code_key=SecretStr(key)))


def test_everyone_gets_a_short_handle_that_does_not_hang_on_the_order() -> None:
    ring = small_ring()
    named = handles(ring)
    assert named[NodeKind.PATIENT, patient_id(0)] == "P1"
    assert named[NodeKind.DOCTOR, "D370203004511"] == "D1"
    assert sorted(named.values()) == sorted(["D1", "D2", "S1", *(f"P{n}" for n in range(1, 9))])
    assert handles(replace(ring, members=ring.members[::-1])) == named


def test_ids_stand_as_delivered_unless_the_setting_masks_them() -> None:
    ring = small_ring()
    assert Naming([ring], Settings()).entity(NodeKind.PATIENT, patient_id(3)) == patient_id(3)
    code = Naming([ring], masked()).entity(NodeKind.PATIENT, patient_id(3))
    assert code.startswith("P-")
    assert patient_id(3) not in code
    assert code == Naming([], masked()).entity(NodeKind.PATIENT, patient_id(3)), "stable from ring to ring"
    assert code != Naming([ring], masked("another")).entity(NodeKind.PATIENT, patient_id(3)), "keyed"
    assert Naming([ring], masked()).entity(NodeKind.PHARMACY, "H37020500123") == "H37020500123"


def test_masking_without_a_key_is_refused_with_the_remedy() -> None:
    settings = Settings(privacy=PrivacySettings(mask_ids=True, code_key=SecretStr("")))
    with pytest.raises(SettingsError, match="FRAUDGRAPH_CODE_KEY") as problem:
        Naming([small_ring()], settings)
    assert "FRAUDGRAPH_CODE_KEY" in problem.value.message_zh


def test_an_identity_number_never_stands_whole() -> None:
    assert is_national_id(IDENTITY)
    assert not is_national_id("110105194912310021"), "wrong check digit"
    assert not is_national_id("370200202500000039")
    assert Naming([], Settings()).entity(NodeKind.PATIENT, IDENTITY) == "110105********002X"


def test_identity_numbers_that_look_alike_once_cut_are_told_apart() -> None:
    first = with_check_digit("11010519491231002")
    second = next(
        candidate
        for year in range(1950, 2000)
        for day in range(1, 29)
        if (candidate := with_check_digit(f"110105{year}01{day:02d}002"))[-1] == first[-1]
    )
    members = tuple(a_member(NodeKind.PATIENT, i, Role.CARD_HOLDER) for i in (first, second))
    naming = Naming([replace(small_ring(), members=members)], Settings())
    shown = {naming.entity(NodeKind.PATIENT, i) for i in (first, second)}
    assert len(shown) == 2
    assert all(first[6:14] not in text and second[6:14] not in text for text in shown)


def test_sentences_name_people_as_everything_else_does() -> None:
    ring = small_ring()
    sentence = f"{NAMES[0]}（{patient_id(0)}）与康宁桥大药房同在，电话 13812345678。"
    assert (
        Naming([ring], Settings()).sentence(sentence)
        == f"穆*（{patient_id(0)}）与康宁桥大药房同在，电话 138****5678。"
    )
    hidden = Naming([ring], masked()).sentence(sentence)
    assert patient_id(0) not in hidden
    assert NAMES[0] not in hidden


def test_a_claim_id_that_looks_like_a_phone_stays_whole() -> None:
    naming = Naming([small_ring()], Settings(), claim_ids=["13812345678"])
    assert "13812345678" in naming.sentence("claim 13812345678 was paid")


def test_a_count_in_a_sentence_is_not_taken_for_an_id() -> None:
    ring = replace(small_ring(), members=(a_member(NodeKind.PATIENT, "38", Role.CARD_HOLDER),))
    assert Naming([ring], masked()).sentence("38 次刷卡") == "38 次刷卡"
