"""How a request enters the shop, from whichever side it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, NotFoundError
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.services.context import Context
from desktop_app.services.verdicts import refresh_due
from desktop_app.storage.tables import EvidenceRow, OrderRow, RequestRow, RequestUnitRow, UnitRow


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request as it arrives. No ``unit_refs`` means all units of the order."""

    order_no: str
    requested_at: datetime
    reason: ReasonCode | None
    text: str = ""
    unit_refs: tuple[str, ...] = ()
    unit_reasons: Mapping[str, ReasonCode] = field(default_factory=dict)
    evidence: tuple[EvidenceKind, ...] = ()
    promise_claimed: bool = False
    source: str = "hand"
    verified_source: bool = True


def add_request(context: Context, session: Session, draft: RequestDraft) -> int:
    """Store one request in the transaction of ``session``; its id."""
    order = session.exec(select(OrderRow).where(OrderRow.order_no == draft.order_no.strip())).one_or_none()
    if order is None:
        raise NotFoundError("There is no order {order_no}.", "没有订单 {order_no}。", order_no=draft.order_no)
    now = context.clock()
    if draft.requested_at < order.ordered_at or draft.requested_at > now:
        raise BadInputError(
            "The time of the request must lie between the order ({ordered}) and now.",
            "申请时间必须在下单时间（{ordered}）与现在之间。",
            ordered=order.ordered_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M:%S"),
            field="requested_at",
        )
    units = session.exec(select(UnitRow).where(UnitRow.order_id == order.id).order_by(col(UnitRow.position))).all()
    refs = tuple(unit.ref for unit in units)
    check_refs(refs, draft.unit_refs, order.order_no)
    asked = [unit for unit in units if not draft.unit_refs or unit.ref in draft.unit_refs]
    check_refs(tuple(unit.ref for unit in asked), draft.unit_reasons, order.order_no)
    row = RequestRow(
        request_no=next_number(context, session),
        order_id=order.id,
        source=draft.source,
        reason=draft.reason,
        text=draft.text.strip(),
        requested_at=draft.requested_at,
        received_at=now,
        promise_claimed=draft.promise_claimed,
        verified_source=draft.verified_source,
    )
    session.add(row)
    session.flush()
    for unit in asked:
        session.add(RequestUnitRow(request_id=row.id, unit_id=unit.id, reason=draft.unit_reasons.get(unit.ref)))
    for kind in draft.evidence:
        session.add(
            EvidenceRow(
                order_id=order.id,
                request_id=row.id,
                kind=kind,
                source=draft.source,
                added_at=now,
                added_by=context.actor,
            )
        )
    session.flush()
    context.record(
        session,
        "request.received",
        "requests",
        row.id or 0,
        order_id=order.id,
        facts={
            "request_no": row.request_no,
            "order_no": order.order_no,
            "reason": draft.reason or "",
            "source": draft.source,
            "requested_at": draft.requested_at,
        },
    )
    refresh_due(context, session, row.order_id)
    return row.id or 0


def next_number(context: Context, session: Session) -> str:
    """TK, the local day, and a number of at least three digits that counts within the day."""
    prefix = f"TK{context.clock().astimezone(context.zone):%Y%m%d}"
    latest = session.exec(
        select(RequestRow.request_no)
        .where(col(RequestRow.request_no).startswith(prefix))
        .order_by(col(RequestRow.id).desc())
    ).first()
    number = int(latest[len(prefix) :]) + 1 if latest else 1
    return f"{prefix}{number:03d}"


def check_refs(known: Sequence[str], asked: Iterable[str], order_no: str) -> None:
    """:class:`BadInputError` when a unit of ``asked`` is not among those of the order."""
    for ref in asked:
        if ref not in known:
            raise BadInputError(
                "Order {order_no} has no unit {ref} that is asked about.",
                "订单 {order_no} 中没有所申请的单件 {ref}。",
                order_no=order_no,
                ref=ref,
                field="unit_refs",
            )
