"""CSV files that spreadsheets and programs both read back exactly.

UTF-8 with a byte order mark, CRLF rows, the header in the merchant's language. A leading ``'`` guards text that a
spreadsheet would run as a formula or turn into another number or a date; a cell that starts with ``'`` anyway gets one
more, so that taking one off restores every text. ``="…"`` is not used: LibreOffice evaluates it, other readers keep
the wrapping, and it is itself a formula; a tab in front is invisible and travels along when the cell is copied.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from itertools import islice
from pathlib import Path

from desktop_app.documents.whole_file import whole_file
from desktop_app.domain.deadlines import SHOP_ZONE
from desktop_app.domain.errors import CancelledError

_ROWS_PER_STEP = 1000

_IGNORED = r"[\s\x00-\x1f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
_NEEDS_GUARD = re.compile(
    r"['\t\r\n]"
    # a formula, also behind what spreadsheets skip; with the full-width forms that some of them accept
    rf"|{_IGNORED}[=+\-@|%\uff1d\uff0b\uff0d\uff20]"
    # numbers that would lose digits or zeros, or come back in another notation
    r"|\s*(?:[0-9]{12,}|0[0-9]+)\s*\Z"
    r"|\s*[0-9.]+[eE][0-9+-]"
    # short dates: the unit 1-2 must not become the first of February (ISO dates of ours stay plain)
    r"|\s*[0-9]{1,2}[-/][0-9]{1,4}(?:[-/][0-9]{1,4})?\s*\Z"
)


class Kind(Enum):
    """How the values of a column are written."""

    TEXT = "text"  # str, guarded
    NUMBER = "number"  # int
    MONEY = "money"  # int fen, as 52.20
    TIME = "time"  # aware datetime, as 2026-11-21 09:12:33 on the shop's clock


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in code, its header in Chinese and English, and what it holds. None is an empty cell."""

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT

    def title(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en


def guard(text: str) -> str:
    """``text`` as a spreadsheet shows it unchanged; an import takes the ``'`` off again."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def write_csv(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    zone: tzinfo = SHOP_ZONE,
    private: bool = False,
) -> int:
    """Write ``rows``, one value per column, to ``path`` and return how many there were.

    Streams: memory does not grow with the rows. The file appears under its name only when it is complete. ``progress``
    gets the number of rows so far. Raises CancelledError when ``cancelled`` answers true, StorageError when the file
    cannot be written; neither leaves anything behind, and a file that was there before stays. ``private``: only its
    owner can read it.
    """
    formats = [_formatter(column.kind, zone) for column in columns]
    return write_csv_parts(path, columns, _written(rows, formats), language, progress, cancelled, private=private)


def write_csv_parts(
    path: Path,
    columns: Sequence[Column],
    parts: Iterable[tuple[bytes, int]],
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    private: bool = False,
) -> int:
    """The same for rows that are CSV already: ``parts`` are that text in UTF-8 and the number of its rows."""
    count = 0
    with whole_file(path, private=private) as place, place.open("wb") as file:
        file.write(BOM_UTF8 + _rows_text([[guard(column.title(language)) for column in columns]]))
        for text, rows in parts:
            if cancelled is not None and cancelled():
                raise CancelledError("The export was cancelled; no file was written.", "已取消导出，没有生成文件。")
            file.write(text)
            count += rows
            if progress is not None:
                progress(count)
    return count


def money_text(fen: int) -> str:
    """``5220`` as ``52.20``: no sign of the currency, no separators, so that sums work."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def time_text(at: datetime, zone: tzinfo) -> str:
    """``at`` on the clock of ``zone``: ``2026-11-21 09:12:33``."""
    return at.astimezone(zone).replace(microsecond=0, tzinfo=None).isoformat(" ")


def _formatter(kind: Kind, zone: tzinfo) -> Callable[[object], str]:
    def text(value: object) -> str:
        return "" if value is None else guard(str(value))

    def number(value: object) -> str:
        return "" if value is None else str(value)

    def money(value: object) -> str:
        if value is None:
            return ""
        assert isinstance(value, int)
        return money_text(value)

    def time(value: object) -> str:
        if value is None:
            return ""
        assert isinstance(value, datetime)
        return time_text(value, zone)

    return {Kind.TEXT: text, Kind.NUMBER: number, Kind.MONEY: money, Kind.TIME: time}[kind]


def _written(
    rows: Iterable[Sequence[object]], formats: Sequence[Callable[[object], str]]
) -> Iterator[tuple[bytes, int]]:
    iterator = iter(rows)
    while step := list(islice(iterator, _ROWS_PER_STEP)):
        cells = ([write(value) for write, value in zip(formats, row, strict=True)] for row in step)
        yield _rows_text(cells), len(step)


def _rows_text(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
