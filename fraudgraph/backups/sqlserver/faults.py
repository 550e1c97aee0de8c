"""What goes wrong in a file, said once in both languages; what was lost, counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from fraudgraph.errors import SourceError

__all__ = ["Losses", "LostValueError", "Note", "refuse"]


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the reader of a report, in English and Chinese."""

    en: str
    zh: str


class LostValueError(Exception):
    """One value or page can't be read; it is counted as a loss and reading goes on."""


def refuse(en: str, zh: str) -> SourceError:
    """The error that ends the reading of a file, naming SQL Server in both languages."""
    return SourceError(f"SQL Server file: {en}", f"SQL Server 文件：{zh}")


_KINDS = {
    "page_missing": ("{n} pages of this table are not in the files given", "有 {n} 页不在所给文件中"),
    "page_kind": ("{n} pages of this table are of another kind than data", "有 {n} 页不是数据页"),
    "page_sum": (
        "{n} pages fail their own checksum and were read as they stand",
        "有 {n} 页与自身校验和不符，按现状读取",
    ),
    "page_broken": (
        "{n} pages contradict themselves (slots, lengths) and were left out",
        "有 {n} 页自相矛盾（槽位、长度），已略去",
    ),
    "record": (
        "{n} records point outside of their page and were left out",
        "有 {n} 条记录越出所在页，已略去",
    ),
    "value": (
        "{n} values stored off their row can't be followed and stand as NULL",
        "有 {n} 个行外存储的值无法读到，记为空值",
    ),
    "decode": ("{n} values don't fit their type and stand as NULL", "有 {n} 个值与类型不符，记为空值"),
    "text": (
        "{n} texts hold bytes that are not of their code page; those stand as U+FFFD",
        "有 {n} 段文字含所属代码页以外的字节，以 U+FFFD 代替",
    ),
    "digit": (
        "{n} times lost their seventh digit after the second (100 ns), which a timestamp in microseconds has no place for",
        "有 {n} 个时间的秒后第七位（100 纳秒）无法以微秒时间戳表示，已截去",
    ),
    "placed": (
        "{n} extents of the backup hold pages that call themselves others; they were placed by the allocation map",
        "备份中有 {n} 个区的页自称是别的页；已按分配图放置",
    ),
    "missing": (
        "{n} extents that the allocation map calls taken are not in the backup",
        "分配图标为已用的 {n} 个区不在备份中",
    ),
    "chain": ("{n} chains of allocation pages are broken or run in a circle", "有 {n} 条分配页链断裂或成环"),
}


@dataclass(slots=True)
class Losses:
    """Counts of what could not be read, by kind, each with the place where it was met first."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, where: str, count: int = 1) -> None:
        """Count a loss of a kind named in this module."""
        if count > 0:
            self.counts[kind] = self.counts.get(kind, 0) + int(count)
            self.first.setdefault(kind, where)

    def notes(self) -> list[Note]:
        """One sentence for each kind of loss, in both languages."""
        said = []
        for kind, count in sorted(self.counts.items()):
            en, zh = _KINDS[kind]
            where = self.first[kind]
            said.append(
                Note(f"{en.format(n=count)} (first: {where}).", f"{zh.format(n=count)}（首处：{where}）。")
            )
        return said
