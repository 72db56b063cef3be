"""Files and pasted lists of card keys, made into a preview with a verdict for every line.

A text file has one key on each line, kept exactly. A table is recognised by its header, in Chinese or English; without
one every line is a whole key, so that ``account,password`` never loses its second half. The lists of other shop
programs are recognised by what they alone have (:mod:`desktop_app.exchange.card_formats`). The preview keeps parallel
lists instead of an object per line, and lines are forgotten as they are read: a million keys fit into some 200 MB.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from desktop_app.domain.card_keys import EXACT, KeyProblem, KeyRule
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.card_formats import format_of_dump, format_of_header, format_of_text_file
from desktop_app.exchange.csv_tables import (
    DELIMITERS,
    Record,
    is_blank,
    likely_delimiter,
    records_of,
    split_cells,
    used_up,
)
from desktop_app.exchange.key_columns import (
    COLUMN_NAMES,
    ColumnChoiceError,
    KeyColumn,
    checked_roles,
    looks_like_header,
    no_key_column,
    no_such_column,
    numbered_column,
    paired_roles,
)
from desktop_app.exchange.key_tables import (
    CardFormat,
    KeyPreview,
    Layout,
    LineVerdict,
    mark_duplicates,
    refuse_sold_elsewhere,
    roles_in,
    take_lines,
    take_rows,
)
from desktop_app.exchange.spreadsheets import Sheet, is_workbook, read_workbook
from desktop_app.exchange.sql_dumps import is_dump, read_dump
from desktop_app.exchange.text_files import (
    MAX_LINE_BYTES,
    Progress,
    TextFile,
    from_text,
    open_regular,
    read_text_file,
    too_long,
)

__all__ = [
    "COLUMN_NAMES",
    "CardFormat",
    "ColumnChoiceError",
    "KeyColumn",
    "KeyPreview",
    "Layout",
    "LineVerdict",
    "preview_keys",
    "read_key_file",
    "read_pasted_keys",
]

_HEAD_BYTES = MAX_LINE_BYTES + 1
_ROW_BYTES = 32 * 1024
"""A row of a table is longer than its key: quotation marks are doubled, and notes stand beside it."""
_MOST_WORDS = 8
_WORD_LENGTH = 12
_NOT_ASCII = re.compile("[^\\x00-\\x7f]+")
_LINE_ENDS = re.compile(b"[\r\n]")
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_key_file(
    path: Path,
    *,
    rule: KeyRule = EXACT,
    encoding: str | None = None,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    header: bool | None = None,
    roles: Mapping[str, int] | None = None,
    sheet: str | None = None,
    goods: str | None = None,
    progress: Progress | None = None,
    find_copies: bool = True,
) -> KeyPreview:
    """Read a text file, CSV, XLSX workbook or database dump of keys; what is not given is detected.

    ``key_column`` is the header cell of the column that is the key, or its number (from 1) where there is no header.
    ``header`` says whether the first row names the columns, ``roles`` (see :class:`KeyColumn`) the index of every
    column that is read; a header that is known stays one, whatever ``header`` says, so that what was sold there is not
    taken for unsold. ``goods`` takes only the cards of one product of a file that names several. Without
    ``find_copies`` it is left to the caller to find keys that the file holds more than once. Raises BadInputError
    (no text, too large, a broken CSV, no keys), ColumnChoiceError, NotFoundError and ConflictError.
    """
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
    if is_workbook(head):
        book = read_workbook(path)
        preview = KeyPreview(book.name, sha256=book.sha256, size=book.size, sheets=book.sheet_names)
        chosen = book.chosen(sheet, _recognised)
        try:
            _take_sheet(preview, chosen, rule, key_column, header, roles, goods)
        except ColumnChoiceError as error:
            error.sheet, error.sheets = chosen.name, book.sheet_names
            raise
    elif layout is not Layout.LINES and is_dump(path.name, head):
        dump = read_dump(path, format_of_dump, encoding=encoding, progress=progress)
        preview = KeyPreview(
            dump.name,
            dump.encoding.value,
            sha256=dump.sha256,
            size=dump.size,
            layout=Layout.TABLE,
            format=dump.card_format,
            columns=dump.columns,
            roles=roles_in(dump.name, dump.columns, key_column, dump.card_format, roles),
            has_header=True,
        )
        take_rows(preview, dump.records, rule, following=1, goods=goods)
    else:
        if len(head) == _HEAD_BYTES and not (_LINE_ENDS.search(head) or head.startswith(_UTF_16_MARKS)):
            raise too_long(path.name, 1)
        text = read_text_file(path, encoding=encoding, max_line_bytes=_ROW_BYTES, progress=progress)
        return preview_keys(
            text,
            rule=rule,
            layout=layout,
            delimiter=delimiter,
            key_column=key_column,
            header=header,
            roles=roles,
            goods=goods,
            from_disk=True,
            find_copies=find_copies,
        )
    return _finished(preview, find_copies)


def read_pasted_keys(
    text: str,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    header: bool | None = None,
    roles: Mapping[str, int] | None = None,
    goods: str | None = None,
    source: str = "paste",
    find_copies: bool = True,
) -> KeyPreview:
    """The same for pasted text."""
    file = from_text(source, text)
    return preview_keys(
        file,
        rule=rule,
        layout=layout,
        delimiter=delimiter,
        key_column=key_column,
        header=header,
        roles=roles,
        goods=goods,
        find_copies=find_copies,
    )


def as_list(keys: Iterable[str]) -> Iterator[str]:
    """``keys`` in an order in which a file of them, one on each line, is read as a list again.

    A file that begins with a key like ``卡密`` would be taken for a table, and that key for its header: such keys go
    to the end.
    """
    rest = iter(keys)
    held = []
    for key in rest:
        if _is_header(key, likely_delimiter(key)) is False and not is_dump("", key.encode()):
            yield key
            break
        held.append(key)
    yield from rest
    yield from held


def preview_keys(
    file: TextFile,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    header: bool | None = None,
    roles: Mapping[str, int] | None = None,
    goods: str | None = None,
    from_disk: bool = False,
    find_copies: bool = True,
) -> KeyPreview:
    """The preview of a decoded file, whose lines are used up. ``from_disk``: its name says something about it."""
    lines = file.lines
    if not lines:
        raise _no_keys(file.name)
    # a file of control characters only is no empty file: its lines are malformed
    first = next((index for index, line in enumerate(lines) if not is_blank(line)), 0)
    preview = KeyPreview(
        file.name, file.encoding.value, file.needs_confirmation, file.newline, sha256=file.sha256, size=file.size
    )
    if file.needs_confirmation:
        preview.words = _words(lines)
    table = None if layout is Layout.LINES else _table(file, first, layout, delimiter, key_column, header, roles)
    if table is None:
        take_lines(preview, lines, rule)
        lines.clear()
        if from_disk and (card_format := format_of_text_file(file.name)) is not None:
            preview.format = card_format
            preview.general_warning = card_format.warning
    else:
        preview.layout = Layout.TABLE
        preview.delimiter, preview.columns, preview.roles, preview.format, preview.has_header = table
        count = len(lines)
        preview.blank_lines.extend(range(1, first + 1))
        records = records_of(file.name, used_up(lines, first), preview.delimiter, first_line=first + 1)
        following = first + 1
        if preview.has_header:
            named = next(records)
            following = named.line + named.raw.count("\n") + 1
        following = take_rows(preview, records, rule, following=following, goods=goods)
        if preview.format is None or preview.format.unfold is None:
            preview.blank_lines.extend(range(following, count + 1))
    if from_disk and KeyProblem.TOO_LONG in preview.problems.values():
        longest = next(index for index, problem in preview.problems.items() if problem is KeyProblem.TOO_LONG)
        raise too_long(file.name, preview.line_numbers[longest])
    return _finished(preview, find_copies)


def _table(
    file: TextFile,
    first: int,
    layout: Layout | None,
    delimiter: str | None,
    key_column: str | None,
    header: bool | None,
    roles: Mapping[str, int] | None,
) -> tuple[str, tuple[str, ...], dict[str, int], CardFormat | None, bool] | None:
    """Delimiter, header cells, roles, format, and whether the first line is the header; None for plain lines."""
    line = file.lines[first]
    used = delimiter if delimiter is not None else likely_delimiter(line)
    if used not in DELIMITERS:
        raise BadInputError("The delimiter must be a comma, a tab or a semicolon.", "分隔符只能是逗号、制表符或分号。")
    kind = _is_header(line, used)
    number = numbered_column(key_column)
    is_chosen = number is not None or roles is not None
    if layout is None and key_column is None and header is None and roles is None and kind is not True:
        if kind is False:
            return None
        cells = split_cells(file.name, line, used, first + 1)
        if format_of_header(cells) is None:
            error = no_key_column(file.name, cells)
            error.delimiter = used
            raise error
    cells = split_cells(file.name, line, used, first + 1)
    card_format = format_of_header(cells)
    has_header = kind is True or card_format is not None
    if not has_header:
        has_header = header if header is not None else kind is None or not is_chosen
    try:
        if not has_header:
            return used, *_numbered(file.name, len(cells), number, roles), None, False
        if number is not None and number < len(cells):
            key_column = cells[number]
        return used, tuple(cells), roles_in(file.name, cells, key_column, card_format, roles), card_format, True
    except ColumnChoiceError as error:
        error.delimiter = used
        if has_header and header is None and kind is False:
            # the first line is more likely a row
            error.has_header, error.columns = False, _numbers(len(cells))
        raise


def _is_header(line: str, delimiter: str) -> bool | None:
    return looks_like_header([cell.strip().strip('"') for cell in line.split(delimiter)])


def _numbers(width: int) -> tuple[str, ...]:
    """What columns without names are called."""
    return tuple(str(at + 1) for at in range(width))


def _numbered(
    name: str, width: int, number: int | None, roles: Mapping[str, int] | None
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Columns without names, and what they are: chosen by number or by role; the only one is the key."""
    columns = _numbers(width)
    try:
        if roles is not None:
            return columns, paired_roles(name, columns, checked_roles(name, columns, roles))
        if number is None and width > 1:
            raise no_key_column(name, columns)
    except ColumnChoiceError as error:
        error.has_header = False
        raise
    if number is not None and number >= width:
        raise no_such_column(name, width, number)
    return columns, {KeyColumn.KEY.value: number or 0}


def _recognised(sheet: Sheet) -> bool:
    """Whether the first row of a sheet names card keys."""
    return looks_like_header(sheet.first_cells()) is True or format_of_header(sheet.first_cells()) is not None


def _take_sheet(
    preview: KeyPreview,
    sheet: Sheet,
    rule: KeyRule,
    key_column: str | None,
    header: bool | None,
    roles: Mapping[str, int] | None,
    goods: str | None,
) -> None:
    preview.sheet, preview.layout = sheet.name, Layout.TABLE
    records: Iterator[Record] = sheet.records()
    named = next(records, None)
    if named is None:
        raise _no_keys(preview.source)
    cells = named.cells
    preview.format = format_of_header(cells)
    kind = looks_like_header(cells)
    number = numbered_column(key_column)
    following = named.line + 1
    is_nameless = preview.format is None and kind is False
    is_chosen = number is not None or roles is not None or (key_column is None and len(cells) == 1)
    preview.has_header = kind is True or preview.format is not None
    if not preview.has_header:
        preview.has_header = header if header is not None else not (is_nameless and is_chosen)
    if not preview.has_header:
        # a sheet without names: its only column, or the chosen ones
        preview.columns, preview.roles = _numbered(preview.source, len(cells), number, roles)
        records, following = chain([named], records), named.line
    else:
        if number is not None and number < len(cells):
            key_column = cells[number]
        preview.columns = tuple(cells)
        try:
            preview.roles = roles_in(preview.source, cells, key_column, preview.format, roles)
        except ColumnChoiceError as error:
            if header is None and is_nameless:
                error.has_header, error.columns = False, _numbers(len(cells))
            raise
    preview.blank_lines.extend(range(1, named.line))
    take_rows(preview, records, rule, following=following, goods=goods)


def _words(lines: list[str]) -> str:
    """The first texts that another encoding would turn into something else; no letter or digit of a key in ASCII."""
    found: dict[str, None] = {}
    for line in lines:
        if not line.isascii():
            found.update(dict.fromkeys(word[:_WORD_LENGTH] for word in _NOT_ASCII.findall(line)))
            if len(found) >= _MOST_WORDS:
                break
    return " ".join([*found][:_MOST_WORDS])


def _finished(preview: KeyPreview, find_copies: bool) -> KeyPreview:
    if not preview.texts:
        raise _no_keys(preview.source)
    refuse_sold_elsewhere(preview)
    if find_copies:
        mark_duplicates(preview)
    return preview


def _no_keys(name: str) -> BadInputError:
    return BadInputError("{file} holds no card keys.", "{file} 中没有卡密。", file=name)
