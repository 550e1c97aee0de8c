"""Whatever text a supplier writes comes back as it was, and every row and fen is accounted for."""

from __future__ import annotations

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudgraph.claims.formats.encodings import as_utf8
from fraudgraph.claims.formats.malformed_text import careful_rows
from fraudgraph.claims.formats.sources import discover
from fraudgraph.claims.formats.text_files import open_text
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.typing.column_sql import ODD_SPACES
from fraudgraph.claims.typing.missing_words import missing_words
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store
from tests.claims.deliveries import settlement

FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
HOSTILE = st.one_of(
    st.text(
        st.characters(exclude_categories=("Cs",), exclude_characters="\ufdd0\ufdd1\ufdd2"),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(
        [
            '"',
            '""',
            'a"b',
            "'",
            ",",
            "\n",
            "\r\n",
            "\\",
            "=1+1",
            "'; DROP TABLE claims;",
            "\x00",
            "㐂𠀀",
            "NULL",
            "{}",
            "$x",
            "%s",
        ]
    ),
)


def as_read(value: str) -> str | None:
    """What is left of a name: outer spaces and invisible marks go; an empty text, and a word for "not known", is none."""
    text = value.strip(ODD_SPACES)
    return None if not text or text.lower() in missing_words() else text


@FEW
@given(
    st.lists(HOSTILE, min_size=1, max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.sampled_from(",\t;|"),
)
def test_names_of_any_text_come_back(names: list[str], encoding: str, delimiter: str) -> None:
    rows = [settlement(i, psn_no=f"A{i:03d}", psn_name=name) for i, name in enumerate(names)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "setl_d.csv"
        path.write_bytes(out.getvalue().encode(encoding))
        with Store(Path(folder) / "store") as store:
            report = read_claims(store, [path], SourceSettings(max_reject_share=1))
            found = store.rows("SELECT name FROM patients ORDER BY patient_id")
    assert report.tables["claims"].rows_kept == len(names)
    assert [row[0] for row in found] == [as_read(name) for name in names]


def test_a_table_of_nothing_but_nul_is_still_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        b'"a","b","c"\n' + b'"\x00\x00\x00\x00\x00\x00","\x00\x00\x00\x00\x00","\x00\x00\x00\x00"\n'
    )
    utf8 = as_utf8(discover([tmp_path / "a.csv"])[0], tmp_path / "copy.csv")
    assert utf8 is not None
    (text,) = open_text(utf8, tmp_path / "copy.csv")
    assert [list(row.values) for row in careful_rows(text)] == [["\x00" * 6, "\x00" * 5, "\x00" * 4]]


@MANY
@given(
    st.lists(st.lists(HOSTILE, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
def test_reading_with_care_is_the_inverse_of_writing(rows: list[list[str]], newline: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=newline)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(out.getvalue().encode("utf-8"))
        copy = Path(folder) / "copy.csv"
        utf8 = as_utf8(discover([path])[0], copy)
        assert utf8 is not None
        (text,) = open_text(utf8, copy)
        assert text is not None
        found = list(careful_rows(text))
    assert [row.fault for row in found] == [None] * len(rows)
    assert [list(row.values) for row in found] == rows
    newlines = [sum(value.count("\n") for value in row) for row in rows]
    assert [row.line for row in found] == [2 + i + sum(newlines[:i]) for i in range(len(rows))]


DIRT = st.sampled_from(
    [
        {},
        {},
        {},
        {"medfee_sumamt": "x"},
        {"medfee_sumamt": "1e400"},
        {"medfee_sumamt": "-12.345"},
        {"medfee_sumamt": ""},
        {"psn_no": " "},
        {"vali_flag": "0"},
        {"begndate": "20251340"},
        {"enddate": "1999-01-01"},
        {"setl_id": "S00001"},
        {"refd_setl_flag": "1", "medfee_sumamt": "-100.50", "fund_pay_sumamt": "-60.25"},
        {"med_type": "Z"},
        {"psn_name": 'open " quote'},
        {"psn_name": "two\nlines"},
    ]
)
BROKEN_LINES = st.lists(
    st.sampled_from(["", ",", '"', "a,b,c", ",".join("x" * 13), '","'.join("x" * 13), "\x00"]), max_size=3
)


@FEW
@given(st.lists(DIRT, min_size=1, max_size=25), BROKEN_LINES, st.randoms(use_true_random=False))
def test_rows_and_money_are_conserved(dirt: list[dict[str, str]], broken: list[str], chance: object) -> None:
    rows = [settlement(i, **changes) for i, changes in enumerate(dirt)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "setl_d.csv"
        path.write_text(out.getvalue() + "\n".join(broken), encoding="gb18030", newline="")
        with Store(Path(folder) / "store") as store:
            try:
                report = read_claims(store, [path], SourceSettings(max_reject_share=1))
            except SourceError as refused:
                assert "None of" in refused.message_en or "can be read two ways" in refused.message_en
                return
            kept = store.one("SELECT count(*), coalesce(sum(total_amount), 0) FROM claims")
            aside = store.one("SELECT count(*), coalesce(sum(amount), 0) FROM rejects")
            lines = store.one('SELECT count(DISTINCT "line"), count(raw_line), count(reason_zh) FROM rejects')
            net = store.one("SELECT sum(net_total_amount), sum(total_amount) FROM claims")
    table = report.tables["claims"]
    assert (table.rows_read, table.amount_read) == (kept[0] + aside[0], kept[1] + aside[1])
    assert lines == (aside[0],) * 3
    assert net[0] == net[1]
    assert table.rows_read >= len(rows)
    readable = sum(
        (
            Decimal(row["medfee_sumamt"]).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            for row in rows
            if row["medfee_sumamt"] not in ("", "x", "1e400")
        ),
        Decimal(0),
    )
    assert table.amount_read == readable
