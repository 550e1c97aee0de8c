"""Lines of which each may be in another encoding: files that were joined from several sources."""

from __future__ import annotations

import re

__all__ = ["PAIR", "LineReader", "mostly_utf8", "to_line_end"]

_UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf])+")
_HIGH = re.compile(rb"[\x80-\xff]")
PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
"""Two bytes that may be one Chinese sign."""


def to_line_end(block: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """What of a block ends with a line, and what is left for the next."""
    end = len(block) if last or len(block) > 8 * (1 << 20) else block.rfind(b"\n") + 1
    return block[:end], block[end:]


class LineReader:
    """Decodes lines of which each may be UTF-8 or the base encoding."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.utf8_lines = 0
        self.base_lines = 0

    def decoded(self, block: bytes) -> str:
        """A block of whole lines as text."""
        if self.base != "cp1252" and not self.utf8_lines and not _UTF8_RUN.search(block):
            try:
                text = block.decode(self.base)
            except UnicodeDecodeError:
                pass
            else:
                self.base_lines += not block.isascii()
                return text
        return "".join(
            map(self._line, block.splitlines(keepends=True) if b"\n" not in block else _lines(block))
        )

    def _line(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return self._not_utf8(line)
        if self.base == "cp1252" or any(char >= "\u2e80" for char in text):
            self.utf8_lines += 1
            return text
        return self._not_utf8(line)

    def _not_utf8(self, line: bytes) -> str:
        """In the base encoding; among lines of UTF-8, one that is mostly UTF-8 is a damaged one of these."""
        mostly = mostly_utf8(line) or (self.utf8_lines > self.base_lines and not _frequent(line, self.base))
        if self.utf8_lines and mostly:
            return line.decode("utf-8", errors="fraudgraph-mark")
        self.base_lines += 1
        return line.decode(self.base, errors="fraudgraph-mark")


def mostly_utf8(line: bytes) -> bool:
    """Whether more than half of the bytes beyond ASCII are Chinese signs in UTF-8."""
    runs = sum(len(found[0]) for found in _UTF8_RUN.finditer(line))
    return runs * 2 > len(_HIGH.findall(line))


def _frequent(line: bytes, base: str) -> bool:
    """Whether most Chinese signs of a line are among the usual ones."""
    if base == "cp1252":
        return True
    pairs = PAIR.findall(line)
    usual = sum(0xA1 <= pair[0] <= 0xF7 and pair[1] >= 0xA1 for pair in pairs)
    return bool(pairs) and usual * 2 > len(pairs)


def _lines(block: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one."""
    parts = block.split(b"\n")
    return [*(part + b"\n" for part in parts[:-1]), parts[-1]]
