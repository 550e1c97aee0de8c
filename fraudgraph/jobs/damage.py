"""Files of a workspace that were cut off or damaged: each is named, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fraudgraph.errors import StorageError

__all__ = ["check_parquet", "damaged", "read_json"]


def read_json(path: Path, remedy: tuple[str, str]) -> dict[str, Any] | None:
    """A JSON object's file, or None where it is not there.

    Parameters
    ----------
    path : Path
        The file.
    remedy : tuple of str
        What to do if it is damaged, in English and Chinese.

    Raises
    ------
    StorageError
        If it was cut off or is no JSON object, naming it.
    """
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        raise damaged(path, remedy) from None
    if not isinstance(found, dict):
        raise damaged(path, remedy)
    return found


def check_parquet(path: Path, remedy: tuple[str, str]) -> None:
    """See that a Parquet file has its end, which is written last.

    Parameters
    ----------
    path : Path
        The file.
    remedy : tuple of str
        What to do if it is damaged, in English and Chinese.

    Raises
    ------
    StorageError
        If it was cut off or is no Parquet, naming it.
    """
    import pyarrow as pa  # noqa: PLC0415  # a job with nothing to do reads no tables
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        raise damaged(path, remedy) from None


def damaged(path: Path, remedy: tuple[str, str]) -> StorageError:
    """A file of the workspace that is not what was written there."""
    size = path.stat().st_size if path.is_file() else 0
    return StorageError(
        f"{path} is damaged: {size} bytes that are not what the program wrote there. {remedy[0]}",
        f"{path} 已损坏：现有 {size} 字节，不是程序写入的内容。{remedy[1]}",
    )
