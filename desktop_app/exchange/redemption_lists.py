"""Lists of redemptions from a supplier or an operator: the file, its frame, and which column says what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Final

from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.exchange.csv_tables import (
    DELIMITERS,
    Record,
    csv_template,
    folded_name,
    is_blank,
    likely_delimiter,
    records_of,
    split_cells,
)
from desktop_app.exchange.key_columns import ColumnChoiceError
from desktop_app.exchange.redemption_lines import LABELS, LIST_COLUMNS, ListColumn, ListLine, read_line
from desktop_app.exchange.spreadsheets import Sheet, is_workbook, read_workbook
from desktop_app.exchange.text_files import NewlineKind, Progress, TextFile, decode_text, open_regular, read_text_file

MAX_BYTES: Final = 20 * 1024 * 1024
"""The list is kept as evidence, and a piece of evidence has at most so much."""
_ROLES: Final = {
    folded_name(name): column.name for column in LIST_COLUMNS for name in (column.name, column.zh, *column.aliases)
}
_RANKS: Final = {name: rank for rank, name in enumerate(_ROLES)}
_NAMING: Final = frozenset({ListColumn.KEY, ListColumn.NUMBER, ListColumn.ORDER_NO, ListColumn.ACCOUNT})
_LINE_BYTES: Final = 32 * 1024
_HEAD_BYTES: Final = 4096
_TITLE_LINES: Final = 10
"""So many lines may stand above the header."""


@dataclass(frozen=True, slots=True)
class ListLayout:
    """How a list is read; None: as it looks like. ``roles``: :class:`ListColumn` value to the index of its column."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    roles: Mapping[str, int] | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class RedemptionList:
    """A list as it was read; blank lines are left out."""

    source: str
    sha256: str
    size: int
    """Bytes."""
    encoding: str
    """Empty for a workbook."""
    needs_confirmation: bool
    """The encoding is only likely."""
    newline: NewlineKind
    delimiter: str | None
    columns: tuple[str, ...]
    """The header as it stands in the file, or the numbers of the columns."""
    has_header: bool
    roles: Mapping[str, int]
    ignored: tuple[str, ...]
    sheet: str
    sheets: tuple[str, ...]
    lines: tuple[ListLine, ...] = field(repr=False)


def read_redemption_list(
    path: Path, zone: tzinfo, layout: ListLayout | None = None, progress: Progress | None = None
) -> RedemptionList:
    """Read a CSV, text file or XLSX workbook; times without an offset are in ``zone``.

    BadInputError for a file that is no such list or larger than 20 MB, ColumnChoiceError when the merchant has to say
    which column is what, and whatever reading a file raises.
    """
    layout = layout or ListLayout()
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0, 2)
        if file.tell() > MAX_BYTES:
            raise BadInputError(
                "{file} is larger than {limit} MB; the list is kept as evidence, so split it.",
                "{file} 超过 {limit} MB；清单需作为证据留存，请拆分后再导入。",
                file=path.name,
                limit=MAX_BYTES // 1024 // 1024,
            )
    if is_workbook(head):
        return _read_workbook(path, zone, layout)
    text = read_text_file(
        path, encoding=layout.encoding, max_bytes=MAX_BYTES, max_line_bytes=_LINE_BYTES, progress=progress
    )
    return _read_text(text, zone, layout)


def looks_like_redemptions(path: Path) -> bool:
    """Whether the first row of a file names columns of such a list: when or by which code something was redeemed, and
    what. A file that cannot be read is none."""
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
        if is_workbook(head):
            return _is_telling(
                next(_from_header(read_workbook(path).chosen(None, _recognised).records()), Record(0, [], "")).cells
            )
        line = _first_line(path.name, head)
        return bool(line) and _is_telling(split_cells(path.name, line, likely_delimiter(line)))
    except ShopError:
        return False


def list_columns(path: Path, layout: ListLayout) -> tuple[tuple[str, ...], bool]:
    """The first row of a list, and whether it names columns that are known; without a single known name it is taken to
    name them when every cell of it is a word."""
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
    if is_workbook(head):
        sheet = read_workbook(path).chosen(layout.sheet, _recognised)
        cells = next((record.cells for record in _from_header(sheet.records())), [])
    else:
        text = read_text_file(path, encoding=layout.encoding, max_bytes=MAX_BYTES, max_line_bytes=_LINE_BYTES)
        line = _leading_line(text)
        cells = split_cells(text.name, line, layout.delimiter or likely_delimiter(line))
    is_header = any(folded_name(cell) in _ROLES for cell in cells) or not any(
        re.search(r"[0-9]", cell) for cell in cells
    )
    return tuple(cells), is_header


def list_template(language: str) -> str:
    """A file of this kind to fill in: :func:`csv_template`."""
    return csv_template(LIST_COLUMNS, language)


# ---- the table


def _read_text(text: TextFile, zone: tzinfo, layout: ListLayout) -> RedemptionList:
    first = _leading_line(text)
    if not first:
        raise _no_data(text.name)
    delimiter = layout.delimiter or likely_delimiter(first)
    if delimiter not in DELIMITERS:
        raise BadInputError(
            "The columns are divided by a comma, a tab or a semicolon.", "列分隔符只能是逗号、制表符或分号。"
        )
    records = records_of(text.name, text.lines, delimiter)
    frame = _frame(text.name, records, layout, delimiter)
    lines = tuple(read_line(record, len(frame.columns), frame.roles, zone) for record in frame.records)
    return RedemptionList(
        source=text.name,
        sha256=text.sha256,
        size=text.size,
        encoding=text.encoding.value,
        needs_confirmation=text.needs_confirmation,
        newline=text.newline,
        delimiter=delimiter,
        columns=frame.columns,
        has_header=frame.has_header,
        roles=frame.roles,
        ignored=frame.ignored,
        sheet="",
        sheets=(),
        lines=_some(text.name, lines),
    )


def _read_workbook(path: Path, zone: tzinfo, layout: ListLayout) -> RedemptionList:
    book = read_workbook(path)
    sheet = book.chosen(layout.sheet, _recognised)
    try:
        frame = _frame(book.name, sheet.records(), layout, None)
    except ColumnChoiceError as error:
        error.sheet, error.sheets = sheet.name, book.sheet_names
        raise
    lines = tuple(read_line(record, len(frame.columns), frame.roles, zone) for record in frame.records)
    return RedemptionList(
        source=book.name,
        sha256=book.sha256,
        size=book.size,
        encoding="",
        needs_confirmation=False,
        newline=NewlineKind.NONE,
        delimiter=None,
        columns=frame.columns,
        has_header=frame.has_header,
        roles=frame.roles,
        ignored=frame.ignored,
        sheet=sheet.name,
        sheets=book.sheet_names,
        lines=_some(book.name, lines),
    )


def _no_data(name: str) -> BadInputError:
    return BadInputError("{file} holds no data.", "{file} 中没有数据。", file=name)


def _some(name: str, lines: tuple[ListLine, ...]) -> tuple[ListLine, ...]:
    if not lines:
        raise BadInputError("{file} holds no redemptions.", "{file} 中没有核销记录。", file=name)
    return lines


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the first row says of the others."""

    columns: tuple[str, ...]
    has_header: bool
    roles: Mapping[str, int]
    ignored: tuple[str, ...]
    records: Iterator[Record]


def _frame(name: str, records: Iterator[Record], layout: ListLayout, delimiter: str | None) -> _Frame:
    records = _from_header(records) if layout.header is None else records
    first = next(records, None)
    if first is None:
        raise _no_data(name)
    known = _has_known_name(first.cells)
    has_header = known if layout.header is None else layout.header
    width = len(first.cells)
    columns = tuple(first.cells) if has_header else tuple(str(number) for number in range(1, width + 1))
    ignored: tuple[str, ...] = ()
    if layout.roles is not None:
        roles = _checked(name, layout.roles, width)
        if has_header:
            ignored = tuple(cell for at, cell in enumerate(columns) if cell.strip() and at not in roles.values())
    elif has_header:
        roles, ignored = _header_roles(name, first.cells)
    elif width == 1:
        roles = {ListColumn.KEY.value: 0}  # a bare list of what was activated
    else:
        roles = {}
    if not _NAMING & roles.keys():
        error = ColumnChoiceError(
            "{file}: say which column is the card key, the card number, the order number or the account.",
            "{file}：请指定哪一列是卡密、卡号、订单号或充值账号。",
            file=name,
        )
        error.columns, error.has_header, error.delimiter = columns, has_header, delimiter
        raise error
    return _Frame(columns, has_header, roles, ignored, records if has_header else chain([first], records))


def _from_header(records: Iterator[Record]) -> Iterator[Record]:
    """``records`` without the title lines that back offices put above the header (who exported what, and when)."""
    above: list[Record] = []
    for record in records:
        above.append(record)
        if _is_telling(record.cells):
            return chain([record], records)
        if len(above) == _TITLE_LINES + 1 or (len(above) == 1 and _has_known_name(record.cells)):
            break
    return chain(above, records)


def _leading_line(text: TextFile) -> str:
    """The line that shows how the columns are divided: the header, else the first; empty without any data."""
    filled = list(islice((line for line in text.lines if not is_blank(line)), _TITLE_LINES + 1))
    for line in filled:
        # a line may be a part of a quoted cell: then it is no header
        with suppress(BadInputError):
            cells = split_cells(text.name, line, likely_delimiter(line))
            if _is_telling(cells) or (line is filled[0] and _has_known_name(cells)):
                return line
    return filled[0] if filled else ""


def _has_known_name(cells: Sequence[str]) -> bool:
    return any(folded_name(cell) in _ROLES for cell in cells)


def _header_roles(name: str, header: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Which column is what. Of two that could be the same (note and source, phone and account) the one that is called
    so more exactly is; the others are not read."""
    seen: set[str] = set()
    best: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(header):
        folded = folded_name(cell)
        if folded and folded in seen:
            raise BadInputError(
                "{file}: the column “{column}” is there twice; keep one.",
                "{file}：列“{column}”重复，请只保留一个。",
                file=name,
                column=cell.strip(),
            )
        seen.add(folded)
        if folded in _ROLES:
            role = _ROLES[folded]
            best[role] = min(best.get(role, (len(_RANKS), 0)), (_RANKS[folded], place))
    roles = {role: place for role, (_, place) in best.items()}
    read = set(roles.values())
    return roles, tuple(cell.strip() for place, cell in enumerate(header) if cell.strip() and place not in read)


def _checked(name: str, roles: Mapping[str, int], width: int) -> dict[str, int]:
    for role, place in roles.items():
        if role not in LABELS or not 0 <= place < width:
            raise BadInputError(
                "{file} has no column {number} for “{field}”.",
                "{file} 没有可作为“{label}”的第 {number} 列。",
                file=name,
                number=place + 1,
                field=role,
                label=LABELS.get(role, role),
            )
    if len(set(roles.values())) < len(roles):
        raise BadInputError("{file}: one column cannot mean two things.", "{file}：同一列不能有两种含义。", file=name)
    return dict(roles)


def column_places(columns: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Indexes of columns that are given by their header or their number (from 1), for ``ListLayout.roles``."""
    places: dict[str, int] = {}
    folded = [folded_name(cell) for cell in columns]
    for role, wanted in named.items():
        if role not in LABELS:
            raise BadInputError(
                "“{role}” is no column of a redemption list; there are: {known}.",
                "核销清单没有“{role}”这一列，可用：{known}。",
                role=role,
                known=", ".join(ListColumn),
            )
        if folded_name(wanted) in folded:
            places[role] = folded.index(folded_name(wanted))
        elif wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(columns):
            places[role] = int(wanted) - 1
        else:
            raise BadInputError(
                "The list has no column “{column}”; it has: {known}.",
                "清单中没有列“{column}”，只有：{known}。",
                column=wanted,
                known=", ".join(cell.strip() for cell in columns),
            )
    return places


def _recognised(sheet: Sheet) -> bool:
    return _has_known_name(next((record.cells for record in _from_header(sheet.records())), []))


def _is_telling(cells: Sequence[str]) -> bool:
    names = {folded_name(cell) for cell in cells}
    roles = {_ROLES[name] for name in names if name in _ROLES}
    # “code” and “time” alone stand in many files, lists of card keys among them
    telling = names - {"code", "time", "完成时间", "充值时间"}
    says_when = {_ROLES.get(name) for name in telling} & {ListColumn.REDEEMED_AT, ListColumn.CODE}
    return bool(says_when) and bool(_NAMING & roles)


def _first_line(name: str, head: bytes) -> str:
    cut = head
    if len(head) == _HEAD_BYTES:
        # up to the last line end, so that no character is cut in two
        end = max(head.rfind(b"\n"), head.rfind(b"\r"))
        if end < 0:
            return ""
        cut = head[: end + 1]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) and len(cut) % 2:
            cut = head[: end + 2]
    return _leading_line(decode_text(name, cut))
