"""Orders as CSV text straight from SQLite, for exports of a million of them.

SQLite writes each order as a JSON array of its cells, already as people read them; an array without an escape is a CSV
row. The few rows that have one, and numbers that a spreadsheet would change, go through the same guard and writer as
every other export. Meanwhile this thread opens the buyers, which only the vault can.
"""

from __future__ import annotations

import csv
import io
import json
import re
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import Final

from sqlmodel import col, func, select

from desktop_app.documents.code_words import word
from desktop_app.documents.csv_export import guard, unguard
from desktop_app.domain.states import OrderState
from desktop_app.services.buyers import buyer_masker
from desktop_app.services.context import Context
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.tables import ChannelRow, OrderRow, ProductRow

_TROUBLE: Final = re.compile(r"[\"\\\x00-\x09\x0b-\x1f]|^[^\w#*\n]|^\d+$|^[\d.]+[eE]|^\d{1,2}[-/]|\s$", re.MULTILINE)
"""Among buyers, one a line: one that may need quoting or the guard; masked ones hardly ever do."""

_ORDERS: Final = 2000
"""So many at a time; each part is one short read."""

_READERS: Final = 2

_RAW: Final = "\x01"
"""Stands in front of a cell that still needs the guard; JSON escapes it, so its row is seen."""

_PLACE: Final = "\x02"
_BUYER: Final = "\\u0002"
"""Where the buyer goes, and how that stands in the JSON."""

_NEXT: Final = "\x1e"
"""Between the buyers of a part, which are no JSON: reading that takes longer than opening them."""

_PLAIN: Final = "o.order_no GLOB '[A-Za-z]*' AND o.order_no NOT GLOB '*[^A-Za-z0-9]*'"
_LOCKED_BUYER: Final = """CASE WHEN o.buyer_sealed IS NULL THEN '' WHEN o.buyer_tag IS NULL THEN '****'
    ELSE '#' || lower(hex(substr(o.buyer_tag, 1, 4))) END"""
_SEALED_BUYERS: Final = f"""group_concat(o.order_no, char({ord(_NEXT)})),
    group_concat(coalesce(hex(o.buyer_sealed), ''), char({ord(_NEXT)}))"""
_LONG_DIGITS: Final = "length(o.order_no) >= 12 AND o.order_no NOT GLOB '*[^0-9]*'"


def order_parts(context: Context, ids: array[int], language: str) -> Iterator[tuple[str, int]] | None:
    """CSV rows of these orders with the columns of their export, in parts of text and number of rows.

    None where the shop's clock was put forward or back within the time of its orders: that needs a calendar, and is
    left to the ordinary way.
    """
    offset = _fixed_offset(context)
    return None if offset is None else _parts(context, ids, offset, language)


def _parts(context: Context, ids: array[int], offset: timedelta, language: str) -> Iterator[tuple[str, int]]:
    names = [_names(context, kind) for kind in (ProductRow, ChannelRow)]
    # what was unlocked at the start stays readable to the end of this export, as with every work under way
    mask = buyer_masker(context.vault) if context.vault.is_unlocked else None
    statement = _statement(offset, language, is_locked=mask is None)

    def read(start: int) -> tuple[str, str, str]:
        wanted = json.dumps(ids[start : start + _ORDERS].tolist())
        with context.read() as session:
            rows, numbers, sealed = session.connection().exec_driver_sql(statement, (*names, wanted)).one()
        return rows or "", numbers or "", sealed or ""

    starts = iter(range(0, len(ids), _ORDERS))
    # SQLite reads the next parts while the buyers of this one are opened
    with ThreadPoolExecutor(_READERS, thread_name_prefix="export") as readers:
        ahead = deque(readers.submit(read, start) for start in islice(starts, _READERS))
        while ahead:
            rows, numbers, sealed = ahead.popleft().result()
            ahead.extend(readers.submit(read, start) for start in islice(starts, 1))
            count = rows.count("\r\n") + 1 if rows else 0
            cells = None if mask is None or not count else _buyers(rows, numbers, sealed, count, mask)
            yield _text(rows, cells), count


def _buyers(rows: str, numbers: str, sealed: str, count: int, mask: Callable[[str, str | None], str]) -> list[str]:
    """The buyers of the rows in their order."""
    owners = numbers.split(_NEXT)
    if len(owners) != count:  # a number that holds the separator itself: the rows have it, marked or guarded
        cells = [str(json.loads(row)[0]) for row in rows.split("\r\n")]
        owners = [cell[1:] if cell.startswith(_RAW) else unguard(cell) for cell in cells]
    return [mask(number, buyer or None) for number, buyer in zip(owners, sealed.split(_NEXT), strict=True)]


def _text(rows: str, cells: list[str] | None) -> str:
    """``rows`` are JSON arrays, one a line; ``cells`` the buyers that go where :data:`_BUYER` stands."""
    if not rows:
        return ""
    left_out = 0 if cells is None else len(cells)
    if rows.count("\\") == left_out and (cells is None or not _TROUBLE.search("\n".join(cells))):
        text = rows[1:-1].replace("]\r\n[", "\r\n") + "\r\n"
        if cells is None:
            return text
        pieces = [""] * (2 * len(cells) + 1)
        pieces[::2] = text.split(_BUYER)
        pieces[1::2] = cells
        return "".join(pieces)
    lines = rows.split("\r\n")
    return "".join(_line(line, cell) for line, cell in zip(lines, cells or [""] * len(lines), strict=True))


def _line(row: str, buyer: str) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow([_cell(cell, buyer) for cell in json.loads(row)])
    return target.getvalue()


def _cell(cell: object, buyer: str) -> object:
    if cell == _PLACE:
        return guard(buyer)
    return guard(cell[1:]) if isinstance(cell, str) and cell.startswith(_RAW) else cell


def _statement(offset: timedelta, language: str, *, is_locked: bool) -> str:
    seconds = int(offset.total_seconds())
    states = " ".join(f"WHEN '{state.value}' THEN {_quoted(guard(word(state, language)))}" for state in OrderState)

    def time(column: str) -> str:
        return f"coalesce(datetime(o.{column} / 1000000 + {seconds}, 'unixepoch'), '')"

    def money(column: str) -> str:
        return f"(o.{column} / 100) || '.' || substr('0' || (o.{column} % 100), -2)"

    cells = (
        f"CASE WHEN {_PLAIN} THEN o.order_no WHEN {_LONG_DIGITS} THEN '''' || o.order_no "
        f"ELSE char({ord(_RAW)}) || o.order_no END",
        "p.name",
        "(SELECT count(*) FROM units u WHERE u.order_id = o.id)",
        f"CASE o.state {states} END",
        money("paid_fen"),
        money("refunded_fen"),
        _LOCKED_BUYER if is_locked else f"char({ord(_PLACE)})",
        "c.name",
        time("ordered_at"),
        time("paid_at"),
        time("shipped_at"),
    )
    return f"""
        WITH product_names AS MATERIALIZED (SELECT CAST(key AS INTEGER) AS id, value AS name FROM json_each(?)),
        channel_names AS MATERIALIZED (SELECT CAST(key AS INTEGER) AS id, value AS name FROM json_each(?))
        SELECT group_concat(json_array({", ".join(cells)}), char(13, 10)),
            {"NULL, NULL" if is_locked else _SEALED_BUYERS}
        FROM json_each(?) AS wanted
        CROSS JOIN orders AS o ON o.id = wanted.value
        CROSS JOIN product_names AS p ON p.id = o.product_id
        CROSS JOIN channel_names AS c ON c.id = o.channel_id
    """


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _names(context: Context, kind: type[ProductRow | ChannelRow]) -> str:
    with context.read() as session:
        rows: Mapping[int, str] = dict(session.exec(select(kind.id, kind.name)).all())
    return json.dumps({key: _RAW + name if name.startswith(_RAW) else guard(name) for key, name in rows.items()})


def _fixed_offset(context: Context) -> timedelta | None:
    """How far the shop's clock is from UTC, when that never changed between its first and its last time."""
    times = [col(OrderRow.ordered_at), col(OrderRow.paid_at), col(OrderRow.shipped_at)]
    with context.read() as session:
        first = [session.exec(select(func.min(column))).one() for column in times]
        last = [session.exec(select(func.max(column))).one() for column in times]
    known_first = [at for at in first if at is not None]
    known_last = [at for at in last if at is not None]
    if not known_first:
        return timedelta(0)
    moment, end = min(known_first), max(known_last)
    offsets = {_offset(context.zone, to) for to in (moment, end)}
    while moment < end and len(offsets) == 1:
        offsets.add(_offset(context.zone, moment))
        moment += timedelta(days=1)
    offset = offsets.pop()
    is_fixed = not offsets and offset % timedelta(seconds=1) == timedelta(0)
    return offset if is_fixed and min(known_first) >= from_micros(0) else None


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
