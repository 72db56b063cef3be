"""Orders as CSV text straight from SQLite, for exports of a million of them.

SQLite writes each order as a row of CSV, with the cells as people read them and every text in quotes. Numbers and names
that need more than that (quotes, what a spreadsheet would change) are marked in the row and brought into their form
here. Buyers, which only the vault can open, have a place kept in the row; for many orders a second process opens them
while SQLite reads the next ones.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import Final

from sqlmodel import col, func, select

from desktop_app.documents.code_words import word
from desktop_app.documents.csv_export import guard
from desktop_app.domain.states import OrderState
from desktop_app.services.buyers import buyer_masker
from desktop_app.services.context import Context
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.connections import lean_cache
from desktop_app.storage.field_opening import Opened, Sealed
from desktop_app.storage.field_process import opened_parts
from desktop_app.storage.freed_memory import give_back
from desktop_app.storage.tables import ChannelRow, OrderRow, ProductRow

_ORDERS: Final = 2000
"""So many at a time; each part is one short read."""

_READERS: Final = 2

_RAW: Final = "\x01"
"""Stands before the hexadecimal digits of a text that is still to be guarded and quoted."""
_RAW_TEXT: Final = re.compile(rb"\x01([0-9A-Fa-f]*)")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\\]")
"""In a name: what marks something else in a row."""
_NUMBER: Final = re.compile(rb'^"(?:[^"\\]|\\.)*"', re.MULTILINE)
"""The number of the order in a row, as JSON writes it."""

_PLACE: Final = "\x02"
"""Where the buyer goes."""

_CAREFUL: Final = re.compile(
    r"[\s\"\x00-\x1f](?:(?<=[\"\x00-\x09\x0b-\x1f])|(?<=\n)(?:[^\w#*\n]|\d+\n|[\d.]+[eE]|\d{1,2}[-/])|(?<=[^\S\n])\n)"
)
"""Among buyers, each between two line feeds: one that may need quotes or the guard; masked ones hardly ever do."""

# What begins with a letter is no formula and no number; JSON puts it into quotes, with a backslash where that is not
# all there is to do. A whole number of so many digits needs the guard and nothing else.
_ORDER_NO: Final = f"""CASE WHEN o.order_no >= 'A' AND o.order_no < '{{' THEN json_quote(o.order_no)
    WHEN length(o.order_no) BETWEEN 12 AND 19 AND CAST(CAST(o.order_no AS INTEGER) AS TEXT) = o.order_no
    THEN '"''' || o.order_no || '"' ELSE '"' || char({ord(_RAW)}) || hex(o.order_no) || '"' END"""
_LOCKED_BUYER: Final = """CASE WHEN o.buyer_sealed IS NULL THEN '' WHEN o.buyer_tag IS NULL THEN '****'
    ELSE '#' || lower(hex(substr(o.buyer_tag, 1, 4))) END"""
_SEALED_BUYERS: Final = ", ".join(
    f"CAST(group_concat({value}, '{between}') AS BLOB)"
    for value, between in (
        ("o.order_no", ""),
        ("length(CAST(o.order_no AS BLOB))", ","),
        ("o.buyer_sealed", ""),
        ("coalesce(length(o.buyer_sealed), 0)", ","),
    )
)

_Part = tuple[bytes, Sealed]
"""Rows of CSV, and the buyers that go into them."""


def order_parts(context: Context, ids: array[int], language: str) -> Generator[tuple[bytes, int], None, None] | None:
    """CSV rows in UTF-8 of these orders with the columns of their export, in parts of text and number of rows.

    None where the shop's clock was put forward or back within the time of its orders: that needs a calendar, and is
    left to the ordinary way.
    """
    offset = _fixed_offset(context)
    return None if offset is None else _parts(context, ids, offset, language)


def _parts(
    context: Context, ids: array[int], offset: timedelta, language: str
) -> Generator[tuple[bytes, int], None, None]:
    is_locked = not context.vault.is_unlocked
    parts = _read(context, ids, _statement(offset, language, is_locked=is_locked))
    if is_locked:
        with closing(parts):
            for rows, _ in parts:
                yield _finished(rows, None), rows.count(b"\r\n")
        return
    # what was unlocked at the start stays readable to the end of this export, as with every work under way
    mask = buyer_masker(context.vault)
    with opened_parts(context.vault, ("orders", "buyer"), parts, len(ids), masked=True) as opened:
        for (rows, sealed), buyers in opened:
            cells = _cells(sealed, buyers, mask) if rows else []
            yield _finished(rows, cells), len(cells)


def _read(context: Context, ids: array[int], statement: str) -> Generator[_Part, None, None]:
    names = [_names(context, kind) for kind in (ProductRow, ChannelRow)]

    def read(start: int) -> _Part:
        wanted = json.dumps(ids[start : start + _ORDERS].tolist())
        with context.read() as session, lean_cache(session.connection()):
            found = session.connection().exec_driver_sql(statement, (*names, wanted)).one()
        rows, *sealed = (value or b"" for value in found)
        return rows, Sealed(*sealed)

    give_back()  # what finding the ids took
    starts = iter(range(0, len(ids), _ORDERS))
    with ThreadPoolExecutor(_READERS, thread_name_prefix="export") as readers:
        ahead = deque(readers.submit(read, start) for start in islice(starts, _READERS))
        while ahead:
            part = ahead.popleft().result()
            ahead.extend(readers.submit(read, start) for start in islice(starts, 1))
            yield part
    give_back()


def _cells(sealed: Sealed, opened: Opened, mask: Callable[[bytes, bytes], str]) -> list[bytes]:
    """The buyers of the rows in their order, as they stand between quotes."""
    cells = opened.texts.split(b"\n")
    if _CAREFUL.search(f"\n{opened.texts.decode()}\n"):
        cells = [_cell(cell.decode()) for cell in cells]
    if opened.left:
        items = list(sealed.items())
        for place in opened.left:
            row_id, value, _ = items[place]
            cells[place] = _cell(mask(row_id, value))
    return cells


def _finished(rows: bytes, buyers: list[bytes] | None) -> bytes:
    """``rows`` with the buyers in their places and without marks."""
    if b"\\" in rows:
        rows = _NUMBER.sub(_raw_number, rows)
    pieces = [rows] if buyers is None else rows.split(_PLACE.encode())
    if _RAW.encode() in rows:
        pieces = [_RAW_TEXT.sub(_raw_cell, piece) for piece in pieces]
    if not buyers:
        return pieces[0]
    whole = [b""] * (2 * len(buyers) + 1)
    whole[::2] = pieces
    whole[1::2] = buyers
    return b"".join(whole)


def _raw_number(found: re.Match[bytes]) -> bytes:
    number = found[0]
    return f'"{_raw(json.loads(number))}"'.encode() if b"\\" in number else number


def _raw_cell(found: re.Match[bytes]) -> bytes:
    return _cell(bytes.fromhex(found[1].decode()).decode())


def _raw(text: str) -> str:
    return _RAW + text.encode().hex()


def _cell(text: str) -> bytes:
    """``text`` as it stands between quotes."""
    return guard(text).replace('"', '""').encode()


def _statement(offset: timedelta, language: str, *, is_locked: bool) -> str:
    seconds = int(offset.total_seconds())
    states = " ".join(f"WHEN '{state.value}' THEN {_quoted(guard(word(state, language)))}" for state in OrderState)

    def time(column: str) -> tuple[str, str]:
        return '"%s"', f"datetime(o.{column} / 1000000 + {seconds}, 'unixepoch')"

    def money(column: str) -> tuple[str, str]:
        return '"%d.%02d"', f"o.{column} / 100, o.{column} % 100"

    cells = (
        ("%s", _ORDER_NO),
        ('"%s"', "p.name"),
        ("%d", "(SELECT count(*) FROM units u WHERE u.order_id = o.id)"),
        ('"%s"', f"CASE o.state {states} END"),
        money("paid_fen"),
        money("refunded_fen"),
        ('"%s"', _LOCKED_BUYER if is_locked else f"char({ord(_PLACE)})"),
        ('"%s"', "c.name"),
        time("ordered_at"),
        time("paid_at"),
        time("shipped_at"),
    )
    form = ",".join(form for form, _ in cells)
    values = ", ".join(value for _, value in cells)
    return f"""
        WITH product_names AS MATERIALIZED (SELECT CAST(key AS INTEGER) AS id, value AS name FROM json_each(?)),
        channel_names AS MATERIALIZED (SELECT CAST(key AS INTEGER) AS id, value AS name FROM json_each(?))
        SELECT CAST(group_concat(printf('{form}', {values}), char(13, 10)) || char(13, 10) AS BLOB),
            {"NULL, NULL, NULL, NULL" if is_locked else _SEALED_BUYERS}
        FROM json_each(?) AS wanted
        CROSS JOIN orders AS o ON o.id = wanted.value
        CROSS JOIN product_names AS p ON p.id = o.product_id
        CROSS JOIN channel_names AS c ON c.id = o.channel_id
    """


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _names(context: Context, kind: type[ProductRow | ChannelRow]) -> str:
    with context.read() as session:
        names: dict[int, str] = dict(session.exec(select(kind.id, kind.name)).all())
    return json.dumps(
        {key: _raw(name) if _UNSAFE.search(name) else _cell(name).decode() for key, name in names.items()}
    )


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
