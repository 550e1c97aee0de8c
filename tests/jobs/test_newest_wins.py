"""A later delivery counts, whatever its rows say; what came again unchanged is nobody's fault; nothing is lost on the way in."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.errors import SourceError, StorageError, UsageError
from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.jobs.deliveries import Delivery, decide_on, deliveries, link_window, window_of
from fraudgraph.jobs.month import check_month
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import Settings, SourceSettings
from fraudgraph.store import Store

OCTOBER = Month(2025, 10)
CLAIMS = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount,vali_flag"
ITEMS = "claim_id,item_code,item_name,quantity,amount"
NUMBERED = f"{ITEMS},费用明细流水号"
DOCTORS = "doctor_id,name,facility_id"


def claim(number: int, total: str = "100.00", *, valid: str = "1", day: str = "2025-10-02") -> str:
    return f"C{number},P{number},H3702020001,outpatient,{day} 09:00:00,{total},50.00,{valid}"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "w")
    return Workspace(tmp_path / "w")


def deliver(workspace: Workspace, settings: Settings | None = None, **files: list[str]) -> Delivery | None:
    """Take in files of rows, each named by its table; the first row is the header."""
    for name, rows in files.items():
        (workspace.inbox / f"{name}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return take_in(workspace, settings or Settings())


def month(workspace: Workspace, asked: Month = OCTOBER) -> dict[str, Any]:
    """What a month is scored from: claims and fee lines by id, doctors, and what reading told."""
    settings = Settings()
    _, used = window_of(deliveries(workspace), asked, settings)
    with Store(workspace.work / "look") as store:
        read = read_claims(
            store, [link_window(used, workspace.work / "window")], SourceSettings(), month=asked, window_months=12,
            kept=KeptSheets(workspace.kept), partial=True, deliveries=True,
        )  # fmt: skip
        return {
            "claims": dict(store.rows("SELECT claim_id, total_amount FROM claims ORDER BY 1")),
            "items": store.rows("SELECT claim_id, item_code, amount FROM claim_items ORDER BY ALL"),
            "doctors": dict(store.rows("SELECT doctor_id, facility_id FROM doctors ORDER BY 1")),
            "changes": store.rows("SELECT claim_id, what, total_before, total_after FROM claim_changes ORDER BY 1"),
            "rejects": store.rows("SELECT code, count(*) FROM rejects GROUP BY 1 ORDER BY 1"),
            "read": read,
        }  # fmt: skip


def test_twenty_corrected_claims_all_have_the_new_amount_whatever_their_text(workspace: Workspace) -> None:
    deliver(workspace, claims=[CLAIMS, *(claim(i, f"{100 + i}.00") for i in range(40))])
    deliver(workspace, claims=[CLAIMS, *(claim(i, f"{200 - 7 * i}.00") for i in range(20))])
    found = month(workspace)
    assert found["claims"] == {f"C{i}": Decimal(200 - 7 * i if i < 20 else 100 + i) for i in range(40)}
    changes = found["read"].changes
    assert (changes.changed, changes.withdrawn) == (20, 0)
    assert changes.total_before == sum(100 + i for i in range(20))
    assert changes.total_after == sum(200 - 7 * i for i in range(20))
    assert found["rejects"] == []


def test_a_month_exported_whole_again_is_no_reject_and_passes_however_often(workspace: Workspace) -> None:
    rows = [claim(i) for i in range(30)]
    deliver(workspace, claims=[CLAIMS, *rows])
    for turn in range(3):
        again = deliver(workspace, claims=[CLAIMS, *rows, claim(100 + turn)])
        assert again is not None
        assert again.effects == {"again": 30, "new": 1}
    found = month(workspace)
    assert len(found["claims"]) == 33
    assert found["read"].reasons["claims"] == {"E_DELIVERED_AGAIN": 90}
    assert found["read"].tables["claims"].rows_superseded == 90


def test_a_true_duplicate_within_one_delivery_stays_a_reject(workspace: Workspace) -> None:
    deliver(workspace, claims=[CLAIMS, *(claim(i) for i in range(40)), claim(1)])
    deliver(workspace, claims=[CLAIMS, claim(2, "7.00")])
    found = month(workspace)
    assert found["rejects"] == [("E_DUPLICATE", 1)]
    assert (found["claims"]["C1"], found["claims"]["C2"]) == (Decimal(100), Decimal(7))


def test_a_claim_withdrawn_by_its_mark_is_gone_and_one_delivered_afterwards_is_back(
    workspace: Workspace,
) -> None:
    deliver(workspace, claims=[CLAIMS, *(claim(i) for i in range(9))])
    withdrawn = deliver(workspace, claims=[CLAIMS, claim(3, valid="0")])
    assert withdrawn is not None
    assert (withdrawn.effects, withdrawn.touched) == ({"withdrawn": 1}, {"2025-10": 1})
    found = month(workspace)
    assert "C3" not in found["claims"]
    assert found["changes"] == [("C3", "withdrawn", Decimal(100), None)]
    deliver(workspace, claims=[CLAIMS, claim(3, "60.00")])
    assert month(workspace)["claims"]["C3"] == Decimal(60)


def test_the_first_version_delivered_once_more_is_the_newest(workspace: Workspace) -> None:
    """The same bytes as the first delivery, after a correction: they are no copy, they take the correction back."""
    rows = [CLAIMS, *(claim(i) for i in range(5))]
    deliver(workspace, claims=rows)
    deliver(workspace, claims=[CLAIMS, claim(1, "9.00")])
    assert deliver(workspace, claims=rows) is not None
    assert month(workspace)["claims"]["C1"] == Decimal(100)
    assert deliver(workspace, claims=rows) is None, "now it is a copy"


def test_a_claim_moved_to_another_month_counts_there_alone(workspace: Workspace) -> None:
    deliver(workspace, claims=[CLAIMS, *(claim(i, day="2025-09-10") for i in range(5))])
    moved = deliver(workspace, claims=[CLAIMS, claim(2, day="2025-10-10")])
    assert moved is not None
    assert moved.touched == {"2025-09": 1, "2025-10": 1}
    assert "C2" not in month(workspace, Month(2025, 9))["claims"]
    assert "C2" in month(workspace)["claims"]


def test_fee_lines_of_a_corrected_claim_are_the_new_ones_and_others_stay(workspace: Workspace) -> None:
    lines = [f"C{i},X{j},item,1,50.00" for i in range(4) for j in range(2)]
    deliver(workspace, claims=[CLAIMS, *(claim(i) for i in range(4))], claim_items=[ITEMS, *lines])
    deliver(workspace, claims=[CLAIMS, claim(0, "70.00")], claim_items=[ITEMS, "C0,X0,item,1,70.00"])
    found = month(workspace)["items"]
    assert [row for row in found if row[0] == "C0"] == [("C0", "X0", Decimal(70))]
    assert len(found) == 7


def test_fee_lines_with_numbers_may_come_in_parts(workspace: Workspace) -> None:
    """A stay's lines of two months, and one of them corrected: no part pushes the other out."""
    deliver(
        workspace,
        claims=[CLAIMS, claim(0)],
        claim_items=[NUMBERED, "C0,X0,item,1,30.00,L1", "C0,X1,item,1,20.00,L2"],
    )
    deliver(workspace, claim_items=[NUMBERED, "C0,X2,item,1,50.00,L3", "C0,X1,item,1,25.00,L2"])
    assert month(workspace)["items"] == [
        ("C0", "X0", Decimal(30)), ("C0", "X1", Decimal(25)), ("C0", "X2", Decimal(50)),
    ]  # fmt: skip


def test_a_register_alone_is_a_delivery_and_its_newest_entry_counts(workspace: Workspace) -> None:
    deliver(
        workspace, claims=[CLAIMS, claim(0)], doctors=[DOCTORS, "D1,王一,H3702020001", "D2,李二,H3702020001"]
    )
    assert deliver(workspace, doctors=[DOCTORS, "D1,王一,H3702030002"]) is not None
    assert month(workspace)["doctors"] == {"D1": "H3702030002", "D2": "H3702020001"}


def test_a_delivery_withdrawn_by_hand_does_not_count_until_it_is_restored(workspace: Workspace) -> None:
    deliver(workspace, claims=[CLAIMS, *(claim(i) for i in range(5))])
    wrong = deliver(workspace, claims=[CLAIMS, claim(1, "9.00")])
    assert wrong is not None
    decide_on(workspace, wrong, "withdraw", by="李敏", reason="误传")
    assert month(workspace)["claims"]["C1"] == Decimal(100)
    (kept,) = [one for one in deliveries(workspace) if one.id == wrong.id]
    with pytest.raises(UsageError, match="withdrawn already"):
        decide_on(workspace, kept, "withdraw", by="李敏", reason="误传")
    decide_on(workspace, kept, "restore", by="李敏", reason="无误")
    assert month(workspace)["claims"]["C1"] == Decimal(9)


# The gate.


def test_every_bad_file_is_named_and_the_inbox_is_as_it_was(workspace: Workspace) -> None:
    (workspace.inbox / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (workspace.inbox / "c.csv").write_text(
        f"{CLAIMS}\nC1,P1,H3702020001,outpatient,no day,x,y,1\n", encoding="utf-8"
    )
    before = {path.name: path.read_bytes() for path in workspace.inbox.iterdir()}
    with pytest.raises(SourceError) as told:
        deliver(workspace, a=[CLAIMS, claim(1)])
    assert "b.xlsx" in told.value.message_en
    assert "c.csv" in told.value.message_zh
    assert "a.csv:" not in told.value.message_en
    assert before.items() <= {path.name: path.read_bytes() for path in workspace.inbox.iterdir()}.items()
    assert deliveries(workspace) == []


def test_with_quarantine_the_bad_file_goes_aside_with_its_reason_and_the_rest_goes_on(
    workspace: Workspace,
) -> None:
    settings = Settings.model_validate({"month": {"quarantine": True}})
    (workspace.inbox / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    taken = deliver(workspace, settings, a=[CLAIMS, claim(1)])
    assert taken is not None
    assert [file.name for file in taken.files] == ["a.csv"]
    assert list(workspace.inbox.iterdir()) == []
    (reason,) = workspace.quarantine.rglob("*.reason.json")
    assert json.loads(reason.read_text(encoding="utf-8"))["file"] == "b.xlsx"
    assert (reason.parent / "b.xlsx").is_file()


def test_a_link_is_refused_and_named(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text(f"{CLAIMS}\n{claim(1)}\n", encoding="utf-8")
    (workspace.inbox / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(SourceError, match=r"link\.csv: it is a symbolic link"):
        take_in(workspace, Settings())


def test_a_file_that_grows_while_it_is_copied_is_refused(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.inbox / "claims.csv"
    path.write_text(f"{CLAIMS}\n{claim(1)}\n", encoding="utf-8")
    real = os.fsync

    def write_on(handle: int) -> None:
        real(handle)
        with path.open("a", encoding="utf-8") as file:
            file.write(claim(2) + "\n")

    monkeypatch.setattr(os, "fsync", write_on)
    with pytest.raises(SourceError, match="still being written"):
        take_in(workspace, Settings())
    assert path.is_file()


def test_what_is_kept_is_a_copy_and_its_hash_is_checked_when_it_is_read(workspace: Workspace) -> None:
    (workspace.inbox / "claims.csv").write_text(f"{CLAIMS}\n{claim(1)}\n", encoding="utf-8")
    with (workspace.inbox / "claims.csv").open("a", encoding="utf-8") as writer:
        taken = take_in(workspace, Settings())
        writer.write(
            claim(2) + "\n"
        )  # into the inbox's own file, which is gone: nothing of it gets into the kept one
    assert taken is not None
    kept = taken.folder / "files" / "claims.csv"
    assert kept.read_text(encoding="utf-8").count("\n") == 2
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text(f"{CLAIMS}\n{claim(3)}\n", encoding="utf-8")
    with pytest.raises(StorageError, match="its hash differs"):
        month(workspace)


def test_a_month_without_claims_is_told_with_those_that_exist(workspace: Workspace) -> None:
    deliver(workspace, claims=[CLAIMS, claim(1)])
    check_month(OCTOBER, deliveries(workspace))
    with pytest.raises(SourceError, match=r"No claims of 2052-10 .* 2025-10\."):
        check_month(Month(2052, 10), deliveries(workspace))


def test_a_delivery_told_of_by_a_torn_file_is_named(workspace: Workspace) -> None:
    taken = deliver(workspace, claims=[CLAIMS, claim(1)])
    assert taken is not None
    path = taken.folder / "delivery.json"
    path.write_text(path.read_text(encoding="utf-8")[:40], encoding="utf-8")
    with pytest.raises(StorageError, match=str(path)):
        deliveries(workspace)


def test_a_packed_delivery_is_what_is_in_it(workspace: Workspace, tmp_path: Path) -> None:
    """A workbook counts as claims, not as a register, so that its months are its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (CLAIMS, claim(1), claim(2)):
        sheet.append(row.split(","))
    book.save(workspace.inbox / "claims.xlsx")
    taken = take_in(workspace, Settings())
    assert taken is not None
    assert taken.files[0].kinds == ("claims",)
    assert not taken.files[0].is_register
