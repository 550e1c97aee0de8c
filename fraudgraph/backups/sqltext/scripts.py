"""Scripts in SQL Server's manner: statements end without a semicolon, batches with GO."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fraudgraph.backups.sqltext.patterns import first_words, patterns_for
from fraudgraph.backups.sqltext.walking import Copy, Create, Insert, Walker

__all__ = ["ScriptWalker"]

_ROW = rb"\((?:[^'()]++|'(?:[^']|'')*+'|\((?:[^'()]++|'(?:[^']|'')*+'|\((?:[^'()]++|'(?:[^']|'')*+')*+\))*+\))*+\)"
_ROWS = re.compile(rb"%(row)s(?:\s*,\s*%(row)s)*+" % {b"row": _ROW})
_CREATE = re.compile(rb"CREATE\s+TABLE\s+[^(]+%(row)s[^\n]*+" % {b"row": _ROW.replace(rb"'()", rb"'()\-").replace(rb"++|'", rb"++|--[^\n]*+|-|'", 3)}, re.I)  # fmt: skip
_LINE = re.compile(rb"(?:[^'\n]++|'(?:[^']|'')*+')*+(?:\n|\Z)")
_GO = re.compile(rb"GO\s*?(?:\r?\n|\Z)", re.I)
_NEXT_GO = re.compile(rb"\n[ \t]*GO[ \t]*(?:\r?\n|\Z)", re.I)
_ROUTINE = re.compile(
    rb"(?:CREATE|ALTER)\s+(?:OR\s+ALTER\s+)?(?:PROC|PROCEDURE|VIEW|FUNCTION|TRIGGER)\b", re.I
)


class ScriptWalker(Walker):
    """Goes over a script line by line where it is not looking at rows."""

    def events(self) -> Iterator[Insert | Copy | Create]:
        """Inserts and tables, in the script's order."""
        text = self._text
        while True:
            patterns = patterns_for(self.dialect)
            blank = patterns.blanks.match(text, self._at, self._end)
            assert blank is not None  # it matches the empty string too
            self._at = blank.end()
            if self._at >= self._end:
                return
            head = patterns.insert.match(text, self._at, self._end)
            if head is not None and (rows := _ROWS.match(text, head.end(), self._end)) is not None:
                self._at = rows.end()
                names = self._names(head[1]) or ()
                yield Insert(
                    head.start(),
                    rows.start(),
                    rows.end(),
                    names,
                    self._names(head[2]),
                    self.dialect,
                    self.schema,
                )
            elif (create := _CREATE.match(text, self._at, self._end)) is not None:
                begin, self._at = self._at, create.end()
                yield Create(begin, self._at, self.dialect, self.schema)
            else:
                self._pass_by()

    def _pass_by(self) -> None:
        text, begin = self._text, self._at
        if _ROUTINE.match(text, begin, self._end) is not None:
            ended = _NEXT_GO.search(text, begin, self._end)
            self._at = ended.end() if ended is not None else self._end
            self._classify(begin, self._at)
            return
        line = _LINE.match(text, begin, self._end)
        if line is None or line.end() == begin:
            found = text.find(b"\n", begin, self._end)
            self._at = self._end if found < 0 else found + 1
            return
        self._at = line.end()
        words = first_words(line[0])
        if words.startswith(("USE ", "SET ", "INSERT", "EXEC", "BULK", "UPDATE", "DELETE", "MERGE")):
            if words.startswith("INSERT"):
                self.skipped["insert statement"] += 1
            else:
                self._classify(begin, self._at)
