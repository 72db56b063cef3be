"""Files and pasted lists of card keys, made into a preview with a verdict for every line.

A text file has one key on each line, kept exactly. A table is recognised by its header, in Chinese or English; without
one every line is a whole key, so that ``account,password`` never loses its second half. The lists of other shop
programs are recognised by what they alone have (:mod:`desktop_app.exchange.card_formats`). The preview keeps parallel
lists instead of an object per line, and lines are forgotten as they are read: a million keys fit into some 200 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from desktop_app.domain.card_keys import EXACT, KeyRule
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.card_formats import format_of_dump, format_of_header, format_of_text_file
from desktop_app.exchange.csv_tables import DELIMITERS, Record, likely_delimiter, records_of, split_cells, used_up
from desktop_app.exchange.key_tables import (
    COLUMN_NAMES,
    CardFormat,
    KeyColumn,
    KeyPreview,
    Layout,
    LineVerdict,
    column_roles,
    looks_like_header,
    mark_duplicates,
    no_key_column,
    numbered_column,
    take_lines,
    take_rows,
)
from desktop_app.exchange.spreadsheets import Sheet, is_workbook, read_workbook
from desktop_app.exchange.sql_dumps import is_dump, read_dump
from desktop_app.exchange.text_files import Progress, TextFile, from_text, open_regular, read_text_file

__all__ = [
    "COLUMN_NAMES",
    "CardFormat",
    "KeyColumn",
    "KeyPreview",
    "Layout",
    "LineVerdict",
    "preview_keys",
    "read_key_file",
    "read_pasted_keys",
]

_HEAD_BYTES = 4096


def read_key_file(
    path: Path,
    *,
    rule: KeyRule = EXACT,
    encoding: str | None = None,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    sheet: str | None = None,
    goods: str | None = None,
    progress: Progress | None = None,
) -> KeyPreview:
    """Read a text file, CSV, XLSX workbook or database dump of keys; what is not given is detected.

    ``key_column`` is the header cell of the column that is the key, or its number (from 1) where there is no header.
    ``goods`` takes only the cards of one product of a file that names several. Raises BadInputError (no text, too
    large, a broken CSV, no keys), NotFoundError and ConflictError.
    """
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
    if is_workbook(head):
        book = read_workbook(path)
        preview = KeyPreview(book.name, sha256=book.sha256, size=book.size, sheets=book.sheet_names)
        _take_sheet(preview, book.chosen(sheet, _recognised), rule, key_column, goods)
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
            roles=column_roles(dump.name, dump.columns, key_column, dump.card_format),
        )
        take_rows(preview, dump.records, rule, following=1, goods=goods)
    else:
        text = read_text_file(path, encoding=encoding, progress=progress)
        return preview_keys(
            text, rule=rule, layout=layout, delimiter=delimiter, key_column=key_column, goods=goods, from_disk=True
        )
    return _finished(preview)


def read_pasted_keys(
    text: str,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    goods: str | None = None,
    source: str = "paste",
) -> KeyPreview:
    """The same for pasted text."""
    file = from_text(source, text)
    return preview_keys(file, rule=rule, layout=layout, delimiter=delimiter, key_column=key_column, goods=goods)


def preview_keys(
    file: TextFile,
    *,
    rule: KeyRule = EXACT,
    layout: Layout | None = None,
    delimiter: str | None = None,
    key_column: str | None = None,
    goods: str | None = None,
    from_disk: bool = False,
) -> KeyPreview:
    """The preview of a decoded file, whose lines are used up. ``from_disk``: its name says something about it."""
    lines = file.lines
    if not lines:
        raise _no_keys(file.name)
    # a file of control characters only is no empty file: its lines are malformed
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    preview = KeyPreview(
        file.name, file.encoding.value, file.needs_confirmation, file.newline, sha256=file.sha256, size=file.size
    )
    header = None if layout is Layout.LINES else _header(file, first, layout, delimiter, key_column)
    if header is None:
        take_lines(preview, lines, rule)
        if from_disk and (card_format := format_of_text_file(file.name)) is not None:
            preview.format = card_format
            preview.general_warning = card_format.warning
    else:
        preview.layout = Layout.TABLE
        preview.delimiter, preview.columns, preview.roles, preview.format, is_first_a_row = header
        count = len(lines)
        preview.blank_lines.extend(range(1, first + 1))
        records = records_of(file.name, used_up(lines, first), preview.delimiter, first_line=first + 1)
        following = first + 1
        if not is_first_a_row:
            named = next(records)
            following = named.line + named.raw.count("\n") + 1
        following = take_rows(preview, records, rule, following=following, goods=goods)
        if preview.format is None or preview.format.unfold is None:
            preview.blank_lines.extend(range(following, count + 1))
    return _finished(preview)


def _header(
    file: TextFile, first: int, layout: Layout | None, delimiter: str | None, key_column: str | None
) -> tuple[str, tuple[str, ...], dict[str, int], CardFormat | None, bool] | None:
    """Delimiter, header cells, roles, format, and whether the first line is a row already; None for plain lines."""
    line = file.lines[first]
    used = delimiter if delimiter is not None else likely_delimiter(line)
    if used not in DELIMITERS:
        raise BadInputError("The delimiter must be a comma, a tab or a semicolon.", "分隔符只能是逗号、制表符或分号。")
    kind = looks_like_header([cell.strip().strip('"') for cell in line.split(used)])
    number = numbered_column(key_column)
    if number is not None and kind is False:
        cells = split_cells(file.name, line, used, first + 1)
        return used, *_numbered(file.name, len(cells), number), None, True
    if layout is None and key_column is None:
        if kind is None and format_of_header(split_cells(file.name, line, used, first + 1)) is None:
            raise no_key_column(file.name)
        if kind is False:
            return None
    cells = split_cells(file.name, line, used, first + 1)
    if number is not None and number < len(cells):
        key_column = cells[number]
    card_format = format_of_header(cells)
    return used, tuple(cells), column_roles(file.name, cells, key_column, card_format), card_format, False


def _numbered(name: str, width: int, number: int) -> tuple[tuple[str, ...], dict[str, int]]:
    """Columns without names, and the one that was chosen by its number."""
    if number >= width:
        raise BadInputError(
            "{file} has {count} columns, so column {number} cannot be the key.",
            "{file} 只有 {count} 列，不能选择第 {number} 列。",
            file=name,
            count=width,
            number=number + 1,
        )
    return tuple(str(at + 1) for at in range(width)), {KeyColumn.KEY.value: number}


def _recognised(sheet: Sheet) -> bool:
    """Whether the first row of a sheet names card keys."""
    return looks_like_header(sheet.first_cells()) is True or format_of_header(sheet.first_cells()) is not None


def _take_sheet(preview: KeyPreview, sheet: Sheet, rule: KeyRule, key_column: str | None, goods: str | None) -> None:
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
    if preview.format is None and kind is False and (number is not None or (key_column is None and len(cells) == 1)):
        # a sheet without names: its only column, or the chosen one
        preview.columns, preview.roles = _numbered(preview.source, len(cells), number or 0)
        records, following = chain([named], records), named.line
    else:
        if number is not None and number < len(cells):
            key_column = cells[number]
        preview.columns = tuple(cells)
        preview.roles = column_roles(preview.source, cells, key_column, preview.format)
    preview.blank_lines.extend(range(1, named.line))
    take_rows(preview, records, rule, following=following, goods=goods)


def _finished(preview: KeyPreview) -> KeyPreview:
    if not preview.texts:
        raise _no_keys(preview.source)
    mark_duplicates(preview)
    return preview


def _no_keys(name: str) -> BadInputError:
    return BadInputError("{file} holds no card keys.", "{file} 中没有卡密。", file=name)
