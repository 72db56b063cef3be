"""Card keys as lists show them: filtered and sorted by number, and opened only for the page that is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, func, or_, union, union_all
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from desktop_app.domain.card_keys import mask, normalise
from desktop_app.domain.errors import LockedError, StorageError
from desktop_app.domain.states import KeyState
from desktop_app.services.buyers import fingerprint
from desktop_app.services.context import Context
from desktop_app.services.issuing import uses_of
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.products import key_rule, shop_day
from desktop_app.storage.card_sealing import TAG_BYTES
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.tables import BatchRow, CardKeyRow, CardTagRow, DeliveryRow, OrderRow, ProductRow, UnitRow
from desktop_app.storage.vault import CARD_COLUMN, CARD_TABLE

_DAMAGED = "✗"
_FINGERPRINT_DIGITS = 8
_FEW = 20_000
# by the index of states, which begins with the product
_OF_STATE = "SELECT id FROM card_keys WHERE product_id IN (SELECT id FROM products) AND state = ?"

# For the driver itself: a page is read at every move of a scroll bar.
_LINES = """
SELECT k.id, k.product_id, p.name, p.code, p.uid, k.batch_id, b.name, k.line, k.state, k.state_at, b.expires_on, k.note,
  k.tag, k.sealed, p.reusable, p.use_limit
FROM json_each(?) wanted
CROSS JOIN card_keys k ON k.id = wanted.value
CROSS JOIN products p ON p.id = k.product_id
CROSS JOIN batches b ON b.id = k.batch_id
"""
_ORDERS = """
WITH keys(id) AS MATERIALIZED (SELECT value FROM json_each(?))
SELECT key_id, order_id, order_no FROM (
  SELECT d.card_key_id AS key_id, o.id AS order_id, o.order_no, 0 AS is_held, d.id AS place
  FROM keys CROSS JOIN deliveries d ON d.card_key_id = keys.id
  CROSS JOIN units u ON u.id = d.unit_id CROSS JOIN orders o ON o.id = u.order_id
  UNION ALL
  SELECT u.card_key_id, o.id, o.order_no, 1, u.id
  FROM keys CROSS JOIN units u ON u.card_key_id = keys.id CROSS JOIN orders o ON o.id = u.order_id
)
ORDER BY is_held, place
"""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key. ``masked`` is its fingerprint while the shop is locked, ``✗`` when its seal is damaged.

    ``uses``: how often a reusable key was delivered so far, of ``use_limit`` times (None: without end); None for a key
    that is used once.
    """

    id: int
    product_id: int
    product_name: str
    product_code: str
    batch_id: int
    batch_name: str
    line: int
    state: KeyState
    state_at: datetime
    expires_on: str | None
    is_expired: bool
    note: str
    masked: str
    order_no: str
    uses: int | None
    use_limit: int | None


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """``text``: an exact key, a fingerprint (``#1a2b3c4d``), the beginning of an order number, or part of a batch name.

    Keys themselves are searched only while the shop is unlocked. ``imported_from`` is the first moment of their import
    that counts, ``imported_to`` the first that does not. ``key_ids`` leaves only these.
    """

    product_id: int | None = None
    state: KeyState | None = None
    batch_id: int | None = None
    text: str = ""
    imported_from: datetime | None = None
    imported_to: datetime | None = None
    key_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """The order that a key belongs to, or went to last."""

    id: int
    order_no: str


def keys_listing(context: Context, where: KeyFilter, sort: Sort | None = None) -> Listing[KeyLine]:
    """Sort keys: id product batch state state_at expires_on (products and batches in the order they were added).

    Without ``sort`` the newest come first. Equal rows stand as an index has them, so that a million keys in any order
    but that of ``state_at`` are there at once: those of a batch by line, those of a state by product.
    """
    if sort is None:
        sort = Sort("id", descending=True)
    is_whole = where == KeyFilter()
    parts: Callable[[], Sequence[Select[Any]]] | None = None
    tie_breaks: list[SQLColumnExpression[Any]] = [col(CardKeyRow.id)]
    if sort.key == "id" and where.product_id is not None and where == KeyFilter(product_id=where.product_id):
        parts = partial(_of_products, [where.product_id], sort.descending)
    elif sort.key == "id" and not is_whole and replace(where, imported_from=None, imported_to=None) == KeyFilter():
        parts = partial(_by_import, where, sort.descending)
    elif sort.key == "id" and where.batch_id is not None:
        tie_breaks.insert(0, col(CardKeyRow.line))  # ids follow the lines of a batch, and lines are indexed with it
    elif sort.key == "batch":
        tie_breaks.insert(0, col(CardKeyRow.line))
    elif sort.key == "expires_on" and is_whole:
        parts = partial(_by_expiry, sort.descending)
    elif sort.key in ("product", "state") and is_whole:
        parts = partial(_of_all_products, context, sort)
    expires_on = sql_select(col(BatchRow.expires_on)).where(col(BatchRow.id) == col(CardKeyRow.batch_id))
    columns: dict[str, SQLColumnExpression[Any]] = {
        "id": tie_breaks[0],
        "product": col(CardKeyRow.product_id),
        "batch": col(CardKeyRow.batch_id),
        "state": col(CardKeyRow.state),
        "state_at": col(CardKeyRow.state_at),
        "expires_on": expires_on.correlate(CardKeyRow).scalar_subquery(),
    }

    def read(session: Session, ids: Sequence[int]) -> list[KeyLine]:
        return key_lines(context, session, ids)

    def statement() -> Select[Any] | Sequence[int]:
        if sort.key == "id" and where.state is not None and where == KeyFilter(state=where.state):
            few = _few_of_state(context, where.state, sort.descending)
            if few is not None:
                return few
        return _filtered(context, where)

    return Listing(context, statement, read, columns, tie_breaks, sort, parts)


def _few_of_state(context: Context, state: KeyState, descending: bool) -> Sequence[int] | None:
    """The keys of a state that few have, such as those in the recycle bin: looking for them from one end would mean
    looking at all keys."""
    with context.read() as session:
        connection = session.connection()
        count = connection.exec_driver_sql(f"SELECT count(*) FROM ({_OF_STATE} LIMIT ?)", (state.value, _FEW + 1))
        if count.scalar_one() > _FEW:
            return None
        order = "DESC" if descending else "ASC"
        return list(connection.exec_driver_sql(f"{_OF_STATE} ORDER BY id {order}", (state.value,)).scalars())


def _filtered(context: Context, where: KeyFilter) -> Select[Any]:
    statement: Select[Any] = sql_select(col(CardKeyRow.id))
    if where.product_id is not None:
        statement = statement.where(col(CardKeyRow.product_id) == where.product_id)
    if where.state is not None:
        statement = statement.where(col(CardKeyRow.state) == where.state)
    if where.batch_id is not None:
        statement = statement.where(col(CardKeyRow.batch_id) == where.batch_id)
    if where.key_ids is not None:
        # one value, however many they are
        chosen = func.json_each(json.dumps(where.key_ids)).table_valued("value")
        statement = statement.where(col(CardKeyRow.id).in_(sql_select(chosen.c.value)))
    if imported := _imported(where):
        statement = statement.where(col(CardKeyRow.batch_id).in_(select(BatchRow.id).where(*imported)))
    if text := where.text.strip():
        with context.read() as session:
            statement = statement.where(col(CardKeyRow.id).in_(_matching(context, session, text)))
    return statement


def _of_products(product_ids: Iterable[int], descending: bool) -> list[Select[Any]]:
    """The keys of each product by number: the index of states gives them state by state, which are merged."""
    parts: list[Select[Any]] = []
    for product_id in product_ids:
        runs = [sql_select(col(CardKeyRow.id)).where(*_run(product_id, state)) for state in KeyState]
        keys = union_all(*runs).subquery()
        parts.append(sql_select(keys.c.id).order_by(keys.c.id.desc() if descending else keys.c.id))
    return parts


def _of_all_products(context: Context, sort: Sort) -> list[Select[Any]]:
    with context.read() as session:
        product_ids = sorted(session.exec(select(ProductRow.id)), reverse=sort.descending)
    if sort.key == "product":
        return _of_products(product_ids, sort.descending)
    number = col(CardKeyRow.id).desc() if sort.descending else col(CardKeyRow.id).asc()
    return [
        sql_select(col(CardKeyRow.id)).where(*_run(product_id, state)).order_by(number)
        for state in sorted(KeyState, reverse=sort.descending)
        for product_id in product_ids
    ]


def _run(product_id: int, state: KeyState) -> tuple[ColumnElement[bool], ...]:
    return col(CardKeyRow.product_id) == product_id, col(CardKeyRow.state) == state


def _by_expiry(descending: bool) -> list[Select[Any]]:
    """All keys, those of the batch that expires first in front."""
    return [_by_batch((col(BatchRow.expires_on),), descending)]


def _by_import(where: KeyFilter, descending: bool) -> list[Select[Any]]:
    """The keys of some imports by number: ids follow the batches, and in them the lines."""
    return [_by_batch((), descending).where(*_imported(where))]


def _by_batch(first: Iterable[SQLColumnExpression[Any]], descending: bool) -> Select[Any]:
    """The keys batch by batch, each in the order of its lines."""
    order = [*first, col(BatchRow.id), col(CardKeyRow.line), col(CardKeyRow.id)]
    return (
        sql_select(col(CardKeyRow.id))
        .select_from(BatchRow)
        .join(CardKeyRow, col(CardKeyRow.batch_id) == col(BatchRow.id))
        .order_by(*(column.desc() if descending else column.asc() for column in order))
    )


def _imported(where: KeyFilter) -> list[ColumnElement[bool]]:
    """The batches that the filter names by the time of their import; none: all of them."""
    told: list[ColumnElement[bool]] = []
    if where.imported_from is not None:
        told.append(col(BatchRow.imported_at) >= where.imported_from)
    if where.imported_to is not None:
        told.append(col(BatchRow.imported_at) < where.imported_to)
    return told


def key_lines(context: Context, session: Session, key_ids: Sequence[int]) -> list[KeyLine]:
    """The lines of these keys, in this order; a key that is gone has none."""
    today = shop_day(context)
    rows = session.connection().exec_driver_sql(_LINES, (json.dumps(list(key_ids)),)).all()
    orders = _orders_of(session, [row[0] for row in rows if row[8] != KeyState.IN_STOCK.value])
    uses = uses_of(session, [row[0] for row in rows if row[14]])
    masked = _masker(context)
    lines: dict[int, KeyLine] = {}
    for row in rows:
        order = orders.get(row[0])
        lines[row[0]] = KeyLine(
            id=row[0],
            product_id=row[1],
            product_name=row[2],
            product_code=row[3],
            batch_id=row[5],
            batch_name=row[6],
            line=row[7],
            state=KeyState(row[8]),
            state_at=from_micros(row[9]),
            expires_on=row[10],
            is_expired=row[10] is not None and row[10] < today,
            note=row[11],
            masked=masked(row[12], row[13], row[4]),
            order_no=order.order_no if order else "",
            uses=uses.get(row[0], 0) if row[14] else None,
            use_limit=row[15],
        )
    return [lines[key_id] for key_id in key_ids if key_id in lines]


def orders_of_keys(session: Session, keys: Iterable[CardKeyRow]) -> dict[int, KeyOrder]:
    """Where each key is, or went last. A key that is in stock again is nowhere."""
    return _orders_of(session, [key.id for key in keys if key.state is not KeyState.IN_STOCK])


def _orders_of(session: Session, key_ids: Sequence[int]) -> dict[int, KeyOrder]:
    """What holds a key now comes last, and so it is told instead of where the key went before."""
    if not key_ids:
        return {}
    rows = session.connection().exec_driver_sql(_ORDERS, (json.dumps(key_ids),))
    return {key_id: KeyOrder(order_id, order_no) for key_id, order_id, order_no in rows}


def exact_key_ids(context: Context, session: Session, text: str) -> list[int]:
    """Keys that ``text`` is, each by the rule of its own product; :class:`LockedError` while the shop is locked."""
    products = session.exec(select(ProductRow)).all()
    by_tags: dict[tuple[bytes, ...], list[int]] = {}
    for rule in {key_rule(product) for product in products}:
        normalised = normalise(text, rule)
        if normalised and not _half_character(normalised):
            tags = tuple(context.vault.card_tags_of(normalised))
            by_tags.setdefault(tags, []).extend(product.id for product in products if key_rule(product) == rule)
    conditions = [
        and_(col(CardTagRow.tag).in_(tags), col(CardKeyRow.product_id).in_(product_ids))
        for tags, product_ids in by_tags.items()
    ]
    statement = (
        select(CardKeyRow.id)
        .join(CardTagRow, col(CardTagRow.card_key_id) == col(CardKeyRow.id))
        .where(col(CardTagRow.tag).in_([*chain.from_iterable(by_tags)]), or_(false(), *conditions))
    )
    return list(session.exec(statement).all())


def _matching(context: Context, session: Session, text: str) -> Any:
    parts: list[Select[Any]] = []
    if context.vault.is_unlocked:
        # spaces inside a key can count, so the key is looked for as it was typed
        parts.append(
            sql_select(col(CardKeyRow.id)).where(col(CardKeyRow.id).in_(exact_key_ids(context, session, text)))
        )
    if bounds := _fingerprint_bounds(text):
        parts.append(sql_select(col(CardTagRow.card_key_id)).where(col(CardTagRow.tag).between(*bounds)))
    orders = select(OrderRow.id).where(col(OrderRow.order_no) >= text, col(OrderRow.order_no) < text + "\U0010ffff")
    of_orders = col(UnitRow.order_id).in_(orders)
    parts.append(sql_select(col(UnitRow.card_key_id)).where(of_orders, col(UnitRow.card_key_id).is_not(None)))
    parts.append(
        sql_select(col(DeliveryRow.card_key_id))
        .join(UnitRow, col(UnitRow.id) == col(DeliveryRow.unit_id))
        .where(of_orders, col(DeliveryRow.card_key_id).is_not(None))
    )
    batches = select(BatchRow.id).where(func.instr(func.lower(BatchRow.name), func.lower(text)) > 0)
    parts.append(sql_select(col(CardKeyRow.id)).where(col(CardKeyRow.batch_id).in_(batches)))
    return union(*parts)


def _fingerprint_bounds(text: str) -> tuple[bytes, bytes] | None:
    digits = text.removeprefix("#")
    if not text.startswith("#") or len(digits) != _FINGERPRINT_DIGITS:
        return None
    try:
        start = bytes.fromhex(digits)
    except ValueError:
        return None
    rest = TAG_BYTES - len(start)
    return start + b"\x00" * rest, start + b"\xff" * rest


def _half_character(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _masker(context: Context) -> Callable[[bytes, bytes, bytes], str]:
    """What a list shows of a key, for those of one page."""
    openers: dict[bytes, Callable[[bytes, bytes], bytes]] = {}

    def masked(tag: bytes, sealed: bytes, product_uid: bytes) -> str:
        try:
            opener = openers.get(product_uid)
            if opener is None:
                opener = openers[product_uid] = context.vault.opener(CARD_TABLE, CARD_COLUMN, product_uid)
            return mask(opener(tag, sealed).decode())
        except LockedError:
            return fingerprint(tag)
        except StorageError:
            # one damaged key must not hide the others; the check of the shop reports it
            return _DAMAGED

    return masked
