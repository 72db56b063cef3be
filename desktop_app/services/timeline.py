"""The event log as it is read: of one order, of one thing, or all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from desktop_app.services.context import Context, chunks
from desktop_app.services.listing import Listing, Sort
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.tables import EventRow


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event; :func:`desktop_app.documents.events.describe` gives it words."""

    seq: int
    at: datetime
    actor: str
    kind: str
    entity: str
    entity_id: int
    order_id: int | None
    facts: Mapping[str, object]


def events_of_order(session: Session, order_id: int) -> list[EventLine]:
    """Everything that happened to an order, its units, requests, refunds and proofs, oldest first."""
    rows = session.exec(
        select(EventRow.body).where(col(EventRow.order_id) == order_id).order_by(col(EventRow.seq))
    ).all()
    return [_line(body) for body in rows]


def events_of(session: Session, entity: str, entity_id: int) -> list[EventLine]:
    """Everything that happened to one thing, oldest first."""
    rows = session.exec(
        select(EventRow.body)
        .where(col(EventRow.entity) == entity, col(EventRow.entity_id) == entity_id)
        .order_by(col(EventRow.seq))
    ).all()
    return [_line(body) for body in rows]


def events_listing(context: Context, sort: Sort | None = None) -> Listing[EventLine]:
    """The whole log, newest first; sort keys: seq at actor kind."""
    return Listing(
        context,
        select(EventRow.seq),
        _read,
        # events are written in the order of their time, and the log is indexed by number only
        {"seq": col(EventRow.seq), "at": col(EventRow.seq), "actor": col(EventRow.actor), "kind": col(EventRow.kind)},
        col(EventRow.seq),
        sort,
    )


def _read(session: Session, ids: Sequence[int]) -> list[EventLine]:
    bodies: dict[int, str] = {}
    for part in chunks(ids):
        bodies.update(session.exec(select(EventRow.seq, EventRow.body).where(col(EventRow.seq).in_(part))).all())
    return [_line(bodies[seq]) for seq in ids]


def _line(body: str) -> EventLine:
    event = json.loads(body)
    return EventLine(
        seq=event["seq"],
        at=from_micros(event["at"]),
        actor=event["actor"],
        kind=event["kind"],
        entity=event["entity"],
        entity_id=event["entity_id"] or 0,
        order_id=event["order_id"],
        facts=event["facts"],
    )
