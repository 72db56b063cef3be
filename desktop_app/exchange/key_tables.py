"""Card keys in rows: what another shop's program adds to its columns, and the verdict on every row.

A :class:`CardFormat` says how the card list of one program is recognised and which of its rows may be sold. A status
that is not known to mean "unsold" is never taken for it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from typing import Final

from desktop_app.domain.card_keys import (
    EXACT,
    KeyProblem,
    KeyRule,
    KeyWarning,
    Sentence,
    are_plain,
    examine,
    is_plain,
    trimmed,
)
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import Fen, parse_yuan
from desktop_app.exchange.csv_tables import Record, folded_name
from desktop_app.exchange.key_columns import KeyColumn, column_roles, looks_like_heading
from desktop_app.exchange.packed_lines import PackedLines
from desktop_app.exchange.text_files import NewlineKind

_NOTE_LENGTH: Final = 500
_AT_ONCE: Final = 1 << 13
"""Keys that one call works on: for so long the window stands still."""


class Layout(StrEnum):
    LINES = "lines"
    """One key on each line."""
    TABLE = "table"
    """Rows and columns with a header."""


class LineVerdict(StrEnum):
    NEW = "new"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    MALFORMED = "malformed"


_SELLABLE: Final = frozenset(
    {"available", "instock", "unsold", "unused", "可用", "在库", "库存", "未售", "未售出", "未出售", "未使用"}
)
_DETAIL_ROLES: Final = frozenset(KeyColumn) - {KeyColumn.KEY, KeyColumn.NUMBER, KeyColumn.PASSWORD}
_ROUNDED: Final = re.compile(r"[0-9]\.[0-9]+E\+[0-9]{2}")
_DATE: Final = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?:[ T][0-9:]{4,8})?")
_DATE_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_HEADING_LINES: Final = 20
"""So far down stands a heading."""
_CONTROL: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


DELETED: Final = Sentence("It was deleted in its shop: not for sale.", "已在原店铺中删除，不可出售。")


@dataclass(frozen=True, slots=True)
class CardFormat:
    """The card list of one program: how it is recognised, and which of its rows may be sold.

    Column names are those of the file; they are compared folded (:func:`desktop_app.exchange.csv_tables.folded_name`).
    """

    code: str
    title: Sentence
    columns: tuple[str, ...]
    """All of them must be in the header."""
    roles: Mapping[str, KeyColumn]
    refusal: Callable[[Mapping[str, str]], Sentence | None] | None = None
    """Why a row (folded column name to cell) is not sellable; None: it is."""
    goods: tuple[str, ...] = ()
    """The columns that name what a card is for."""
    table: str = ""
    """Its table in a database dump, without the prefix."""
    cell: Callable[[str], str] | None = None
    """Takes off what its CSV put around a text."""
    unfold: Callable[[Sequence[str], Iterator[Record]], Iterator[Record]] | None = None
    """Makes one record per key of rows that hold several."""
    warning: KeyWarning | None = None
    """What is to be said of every line."""
    look: Callable[[str], KeyWarning | None] | None = None
    """What is to be said of one key."""
    caution: Sentence | None = None
    """What the merchant has to confirm before importing."""
    check: Callable[[KeyPreview], None] | None = None
    """Raises BadInputError for a list that cannot be imported at all."""


@dataclass(slots=True)
class KeyPreview:
    """What a file of keys holds. Entry ``i`` of every list is the same key; blank lines have no entry.

    ``faces_fen``, ``costs_fen``, ``expiries`` (ISO dates) and ``notes`` are empty unless the file has such a column.
    """

    source: str
    encoding: str = ""
    needs_confirmation: bool = False
    """The encoding is only likely, or there are ``cautions``."""
    newline: NewlineKind = NewlineKind.NONE
    sha256: str = ""
    size: int = 0
    words: str = ""
    """Where the encoding is only likely: some texts of the file that show whether it is the right one."""
    layout: Layout = Layout.LINES
    format: CardFormat | None = None
    """The program whose list this is; None: no known one."""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    """The sheet that was read, and all of a workbook."""
    delimiter: str | None = None
    columns: tuple[str, ...] = ()
    """The header as it stands in the file, or the numbers of its columns; empty for plain lines."""
    has_header: bool = False
    """The first row names the columns and is no key."""
    roles: dict[str, int] = field(default_factory=dict)
    """Which column is what: :class:`KeyColumn` value to index."""
    line_numbers: array[int] = field(default_factory=lambda: array("I"))
    """Lines of a text, rows of a sheet; the how-manieth card where one line or cell holds many."""
    texts: Sequence[str] = field(default_factory=list)
    normalised: Sequence[str] = field(default_factory=list)
    problems: dict[int, KeyProblem] = field(default_factory=dict)
    reasons: dict[int, Sentence] = field(default_factory=dict)
    """More exactly than the problem says it, where there is more to say."""
    warnings: dict[int, tuple[KeyWarning, ...]] = field(default_factory=dict)
    general_warning: KeyWarning | None = None
    """Applies to every key."""
    cautions: list[Sentence] = field(default_factory=list)
    """What the merchant has to confirm before importing."""
    goods: dict[str, int] = field(default_factory=dict)
    """What the file says its cards are for, and how many lines of each."""
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

    def ask(self, caution: Sentence) -> None:
        """The merchant has to confirm this before importing."""
        self.cautions.append(caution)
        self.needs_confirmation = True


# ---- rows


def roles_in(
    file_name: str,
    cells: Sequence[str],
    key_column: str | None,
    card_format: CardFormat | None,
    chosen: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """:func:`desktop_app.exchange.key_columns.column_roles` of a header that may be that of a known program."""
    if card_format is None:
        return column_roles(file_name, cells, key_column, chosen=chosen)
    # a row that holds several keys has no column that could be chosen
    chosen = chosen if card_format.unfold is None else None
    return column_roles(file_name, cells, key_column, card_format.roles, chosen)


def take_lines(preview: KeyPreview, lines: list[str], rule: KeyRule) -> None:
    """One key on each line."""
    _take_lines(preview, lines, rule)
    for index, text in enumerate(preview.texts[:_HEADING_LINES]):
        if index not in preview.problems and looks_like_heading(text):
            preview.warnings[index] = (*preview.warnings.get(index, ()), KeyWarning.HEADING)


def _take_lines(preview: KeyPreview, lines: list[str], rule: KeyRule) -> None:
    exact = rule == EXACT
    if exact and all(are_plain(lines[at : at + _AT_ONCE]) for at in range(0, len(lines), _AT_ONCE)):
        preview.texts = preview.normalised = PackedLines(lines)
        preview.line_numbers = array("I", range(1, len(lines) + 1))
        return
    numbers, texts, normalised = preview.line_numbers, list[str](), list[str]()
    is_same = True
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
            is_same = is_same and check.normalised == text
            normalised.append(check.normalised)
        texts.append(text)
        numbers.append(number)
    preview.texts = PackedLines(texts)
    preview.normalised = preview.texts if is_same else PackedLines(normalised)


def take_rows(
    preview: KeyPreview, records: Iterator[Record], rule: KeyRule, *, following: int, goods: str | None = None
) -> int:
    """Take every row after the header; ``following`` is the number of the line after it. Returns the number of the
    line that follows the last row. ``preview`` knows its columns, their roles and its format already."""
    rows = _Rows(preview, rule, goods)
    if preview.format is not None and preview.format.unfold is not None:
        records, following = preview.format.unfold(preview.columns, records), 1
    for record in records:
        preview.blank_lines.extend(range(following, record.line))
        following = record.line + record.raw.count("\n") + 1
        rows.take(record)
    rows.close()
    return following


class _Rows:
    """Takes the rows of one table, one after the other."""

    def __init__(self, preview: KeyPreview, rule: KeyRule, goods: str | None) -> None:
        self._preview = preview
        self._rule = rule
        self._width = len(preview.columns)
        self._places = {role: preview.roles.get(role.value) for role in KeyColumn}
        self._has_details = not _DETAIL_ROLES.isdisjoint(preview.roles)
        self._format = preview.format
        self._names = [folded_name(name) for name in preview.columns]
        self._goods_names = [folded_name(name) for name in self._format.goods] if self._format else []
        self._chosen_goods = goods
        self._texts: list[str] = []
        self._normalised: list[str] = []
        preview.texts, preview.normalised = self._texts, self._normalised

    def take(self, record: Record) -> None:
        preview = self._preview
        index = len(preview.texts)
        cells: Sequence[str] = record.cells
        if self._width == 1 and len(cells) > 1 and '"' not in record.raw:
            cells = [record.raw]  # a lone column of keys that contain the delimiter: the line is the key
        problem: KeyProblem | None
        warnings: tuple[KeyWarning, ...] = ()
        if len(cells) == self._width:
            if self._format is not None and self._format.cell is not None:
                cells = [self._format.cell(cell) for cell in cells]
            text, problem, warnings = _joined(cells, self._places)
        else:
            text, problem, cells = record.raw, KeyProblem.COLUMNS, [""] * self._width
        if record.flaws and problem is None:
            problem, found_flaws = self._flaws(record.flaws)
            warnings = (*warnings, *found_flaws)
        check = examine(text, self._rule)
        if problem is None:
            problem = self._state(index, cells)
        details_problem = _take_details(preview, cells, self._places) if self._has_details else None
        problem = problem or check.problem or details_problem
        if problem is not None:
            preview.problems[index] = problem
        else:
            if "E+" in text and _ROUNDED.fullmatch(text):
                warnings = (*warnings, KeyWarning.ROUNDED)
            if self._format is not None and self._format.look is not None and (found := self._format.look(text)):
                warnings = (*warnings, found)
            if check.warnings or warnings:
                preview.warnings[index] = (*check.warnings, *warnings)
        self._texts.append(text)
        self._normalised.append(text if check.normalised == text else check.normalised)
        preview.line_numbers.append(record.line)

    def close(self) -> None:
        preview, card_format = self._preview, self._format
        if card_format is None:
            return
        if card_format.check is not None:
            card_format.check(preview)
        if self._chosen_goods is not None and self._chosen_goods not in preview.goods:
            raise BadInputError(
                "{file} has no cards of “{goods}”; it has: {known}.",
                "{file} 中没有“{goods}”的卡密，只有：{known}。",
                file=preview.source,
                goods=self._chosen_goods,
                known=_listed(preview.goods),
            )
        if card_format.warning is not None:
            preview.general_warning = card_format.warning
        if card_format.caution is not None:
            preview.ask(card_format.caution)
        if len(preview.goods) > 1 and self._chosen_goods is None:
            listed = _listed(preview.goods)
            preview.ask(
                Sentence(
                    f"The file holds cards of {len(preview.goods)} products ({listed}), and all would go to one; "
                    "choose one of them.",
                    f"文件中有 {len(preview.goods)} 种商品的卡密（{listed}），将全部导入同一商品；请选择其中一种。",
                )
            )

    def _flaws(self, flaws: Mapping[int, KeyProblem | KeyWarning]) -> tuple[KeyProblem | None, tuple[KeyWarning, ...]]:
        """What a spreadsheet did to the cells that make the key."""
        keys = [self._places[KeyColumn.KEY], self._places[KeyColumn.NUMBER], self._places[KeyColumn.PASSWORD]]
        found = [flaws[place] for place in keys if place is not None and place in flaws]
        problem = next((flaw for flaw in found if isinstance(flaw, KeyProblem)), None)
        return problem, tuple({flaw for flaw in found if isinstance(flaw, KeyWarning)})

    def _state(self, index: int, cells: Sequence[str]) -> KeyProblem | None:
        """Why the row is not for sale in this product; the reason names the status."""
        preview = self._preview
        reason: Sentence | None = None
        if self._format is not None:
            row = dict(zip(self._names, cells, strict=True))
            if self._goods_names:
                label = " / ".join(row[name].strip() for name in self._goods_names if row.get(name, "").strip())
                preview.goods[label] = preview.goods.get(label, 0) + 1
                if self._chosen_goods is not None and label != self._chosen_goods:
                    return KeyProblem.OTHER_GOODS
            if self._format.refusal is not None:
                reason = self._format.refusal(row)
        elif (place := self._places[KeyColumn.STATUS]) is not None and folded_name(cells[place]) not in _SELLABLE:
            reason = state_sentence(cells[place])
        if reason is None:
            return None
        preview.reasons[index] = reason
        return KeyProblem.NOT_SELLABLE


@lru_cache(maxsize=256)
def state_sentence(status: str) -> Sentence:
    """Why a card is not sellable, from the words of its own shop."""
    shown = "".join(character for character in status.strip() if character.isprintable())[:40]
    if not shown:
        return Sentence("Its status is empty, so it is not known to be unsold.", "状态为空，不能确定未售出。")
    return Sentence(f"Its status is “{shown}”: not for sale.", f"状态为“{shown}”，不可出售。")


def _listed(goods: Mapping[str, int]) -> str:
    shown = [f"{name or '?'} × {count}" for name, count in list(goods.items())[:5]]
    return ", ".join(shown) + (", …" if len(goods) > 5 else "")


def _joined(
    cells: Sequence[str], places: Mapping[KeyColumn, int | None]
) -> tuple[str, KeyProblem | None, tuple[KeyWarning, ...]]:
    """The key of one row; number and password are joined as ``number----password``.

    Each is trimmed first: inside the key its spaces would count, and the same card in a list of lines be another one.
    """
    number, password = places[KeyColumn.NUMBER], places[KeyColumn.PASSWORD]
    if number is not None and password is not None:
        given = [cells[number], cells[password]]
        parts = [trimmed(cell) for cell in given]
        problem = None if all(parts) else KeyProblem.INCOMPLETE
        return "----".join(parts), problem, () if parts == given else (KeyWarning.EDGES,)
    place = next(at for at in (places[KeyColumn.KEY], number, password) if at is not None)
    return cells[place], None, ()


def _take_details(
    preview: KeyPreview, cells: Sequence[str], places: Mapping[KeyColumn, int | None]
) -> KeyProblem | None:
    """Append face value, cost, expiry and note of a row where the file has them; the first problem is returned."""
    problem: KeyProblem | None = None
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


def mark_duplicates(preview: KeyPreview) -> None:
    """Find the keys that the file holds more than once; the first usable one stays."""
    # Sets of a million keys are asked and filled by the thousand: that takes half the time of one key after the other,
    # and a window has its turn in between.
    seen: set[str | int] = set()
    # numbers between the texts of the set would keep the memory of both
    repeated = array("I")
    for start, some in _usable_texts(preview):
        before = len(seen)
        known = list(map(seen.__contains__, some))
        seen.update(some)
        if len(seen) - before + sum(known) < len(some):  # one of these has a copy among these
            own: set[str | int] = set()
            for at, text in enumerate(some):
                known[at] = known[at] or text in own
                own.add(text)
        repeated.extend(compress(range(start, start + len(some)), known))
    if not repeated:
        return
    del seen
    texts = [preview.normalised[index] for index in repeated]
    kept: dict[str | int, int] = dict.fromkeys(texts, -1)
    for start, some in _usable_texts(preview):
        for index, text in compress(enumerate(some, start), map(kept.__contains__, some)):
            if kept[text] < 0:
                kept[text] = index
    preview.duplicates = {index: kept[text] for index, text in zip(repeated, texts, strict=True)}


def _usable_texts(preview: KeyPreview) -> Iterator[tuple[int, list[str | int]]]:
    """The keys in parts, each with the index of its first; a number, which is no copy of anything, for a problem."""
    problems = preview.problems
    for start in range(0, len(preview.normalised), _AT_ONCE):
        some: list[str | int] = [*preview.normalised[start : start + _AT_ONCE]]
        if problems:
            some = [index if index in problems else text for index, text in enumerate(some, start)]
        yield start, some


def refuse_sold_elsewhere(preview: KeyPreview) -> None:
    """The same key sold in one row and unsold in another is sold."""
    sold = {
        preview.normalised[index]: index
        for index, reason in preview.reasons.items()
        if reason is not DELETED and preview.normalised[index]
    }
    if not sold:
        return
    for index, text in enumerate(preview.normalised):
        if text in sold and index not in preview.problems:
            number = preview.line_numbers[sold[text]]
            preview.problems[index] = KeyProblem.NOT_SELLABLE
            preview.reasons[index] = Sentence(
                f"Line {number} of the file holds the same key, and there it is not for sale.",
                f"第 {number} 行是同一卡密，且不可出售。",
            )
