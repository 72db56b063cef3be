"""Strict CSV: a table with a known header, or a sentence that names the line.

A lenient reader swallows a thousand lines into one field after a stray quote; this one stops at the record where the
quote was opened.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from desktop_app.domain.card_keys import KeyProblem, KeyWarning
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.text_files import TextFile

DELIMITERS: Final = (",", "\t", ";")
_BLANK: Final = re.compile(r'[\s,;"]*')


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why one line of a file is not taken."""

    line: int
    field: str
    """English name of the column; empty when the whole line is meant."""
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column: its English name in files, its Chinese name, and what else it is called."""

    name: str
    zh: str
    required: bool
    example: str
    meaning_en: str
    meaning_zh: str
    aliases: tuple[str, ...] = ()


class Record(NamedTuple):
    line: int
    """Line on which the record begins."""
    cells: list[str]
    raw: str
    """The record as it stands in the file."""
    flaws: Mapping[int, KeyProblem | KeyWarning] | None = None
    """What a spreadsheet did to some of the cells, by their index."""


def folded_name(name: str) -> str:
    """A header cell as it is compared: without case, spaces, underscores, brackets' width and a leading mark."""
    plain = unicodedata.normalize("NFKC", name).strip().strip("\ufeff").casefold()
    return "".join(character for character in plain if character not in " _-*")


def split_cells(name: str, line: str, delimiter: str, number: int = 1) -> list[str]:
    """The cells of one line, strictly; none of a blank one."""
    record = next(records_of(name, [line], delimiter, first_line=number), None)
    return [] if record is None else record.cells


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but delimiters: what a spreadsheet saves of an empty row."""
    return _BLANK.fullmatch(line) is not None


def used_up(lines: list[str], first: int = 0) -> Iterator[str]:
    """The lines from index ``first`` on, each forgotten as it is read: a large table needs its memory only once."""
    for index in range(first, len(lines)):
        line, lines[index] = lines[index], ""
        yield line


def csv_template(columns: Sequence[Column], language: str) -> str:
    """A CSV with the header and one example row; write it as UTF-8 with a byte order mark for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    chinese = language.lower().startswith("zh")
    writer.writerow([column.zh if chinese else column.name for column in columns])
    writer.writerow([column.example for column in columns])
    return out.getvalue()


def records_of(name: str, lines: Iterable[str], delimiter: str, *, first_line: int = 1) -> Iterator[Record]:
    """Every record of ``lines`` that is not blank. Raises BadInputError at an unterminated or misplaced quote."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line + "\n"

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    start = first_line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInputError(
                "{file}, line {line}: a quotation mark is opened and not closed properly; correct the line.",
                "{file} 第 {line} 行的引号没有正确成对，请修正该行。",
                file=name,
                line=start,
            ) from error
        raw = "\n".join(taken)
        if any(cell.strip() for cell in cells):
            yield Record(start, cells, raw)
        start += len(taken)
        taken.clear()


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file whose header was understood; ``places`` gives the index of each known column by its name."""

    file: TextFile
    delimiter: str
    header: tuple[str, ...]
    places: dict[str, int]
    ignored: tuple[str, ...]
    """Columns that are not documented: shown to the merchant, not read."""

    def rows(self) -> Iterator[Record]:
        records = records_of(self.file.name, self.file.lines, self.delimiter)
        next(records)
        return records

    def problem_of(self, record: Record) -> LineProblem | None:
        """The problem of a record with missing or extra cells, or None."""
        if len(record.cells) == len(self.header):
            return None
        return LineProblem(
            record.line,
            "",
            f"Line {record.line}: {len(record.cells)} columns instead of {len(self.header)}.",
            f"第 {record.line} 行有 {len(record.cells)} 列，应为 {len(self.header)} 列。",
        )


def read_table(file: TextFile, columns: Sequence[Column]) -> Table:
    """The table in ``file``. Raises BadInputError for a header with repeated or missing columns."""
    first = next((index for index, line in enumerate(file.lines) if not is_blank(line)), None)
    if first is None:
        raise BadInputError("{file} holds no data.", "{file} 中没有数据。", file=file.name)
    names = {folded_name(name): column.name for column in columns for name in (column.name, column.zh, *column.aliases)}
    delimiter = likely_delimiter(file.lines[first])
    header = split_cells(file.name, file.lines[first], delimiter, first + 1)
    places, ignored = header_places(file.name, header, names)
    missing = [column for column in columns if column.required and column.name not in places]
    if missing:
        raise BadInputError(
            "{file}: the column {column} is missing; the first line must name the columns.",
            "{file}：缺少列“{label}”，第一行必须是列名。",
            file=file.name,
            column=missing[0].name,
            label=missing[0].zh,
        )
    return Table(file, delimiter, tuple(header), places, ignored)


def likely_delimiter(line: str) -> str:
    """The delimiter that stands most often in ``line``; a comma when none does."""
    return max(DELIMITERS, key=line.count)


def header_places(
    file_name: str, header: Sequence[str], names: Mapping[str, str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Index of every known column, and the cells that are not known. BadInputError for a column that is there twice.

    ``names`` maps folded header cells to column names.
    """
    places: dict[str, int] = {}
    unknown: dict[str, str] = {}
    for index, cell in enumerate(header):
        folded = folded_name(cell)
        if not folded:
            continue  # spreadsheets leave unnamed columns at the end
        name = names.get(folded)
        if folded in unknown or name in places:
            raise BadInputError(
                "{file}: the column “{column}” is there twice; keep one.",
                "{file}：列“{column}”重复，请只保留一个。",
                file=file_name,
                column=cell.strip(),
            )
        if name is None:
            unknown[folded] = cell.strip()
        else:
            places[name] = index
    return places, tuple(unknown.values())
