"""Database dumps of other shop programs (mysqldump, phpMyAdmin, Navicat): the rows of one table, nothing executed.

Statements are walked from the first one on, strings and comments respected, so that text inside a string is never
taken for a statement.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop_app.domain.errors import BadInputError, ConflictError
from desktop_app.exchange.csv_tables import Record
from desktop_app.exchange.key_tables import CardFormat
from desktop_app.exchange.text_files import Encoding, Progress, open_regular

MAX_BYTES: Final = 256 * 1024 * 1024
_BLOCK: Final = 4 * 1024 * 1024

_HEADS: Final = re.compile(
    rb"\s*(?:-- (?:MySQL|MariaDB|phpMyAdmin|Adminer|Navicat|Host|Server)|/\*M?!|/\*\s*Navicat|/\*\s*Source Server"
    rb"|(?:INSERT INTO|CREATE TABLE|DROP TABLE|REPLACE INTO)\s+[`\"]|SET (?:NAMES|FOREIGN_KEY_CHECKS|SQL_MODE))"
)
_BLANK: Final = re.compile(r"(?:\s++|--[ \t][^\n]*+|--$|#[^\n]*+|/\*(?!!|M!).*?\*/|;)*+", re.DOTALL | re.MULTILINE)
_REST: Final = re.compile(
    r"(?:[^'\"`;#/\-]++|'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"\\]++|\\.|\"\")*+\"|`[^`]*+`|--[ \t][^\n]*+|#[^\n]*+"
    r"|/\*.*?\*/|[/\-])*+(?:;|\Z)",
    re.DOTALL,
)
_NAME: Final = r"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?"
_INSERT: Final = re.compile(
    rf"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+{_NAME}\s*(?:\(([^()]*)\)\s*)?VALUES\s*", re.IGNORECASE
)
_CREATE: Final = re.compile(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s*\(", re.IGNORECASE)
_COLUMN: Final = re.compile(r"^\s*[`\"](\w+)[`\"]\s", re.MULTILINE)
_DELIMITER: Final = re.compile(r"DELIMITER\s+\S+[^\n]*\n.*?^DELIMITER\s+;", re.IGNORECASE | re.DOTALL | re.MULTILINE)
_VALUE: Final = re.compile(
    r"\s*+(?:(?:_\w+\s+)?'((?:[^'\\]++|\\.|'')*+)'|(NULL)|([-+]?[0-9][0-9.eE+\-]*+)|(TRUE|FALSE))\s*+([,)])",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}


@dataclass(frozen=True, slots=True)
class Dump:
    """The rows of the table of cards in a dump; a record's line is how many rows came before it, and one."""

    name: str
    encoding: Encoding
    sha256: str
    size: int
    columns: tuple[str, ...]
    card_format: CardFormat
    records: Iterator[Record]


def is_dump(name: str, head: bytes) -> bool:
    """Whether a file is a database dump, from its name and how it begins."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return _HEADS.match(head) is not None or (name.lower().endswith(".sql") and not head.startswith(b"\x00"))


def read_dump(
    path: Path,
    format_of: Callable[[str, Sequence[str]], CardFormat | None],
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Dump:
    """The first table of ``path`` for whose name and columns ``format_of`` knows a format.

    BadInputError for a dump without one, larger than 256 MB, or not in UTF-8 (or GB18030 where ``encoding`` says so).
    """
    data = _bytes_of(path, progress)
    used = Encoding.GB18030 if encoding in ("gb18030", "gbk", "gb2312") else Encoding.UTF_8
    try:
        text = data.decode(used.value).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInputError(
            "{file} is not valid {encoding}; make the dump with --default-character-set=utf8mb4, without binary data.",
            "{file} 不是有效的 {encoding} 文本，请用 --default-character-set=utf8mb4 重新导出。",
            file=path.name,
            encoding=used.value,
        ) from error
    digest, size = hashlib.sha256(data).hexdigest(), len(data)
    del data
    reader = _Reader(path.name, text, format_of)
    found = reader.find()
    if found is None:
        raise BadInputError(
            "{file} has no table of card keys of a known shop program (it has: {tables}).",
            "{file} 中没有已知发卡系统的卡密表（现有：{tables}）。",
            file=path.name,
            tables=", ".join(sorted(reader.tables)[:20]) or "-",
        )
    columns, card_format = found
    return Dump(path.name, used, digest, size, columns, card_format, reader.records())


def _bytes_of(path: Path, progress: Progress | None) -> bytes:
    with open_regular(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size > MAX_BYTES:
            raise BadInputError(
                "{file} is larger than {limit} MB; dump only the table of cards.",
                "{file} 超过 {limit} MB，请只导出卡密表。",
                file=path.name,
                limit=MAX_BYTES // 1024 // 1024,
            )
        parts: list[bytes] = []
        done = 0
        while done <= MAX_BYTES and (block := file.read(_BLOCK)):
            parts.append(block)
            done += len(block)
            if progress is not None:
                progress(done, max(done, before.st_size))
        after = os.fstat(file.fileno())
    if done != before.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ConflictError(
            "{file} changed while it was being read. Try again.",
            "读取过程中 {file} 发生了变化，请重试。",
            file=path.name,
        )
    return b"".join(parts)


class _Reader:
    """Walks the statements of one dump."""

    def __init__(self, name: str, text: str, format_of: Callable[[str, Sequence[str]], CardFormat | None]) -> None:
        self._name = name
        self._text = text
        self._format_of = format_of
        self.tables: dict[str, tuple[str, ...]] = {}
        """Columns of every table met so far."""
        self._table = ""
        self._columns: tuple[str, ...] = ()
        self._at = 0

    def find(self) -> tuple[tuple[str, ...], CardFormat] | None:
        """Columns and format of the first known table that has rows; the walk stands at its rows then."""
        while (insert := self._next_insert()) is not None:
            table, columns = insert
            self.tables.setdefault(table, columns)
            card_format = self._format_of(table, columns)
            if card_format is not None:
                self._table, self._columns = table, columns
                return columns, card_format
            self._skip()
        return None

    def records(self) -> Iterator[Record]:
        """All rows of the found table, from all of its statements."""
        number = 0
        while True:
            for values in self._tuples(number):
                number += 1
                yield Record(number, values, "")
            while (insert := self._next_insert()) is not None and insert[0] != self._table:
                self._skip()
            if insert is None:
                return
            if insert[1] != self._columns:
                raise self._broken(number)

    def _next_insert(self) -> tuple[str, tuple[str, ...]] | None:
        text = self._text
        while True:
            blank = _BLANK.match(text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at >= len(text):
                return None
            if found := _INSERT.match(text, self._at):
                self._at = found.end()
                table, listed = found[1], found[2]
                columns = self.tables.get(table, ())
                if listed is not None:
                    columns = tuple(name.strip().strip('`"') for name in listed.split(","))
                return table, columns
            if found := _DELIMITER.match(text, self._at):
                self._at = found.end()
                continue
            created = _CREATE.match(text, self._at)
            start = self._at
            self._skip()
            if created is not None:
                self.tables[created[1]] = tuple(_COLUMN.findall(text[created.end() : self._at]))
            if self._at == start:
                raise self._broken(0)

    def _skip(self) -> None:
        """To the end of the statement."""
        rest = _REST.match(self._text, self._at)
        if rest is None:
            raise self._broken(0)
        self._at = rest.end()

    def _tuples(self, before: int) -> Iterator[list[str]]:
        text, width, number = self._text, len(self._columns), before
        at = self._at
        while text.startswith("(", at):
            at += 1
            values: list[str] = []
            while True:
                found = _VALUE.match(text, at)
                if found is None:
                    raise self._broken(number)
                string, _null, plain, truth, end = found.groups()
                if string is not None:
                    values.append(_ESCAPE.sub(_unescaped, string) if "\\" in string or "''" in string else string)
                else:
                    values.append(plain or ({"TRUE": "1", "FALSE": "0"}[truth.upper()] if truth else ""))
                at = found.end()
                if end == ")":
                    break
            if len(values) != width:
                raise self._broken(number)
            number += 1
            yield values
            while at < len(text) and text[at] in ", \t\r\n":
                at += 1
        if not text.startswith(";", at) and not text[at:].lstrip().startswith((";", "ON DUPLICATE", "AS ")):
            raise self._broken(number)
        self._at = at
        self._skip()

    def _broken(self, number: int) -> BadInputError:
        return BadInputError(
            "{file} is not a complete dump: something after row {row} of table {table} cannot be read; dump it again.",
            "{file} 不是完整的导出：表 {table} 第 {row} 行之后的内容无法读取，请重新导出。",
            file=self._name,
            row=number,
            table=self._table or "-",
        )


def _unescaped(found: re.Match[str]) -> str:
    character = found[1]
    return "'" if character is None else _ESCAPED.get(character, character)
