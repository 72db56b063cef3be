"""A line of the inbox: one request with its verdict, put together from rows, whoever read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desktop_app.domain.refunds import Flag, Verdict
from desktop_app.domain.states import OrderState, ReasonCode, RequestState, VerdictKind

if TYPE_CHECKING:  # what the rows look like; they need not be these
    from desktop_app.storage.tables import DecisionRow, OrderRow, RequestRow

NEVER = 2**62
"""In the order of what is due, a clock that pauses comes after every other."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request with its verdict: of this moment while it is open, as frozen once it is decided."""

    id: int
    request_no: str
    order_id: int
    order_no: str
    product_name: str
    reason: ReasonCode | None
    state: RequestState
    requested_at: datetime
    due_at: datetime | None
    amber_at: datetime | None
    order_state: OrderState
    paid_fen: int
    verdict: VerdictKind | None
    rules: tuple[str, ...]
    refund_fen: int
    fee_fen: int
    is_overdue: bool
    is_paused: bool
    is_automatic: bool
    decided_action: str
    decided_at: datetime | None
    decision_reason: str


def request_line(
    row: RequestRow,
    order: OrderRow,
    product_name: str,
    verdict: Verdict | None,
    decision: DecisionRow | None,
    decided_rules: Sequence[str],
    now: datetime,
) -> RequestLine:
    """The line of one request. ``verdict`` is the one of ``now``, of a request that is open; otherwise the frozen
    ``decision`` tells."""
    return RequestLine(
        id=row.id,
        request_no=row.request_no,
        order_id=row.order_id,
        order_no=order.order_no,
        product_name=product_name,
        reason=row.reason,
        state=row.state,
        requested_at=row.requested_at,
        due_at=row.due_at,
        amber_at=verdict.deadlines.amber if verdict else None,
        order_state=order.state,
        paid_fen=order.paid_fen,
        verdict=verdict.verdict if verdict else decision.verdict_kind if decision else None,
        rules=tuple(dict.fromkeys(unit.rule.value for unit in verdict.units)) if verdict else tuple(decided_rules),
        refund_fen=verdict.refund_fen if verdict else decision.refund_fen if decision else 0,
        fee_fen=verdict.fee_fen if verdict else decision.fee_fen if decision else 0,
        is_overdue=verdict is not None and row.due_at is not None and row.due_at < now,
        is_paused=verdict is not None and Flag.PAUSED in verdict.flags,
        is_automatic=verdict is not None and verdict.auto_executable,
        decided_action=decision.action.value if decision else "",
        decided_at=decision.decided_at if decision else None,
        decision_reason=decision.reason if decision else "",
    )
