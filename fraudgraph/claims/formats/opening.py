"""A delivered file opened for its bytes, also if it came as gzip: one way, and one sentence if it is broken."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.errors import SourceError

__all__ = ["delivered_bytes"]


@contextmanager
def delivered_bytes(source: SourceFile) -> Iterator[BinaryIO]:
    """The bytes of a delivered file, gzip taken off.

    Raises
    ------
    SourceError
        If a gzip file is broken off or damaged, wherever in it that shows.
    """
    try:
        with source.path.open("rb") as packed:
            if not source.gzipped:
                yield packed
                return
            with gzip.open(packed, "rb") as file:
                yield cast(BinaryIO, file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise SourceError(
            f"{source.name} is a gzip file that is broken off or damaged ({problem}). Ask the supplier to send it again; nothing was read from it.",
            f"{source.name} 是不完整或已损坏的 gzip 文件（{problem}）。请让提供方重新发送，未读取其中任何数据。",
        ) from None
