"""The database's own catalogue: which pages belong to which table, and how its rows are laid out.

Boot page 9 of file 1 points (at +612) to the first page of `sysallocunits`; from there `sysrowsets` (rowset
5 << 16) and the rest by object number. `syscolpars` describes the catalogue's own tables as well, so only four
layouts are written down here. Sources: the texts of the views sys.system_internals_*, Kalen Delaney's
"SQL Server Internals", PROVENANCE.md of BusinessCentral.BakReader, and the files themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.allocation import Allocation
from fraudgraph.backups.sqlserver.faults import Losses, LostValueError, refuse
from fraudgraph.backups.sqlserver.layouts import (
    KNOWN,
    SYSALLOCUNITS,
    SYSCOLPARS,
    SYSROWSETS,
    SYSSCHOBJS,
    VARIABLE,
    WIDTHS,
    Layout,
    Slice,
    SystemTable,
    column_numbers,
    column_texts,
    slices,
)
from fraudgraph.backups.sqlserver.pages import PageStore, u16, u32
from fraudgraph.backups.sqlserver.records import Rows, find_rows, find_slots

__all__ = ["Catalog", "Rowset"]

Ints = npt.NDArray[np.int64]
FIRST_VERSION, FIRST_WITH_COMPRESSION = 600, 650
MOST_PAGES = 4_000_000


@dataclass(slots=True)
class Rowset:
    """One partition of a heap or clustered index."""

    rowset: int
    partition: int
    rows: int
    compression: int
    first_iam: tuple[int, int]
    columns: dict[int, Slice]


class Catalog:
    """Reads the catalogue once, when a database is opened.

    Parameters
    ----------
    store : PageStore
    losses : Losses
        Counts what of the catalogue can't be read.
    """

    def __init__(self, store: PageStore, losses: Losses) -> None:
        self.store, self.losses = store, losses
        self.allocation = Allocation(store)
        boot = self._boot()
        self.version = u16(boot, 100)
        if self.version < FIRST_VERSION:
            raise refuse(
                f"internal version {self.version} is of SQL Server 2000 or older; its catalogue is another. Ask for an export of the tables (bcp … out -c -C 65001, or CSV).",
                f"内部版本 {self.version} 属于 SQL Server 2000 或更早，目录结构不同。请索取各表导出文件（bcp … out -c -C 65001 或 CSV）。",
            )
        self.name = boot[148:404].decode("utf-16-le", "replace").split("\0")[0].rstrip("\u2020 ")
        self.collation = u32(boot, 488)
        units = self._chain((u16(boot, 616), u32(boot, 612)))
        self.units = column_numbers(units, SYSALLOCUNITS)
        self.rowsets = column_numbers(self._rows(5 << 16), SYSROWSETS)
        if self.version < FIRST_WITH_COMPRESSION:
            self.rowsets["cmprlevel"][:] = 0
        self.objects = self._known(34, SYSSCHOBJS)
        self.columns = self._known(41, SYSCOLPARS)
        if not len(self.objects) or not len(self.columns):
            raise refuse(
                "the lists of tables and columns can't be read; the file is damaged, encrypted (TDE) or incomplete. Ask for an export of the tables, or for a copy made without encryption.",
                "无法读取表与列的目录；文件已损坏、被加密（TDE）或不完整。请索取各表导出文件，或未加密的副本。",
            )
        self.by_object = self._index(self.columns.numbers["id"])
        self.schemas = self._schemas()
        self.slices = self._layouts()

    def _boot(self) -> bytes:
        try:
            boot = self.store.page(1, 9)
        except LostValueError:
            boot = b""
        if not boot or boot[1] != 13 or boot[0] != 1:
            raise refuse(
                "boot page 9 of file 1 is missing; give the primary file (.mdf) or a full backup.",
                "缺少文件 1 的引导页 9；请提供主数据文件（.mdf）或完整备份。",
            )
        return boot

    def _chain(self, at: tuple[int, int]) -> Rows:
        pages: list[bytes] = []
        seen: set[tuple[int, int]] = set()
        while at != (0, 0) and at not in seen and len(pages) < MOST_PAGES:
            seen.add(at)
            try:
                page = self.store.page(*at)
            except LostValueError as lost:
                self.losses.add("chain", str(lost))
                break
            if page[1] != 1:
                self.losses.add("chain", f"page {at[0]}:{at[1]}")
                break
            pages.append(page)
            at = (u16(page, 20), u32(page, 16))
        return self._parse(pages)

    def _parse(self, pages: list[bytes]) -> Rows:
        block = np.frombuffer(b"".join(pages) or bytes(8192), np.uint8).reshape(-1, 8192)
        names = [f"catalogue page {u16(page, 36)}:{u32(page, 32)}" for page in pages] or ["catalogue"]
        return find_rows(find_slots(block, names, self.losses), names, self.losses)

    def first_iam(self, owner: int, kind: int = 1) -> tuple[int, int] | None:
        """Where the chain of allocation pages of a rowset starts; None if it has no such unit."""
        found = np.flatnonzero((self.units["ownerid"] == owner) & (self.units["type"] == kind))
        if not len(found):
            return None
        at = int(found[0])
        return int(self.units["iam_file"][at]) & 0xFFFF, int(self.units["iam_page"][at]) & 0xFFFFFFFF

    def _rows(self, rowset: int) -> Rows:
        first = self.first_iam(rowset)
        pages = []
        for file, ids in self.allocation.pages(first, self.losses) if first else []:
            block, _ = self.store.block(file, ids[:MOST_PAGES])
            pages += [row.tobytes() for row in block[block[:, 1] == 1]]
        return self._parse(pages)

    def _rowset_of(self, object_id: int) -> int | None:
        sets = self.rowsets
        found = np.flatnonzero((sets["idmajor"] == object_id) & (sets["idminor"] <= 1))
        return int(sets["rowsetid"][found[0]]) if len(found) else None

    def _known(self, object_id: int, layout: Layout) -> SystemTable:
        rowset = self._rowset_of(object_id)
        rows = self._rows(-1 if rowset is None else rowset)
        return SystemTable(column_numbers(rows, layout), column_texts(rows, 0))

    @staticmethod
    def _index(ids: Ints) -> dict[int, Ints]:
        order = np.argsort(ids, kind="stable")
        cuts = np.flatnonzero(np.diff(ids[order])) + 1
        return {int(ids[part[0]]): part for part in np.split(order, cuts) if len(part)}

    def described(self, object_id: int) -> tuple[Layout, dict[str, int]]:
        """Layout of a base table of the catalogue, from its own description in `syscolpars`."""
        rows = self.by_object.get(object_id, np.zeros(0, np.int64))
        rows = rows[self.columns.numbers["number"][rows] == 0]
        rows = rows[np.argsort(self.columns.numbers["colid"][rows], kind="stable")]
        fixed: Layout = {}
        variable: dict[str, int] = {}
        at = 0
        for row in rows.tolist():
            name, kind = self.columns.texts[row], int(self.columns.numbers["xtype"][row])
            if kind in VARIABLE:
                variable[name] = len(variable)
                continue
            width = WIDTHS.get(kind, int(self.columns.numbers["length"][row]))
            if width in (1, 2, 4, 8):
                fixed[name] = (at, width)
            at += width
        return fixed, variable

    def base_table(self, object_id: int) -> tuple[Rows, Layout, dict[str, int]] | None:
        """Rows of a base table of the catalogue with its layout; None if the file has no such table."""
        rowset = self._rowset_of(object_id)
        fixed, variable = self.described(object_id)
        if not fixed and self.version >= FIRST_WITH_COMPRESSION:
            fixed, variable = KNOWN.get(object_id, (fixed, variable))
        if rowset is None or not fixed:
            return None
        return self._rows(rowset), fixed, variable

    def table(self, object_id: int, wanted: tuple[str, ...], text: str = "") -> SystemTable | None:
        """Chosen columns of a base table of the catalogue."""
        found = self.base_table(object_id)
        if found is None:
            return None
        rows, fixed, variable = found
        if any(name not in fixed for name in wanted):
            return None
        numbers = column_numbers(rows, {name: fixed[name] for name in wanted})
        return SystemTable(numbers, column_texts(rows, variable[text]) if text in variable else [])

    def texts_of(self, object_id: int, names: tuple[str, ...]) -> list[list[str]]:
        """Variable text columns of a base table of the catalogue."""
        found = self.base_table(object_id)
        if found is None or any(name not in found[2] for name in names):
            return []
        return [column_texts(found[0], found[2][name]) for name in names]

    def _schemas(self) -> dict[int, str]:
        table = self.table(64, ("class", "id"), "name")
        names = {1: "dbo"}
        if table is not None:
            which = np.flatnonzero(table.numbers["class"] == 50)
            names |= {int(table.numbers["id"][k]): table.texts[k] for k in which.tolist()}
        return names

    def _layouts(self) -> dict[int, dict[int, Slice]]:
        if self.version < FIRST_WITH_COMPRESSION:
            return self._layouts_2005()
        wanted = ("rsid", "rscolid", "hbcolid", "status", "offset", "nullbit", "bitpos")
        table = self.table(3, wanted)
        return {} if table is None else slices(table.numbers)

    def _layouts_2005(self) -> dict[int, dict[int, Slice]]:
        own = self.table(13, ("hobtid", "hobtcolumnid", "status", "offsetleaf", "nullbitleaf", "bitposleaf"))
        tie = self.table(4, ("rowsetid", "rowsetcolid", "hobtcolid", "status"))
        if own is None or tie is None:
            return {}
        hobts = zip(own.numbers["hobtid"].tolist(), own.numbers["hobtcolumnid"].tolist(), strict=True)
        place = {key: k for k, key in enumerate(hobts)}
        ties = zip(tie.numbers["rowsetid"].tolist(), tie.numbers["hobtcolid"].tolist(), strict=True)
        found = [place.get(key, -1) for key in ties]
        at = np.array(found, dtype=np.int64)
        good = at >= 0
        own_at = at[good]
        numbers = {
            "rsid": tie.numbers["rowsetid"][good],
            "rscolid": tie.numbers["rowsetcolid"][good],
            "hbcolid": own.numbers["hobtcolumnid"][own_at],
            "status": own.numbers["status"][own_at],
            "offset": own.numbers["offsetleaf"][own_at],
            "nullbit": own.numbers["nullbitleaf"][own_at],
            "bitpos": own.numbers["bitposleaf"][own_at],
        }
        return slices(numbers)

    def rowsets_of(self, object_id: int) -> list[Rowset]:
        """Heap or clustered index of a table, partition by partition."""
        sets = self.rowsets
        which = (sets["idmajor"] == object_id) & (sets["idminor"] >= 0) & (sets["idminor"] <= 1)
        found = []
        for at in np.flatnonzero(which).tolist():
            rowset = int(sets["rowsetid"][at])
            found.append(
                Rowset(
                    rowset, int(sets["numpart"][at]), int(sets["rcrows"][at]), int(sets["cmprlevel"][at]),
                    self.first_iam(rowset) or (0, 0), self.slices.get(rowset, {}),
                )
            )  # fmt: skip
        return sorted(found, key=lambda one: (one.partition, one.rowset))
