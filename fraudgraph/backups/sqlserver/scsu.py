"""SCSU, the compression of nchar and nvarchar in compressed rows (Unicode Technical Standard 6).

An even length is plain UTF-16; an odd one is SCSU, made odd where needed by the tag 0x10, which says nothing.
"""

from __future__ import annotations

__all__ = ["decode"]

STATIC = (0x0000, 0x0080, 0x0100, 0x0300, 0x2000, 0x2080, 0x2100, 0x3000)
DYNAMIC = (0x0080, 0x00C0, 0x0400, 0x0600, 0x0900, 0x3040, 0x30A0, 0xFF00)
FIXED = {0xF9: 0x00C0, 0xFA: 0x0250, 0xFB: 0x0370, 0xFC: 0x0530, 0xFD: 0x3040, 0xFE: 0x30A0, 0xFF: 0xFF60}
PLAIN = frozenset({0x00, 0x09, 0x0A, 0x0D})


def _window(code: int) -> int:
    """The start of a window by its code."""
    if 0x01 <= code <= 0x67:
        return code << 7
    if 0x68 <= code <= 0xA7:
        return (code << 7) + 0xAC00
    if code in FIXED:
        return FIXED[code]
    raise ValueError(code)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.windows, self.active = list(DYNAMIC), 0
        self.out = bytearray()

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise ValueError("end")
        self.at += 1
        return self.data[self.at - 1]

    def put(self, point: int) -> None:
        if 0xD800 <= point <= 0xDFFF or point < 0x10000:
            self.out += point.to_bytes(2, "little")
        else:
            self.out += chr(point).encode("utf-16-le")

    def unit(self) -> None:
        high = self.byte()
        self.out += bytes((self.byte(), high))

    def define(self, window: int, start: int) -> None:
        self.windows[window], self.active = start, window

    def define_extended(self) -> None:
        both = self.byte() << 8 | self.byte()
        self.define(both >> 13, 0x10000 + ((both & 0x1FFF) << 7))

    def run(self) -> bytes:
        unicode_mode = False
        while self.at < len(self.data):
            tag = self.byte()
            unicode_mode = self.unicode(tag) if unicode_mode else self.single(tag)
        return bytes(self.out)

    def single(self, tag: int) -> bool:
        """One step in single-byte mode; True switches to Unicode mode."""
        if tag >= 0x80:
            self.put(self.windows[self.active] + tag - 0x80)
        elif tag >= 0x20 or tag in PLAIN:
            self.put(tag)
        elif tag <= 0x08:
            value = self.byte()
            self.put(STATIC[tag - 1] + value if value < 0x80 else self.windows[tag - 1] + value - 0x80)
        elif tag == 0x0B:
            self.define_extended()
        elif tag == 0x0E:
            self.unit()
        elif tag == 0x0F:
            return True
        elif 0x10 <= tag <= 0x17:
            self.active = tag - 0x10
        elif tag >= 0x18:
            self.define(tag - 0x18, _window(self.byte()))
        else:
            raise ValueError(tag)
        return False

    def unicode(self, tag: int) -> bool:
        """One step in Unicode mode; False switches to single-byte mode."""
        if tag < 0xE0 or tag > 0xF2:
            self.out += bytes((self.byte(), tag))
            return True
        if tag <= 0xE7:
            self.active = tag - 0xE0
        elif tag <= 0xEF:
            self.define(tag - 0xE8, _window(self.byte()))
        elif tag == 0xF0:
            self.unit()
            return True
        elif tag == 0xF1:
            self.define_extended()
        else:
            raise ValueError(tag)
        return False


def decode(data: bytes) -> bytes:
    """UTF-16 (lowest byte first) of a stored value; ValueError if it is no SCSU."""
    if len(data) % 2 == 0:
        return data
    if data[-1] == 0x10 and len(data) > 1 and data[:-1].isascii() and min(data[:-1]) >= 0x20:
        return data[:-1].decode("ascii").encode("utf-16-le")
    if data.isascii() and min(data) >= 0x20:
        return data.decode("ascii").encode("utf-16-le")
    return _Reader(data).run()
