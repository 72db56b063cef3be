"""The event log as it is read: of one order, or of one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

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
    order_no: str = ""  # where it was asked for


def events_of_order(session: Session, order_id: int) -> list[EventLine]:
    """Everything that happened to an order, its units, requests, refunds and proofs, oldest first."""
    rows = session.exec(
        select(EventRow.body).where(col(EventRow.order_id) == order_id).order_by(col(EventRow.seq))
    ).all()
    return [line_of(body) for body in rows]


def events_of(session: Session, entity: str, entity_id: int) -> list[EventLine]:
    """Everything that happened to one thing, oldest first."""
    return [line_of(body) for body in bodies_of(session, entity, entity_id)]


def bodies_of(session: Session, entity: str, entity_id: int) -> Sequence[str]:
    """The same as it stands in the log, for :func:`line_of`."""
    return session.exec(
        select(EventRow.body)
        .where(col(EventRow.entity) == entity, col(EventRow.entity_id) == entity_id)
        .order_by(col(EventRow.seq))
    ).all()


def line_of(body: str, order_numbers: Mapping[int, str] | None = None) -> EventLine:
    """The event that stands in ``body``; ``order_numbers`` are those of orders by their id."""
    event = json.loads(body)
    order_id = event["order_id"]
    return EventLine(
        seq=event["seq"],
        at=from_micros(event["at"]),
        actor=event["actor"],
        kind=event["kind"],
        entity=event["entity"],
        entity_id=event["entity_id"] or 0,
        order_id=order_id,
        facts=event["facts"],
        order_no=(order_numbers or {}).get(order_id, ""),
    )
