"""Files and pasted lists of card keys, made into a preview with a verdict for every line.

A text file has one key on each line, kept exactly. A table is recognised by its header, in Chinese or English; without
one every line is a whole key, so that ``account,password`` never loses its second half. The preview keeps parallel
lists instead of an object per line: a million keys fit into some 200 MB.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from desktop_app.domain.card_keys import EXACT, KeyProblem, KeyRule, KeyWarning, examine, is_plain
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import Fen, parse_yuan
from desktop_app.exchange.csv_tables import (
    DELIMITERS,
    Record,
    folded_name,
    header_places,
    likely_delimiter,
    records_of,
    split_cells,
)
from desktop_app.exchange.text_files import NewlineKind, Progress, TextFile, from_text, read_text_file

_NOTE_LENGTH: Final = 500


class Layout(StrEnum):
    LINES = "lines"
    """One key on each line."""
    TABLE = "table"
    """CSV with a header."""


class LineVerdict(StrEnum):
    NEW = "new"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    MALFORMED = "malformed"


class KeyColumn(StrEnum):
    """What a column of a key table means."""

    KEY = "key"
    NUMBER = "number"
    PASSWORD = "password"
    FACE = "face"
    COST = "cost"
    EXPIRY = "expiry"
    NOTE = "note"
    STATUS = "status"


COLUMN_NAMES: Final[dict[KeyColumn, tuple[str, ...]]] = {
    KeyColumn.KEY: (
        "卡密",
        "卡密内容",
        "卡密信息",
        "激活码",
        "兑换码",
        "充值码",
        "key",
        "card key",
        "card",
        "secret",
        "code",
        "carmi",
    ),
    KeyColumn.NUMBER: ("卡号", "账号", "帐号", "number", "card no", "card number", "account"),
    KeyColumn.PASSWORD: ("密码", "卡密码", "password", "pin", "pwd"),
    KeyColumn.FACE: ("面值", "面额", "face", "face value"),
    KeyColumn.COST: ("成本", "成本价", "进价", "cost", "cost price"),
    KeyColumn.EXPIRY: ("有效期", "到期日", "过期日期", "到期时间", "expiry", "expires", "expires on", "expiry date"),
    KeyColumn.NOTE: ("备注", "说明", "note", "remark"),
    KeyColumn.STATUS: ("状态", "卡密状态", "status", "state"),
}
"""Header names that are recognised; case, spaces and underscores do not matter."""

_SELLABLE: Final = frozenset(
    {"available", "instock", "unsold", "unused", "可用", "在库", "库存", "未售", "未售出", "未出售", "未使用"}
)
_ROLES: Final = {folded_name(name): role.value for role, names in COLUMN_NAMES.items() for name in names}
_KEY_ROLES: Final = frozenset({KeyColumn.KEY.value, KeyColumn.NUMBER.value, KeyColumn.PASSWORD.value})
_WORD: Final = re.compile(r"[^\W\d]+(?:[ ][^\W\d]+)*")
_DATE: Final = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?:[ T][0-9:]{4,8})?")
_DATE_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CONTROL: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(slots=True)
class KeyPreview:
    """What a file of keys holds. Entry ``i`` of every list is the same key; blank lines have no entry.

    ``faces_fen``, ``costs_fen``, ``expiries`` (ISO dates) and ``notes`` are empty unless the file has such a column.
    """

    source: str
    layout: Layout
    encoding: str
    needs_confirmation: bool
    newline: NewlineKind
    sha256: str
    size: int
    delimiter: str | None
    columns: tuple[str, ...]
    """The header as it stands in the file; empty for plain lines."""
    roles: dict[str, int]
    """Which column is what: :class:`KeyColumn` value to index."""
    line_numbers: array[int] = field(default_factory=lambda: array("I"))
    texts: list[str] = field(default_factory=list)
    normalised: list[str] = field(default_factory=list)
    problems: dict[int, KeyProblem] = field(default_factory=dict)
    warnings: dict[int, tuple[KeyWarning, ...]] = field(default_factory=dict)
    duplicates: dict[int, int] = field(default_factory=dict)
    """Index of a repeated key to the index of the first one, which is kept."""
    faces_fen: list[Fen | None] = field(default_factory=list)
    costs_fen: list[Fen | None] = field(default_factory=list)
    expiries: list[str | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blank_lines: array[int] = field(default_factory=lambda: array("I"))
    """Numbers of the lines that hold nothing, in order."""

    @property
    def blank_count(self) -> int:
        return len(self.blank_lines)

    @property
    def line_count(self) -> int:
        """Keys and blank lines; the header is not counted."""
        return len(self.texts) + self.blank_count

    @property
    def new_count(self) -> int:
        return len(self.texts) - len(self.problems) - len(self.duplicates)

    def verdict(self, index: int) -> LineVerdict:
        if index in self.problems:
            return LineVerdict.MALFORMED
        return LineVerdict.DUPLICATE_IN_FILE if index in self.duplicates else LineVerdict.NEW

    def new_indexes(self) -> Iterator[int]:
        """Indexes of the keys that the file offers once and in good order."""
        for index in range(len(self.texts)):
            if index not in self.problems and index not in self.duplicates:
                yield index


def read_key_file(
    path: Path,
    *,
    rule: KeyRule = EXACT,
    encoding: str | None = None,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    progress: Progress | None = None,
) -> KeyPreview:
    """Read a text or CSV file of keys; what is not given is detected.

    ``key_column`` is the header cell of the column that is the key, whatever the others are called. Raises
    BadInputError (no text, too large, a broken CSV, no keys), NotFoundError and ConflictError.
    """
    file = read_text_file(path, encoding=encoding, progress=progress)
    return preview_keys(file, rule=rule, layout=layout, delimiter=delimiter, key_column=key_column)


def read_pasted_keys(
    text: str,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    source: str = "paste",
) -> KeyPreview:
    """The same for pasted text."""
    file = from_text(source, text)
    return preview_keys(file, rule=rule, layout=layout, delimiter=delimiter, key_column=key_column)


def preview_keys(
    file: TextFile,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
) -> KeyPreview:
    """The preview of a decoded file; cheap to repeat when the merchant changes the layout or a column."""
    first = next((index for index, line in enumerate(file.lines) if line.strip()), None)
    if first is None:
        raise BadInputError("{file} holds no card keys.", "{file} 中没有卡密。", file=file.name)
    preview = KeyPreview(
        source=file.name,
        layout=Layout.LINES,
        encoding=file.encoding.value,
        needs_confirmation=file.needs_confirmation,
        newline=file.newline,
        sha256=file.sha256,
        size=file.size,
        delimiter=None,
        columns=(),
        roles={},
    )
    header = None if layout is Layout.LINES else _header(file, first, layout, delimiter, key_column)
    if header is None:
        _take_lines(preview, file.lines, rule)
    else:
        preview.layout = Layout.TABLE
        preview.delimiter, preview.columns, preview.roles = header
        preview.blank_lines.extend(range(1, first + 1))
        records = records_of(file.name, file.lines[first:], header[0], first_line=first + 1)
        following = _take_table(preview, records, rule)
        preview.blank_lines.extend(range(following, len(file.lines) + 1))
    if not preview.texts:
        raise BadInputError("{file} holds no card keys.", "{file} 中没有卡密。", file=file.name)
    _mark_duplicates(preview)
    return preview


def _header(
    file: TextFile, first: int, layout: Layout | None, delimiter: str | None, key_column: str | None
) -> tuple[str, tuple[str, ...], dict[str, int]] | None:
    """Delimiter, header cells and roles when the first line is a header, else None."""
    line = file.lines[first]
    used = delimiter if delimiter is not None else likely_delimiter(line)
    if used not in DELIMITERS:
        raise BadInputError("The delimiter must be a comma, a tab or a semicolon.", "分隔符只能是逗号、制表符或分号。")
    if layout is None and key_column is None:
        kind = _looks_like_header([cell.strip().strip('"') for cell in line.split(used)])
        if kind is None:
            raise _no_key_column(file.name)
        if not kind:
            return None
    cells = split_cells(file.name, line, used, first + 1)
    names = _ROLES
    if key_column is not None:
        wanted = folded_name(key_column)
        if wanted not in map(folded_name, cells):
            raise _no_key_column(file.name)
        names = {name: role for name, role in _ROLES.items() if role not in _KEY_ROLES} | {wanted: KeyColumn.KEY.value}
    places, _ignored = header_places(file.name, cells, names)
    if KeyColumn.KEY in places and KeyColumn.NUMBER in places:
        if KeyColumn.PASSWORD in places:
            raise BadInputError(
                "{file} has a key, a number and a password column; choose the one that is the card key.",
                "{file} 同时有卡密、卡号和密码列，请选择哪一列是卡密。",
                file=file.name,
            )
        # the usual pair 卡号,卡密: the second is the password of the first
        places[KeyColumn.PASSWORD] = places.pop(KeyColumn.KEY)
    if not _KEY_ROLES & places.keys():
        raise _no_key_column(file.name)
    return used, tuple(cells), places


def _looks_like_header(cells: Sequence[str]) -> bool | None:
    """Whether the first line names columns of keys; None when it names columns, but none that is known.

    A single English word proves little: ``alice,password`` is an account with a weak password.
    """
    known = [cell for cell in cells if folded_name(cell) in _ROLES]
    keyish = [cell for cell in known if _ROLES[folded_name(cell)] in _KEY_ROLES]
    if any(not cell.isascii() for cell in keyish):
        return True
    if keyish and (len(known) == len(cells) or (len(known) >= 2 and len(cells) >= 3)):
        return True
    words = len(cells) >= 3 and all(map(_WORD.fullmatch, cells)) and len(set(cells)) == len(cells)
    return None if words else False


def _take_lines(preview: KeyPreview, lines: Sequence[str], rule: KeyRule) -> None:
    exact = rule == EXACT
    texts, numbers, normalised = preview.texts, preview.line_numbers, preview.normalised
    for number, text in enumerate(lines, 1):
        if exact and is_plain(text):
            normalised.append(text)
        else:
            check = examine(text, rule)
            if check.problem is KeyProblem.EMPTY:
                preview.blank_lines.append(number)
                continue
            if check.problem is not None:
                preview.problems[len(texts)] = check.problem
            elif check.warnings:
                preview.warnings[len(texts)] = check.warnings
            # equal text is kept once
            normalised.append(text if check.normalised == text else check.normalised)
        texts.append(text)
        numbers.append(number)


def _take_table(preview: KeyPreview, records: Iterator[Record], rule: KeyRule) -> int:
    """Take every row after the header; the number of the line that follows the last one."""
    width = len(preview.columns)
    places = {role: preview.roles.get(role.value) for role in KeyColumn}
    following = _next_line(next(records))
    for record in records:
        preview.blank_lines.extend(range(following, record.line))
        following = _next_line(record)
        cells: Sequence[str] = record.cells
        if width == 1 and len(cells) > 1 and '"' not in record.raw:
            cells = [record.raw]  # a lone column of keys that contain the delimiter: the line is the key
        if len(cells) == width:
            text, problem = _joined(cells, places)
        else:
            text, problem, cells = record.raw, KeyProblem.COLUMNS, [""] * width
        check = examine(text, rule)
        details_problem = _take_details(preview, cells, places)
        problem = problem or check.problem or details_problem
        if problem is not None:
            preview.problems[len(preview.texts)] = problem
        elif check.warnings:
            preview.warnings[len(preview.texts)] = check.warnings
        preview.texts.append(text)
        preview.normalised.append(text if check.normalised == text else check.normalised)
        preview.line_numbers.append(record.line)
    return following


def _next_line(record: Record) -> int:
    return record.line + record.raw.count("\n") + 1


def _joined(cells: Sequence[str], places: dict[KeyColumn, int | None]) -> tuple[str, KeyProblem | None]:
    """The key of one row; number and password are joined as ``number----password``."""
    number, password = places[KeyColumn.NUMBER], places[KeyColumn.PASSWORD]
    if number is not None and password is not None:
        parts = (cells[number], cells[password])
        missing = not all(part.strip() for part in parts)
        return "----".join(parts), KeyProblem.INCOMPLETE if missing else None
    place = next(at for at in (places[KeyColumn.KEY], number, password) if at is not None)
    return cells[place], None


def _take_details(preview: KeyPreview, cells: Sequence[str], places: dict[KeyColumn, int | None]) -> KeyProblem | None:
    """Append face value, cost, expiry and note of a row where the file has them; the first problem is returned."""
    problem: KeyProblem | None = None
    if (place := places[KeyColumn.STATUS]) is not None and folded_name(cells[place]) not in _SELLABLE:
        problem = KeyProblem.NOT_SELLABLE
    for role, amounts, bad in (
        (KeyColumn.FACE, preview.faces_fen, KeyProblem.BAD_FACE),
        (KeyColumn.COST, preview.costs_fen, KeyProblem.BAD_COST),
    ):
        if (place := places[role]) is not None:
            amount: Fen | None = None
            if cells[place].strip():
                try:
                    amount = _amount(cells[place])
                except BadInputError:
                    problem = problem or bad
            amounts.append(amount)
    if (place := places[KeyColumn.EXPIRY]) is not None:
        day = _day(cells[place].strip())
        if day is None and cells[place].strip():
            problem = problem or KeyProblem.BAD_EXPIRY
        preview.expiries.append(day)
    if (place := places[KeyColumn.NOTE]) is not None:
        note = _note(cells[place])
        if note is None:
            problem = problem or KeyProblem.BAD_NOTE
        preview.notes.append(note or "")
    return problem


# The same few amounts, days and notes fill a whole column: read and keep each once.
_amount = lru_cache(maxsize=4096)(parse_yuan)


@lru_cache(maxsize=4096)
def _note(text: str) -> str | None:
    note = text.strip()
    return None if len(note) > _NOTE_LENGTH or _CONTROL.search(note) else note


@lru_cache(maxsize=4096)
def _day(text: str) -> str | None:
    found = _DATE.fullmatch(text) or _DATE_DIGITS.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def _mark_duplicates(preview: KeyPreview) -> None:
    seen: set[str] = set()
    repeated: list[int] = []
    problems, normalised = preview.problems, preview.normalised
    for index, text in enumerate(normalised):
        if text in seen:
            if index not in problems:
                repeated.append(index)
        elif index not in problems:
            seen.add(text)
    if not repeated:
        return
    wanted = {normalised[index] for index in repeated}
    del seen
    firsts: dict[str, int] = {}
    for index, text in enumerate(normalised):
        if text in wanted and text not in firsts and index not in problems:
            firsts[text] = index
    preview.duplicates = {index: firsts[normalised[index]] for index in repeated}


def _no_key_column(name: str) -> BadInputError:
    return BadInputError(
        "{file} has no column that is known to be the card key; name it 卡密 or key, or choose it.",
        "{file} 中找不到卡密列，请将列名改为“卡密”或 key，或手动选择。",
        file=name,
    )
