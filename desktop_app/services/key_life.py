"""The whole life of one card key, put together in one read: where it came from, who got it, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from desktop_app.domain.states import ReasonCode, RefundState, RequestState
from desktop_app.services.buyers import masked_buyer, masked_redemption_target
from desktop_app.services.context import Context
from desktop_app.services.key_lines import KeyLine, key_lines
from desktop_app.services.key_rows import SEVERAL, in_ranges, key_row
from desktop_app.services.timeline import EventLine, bodies_of, events_of, line_of
from desktop_app.storage.tables import (
    BatchRow,
    DecisionRow,
    DecisionUnitRow,
    DeliveryRow,
    OrderRow,
    ProofRow,
    RedemptionRow,
    RefundRow,
    RequestRow,
    RequestUnitRow,
    UnitRow,
)

_NAMED_KEYS: Final = '"keys":"'
"""Stands in the canonical text of an event only where a fact is called so: inside a string its quotes are escaped."""

MOST_UNITS: Final = 50
"""A reusable key may have gone to thousands of buyers: the newest are told."""


@dataclass(frozen=True, slots=True)
class KeyDelivery:
    """A buyer got it. ``buyer`` is masked; ``is_held``: the unit still has it, it was neither replaced nor let go."""

    order_id: int
    order_no: str
    unit_ref: str
    buyer: str
    delivered_at: datetime
    delivered_by: str
    is_reissue: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class KeyRedemption:
    """A redemption record in force; ``target`` is masked."""

    order_no: str
    redeemed_at: datetime | None
    code: str
    target: str
    source: str
    stated_by: str


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A cancellation or refund request about it."""

    id: int
    request_no: str
    state: RequestState
    reason: ReasonCode | None
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class KeyRefund:
    """Money back; ``unit_fen`` is the part for its units, ``amount_fen`` the whole payment."""

    id: int
    request_no: str
    unit_fen: int
    amount_fen: int
    state: RefundState
    expected_at: datetime
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyProof:
    """An issued redemption proof."""

    id: int
    proof_no: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class KeyLife:
    """Deliveries and all that follows from them are those of the newest :data:`MOST_UNITS` units, oldest first;
    ``delivered_times`` counts all. Redemptions and proofs are of units that still have the key. ``events`` is the log,
    oldest first. ``cost_fen`` is what the key cost."""

    key: KeyLine
    supplier: str
    invoice_no: str
    cost_fen: int | None
    source: str
    imported_at: datetime
    imported_by: str
    delivered_times: int
    deliveries: tuple[KeyDelivery, ...]
    redemptions: tuple[KeyRedemption, ...]
    requests: tuple[KeyRequest, ...]
    refunds: tuple[KeyRefund, ...]
    proofs: tuple[KeyProof, ...]
    events: tuple[EventLine, ...]


def key_life(context: Context, key_id: int) -> KeyLife:
    """Everything about one key; :class:`NotFoundError`. While the shop is locked, buyers are fingerprints."""
    with context.read() as session:
        key = key_row(session, key_id)
        batch = session.get_one(BatchRow, key.batch_id)
        line = key_lines(context, session, [key_id])[0]
        delivered = session.exec(
            select(func.count()).select_from(DeliveryRow).where(DeliveryRow.card_key_id == key_id)
        ).one()
        deliveries, had, held = _deliveries(context, session, key_id)
        requests = _requests(session, had)
        return KeyLife(
            key=line,
            supplier=batch.supplier,
            invoice_no=batch.invoice_no,
            cost_fen=batch.cost_fen,
            source=batch.source,
            imported_at=batch.imported_at,
            imported_by=batch.imported_by,
            delivered_times=delivered,
            deliveries=deliveries,
            redemptions=_redemptions(context, session, held),
            requests=requests,
            refunds=_refunds(session, had),
            proofs=_proofs(session, held),
            events=tuple(key_events(session, key_id)),
        )


def key_events(session: Session, key_id: int) -> list[EventLine]:
    """Everything that happened to a key, oldest first: its import, what was done to it, its orders."""
    key = key_row(session, key_id)
    events = events_of(session, "batches", key.batch_id) + events_of(session, "card_keys", key_id)
    events += (line_of(body) for body in bodies_of(session, "card_keys", SEVERAL) if _names(body, key_id))
    units = select(DeliveryRow.unit_id).where(col(DeliveryRow.card_key_id) == key_id)
    held = select(UnitRow).where((col(UnitRow.card_key_id) == key_id) | col(UnitRow.id).in_(units))
    for unit in session.exec(held.order_by(col(UnitRow.id).desc()).limit(MOST_UNITS)).all():
        events += events_of(session, "units", unit.id)
        events += (event for event in events_of(session, "orders", unit.order_id) if event.kind == "order.delivered")
    # the number of a key that went with its import can be given again: what was before is of another key
    start = min((event.seq for event in events if event.kind == "keys.imported"), default=0)
    own = {event.seq: event for event in events if event.seq >= start}
    return [own[seq] for seq in sorted(own)]


def _names(body: str, key_id: int) -> bool:
    """Whether an event about several keys is about this one; looked up in its text, which can have megabytes."""
    _, mark, rest = body.partition(_NAMED_KEYS)
    return bool(mark) and in_ranges(key_id, rest[: rest.index('"')])


def _deliveries(
    context: Context, session: Session, key_id: int
) -> tuple[tuple[KeyDelivery, ...], list[int], list[int]]:
    """The newest deliveries; the units that ever had the key, and those that have it."""
    rows = session.exec(
        select(DeliveryRow, UnitRow, OrderRow)
        .join(UnitRow, col(UnitRow.id) == col(DeliveryRow.unit_id))
        .join(OrderRow, col(OrderRow.id) == col(UnitRow.order_id))
        .where(col(DeliveryRow.card_key_id) == key_id)
        .order_by(col(DeliveryRow.id).desc())
        .limit(MOST_UNITS)
    ).all()
    found = [
        KeyDelivery(
            order_id=order.id,
            order_no=order.order_no,
            unit_ref=unit.ref,
            buyer=masked_buyer(context.vault, order.order_no, order.buyer_sealed, order.buyer_tag),
            delivered_at=delivery.delivered_at,
            delivered_by=delivery.delivered_by,
            is_reissue=delivery.reissue,
            is_held=unit.card_key_id == key_id,
        )
        for delivery, unit, order in reversed(rows)
    ]
    # a key that is set apart for an order was not delivered yet
    having = session.exec(
        select(UnitRow.id).where(col(UnitRow.card_key_id) == key_id).order_by(col(UnitRow.id).desc()).limit(MOST_UNITS)
    ).all()
    had = {unit.id for _, unit, _ in rows} | set(having)
    return tuple(found), sorted(had), sorted(having)


def _redemptions(context: Context, session: Session, units: Sequence[int]) -> tuple[KeyRedemption, ...]:
    replaced = select(RedemptionRow.replaces_id).where(col(RedemptionRow.replaces_id).is_not(None))
    rows = session.exec(
        select(RedemptionRow, OrderRow.order_no)
        .join(UnitRow, col(UnitRow.id) == col(RedemptionRow.unit_id))
        .join(OrderRow, col(OrderRow.id) == col(UnitRow.order_id))
        .where(col(RedemptionRow.unit_id).in_(units), col(RedemptionRow.id).not_in(replaced))
        .order_by(col(RedemptionRow.id))
    ).all()
    return tuple(
        KeyRedemption(
            order_no=order_no,
            redeemed_at=row.redeemed_at,
            code=row.code,
            target=masked_redemption_target(context.vault, row),
            source=row.source,
            stated_by=row.stated_by,
        )
        for row, order_no in rows
    )


def _requests(session: Session, units: Sequence[int]) -> tuple[KeyRequest, ...]:
    named = select(RequestUnitRow.request_id).where(col(RequestUnitRow.unit_id).in_(units))
    orders = select(UnitRow.order_id).where(col(UnitRow.id).in_(units))
    of_whole_orders = col(RequestRow.order_id).in_(orders) & col(RequestRow.id).not_in(
        select(RequestUnitRow.request_id)
        .join(RequestRow, col(RequestRow.id) == col(RequestUnitRow.request_id))
        .where(col(RequestRow.order_id).in_(orders))
    )
    rows = session.exec(
        select(RequestRow).where(or_(col(RequestRow.id).in_(named), of_whole_orders)).order_by(col(RequestRow.id))
    ).all()
    return tuple(KeyRequest(row.id, row.request_no, row.state, row.reason, row.requested_at) for row in rows)


def _refunds(session: Session, units: Sequence[int]) -> tuple[KeyRefund, ...]:
    part = (
        select(col(DecisionUnitRow.decision_id), func.sum(DecisionUnitRow.refund_fen).label("unit_fen"))
        .where(col(DecisionUnitRow.unit_id).in_(units))
        .group_by(col(DecisionUnitRow.decision_id))
        .subquery()
    )
    rows = session.exec(
        select(RefundRow, RequestRow.request_no, part.c.unit_fen)
        .join(part, part.c.decision_id == col(RefundRow.decision_id))
        .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
        .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
        .where(part.c.unit_fen > 0)
        .order_by(col(RefundRow.id))
    ).all()
    return tuple(
        KeyRefund(row.id, request_no, unit_fen, row.amount_fen, row.state, row.expected_at, row.arrived_at)
        for row, request_no, unit_fen in rows
    )


def _proofs(session: Session, units: Sequence[int]) -> tuple[KeyProof, ...]:
    rows = session.exec(select(ProofRow).where(col(ProofRow.unit_id).in_(units)).order_by(col(ProofRow.id))).all()
    return tuple(KeyProof(row.id, row.proof_no, row.issued_at) for row in rows)
