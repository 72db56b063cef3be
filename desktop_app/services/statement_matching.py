"""Statement lines and refunds as matching sees them, and what a match does to a refund."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain.reconciliation import (
    REFUND_KINDS,
    Disagreement,
    Finding,
    LineFacts,
    LineVerdict,
    MatchedBy,
    RefundFacts,
    StatementKind,
    Told,
)
from desktop_app.domain.states import REFUND_MOVES, RefundState, check_move
from desktop_app.services.context import Context
from desktop_app.storage.dispute_tables import StatementLineRow, StatementRow
from desktop_app.storage.tables import DecisionRow, OrderRow, RefundRow, RequestRow

_VARIABLES = 500

COMPANION = "|with|"
"""In the identity of a row of 0 fen that joins one more refund to a line which tells several."""
IS_COMPANION = col(StatementLineRow.identity).contains(COMPANION, autoescape=True)

MATCHES = frozenset({LineVerdict.REFERENCE, LineVerdict.AMOUNT_AND_TIME})
"""Verdicts that join a line to a refund and move it."""


def numbers_of(*numbers: str) -> frozenset[str]:
    """Those that are there."""
    return frozenset(filter(None, numbers))


def some(values: Iterable[Any], size: int = _VARIABLES) -> Iterable[list[Any]]:
    """``values`` in lists of at most ``size``."""
    part: list[Any] = []
    for value in values:
        part.append(value)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def refund_facts(session: Session) -> list[RefundFacts]:
    """Every refund of the shop with the lines that tell it."""
    told: dict[int, list[Told]] = {}
    lines = session.execute(
        select_columns(
            col(StatementLineRow.refund_id),
            col(StatementLineRow.kind),
            col(StatementRow.format),
            col(StatementLineRow.refund_no),
            col(StatementLineRow.merchant_refund_no),
        )
        .join(StatementRow, col(StatementRow.id) == col(StatementLineRow.statement_id))
        .where(col(StatementLineRow.refund_id).is_not(None))
    )
    for refund_id, kind, source, *numbers in lines:
        told.setdefault(refund_id, []).append(Told(kind, source, numbers_of(*numbers)))
    rows = session.execute(
        select_columns(
            col(RefundRow.id),
            col(RefundRow.amount_fen),
            col(RefundRow.route),
            col(RefundRow.created_at),
            col(RefundRow.paid_at),
            col(RefundRow.reference),
            col(RequestRow.request_no),
            col(OrderRow.order_no),
            col(OrderRow.payment_ref),
        )
        .join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
        .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
        .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
    )
    return [
        RefundFacts(
            id=row[0],
            amount_fen=row[1],
            route=row[2],
            created_at=row[3],
            paid_at=row[4],
            reference=row[5],
            request_no=row[6],
            order_no=row[7],
            payment_ref=row[8],
            told=tuple(told.get(row[0], ())),
        )
        for row in rows
    ]


def open_line_facts(session: Session) -> list[LineFacts]:
    """The lines of earlier files that say a refund and are joined to none; their keys are their ids."""
    rows = session.exec(
        select(StatementLineRow, StatementRow.format)
        .join(StatementRow, col(StatementRow.id) == col(StatementLineRow.statement_id))
        .where(
            col(StatementLineRow.kind).in_(REFUND_KINDS),
            col(StatementLineRow.refund_id).is_(None),
            col(StatementLineRow.set_aside_at).is_(None),
            ~IS_COMPANION,
        )
    )
    return [facts_of(row, source) for row, source in rows]


def facts_of(row: StatementLineRow, source: str) -> LineFacts:
    """A stored line as matching sees it."""
    return LineFacts(
        key=row.id,
        kind=row.kind,
        platform=row.platform,
        at=row.at,
        amount_fen=row.amount_fen,
        numbers=numbers_of(row.refund_no, row.merchant_refund_no),
        order_numbers=numbers_of(row.trade_no, row.merchant_no),
        source=source,
    )


def orders_without_refund(session: Session, numbers: Collection[str], refunds: Iterable[RefundFacts]) -> set[str]:
    """Which of ``numbers`` are numbers of orders of the shop that have no refund."""
    refunded = {number for refund in refunds for number in refund.order_numbers}
    found: set[str] = set()
    for part in some(number for number in numbers if number not in refunded):
        found.update(session.exec(select(OrderRow.order_no).where(col(OrderRow.order_no).in_(part))))
    return found


def settle(
    context: Context,
    session: Session,
    refund_id: int,
    line: StatementLineRow,
    file: str,
    matched_by: MatchedBy,
    *,
    known_by: datetime | None = None,
    reason: str = "",
) -> None:
    """Move the refund to what the line says of it, with its time and number, and record that.

    A refund that was marked arrived by hand stays as it is; the line confirms it. ``known_by`` is the end of the
    statement's period: a sale that says what went back does not say when.
    """
    row = session.get(RefundRow, refund_id)
    assert row is not None  # a refund is never deleted
    before = row.state
    now = context.clock()
    at = line.at
    if line.kind is StatementKind.SALE_REFUNDED and at < row.created_at:
        at = min(known_by or now, now)
        at = at if at >= row.created_at else now
    facts: dict[str, object] = {}
    if before is not RefundState.ARRIVED:
        number = line.refund_no or line.merchant_refund_no or line.trade_no
        row.reference = row.reference or number
        if row.paid_at is None or row.paid_at > at or before is RefundState.FAILED:
            row.paid_at = at
        if before is not RefundState.PAID:
            check_move(REFUND_MOVES, before, RefundState.PAID)
            row.state = RefundState.PAID
            facts["paid_at"] = at
        if line.kind is not StatementKind.REFUND_UNDERWAY:
            session.add(row)
            session.flush()  # from failed it comes back by way of paid
            check_move(REFUND_MOVES, row.state, RefundState.ARRIVED)
            row.state = RefundState.ARRIVED
            row.arrived_at = at
            facts["arrived_at"] = at
        session.add(row)
        session.flush()
    context.record(
        session,
        "refund.reconciled",
        "refunds",
        refund_id,
        order_id=row.order_id,
        facts={
            "from": before,
            "to": row.state,
            "amount_fen": row.amount_fen,
            "stated_fen": line.amount_fen,
            "route": row.route,
            "reference": row.reference,
            "matched_by": matched_by,
            "file": file,
            "line": line.line,
            "reason": reason,
            **facts,
        },
    )


def finding_text(finding: Finding, names: dict[int, str]) -> tuple[str, str]:
    """A finding in words, English and Chinese; ``names`` are the order numbers of refunds by their id."""
    orders = list(dict.fromkeys(names.get(refund_id, "?") for refund_id in finding.candidates))
    told = ", ".join(orders[:5])
    if len(orders) > 5:
        told += " …"
    verdict = finding.verdict
    if verdict is LineVerdict.REFERENCE:
        return f"Refund of order {told}, by its number.", f"订单 {told} 的退款，单号一致。"
    if verdict is LineVerdict.AMOUNT_AND_TIME:
        return f"Refund of order {told}, by amount and time.", f"订单 {told} 的退款，金额与时间吻合且唯一。"
    if verdict is LineVerdict.REPEATED:
        return f"Tells the refund of order {told} once more.", f"再次说明订单 {told} 的退款。"
    if verdict is LineVerdict.AMBIGUOUS:
        return f"May be the refund of: {told}. Choose by hand.", f"可能是以下订单的退款：{told}，请手动选择。"
    if finding.together:
        count = len(finding.together)
        return (
            f"What went back of order {told} in all: {count} open refunds add up to exactly this. Confirm by hand.",
            f"订单 {told} 累计退款：{count} 笔待核对退款之和恰为此金额，请手动确认。",
        )
    if verdict is LineVerdict.DIFFERENCE:
        en, zh = _DISAGREEMENTS[finding.disagreement or Disagreement.AMOUNT]
        return en.format(orders=told), zh.format(orders=told)
    if verdict is LineVerdict.NO_REFUND:
        return "Money went back to a buyer; the shop has no such refund.", "有款项退给买家，但店铺中没有对应的退款。"
    return "", ""


_DISAGREEMENTS = {
    Disagreement.AMOUNT: (
        "The numbers are those of order {orders}, but the amount is another.",
        "单号属于订单 {orders}，但金额不一致。",
    ),
    Disagreement.TWICE: (
        "The refund of order {orders} has its line already: was it paid twice?",
        "订单 {orders} 的退款已有对应记录，是否重复退款？",
    ),
    Disagreement.FAILED: (
        "The channel says that the refund of order {orders} failed or came back.",
        "支付平台显示订单 {orders} 的退款失败或被退回。",
    ),
    Disagreement.EARLY: (
        "Belongs to order {orders}, but happened before its refund was decided.",
        "属于订单 {orders}，但时间早于退款决定。",
    ),
}
