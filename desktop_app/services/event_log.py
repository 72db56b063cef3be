"""The whole event log as a list: filtered, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from desktop_app.documents.events import KINDS, title
from desktop_app.services.context import Context, chunks
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.timeline import EventLine, line_of
from desktop_app.storage.tables import EventRow, OrderRow

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What is empty does not narrow.

    ``text`` is looked for in what happened (in both languages), in who did it, in the facts, and at the beginning of
    order numbers. ``groups`` are first parts of kinds ("order", "key"). ``since`` and ``until`` bound the time, the
    latter not included.
    """

    text: str = ""
    groups: tuple[str, ...] = ()
    order_no: str = ""
    since: datetime | None = None
    until: datetime | None = None


def events_listing(context: Context, where: EventFilter | None = None, sort: Sort | None = None) -> Listing[EventLine]:
    """The events that ``where`` lets through, newest first; sort keys: seq at actor kind."""
    return Listing(
        context,
        _statement(where or EventFilter()),
        _read,
        # events are written in the order of their time, and the log is indexed by number only
        {"seq": col(EventRow.seq), "at": col(EventRow.seq), "actor": col(EventRow.actor), "kind": col(EventRow.kind)},
        col(EventRow.seq),
        sort,
    )


def _statement(where: EventFilter) -> SelectOfScalar[int]:
    statement = select(EventRow.seq)
    kind = col(EventRow.kind)
    if where.groups:
        statement = statement.where(or_(*(kind.startswith(f"{group}.", autoescape=True) for group in where.groups)))
    if where.order_no:
        order = select(OrderRow.id).where(col(OrderRow.order_no) == where.order_no.strip())
        statement = statement.where(col(EventRow.order_id).in_(order))
    if where.since is not None:
        statement = statement.where(col(EventRow.at) >= where.since)
    if where.until is not None:
        statement = statement.where(col(EventRow.at) < where.until)
    text = where.text.strip()
    if text:
        statement = statement.where(_mentions(text))
    return statement


def _mentions(text: str) -> ColumnElement[bool]:
    low = text.casefold()
    kinds = [kind for kind in KINDS if any(low in title(kind, language).casefold() for language in ("en", "zh"))]
    number = col(OrderRow.order_no)
    orders = select(OrderRow.id).where(number >= text, number < text + _LAST)
    return or_(
        col(EventRow.kind).in_(kinds),
        func.instr(col(EventRow.body), text) > 0,
        col(EventRow.order_id).in_(orders),
    )


def _read(session: Session, ids: Sequence[int]) -> list[EventLine]:
    bodies: dict[int, str] = {}
    orders: dict[int, str] = {}
    for part in chunks(ids):
        rows = session.exec(
            select(EventRow.seq, EventRow.body, OrderRow.id, OrderRow.order_no)
            .outerjoin(OrderRow, col(OrderRow.id) == col(EventRow.order_id))
            .where(col(EventRow.seq).in_(part))
        ).all()
        for seq, body, order_id, order_no in rows:
            bodies[seq] = body
            if order_id is not None:
                orders[order_id] = order_no
    return [line_of(bodies[seq], orders) for seq in ids if seq in bodies]
