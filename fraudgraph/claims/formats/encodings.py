"""Which encoding a delivered text is in, told by its bytes, and its copy in UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.claims.formats.line_encodings import PAIR, LineReader, mostly_utf8, to_line_end
from fraudgraph.claims.formats.opening import delivered_bytes
from fraudgraph.claims.formats.source_file import SourceFile

__all__ = ["DAMAGED", "HEAD_BYTES", "Utf8Text", "as_utf8", "chinese_encoding", "decoded_text"]

DAMAGED = "\ufdd0"
"""Stands where bytes could not be decoded. A noncharacter: no delivered text may hold it."""
HEAD_BYTES = 1 << 18
_BLOCK = 1 << 20
_FEWEST_PAIRS = 8
"""Fewer characters than this say nothing about the encoding."""
_ODD = {
    b"\x00": (b"\x00",),
    b"=": (b'="', b'=""'),
    b"'": (b",'", b"\t'", b";'", b"|'", b"^'", b"\x01'", b"\n'", b"\r'"),
    b'"': (b'"""', b"\"'", b'\t"\t', b'\t"\n', b'\t"\r', b'\n"\t'),
    b"\xc2": tuple(char.encode() for char in "\u0085\u00a0\u00ad"),
    b"\xe1": tuple(char.encode() for char in "\u1680\u180e"),
    b"\xe2\x80": tuple(
        chr(code).encode() for code in (*range(0x2000, 0x2010), 0x2018, 0x2019, *range(0x2028, 0x2030))
    ),
    b"\xe2\x81": tuple(chr(code).encode() for code in range(0x205F, 0x2070)),
    **{char.encode(): (char.encode(),) for char in ("\u3000", "\ufeff", "\u061c")},
}
"""Marks and spaces that plain trimming leaves, by their first byte: looking for one byte is thirty times as quick."""
_GAPS = {b"\n": (b"\n\n",), b"\r": (b"\n\r\n", b"\r\r")}
_WIDE_SIGNS = re.compile(rb"\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a]")
"""Digits and letters in full width."""
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
"""A rare character in GB18030."""
_BIG5_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")
_PAIRED = re.compile(rb"(?<![\x80-\xff])(?:[\x80-\xff]{2})+(?![\x80-\xff])")


@dataclass(slots=True, kw_only=True)
class Utf8Text:
    """A delivered text as UTF-8.

    `lines` counts physical lines up to the last that is not empty; `damaged` says that bytes had to be marked;
    `odd_spaces` that wide or invisible spaces, NULs or spreadsheet marks occur; `gaps` that there may be empty lines.
    """

    path: Path
    encoding: str
    lines: int = 0
    damaged: bool = False
    odd_spaces: bool = False
    tabs: bool = False
    gaps: bool = False
    at_end: int = 0
    last: bytes = b""


def as_utf8(source: SourceFile, scratch: Path) -> Utf8Text | None:
    """A text file's content as UTF-8, checked from end to end; None if it is no text.

    Parameters
    ----------
    source : SourceFile
        The delivered file.
    scratch : Path
        Where a copy may be written, if one is needed.

    Raises
    ------
    SourceError
        If a gzip file is broken off or damaged.
    """
    head = _head(source)
    wide = _wide(head)
    if wide is None and head.count(b"\x00") * 4 > len(head) and b"\x00" in _first_line(head):
        return None
    if wide is not None:
        return _copy(source, wide, scratch) or _copy(source, wide, scratch, mark=True)
    text = _copy(source, "utf-8", scratch)
    if text is None:
        other = b"\n".join(line for line in head.split(b"\n") if not mostly_utf8(line))
        return copy_by_lines(source, scratch, "cp1252" if is_western(other) else chinese_encoding(other))
    if head.startswith(codecs.BOM_UTF8):
        text.encoding = "utf-8-sig"
    return text


def _head(source: SourceFile) -> bytes:
    with delivered_bytes(source) as file:
        return file.read(HEAD_BYTES)


def _first_line(head: bytes) -> bytes:
    """The header, which holds no NUL, whatever the rows hold."""
    return head.split(b"\n", 1)[0]


def _wide(head: bytes) -> str | None:
    """UTF-16 by its byte-order mark, or by the zeros that Latin letters and digits leave on one side."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" not in _first_line(head):
        return None
    pairs = len(head) // 2
    even, odd = head[0::2].count(b"\x00"), head[1::2].count(b"\x00")
    if odd * 5 > pairs and even * 20 < odd:
        return "utf-16-le"
    if even * 5 > pairs and odd * 20 < even:
        return "utf-16-be"
    return None


def chinese_encoding(head: bytes) -> str:
    """GB18030 or Big5: in the right one most characters are among the frequent ones, which both list first."""
    pairs = PAIR.findall(head[: 1 << 16])
    gb = sum(0xB0 <= pair[0] <= 0xD7 and pair[1] >= 0xA1 for pair in pairs)
    big5 = sum(0xA4 <= pair[0] <= 0xC6 and (pair[1] <= 0x7E or pair[1] >= 0xA1) for pair in pairs)
    return "big5hkscs" if big5 > gb and len(pairs) >= _FEWEST_PAIRS else "gb18030"


def is_western(head: bytes) -> bool:
    """Whether bytes beyond ASCII stand one by one, as in José, NÚMERO and O’Brien: Chinese ones come in pairs."""
    head = _FOUR_BYTES.sub(b"", head)
    alone = sum(1 for _ in _ALONE.finditer(head))
    return alone > sum(1 for _ in _PAIRED.finditer(head)) and not _is_big5(head)


def _is_big5(head: bytes) -> bool:
    """Whether bytes can be Big5, whose second bytes may be letters, and most characters would be among its frequent ones."""
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("big5hkscs")
    except UnicodeDecodeError:
        return False
    leads = [pair[0] for pair in _BIG5_PAIR.findall(head)]
    return bool(2 * sum(0xA4 <= lead <= 0xC6 for lead in leads) > len(leads))


def _mark(problem: UnicodeError) -> tuple[str, int]:
    if isinstance(problem, UnicodeDecodeError):
        return DAMAGED, problem.end
    raise problem


codecs.register_error("fraudgraph-mark", _mark)


def _copy(source: SourceFile, encoding: str, target: Path, *, mark: bool = False) -> Utf8Text | None:
    """Check a file's encoding from end to end; None if it is another. UTF-8 that lies open is not copied."""
    decoder = codecs.getincrementaldecoder(encoding)("fraudgraph-mark" if mark else "strict")
    in_place = encoding == "utf-8" and not source.gzipped and not mark
    text = Utf8Text(path=source.path if in_place else target, encoding=encoding.removesuffix("hkscs"))
    out = None if in_place else target.open("wb")
    try:
        with delivered_bytes(source) as file:
            while True:
                block = file.read(_BLOCK)
                decoded = decoder.decode(block, final=not block)
                content = block if encoding == "utf-8" and not mark else decoded.encode()
                _look(text, content)
                if out is not None:
                    out.write(content)
                if mark and DAMAGED in decoded:
                    text.damaged = True
                if not block:
                    break
    except UnicodeDecodeError:
        return None
    finally:
        if out is not None:
            out.close()
    text.lines += 1 - text.at_end
    return text


def decoded_text(raw: bytes) -> str | None:
    """A small text in whatever encoding it is; None if it is no text."""
    wide = _wide(raw)
    if wide is not None:
        text = raw.decode(wide, errors="replace").removeprefix("\ufeff")
        return None if "\ufffd" in text else text
    if b"\x00" in raw:
        return None
    for encoding in ("utf-8-sig", "cp1252" if is_western(raw) else chinese_encoding(raw), "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def copy_by_lines(source: SourceFile, target: Path, base: str) -> Utf8Text:
    """A text that is not all UTF-8, as UTF-8: files joined from several sources change their encoding from line to line.

    Where nothing in a block looks like UTF-8 it is decoded as a whole. Bytes that no encoding fits are marked.

    Parameters
    ----------
    source : SourceFile
        The delivered file.
    target : Path
        Where the copy is written.
    base : str
        The encoding of lines that are not UTF-8.
    """
    text = Utf8Text(path=target, encoding=base.removesuffix("hkscs"))
    reader = LineReader(base)
    with delivered_bytes(source) as file, target.open("wb") as out:
        rest = b""
        while True:
            block = file.read(_BLOCK)
            whole, rest = to_line_end(rest + block, last=not block)
            decoded = reader.decoded(whole)
            text.damaged = text.damaged or DAMAGED in decoded
            content = decoded.encode()
            _look(text, content)
            out.write(content)
            if not block:
                break
    text.lines += 1 - text.at_end
    if reader.utf8_lines:
        text.encoding = f"{text.encoding}+utf-8" if reader.base_lines else "utf-8"
    return text


def _look(text: Utf8Text, block: bytes) -> None:
    """Count lines and note what plain reading would stumble over. `at_end` counts the line ends after the last content."""
    body = block.rstrip(b"\r\n")
    tail = block.count(b"\n", len(body))
    text.lines += block.count(b"\n")
    text.at_end = tail if body else text.at_end + tail
    text.tabs = text.tabs or b"\t" in block
    lone = b"\r" in block and block.count(b"\r") != block.count(b"\r\n")
    text.odd_spaces = (
        text.odd_spaces or lone or _holds(block, _ODD) or (b"\xef" in block and _WIDE_SIGNS.search(block) is not None)
    )  # fmt: skip
    text.gaps = text.gaps or _holds(block, _GAPS) or _holds(text.last + block[:4], _GAPS)
    text.last = block[-4:]


def _holds(block: bytes, marks: Mapping[bytes, tuple[bytes, ...]]) -> bool:
    return any(first in block and any(mark in block for mark in all_) for first, all_ in marks.items())
