"""Builds small SQL Server files from the published byte layouts.

These files are made from the specification (Microsoft's page and tape documents, Randal's and Delaney's
descriptions, PROVENANCE.md of BusinessCentral.BakReader), not by a server: they show that the reader follows the
layouts, not that a server writes them so. Nothing here is shared with the reader.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from decimal import Context, Decimal
from itertools import pairwise

PAGE = 8192
EXTENT = 8
INTERVAL = 63_904
FILLER, PFS_EVERY = 0x65, 8088
FIXED = {
    48: 1,
    52: 2,
    56: 4,
    127: 8,
    59: 4,
    62: 8,
    60: 8,
    122: 4,
    61: 8,
    58: 4,
    36: 16,
    40: 3,
    104: 1,
    189: 8,
}
PRC, LATIN, DATABASE = 0xD024, 0xD008, 0xD024


@dataclass
class Col:
    name: str
    xtype: int
    length: int = 0
    prec: int = 0
    scale: int = 0
    collation: int = 0
    status: int = 0
    sparse: bool = False
    dropped: bool = False
    internal: bool = False

    def width(self) -> int:
        """Bytes in the fixed part; 0 for variable columns."""
        if self.xtype in (106, 108):
            return next(w for top, w in ((9, 5), (19, 9), (28, 13), (38, 17)) if self.prec <= top)
        if self.xtype in (41, 42, 43):
            return (3 if self.scale <= 2 else 4 if self.scale <= 4 else 5) + {41: 0, 42: 3, 43: 5}[self.xtype]
        return FIXED.get(self.xtype, self.length if self.xtype in (173, 175, 239) else 0)


@dataclass
class Place:
    col: Col
    number: int
    null_bit: int
    offset: int = -1
    ordinal: int = -1
    bit: int = 0


def place_columns(cols: list[Col]) -> list[Place]:
    places, at, ordinal, bit, bit_at = [], 4, 0, 0, 0
    null_bit = 0
    for number, col in enumerate(cols, 1):
        if col.sparse:
            places.append(Place(col, number, 0))
            continue
        null_bit += 1
        place = Place(col, number, null_bit)
        if col.xtype == 104:
            if bit % 8 == 0:
                bit_at, at = at, at + 1
            place.offset, place.bit = bit_at, bit % 8
            bit += 1
        elif col.width():
            place.offset, at = at, at + col.width()
        else:
            place.ordinal, ordinal = ordinal, ordinal + 1
        places.append(place)
    return places


class Off(bytes):
    """A value that is a pointer: its end carries 0x8000."""


def fixed_var(
    places: list[Place], values: list[bytes | None], *, kind: int = 0, columns: int | None = None
) -> bytes:
    """A record of the FixedVar form; `columns`: how many columns it knew when it was written."""
    shown = [(p, v) for p, v in zip(places, values, strict=True) if not p.col.sparse]
    sparse = [(p, v) for p, v in zip(places, values, strict=True) if p.col.sparse and v is not None]
    known = columns or len(shown)
    shown = shown[:known]
    end = max(
        [4, *(p.offset + (1 if p.col.xtype == 104 else p.col.width()) for p, _ in shown if p.offset >= 0)]
    )
    fixed = bytearray(end)
    nulls = bytearray((known + 7) // 8)
    variable: list[bytes] = []
    for place, value in shown:
        if value is None:
            nulls[(place.null_bit - 1) // 8] |= 1 << ((place.null_bit - 1) % 8)
        if place.offset >= 0 and value is not None:
            if place.col.xtype == 104:
                fixed[place.offset] |= (value[0] & 1) << place.bit
            else:
                fixed[place.offset : place.offset + len(value)] = value
        elif place.ordinal >= 0:
            variable.append(value or b"")
    if sparse:
        body = b"".join(v for _, v in sparse if v)
        ends, total = [], 4 + 4 * len(sparse)
        for _, value in sparse:
            total += len(value or b"")
            ends.append(total)
        numbers = [p.number for p, _ in sparse]
        head = struct.pack(f"<HH{len(sparse)}H{len(sparse)}H", 5, len(sparse), *numbers, *ends)
        variable.append(Off(head + body))
    while variable and variable[-1] == b"" and not isinstance(variable[-1], Off):
        variable.pop()
    fixed[0] = kind << 1 | 0x10 | (0x20 if variable else 0)
    fixed[2:4] = struct.pack("<H", end)
    out = bytes(fixed) + struct.pack("<H", known) + bytes(nulls)
    if variable:
        at = len(out) + 2 + 2 * len(variable)
        ends = []
        for value in variable:
            at += len(value)
            ends.append(at | (0x8000 if isinstance(value, Off) else 0))
        out += struct.pack(f"<H{len(ends)}H", len(ends), *ends) + b"".join(variable)
    return out


BIT = object()
"""Stands for a bit that is 1 in a compressed record."""


@dataclass
class Symbol:
    number: int


def compressed(values: list[object], *, kind: int = 0) -> bytes:
    """A compressed record: None, BIT, Symbol, or the stored bytes of each column."""
    count = len(values)
    head = bytes([count]) if count < 128 else bytes([0x80 | count >> 8, count & 255])
    codes, shorts, longs = (
        [],
        [[] for _ in range((count + 29) // 30)],
        [[] for _ in range((count + 29) // 30)],
    )
    for at, value in enumerate(values):
        if value is None:
            codes.append(0)
        elif value is BIT:
            codes.append(11)
        elif isinstance(value, Symbol):
            codes.append(12)
            shorts[at // 30].append(bytes([value.number]))
        elif isinstance(value, Off) or len(value) > 8:
            codes.append(10)
            longs[at // 30].append(value)
        elif len(value) == 0:
            codes.append(1)
        else:
            codes.append(len(value) + 1)
            shorts[at // 30].append(value)
    codes.append(0)
    packed = bytes(codes[k] | codes[k + 1] << 4 for k in range(0, count, 2))
    short = bytes(len(b"".join(part)) for part in shorts[:-1]) + b"".join(b"".join(part) for part in shorts)
    flat = [value for part in longs for value in part]
    long = b""
    if flat:
        ends, at = [], 0
        for value in flat:
            at += len(value)
            ends.append(at | (0x8000 if isinstance(value, Off) else 0))
        long = struct.pack(f"<BH{len(ends)}H", 1, len(ends), *ends)
        long += bytes(len(part) for part in longs[:-1]) + b"".join(flat)
    return bytes([1 | kind << 2 | (0x20 if flat else 0)]) + head + packed + short + long


def information(anchor: list[object] | None, dictionary: list[bytes]) -> bytes:
    """The compression information after a page's header."""
    flags = (2 if anchor else 0) | (4 if dictionary else 0)
    head = 3 + 2 * bool(anchor) + 2 * bool(dictionary)
    anchor_bytes = compressed(anchor) if anchor else b""
    anchor_end = head + len(anchor_bytes)
    ends, at = [], 2 + 2 * len(dictionary)
    for entry in dictionary:
        at += len(entry)
        ends.append(at)
    words = struct.pack(f"<H{len(ends)}H", len(ends), *ends) + b"".join(dictionary) if dictionary else b""
    out = struct.pack("<BH", flags, 0)
    out += struct.pack("<H", anchor_end) if anchor else b""
    out += struct.pack("<H", anchor_end + len(words)) if dictionary else b""
    return out + anchor_bytes + words


def checksum(page: bytearray) -> int:
    total = 0
    for sector in range(16):
        words = struct.unpack_from("<128I", page, sector * 512)
        part = 0
        for word in words:
            part ^= word
        turn = 15 - sector
        total ^= ((part << turn) | (part >> (32 - turn))) & 0xFFFFFFFF
    return total


@dataclass
class Builder:
    """One database; `save` writes its data files, `backup` a tape."""

    version: int = 957
    name: str = "clinic"
    sums: bool = False
    pages: dict[tuple[int, int], bytearray] = field(default_factory=dict)
    next_extent: dict[int, int] = field(default_factory=lambda: {1: 2})
    free: dict[int, list[int]] = field(default_factory=dict)
    units: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    rowsets: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    objects: list[tuple[int, str, bytes]] = field(default_factory=list)
    columns: list[tuple[int, Col, int]] = field(default_factory=list)
    slices: list[tuple[int, Place]] = field(default_factory=list)
    next_id: int = 1000
    defaults: list[tuple[int, int, bytes]] = field(default_factory=list)

    # pages

    def new_page(self, file: int, kind: int) -> tuple[int, int]:
        left = self.free.setdefault(file, [])
        if not left:
            extent = self.next_extent.setdefault(file, 2)
            self.next_extent[file] = extent + 1
            pages = (extent * EXTENT + k for k in range(EXTENT))
            left += [page for page in pages if page % PFS_EVERY]
        page = left.pop(0)
        self.pages[file, page] = self.blank(file, page, kind)
        return file, page

    @staticmethod
    def blank(file: int, page: int, kind: int) -> bytearray:
        data = bytearray(PAGE)
        data[0], data[1] = 1, kind
        struct.pack_into("<IH", data, 32, page, file)
        return data

    def fill(self, at: tuple[int, int], records: list[bytes], *, info: bytes = b"") -> None:
        page = self.pages[at]
        where = 96
        if info:
            page[2] |= 0x80
            page[where : where + len(info)] = info
            where += len(info)
        for slot, record in enumerate(records):
            assert where + len(record) <= PAGE - 2 * len(records), "page is full"
            page[where : where + len(record)] = record
            struct.pack_into("<H", page, PAGE - 2 * (slot + 1), where)
            where += len(record)
        struct.pack_into("<H", page, 22, len(records))

    def data_pages(self, records: list[bytes], file: int = 1, *, info: bytes = b"") -> list[tuple[int, int]]:
        """Put records on fresh extents of their own."""
        self.free[file] = []
        out, batch, size = [], [], len(info)
        for record in [*records, None]:
            if record is None or size + len(record) + 2 > PAGE - 96:
                at = self.new_page(file, 1)
                self.fill(at, batch, info=info)
                out.append(at)
                batch, size = [], len(info)
            if record is not None:
                batch.append(record)
                size += len(record) + 2
        self.free[file] = []
        return out

    def iam(self, pages: list[tuple[int, int]]) -> tuple[int, int]:
        """A chain of allocation pages, one for each file and interval."""
        groups: dict[tuple[int, int], list[int]] = {}
        for file, page in pages:
            groups.setdefault((file, page // EXTENT // INTERVAL), []).append(page)
        heads = [self.new_page(1, 10) for _ in groups]
        for k, ((file, interval), held) in enumerate(groups.items()):
            first = bytearray(94)
            struct.pack_into("<IH", first, 40, interval * INTERVAL * EXTENT, file)
            bits = bytearray(7992)
            for page in held:
                extent = page // EXTENT - interval * INTERVAL
                bits[extent // 8] |= 1 << (extent % 8)
            self.fill(heads[k], [bytes(first), struct.pack("<HH", 0, 7992) + bytes(bits)])
            if k + 1 < len(heads):
                struct.pack_into("<IH", self.pages[heads[k]], 16, heads[k + 1][1], heads[k + 1][0])
        return heads[0]

    def unit(self, rowset: int, pages: list[tuple[int, int]]) -> None:
        file, page = self.iam(pages)
        self.units.append((self._id() << 16, 1, rowset, page, file))

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id

    # tables

    def table(
        self, name: str, cols: list[Col], partitions: list[list[bytes]], *, compression: int = 0, file: int = 1,
        clustered: bool = True, info: bytes = b"", counts: list[int] | None = None,
    ) -> list[Place]:  # fmt: skip
        """A user table from finished records, one list for each partition."""
        object_id = self._id()
        self.objects.append((object_id, name, b"U "))
        places = place_columns(cols)
        number = 0
        for place in places:
            if not place.col.dropped and not place.col.internal:
                self.columns.append((object_id, place.col, place.number))
        for number, records in enumerate(partitions, 1):
            rowset = self._id() << 16
            pages = self.data_pages(records, file, info=info)
            self.unit(rowset, pages)
            rows = counts[number - 1] if counts else len(records)
            self.rowsets.append((rowset, object_id, int(clustered), number, rows, compression))
            self.slices += [(rowset, place) for place in places]
        return places

    def lob_page(self, records: list[bytes], file: int = 1) -> tuple[int, int]:
        at = self.new_page(file, 3)
        self.fill(at, records)
        return at

    # system tables

    def _system(self) -> None:
        names: dict[int, list[Col]] = {
            7: [Col("auid", 127), Col("type", 48), Col("ownerid", 127), Col("status", 56), Col("fgid", 52),
                Col("pgfirst", 173, 6), Col("pgroot", 173, 6), Col("pgfirstiam", 173, 6)],
            5: [Col("rowsetid", 127), Col("ownertype", 48), Col("idmajor", 56), Col("idminor", 56),
                Col("numpart", 56), Col("status", 56), Col("fgidfs", 52), Col("rcrows", 127), Col("cmprlevel", 48)],
            34: [Col("id", 56), Col("name", 231, 256), Col("nsid", 56), Col("nsclass", 48), Col("status", 56),
                 Col("type", 175, 2)],
            41: [Col("id", 56), Col("number", 52), Col("colid", 56), Col("name", 231, 256), Col("xtype", 48),
                 Col("utype", 56), Col("length", 52), Col("prec", 48), Col("scale", 48), Col("collationid", 56),
                 Col("status", 56)],
            3: [Col("rsid", 127), Col("rscolid", 56), Col("hbcolid", 56), Col("rcmodified", 127), Col("ti", 56),
                Col("cid", 56), Col("ordkey", 52), Col("maxinrowlen", 52), Col("status", 56), Col("offset", 56),
                Col("nullbit", 56), Col("bitpos", 52)],
            64: [Col("class", 48), Col("id", 56), Col("name", 231, 256)],
            24: [Col("dbfragid", 56), Col("fileid", 56), Col("filetype", 48), Col("lname", 231, 256),
                 Col("pname", 231, 520)],
            9: [Col("valclass", 48), Col("id", 127), Col("subid", 127), Col("valnum", 56), Col("value", 98, 8016),
                Col("imageval", 165, -1)],
        }  # fmt: skip
        for object_id, cols in names.items():
            self.objects.append((object_id, "sysseobjvalues" if object_id == 9 else f"sys{object_id}", b"S "))
            self.columns += [(object_id, col, number) for number, col in enumerate(cols, 1)]
        rowset_of = {5: 5 << 16, 7: 7 << 16} | {k: (1 << 48) | (k << 16) for k in (34, 41, 3, 64, 24, 9)}
        rows = {
            34: [[i4(o), u16(n), i4(1), b"\1", i4(0), t] for o, n, t in self.objects],
            41: [self._colpar(*one) for one in self.columns],
            3: [self._rscol(*one) for one in self.slices],
            9: [
                [b"\1", i8(rowset), i8(column), i4(0), value, None] for rowset, column, value in self.defaults
            ],
            64: [[bytes([50]), i4(1), u16("dbo")]],
            24: [
                [i4(1), i4(f), b"\0", u16(f"file{f}"), u16(f"D:\\data\\file{f}")]
                for f in sorted(self.next_extent)
            ],
        }
        for object_id, values in rows.items():
            self._store(rowset_of[object_id], object_id, names[object_id], values)
        sets = [
            [i8(r), b"\1", i4(o), i4(m), i4(p), i4(0), i2(0), i8(n), bytes([c])]
            for r, o, m, p, n, c in self.rowsets
        ]
        own = [(rowset_of[k], k, 1, 1, 0, 0) for k in (5, 7)]
        sets += [
            [i8(r), b"\1", i4(o), i4(m), i4(p), i4(0), i2(0), i8(n), bytes([c])] for r, o, m, p, n, c in own
        ]
        self._store(rowset_of[5], 5, names[5], sets)
        units = [
            [i8(a), bytes([k]), i8(o), i4(0), i2(0), bytes(6), bytes(6), struct.pack("<IH", page, file)]
            for a, k, o, page, file in self.units
        ]
        pages = self.data_pages([fixed_var(place_columns(names[7]), row) for row in units])
        for one, other in pairwise(pages):
            struct.pack_into("<IH", self.pages[one], 16, other[1], other[0])
        self.first_unit = pages[0]

    def _store(self, rowset: int, object_id: int, cols: list[Col], values: list[list[bytes]]) -> None:
        places = place_columns(cols)
        pages = self.data_pages([fixed_var(places, row) for row in values])
        self.unit(rowset, pages)
        if rowset not in (5 << 16, 7 << 16):
            self.rowsets.append((rowset, object_id, 1, 1, len(values), 0))

    @staticmethod
    def _colpar(object_id: int, col: Col, number: int) -> list[bytes]:
        length = col.length or (16 if col.xtype in (34, 35, 99) else col.width())
        status = col.status | (0x1000000 if col.sparse else 0)
        return [
            i4(object_id), i2(0), i4(number), u16(col.name), bytes([col.xtype]), i4(col.xtype), i2(length),
            bytes([col.prec]), bytes([col.scale]), i4(col.collation), i4(status),
        ]  # fmt: skip

    @staticmethod
    def _rscol(rowset: int, place: Place) -> list[bytes]:
        offset = 0 if place.col.sparse else place.offset if place.offset >= 0 else -place.ordinal - 1
        number = (
            place.number
            | (0x04000000 if place.col.dropped else 0)
            | (0x08000000 if place.col.internal else 0)
        )
        status = (2 if place.col.dropped else 0) | (0x100 if place.col.sparse else 0)
        return [
            i8(rowset), i4(number), i4(place.number), i8(0), i4(place.col.xtype), i4(0), i2(0), i2(0), i4(status),
            struct.pack("<hh", offset, 0), i4(place.null_bit), i2(place.bit),
        ]  # fmt: skip

    def finish(self) -> None:
        """Write the catalogue, boot page and maps."""
        self._system()
        boot = self.blank(1, 9, 13)
        struct.pack_into("<HHHH", boot, 96, 0, 0, self.version, self.version)
        label = self.name.encode("utf-16-le")
        boot[148:404] = (label + "\u2020".encode("utf-16-le") * 128)[:256]
        struct.pack_into("<I", boot, 488, DATABASE)
        struct.pack_into("<IH", boot, 612, self.first_unit[1], self.first_unit[0])
        self.pages[1, 9] = boot
        for file in self.next_extent:
            self._maps(file)
        for page in self.pages.values():
            if self.sums:
                page[5] |= 2
                page[60:64] = bytes(4)
                struct.pack_into("<I", page, 60, checksum(page))

    def _maps(self, file: int) -> None:
        used = {page for held, page in self.pages if held == file} | {0, 1, 2, 3, 6, 7}
        count = self.page_count(file)
        head = self.blank(file, 0, 15)
        self.pages[file, 0] = head
        for interval in range((count + 8087) // 8088):
            at = max(1, interval * 8088)
            page = self.blank(file, at, 11)
            bits = bytes(0x40 if interval * 8088 + k in used else 0 for k in range(8088))
            self.pages[file, at] = page
            self.fill((file, at), [struct.pack("<HH", 0, 8088) + bits])
        for number, kind in ((2, 8), (3, 9), (6, 16), (7, 17)):
            bits = bytearray(7992)
            if kind == 8:
                bits = bytearray(b"\xff" * 7992)
                for extent in {page // EXTENT for page in used}:
                    bits[extent // 8] &= 255 ^ (1 << (extent % 8))
            self.pages[file, number] = self.blank(file, number, kind)
            self.fill((file, number), [bytes(94), struct.pack("<HH", 0, 7992) + bytes(bits)])

    def page_count(self, file: int) -> int:
        return (self.next_extent[file] + 1) * EXTENT

    def data(self, file: int = 1) -> bytes:
        """A data file's bytes."""
        empty = bytes(PAGE)
        return b"".join(bytes(self.pages.get((file, k), empty)) for k in range(self.page_count(file)))

    def region(self, file: int) -> bytes:
        """The pages of a file as a backup holds them: taken extents only."""
        whole = self.data(file)
        gam = self.pages[file, 2]
        at = struct.unpack_from("<H", gam, PAGE - 4)[0] + 4
        out = []
        for extent in range(self.page_count(file) // EXTENT):
            free = gam[at + extent // 8] >> (extent % 8) & 1
            pfs = any((extent * EXTENT + k) % 8088 == 0 for k in range(EXTENT))
            if not free or pfs or extent == 0:
                out.append(whole[extent * EXTENT * PAGE : (extent + 1) * EXTENT * PAGE])
        return b"".join(out)

    def tape(
        self,
        *,
        stripes: int = 1,
        stripe: int = 1,
        attributes: int = 4,
        second: bytes = b"",
        joined: bool = False,
    ) -> bytes:
        """An uncompressed backup in Microsoft Tape Format; `second`: pages written again at the end; `joined`: all files in one stream."""
        raid = bytes(16) + struct.pack("<IHHHHHH", 0, stripes, stripe, 1, 0, 0, 1)
        sset = bytearray(164 - 52)
        struct.pack_into("<I", sset, 0, attributes)
        date = 2024 << 26 | 5 << 22 | 17 << 17 | 8 << 12 | 30 << 6 | 15
        sset[36:41] = date.to_bytes(5, "big")
        out = block(b"TAPE", bytes(88), [(b"RAID", raid)])
        out += block(b"SSET", bytes(sset), [])
        filler = bytes([1, FILLER]) + bytes(PAGE - 2)
        padded = []
        for file in sorted(self.next_extent):
            region = self.region(file)
            padded.append(region + filler * (-(len(region) // PAGE) % 128))
        for region in [b"".join(padded)] if joined else padded:
            out += block(b"MSDA", b"", [(b"MQDA", b"\0\0" + region), (b"MQDA", b"")])
        if second:
            out += block(b"MSDA", b"", [(b"MQDA", b"\0\0" + second), (b"MQDA", b"")])
        return out + block(b"MSTL", b"", [(b"MQTL", bytes(2 + 512))]) + block(b"ESET", b"", [])


def block(kind: bytes, extra: bytes, streams: list[tuple[bytes, bytes]]) -> bytes:
    """A descriptor block with its streams, padded to 1,024 bytes."""
    first = (52 + len(extra) + 3) // 4 * 4
    out = bytearray(kind + struct.pack("<IH", 0, first))
    out += bytes(52 - len(out)) + extra
    out += bytes(first - len(out))
    for name, data in streams:
        out += name + struct.pack("<HHQHHH", 0, 2, len(data), 0, 0, 0) + data
        out += bytes(-len(out) % 4)
    pad = -(len(out) + 22) % 1024
    return bytes(out) + b"SPAD" + struct.pack("<HHQHHH", 0, 0, pad, 0, 0, 0) + bytes(pad)


# values of the uncompressed form


def i2(value: int) -> bytes:
    return struct.pack("<h", value)


def i4(value: int) -> bytes:
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


def i8(value: int) -> bytes:
    return struct.pack("<q", value)


def u16(text: str) -> bytes:
    return text.encode("utf-16-le")


def decimal_fixed(value: Decimal, col: Col) -> bytes:
    whole = int(value.scaleb(col.scale, Context(prec=60)))
    return bytes([whole >= 0]) + abs(whole).to_bytes(col.width() - 1, "little")


# values of the compressed form


def biased(value: int) -> bytes:
    """A signed integer, highest byte first, in as few bytes as hold it, half of the range added."""
    if value == 0:
        return b""
    size = next(n for n in range(1, 9) if -(1 << (8 * n - 1)) <= value < 1 << (8 * n - 1))
    return (value + (1 << (8 * size - 1))).to_bytes(size, "big")


def vardecimal(value: Decimal) -> bytes:
    if value == 0:
        return b""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    power = len(text) + int(exponent)
    text += "0" * (-len(text) % 3)
    bits = "".join(f"{int(text[k : k + 3]):010b}" for k in range(0, len(text), 3))
    bits += "0" * (-len(bits) % 8)
    body = int(bits, 2).to_bytes(len(bits) // 8, "big").rstrip(b"\0")
    return bytes([(0 if sign else 0x80) | power + 63]) + body


def lob_record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HHQH", 8, 14 + len(body), 7, kind) + body


def lob_small(data: bytes) -> bytes:
    return lob_record(0, struct.pack("<HI", len(data), 0) + data)


def lob_root(links: list[tuple[int, tuple[int, int], int]], kind: int = 5) -> bytes:
    body = struct.pack("<HHHI", 5, len(links), 0, 0)
    for end, (file, page), slot in links:
        body += struct.pack("<IIHH", end, page, file, slot)
    return lob_record(kind, body)


def lob_inner(links: list[tuple[int, tuple[int, int], int]]) -> bytes:
    body = struct.pack("<HHH", 500, len(links), 1)
    for end, (file, page), slot in links:
        body += struct.pack("<QIHH", end, page, file, slot)
    return lob_record(2, body)


def pointer(at: tuple[int, int], slot: int = 0) -> Off:
    return Off(bytes(8) + struct.pack("<IHH", at[1], at[0], slot))


def inline(links: list[tuple[int, tuple[int, int], int]], kind: int = 4) -> Off:
    body = struct.pack("<BBBBII", kind, 0, 0, 0, 0, 0)
    for end, (file, page), slot in links:
        body += struct.pack("<IIHH", end, page, file, slot)
    return Off(body)
