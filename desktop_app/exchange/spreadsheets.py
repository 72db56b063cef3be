"""XLSX workbooks from strangers: bounded before they are unpacked, and every cell as the text that it was.

A spreadsheet keeps 15 digits of a number, drops zeros in front and turns text into dates; no reader can bring those
back. Programs write a key that begins with ``=`` as a formula, which has no value until a spreadsheet works it out.
Such a cell carries a flaw, so that nobody takes what is left of a key for the key, or its cell for a blank one.
"""

from __future__ import annotations

import hashlib
import html
import io
import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from desktop_app.domain.card_keys import KeyProblem, KeyWarning
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.csv_tables import Record
from desktop_app.exchange.text_files import open_regular

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
MAX_PARTS: Final = 2000
MAX_CELLS: Final = 8_000_000
"""Of the rectangle that a sheet spans: two far corners make a reader fill everything between them."""
CELL_LENGTH: Final = 32_767
"""Longest text of a cell; programs cut longer ones there without a word."""

_BLOCK: Final = 1024 * 1024
_DIGITS_KEPT: Final = 10**15
_REFERENCE: Final = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_LOST: Final = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*\br=["']([A-Za-z]{1,3})([0-9]{1,7})["'])"""
    rb"""(?:[^>]*\bt=["']e["'][^>]*>|[^>]*><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>)"""
)
"""A cell that is an error, or a formula without the value that it has."""
_OVERLAP: Final = 64 * 1024
"""Bytes looked at again with the next block: a formula is no longer than a cell."""
_MOST_LOST: Final = 100_000
_WIDEST: Final = 1 << 15
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b([^>]*)/?>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)/?>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_Cell = Any
"""str, float, int, bool, date, datetime, time or timedelta."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with data; ``rows`` begin at row ``first_row`` and column ``first_column`` (both from 1)."""

    file: str
    name: str
    first_row: int
    first_column: int
    rows: Sequence[Sequence[_Cell]]
    lost: frozenset[int] = field(default_factory=frozenset)
    """Cells that are an error or a formula without a value, as :func:`_place`."""

    def first_cells(self) -> list[str]:
        """The texts of the first row that is not blank."""
        return next((record.cells for record in self.records()), [])

    def records(self) -> Iterator[Record]:
        """Every row that is not blank, as text. BadInputError at a cell that was cut."""
        width = max((self._width(row) for row in self.rows), default=0)
        for index, row in enumerate(self.rows):
            flaws: dict[int, KeyProblem | KeyWarning] = {}
            cells = [self._text(index, at, value, flaws) for at, value in enumerate(row[:width])]
            if self.lost:
                for at, value in enumerate(row[:width]):
                    if value == "" and _place(self.first_row + index, self.first_column + at) in self.lost:
                        flaws[at] = KeyProblem.FORMULA
            if flaws or any(cell.strip() for cell in cells):
                yield Record(self.first_row + index, cells, "", flaws or None)
        yield from self._lost_below(width)

    def _lost_below(self, width: int) -> Iterator[Record]:
        """Rows of nothing else at the end, which a reader leaves out."""
        below: dict[int, dict[int, KeyProblem | KeyWarning]] = {}
        for place in self.lost:
            row, column = divmod(place, _WIDEST)
            if row >= self.first_row + len(self.rows) and 0 <= column - self.first_column < width:
                below.setdefault(row, {})[column - self.first_column] = KeyProblem.FORMULA
        for row in sorted(below):
            yield Record(row, [""] * width, "", below[row])

    @staticmethod
    def _width(row: Sequence[_Cell]) -> int:
        return max((at + 1 for at, value in enumerate(row) if value != ""), default=0)

    def _text(self, index: int, at: int, value: _Cell, flaws: dict[int, KeyProblem | KeyWarning]) -> str:
        if isinstance(value, str):
            if len(value) * 2 >= CELL_LENGTH and len(value.encode("utf-16-le", "replace")) >= 2 * CELL_LENGTH:
                raise BadInputError(
                    "{file}, sheet “{sheet}”, row {row}, column {column}: the cell is full (32,767 characters), so "
                    "the rest was cut off when the file was written; export it in smaller parts.",
                    "{file} 工作表“{sheet}”第 {row} 行 {column} 列：单元格已满 32767 字，导出时后面的内容已被截断，"
                    "请分批重新导出。",
                    file=self.file,
                    sheet=self.name,
                    row=self.first_row + index,
                    column=_letters(self.first_column + at),
                )
            return value
        if isinstance(value, bool):
            flaws[at] = KeyProblem.NOT_TEXT
            return "TRUE" if value else "FALSE"
        if isinstance(value, float) and not math.isfinite(value):
            flaws[at] = KeyProblem.DIGITS_LOST
            return str(value)
        if isinstance(value, int | float):
            lost = abs(value) >= _DIGITS_KEPT or len(repr(value).replace(".", "").strip("-0")) > 15
            flaws[at] = KeyProblem.DIGITS_LOST if lost else KeyWarning.WAS_NUMBER
            return str(int(value)) if value == int(value) else repr(value)
        flaws[at] = KeyProblem.NOT_TEXT
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S")
        assert isinstance(value, date | time | timedelta)
        return str(value)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose size was checked; its sheets are read when they are asked for."""

    name: str
    sha256: str
    size: int
    sheet_names: tuple[str, ...]
    _visible: tuple[str, ...]
    _load: Callable[[str], Sheet | None]

    def chosen(self, wanted: str | None, recognised: Callable[[Sheet], bool]) -> Sheet:
        """The sheet called ``wanted``; without it the first that is ``recognised``, else the first with data.

        Hidden sheets only on request. BadInputError when there is none.
        """
        if wanted is not None:
            if wanted not in self.sheet_names:
                raise BadInputError(
                    "{file} has no sheet “{sheet}”; it has: {known}.",
                    "{file} 中没有工作表“{sheet}”，只有：{known}。",
                    file=self.name,
                    sheet=wanted,
                    known=", ".join(self.sheet_names),
                )
            only = self._load(wanted)
            if only is None:
                raise self._empty()
            return only
        first: Sheet | None = None
        for name in self._visible:
            sheet = self._load(name)
            if sheet is not None and recognised(sheet):
                return sheet
            first = first or sheet
        if first is None:
            raise self._empty()
        return first

    def _empty(self) -> BadInputError:
        return BadInputError("{file} holds no card keys.", "{file} 中没有卡密。", file=self.name)


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive, which a workbook is."""
    return head.startswith(b"PK\x03\x04")


def read_workbook(path: Path) -> Workbook:
    """Open an XLSX workbook. BadInputError for other archives, and for one too large to be unpacked."""
    with open_regular(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(path.name, f"{MAX_BYTES // 1024 // 1024} MB")
    try:
        lost = _unpacked_once(path.name, data)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise _damaged(path.name) from error
    return _opened(path.name, data, lost)


def _unpacked_once(name: str, data: bytes) -> Mapping[str, frozenset[int]]:
    """Unpack everything once: what the archive says of its sizes proves nothing. By sheet the cells whose content no
    reader gives."""
    lost: dict[str, set[int]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise BadInputError(
                "{file} is not an Excel workbook (.xlsx); save it as .xlsx or CSV (UTF-8) first.",
                "{file} 不是 Excel 工作簿（.xlsx），请先另存为 .xlsx 或 CSV（UTF-8）。",
                file=name,
            )
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
            raise _too_large(name, f"{MAX_UNPACKED_BYTES // 1024 // 1024} MB")
        unpacked = 0
        for part in parts:
            is_sheet = "worksheets" in part.filename
            columns = rows = 1
            rest = b""
            with archive.open(part) as stream:
                while block := stream.read(_BLOCK):
                    unpacked += len(block)
                    if unpacked > MAX_UNPACKED_BYTES:
                        raise _too_large(name, f"{MAX_UNPACKED_BYTES // 1024 // 1024} MB")
                    if is_sheet:
                        text = rest + block
                        for letters, digits in set(_REFERENCE.findall(text)):
                            columns = max(columns, _column_number(letters))
                            rows = max(rows, int(digits))
                        found = lost.setdefault(part.filename, set())
                        found.update(_place(int(row), _column_number(at)) for at, row in _LOST.findall(text))
                        if len(found) > _MOST_LOST:
                            raise _formulas(name)
                        rest = text[-_OVERLAP:]
            if columns * rows > MAX_CELLS:
                raise _too_large(name, f"{MAX_CELLS:,} cells")
        if not any(lost.values()):
            return {}
        return {sheet: frozenset(lost.get(part, ())) for sheet, part in _parts_of_sheets(archive).items()}


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """In which part of the workbook each sheet stands."""

    def tags(part: str, tag: re.Pattern[str]) -> Iterator[dict[str, str]]:
        text = archive.read(part).decode("utf-8", "replace") if part in archive.namelist() else ""
        for attributes in tag.findall(text):
            yield {key.rpartition(":")[2]: html.unescape(value) for key, value in _ATTRIBUTE.findall(attributes)}

    targets = {one.get("Id"): one.get("Target", "") for one in tags("xl/_rels/workbook.xml.rels", _RELATION)}
    return {
        one.get("name", ""): posixpath.normpath(posixpath.join("/xl", targets.get(one.get("id"), "")))[1:]
        for one in tags("xl/workbook.xml", _SHEET)
    }


def _place(row: int, column: int) -> int:
    return row * _WIDEST + column


def _opened(name: str, data: bytes, lost: Mapping[str, frozenset[int]]) -> Workbook:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(name) from error

    def load(sheet_name: str) -> Sheet | None:
        try:
            sheet = book.get_sheet_by_name(sheet_name)
            rows = sheet.to_python()
        except (CalamineError, OSError, ValueError) as error:
            raise _damaged(name) from error
        if sheet.start is None or not any(value != "" for row in rows for value in row):
            return None
        found = lost.get(sheet_name, frozenset())
        return Sheet(name, sheet_name, sheet.start[0] + 1, sheet.start[1] + 1, rows, found)

    return Workbook(
        name,
        hashlib.sha256(data).hexdigest(),
        len(data),
        tuple(sheet.name for sheet in sheets),
        tuple(sheet.name for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible),
        load,
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _too_large(name: str, limit: str) -> BadInputError:
    return BadInputError(
        "{file} unpacks to more than {limit}; delete what is not needed, or save the sheet as CSV (UTF-8).",
        "{file} 解压后超过 {limit}，请删除多余内容，或将工作表另存为 CSV（UTF-8）。",
        file=name,
        limit=limit,
    )


def _formulas(name: str) -> BadInputError:
    return BadInputError(
        "{file} has formulas without values, or errors, in more than {most} cells; get it with these columns as text.",
        "{file} 中有超过 {most} 个单元格是没有结果的公式或错误值，请取得这些列为文本格式的文件。",
        file=name,
        most=_MOST_LOST,
    )


def _damaged(name: str) -> BadInputError:
    return BadInputError(
        "{file} is damaged, protected by a password or no Excel workbook; save it again as .xlsx or CSV (UTF-8).",
        "{file} 已损坏、受密码保护或不是 Excel 工作簿，请重新另存为 .xlsx 或 CSV（UTF-8）。",
        file=name,
    )
