"""JSON as systems' interfaces give it: one object a line, an array of objects, or an array inside a wrapper."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from fraudgraph.claims.formats.encodings import HEAD_BYTES, Utf8Text
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.errors import SourceError
from fraudgraph.store import Store

__all__ = ["stage_json"]

_ARRAY = re.compile(r"\[\s*\{")
_MAX_OBJECT = 64 << 20
_BLOCK = 1 << 20


def stage_json(
    store: Store, source: SourceFile, text: Utf8Text, table: str, scratch: Path
) -> tuple[str, ...] | None:
    """Put the objects of a JSON file into a staging table, one row each; the names of its columns, None if it has none.

    Numbers come as they are written, so that long ids keep their digits. A line that is no JSON comes with a fault.

    Raises
    ------
    SourceError
        If an array breaks off or is damaged.
    """
    head = _head(text.path)
    objects = _objects(text.path, head, scratch)
    if objects is None:
        return None
    good = "CASE WHEN starts_with(ltrim(object), '{') AND json_valid(object) THEN object END"
    checked = f"SELECT _line, object, {good} AS good FROM ({objects})"
    keys = f"SELECT min(_line) AS first, keys FROM (SELECT _line, json_keys(good) AS keys FROM ({checked})) WHERE keys IS NOT NULL GROUP BY keys ORDER BY first, keys"
    store.run("SET preserve_insertion_order = true")
    try:
        names = tuple(dict.fromkeys(str(name) for _, some in store.rows(keys) for name in some))
        if len(names) < 2:
            return None
        paths = ", ".join(literal('$."' + name.replace('"', '\\"') + '"') for name in names)
        columns = ", ".join(f"parts[{i + 1}] AS c{i}" for i in range(len(names)))
        store.run(
            f"""CREATE OR REPLACE TABLE {table} AS
            SELECT _line, CASE WHEN parts IS NULL THEN 'E_COLUMNS' END AS _fault, CASE WHEN parts IS NULL THEN object END AS _raw, {columns}
            FROM (SELECT _line, object, json_extract_string(good, [{paths}]) AS parts FROM ({checked}))"""
        )
    except duckdb.InvalidInputException as problem:
        first = str(problem).splitlines()[0]
        raise SourceError(
            f"{source.name} is JSON that is damaged or broken off ({first}). Ask the supplier to send it again; nothing was read from it.",
            f"{source.name} 是已损坏或不完整的 JSON（{first}）。请让提供方重新发送，未读取其中任何数据。",
        ) from None
    finally:
        store.run("SET preserve_insertion_order = false")
    return names


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES).decode("utf-8-sig", errors="ignore")


def _objects(path: Path, head: str, scratch: Path) -> str | None:
    """SQL that gives the objects with their line (their number, in an array)."""
    start = head.lstrip()
    if start.startswith("{") and not _is_lines(start):
        path = _inner_array(path, head, scratch)
        start = "["
    if start.startswith("["):
        return f"SELECT row_number() OVER () AS _line, CAST(json AS VARCHAR) AS object FROM read_json_objects({literal(str(path))}, format='array', maximum_object_size={_MAX_OBJECT})"
    return (
        f"SELECT * FROM (SELECT row_number() OVER () AS _line, line AS object FROM read_csv({literal(str(path))}, auto_detect=false, header=false, "
        f"delim='\\x01', quote='', escape='', max_line_size={_MAX_OBJECT}, columns={{'line': 'VARCHAR'}})) WHERE trim(object) <> ''"
    ).replace("\\x01", "\x01")


def _is_lines(start: str) -> bool:
    """Whether the first line is an object of its own: its braces close where it ends."""
    line = start.split("\n", 1)[0].rstrip()
    return line.endswith("}") and (_ARRAY.search(line) is None or line.count("{") == 1 or "\n{" in start)


def _inner_array(path: Path, head: str, scratch: Path) -> Path:
    """The first array of objects inside a wrapper such as {"code": 0, "data": [...]}, in a file of its own."""
    found = _ARRAY.search(head)
    if found is None:
        return path
    first = len(head[: found.start()].encode()) + (3 if _has_mark(path) else 0)
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(first, size - _BLOCK))
        tail = file.read()
        last = size - len(tail) + tail.rfind(b"]")
        if b"]" not in tail or not tail[: tail.rfind(b"]")].rstrip().endswith(b"}"):
            return path
        target = scratch.with_name(scratch.name + ".array")
        with target.open("wb") as out:
            file.seek(first)
            left = last + 1 - first
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                out.write(block)
                left -= len(block)
    return target


def _has_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == b"\xef\xbb\xbf"
