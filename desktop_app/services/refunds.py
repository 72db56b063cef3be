"""Refunds after a decision: paid out, arrived, or failed; tracked until the money is with the buyer (seed A17, B8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, NotFoundError
from desktop_app.domain.states import REFUND_MOVES, PaymentChannel, RefundState, check_move
from desktop_app.services.context import Context, chunks
from desktop_app.services.form_fields import FieldName, line_field, text_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.storage.dispute_tables import StatementLineRow, StatementRow
from desktop_app.storage.tables import DecisionRow, OrderRow, RefundRow, RequestRow

OUTSTANDING = (RefundState.DUE, RefundState.PAID, RefundState.FAILED)
"""States in which the buyer does not have the money."""

_IS_TOLD: ColumnElement[bool] = exists().where(col(StatementLineRow.refund_id) == col(RefundRow.id))
_PAID_AT = func.coalesce(RefundRow.paid_at, RefundRow.arrived_at, RefundRow.created_at)
_IS_COVERED: ColumnElement[bool] = exists().where(
    col(StatementRow.platform) == col(RefundRow.route),
    col(StatementRow.from_at) <= _PAID_AT,
    col(StatementRow.to_at) >= _PAID_AT,
)

_REFERENCE = FieldName("The reference of the payment", "退款流水号")
_NOTE = FieldName("The note", "备注")
_WHAT_FAILED = FieldName("What went wrong", "失败原因")


@dataclass(frozen=True, slots=True)
class RefundFilter:
    """``outstanding``: the buyer does not have the money; ``overdue``: should have it by now. ``unreconciled``: no
    statement line tells it; ``missing``: nor does one although a statement of its channel covers its time. ``text``:
    part of an order or request number, or a reference."""

    state: RefundState | None = None
    outstanding: bool = False
    overdue: bool = False
    unreconciled: bool = False
    missing: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund; ``estimated``: the day it is expected rests on a guess about working days. ``reconciled``: a line of a
    statement tells it."""

    id: int
    order_id: int
    order_no: str
    request_id: int
    request_no: str
    amount_fen: int
    route: PaymentChannel
    state: RefundState
    expected_at: datetime
    estimated: bool
    is_overdue: bool
    reference: str
    paid_at: datetime | None
    arrived_at: datetime | None
    note: str
    created_at: datetime
    reconciled: bool


@dataclass(frozen=True, slots=True)
class RefundTotals:
    """Counts and sums of some refunds."""

    count: int
    amount_fen: int
    outstanding: int
    outstanding_fen: int
    overdue: int
    overdue_fen: int
    unreconciled: int
    unreconciled_fen: int


class Refunds:
    """The refunds of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def listing(self, where: RefundFilter, sort: Sort | None = None) -> Listing[RefundLine]:
        """Refunds, newest first; sort keys: request_no order_no amount_fen route state expected_at paid_at arrived_at
        reference created_at."""
        statement = (
            select_columns(col(RefundRow.id))
            .join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
            .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
            .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
            .where(*self._conditions(where))
        )
        columns = {
            "request_no": col(RequestRow.request_no),
            "order_no": col(OrderRow.order_no),
            "amount_fen": col(RefundRow.amount_fen),
            "route": col(RefundRow.route),
            "state": col(RefundRow.state),
            "expected_at": col(RefundRow.expected_at),
            "paid_at": col(RefundRow.paid_at),
            "arrived_at": col(RefundRow.arrived_at),
            "reference": col(RefundRow.reference),
            "created_at": col(RefundRow.created_at),
        }

        def read(session: Session, ids: Sequence[int]) -> list[RefundLine]:
            return self._lines(session, ids)

        return Listing(self._context, statement, read, columns, col(RefundRow.id), sort)

    def get(self, refund_id: int) -> RefundLine:
        """One refund; :class:`NotFoundError`."""
        with self._context.read() as session:
            _find(session, refund_id)
            return self._lines(session, [refund_id])[0]

    def by_request(self, request_no: str) -> RefundLine:
        """The refund of a request; :class:`NotFoundError`."""
        statement = (
            select(RefundRow.id)
            .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
            .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
            .where(col(RequestRow.request_no) == request_no.strip())
        )
        with self._context.read() as session:
            refund_id = session.exec(statement).first()
            if refund_id is None:
                raise NotFoundError(
                    "There is no refund of request {number}.", "没有申请 {number} 的退款。", number=request_no
                )
            return self._lines(session, [refund_id])[0]

    def lines(self, ids: Sequence[int]) -> list[RefundLine]:
        """Refunds by id, in that order."""
        with self._context.read() as session:
            return self._lines(session, ids)

    def totals(self, where: RefundFilter) -> RefundTotals:
        """How many refunds a filter shows, and what they come to."""
        amount = col(RefundRow.amount_fen)
        is_outstanding = col(RefundRow.state).in_(OUTSTANDING)
        parts: tuple[ColumnElement[bool], ...] = (
            is_outstanding,
            and_(is_outstanding, col(RefundRow.expected_at) < self._context.clock()),
            ~_IS_TOLD,
        )
        sums: list[ColumnElement[int]] = [func.count(), func.coalesce(func.sum(amount), 0)]
        for part in parts:
            sums += [func.count().filter(part), func.coalesce(func.sum(amount).filter(part), 0)]
        statement = (
            select_columns(*sums)
            .select_from(RefundRow)
            .join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
            .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
            .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
            .where(*self._conditions(where))
        )
        with self._context.read() as session:
            return RefundTotals(*session.execute(statement).one())

    def mark_paid(self, refund_id: int, reference: str, at: datetime | None = None) -> None:
        """The money was sent, now unless ``at`` says when; ``reference`` is that of the payment channel."""
        reference = line_field(_REFERENCE, reference)
        context = self._context
        with context.write() as session:
            row = _find(session, refund_id)
            moment = self._moment(row, at)
            check_move(REFUND_MOVES, row.state, RefundState.PAID)
            row.state = RefundState.PAID
            row.paid_at = moment
            row.reference = reference or row.reference
            self._keep(session, row, "refund.paid", reference=row.reference, paid_at=moment)
        context.announce("refunds")

    def mark_arrived(self, refund_id: int, at: datetime | None = None) -> None:
        """The buyer has the money; nothing about the refund changes after this but its note."""
        context = self._context
        with context.write() as session:
            row = _find(session, refund_id)
            moment = self._moment(row, at)
            if row.paid_at is not None and moment < row.paid_at:
                raise BadInputError("It cannot have arrived before it was paid.", "到账时间不能早于退款转出时间。")
            check_move(REFUND_MOVES, row.state, RefundState.ARRIVED)
            row.state = RefundState.ARRIVED
            row.arrived_at = moment
            self._keep(session, row, "refund.arrived", arrived_at=moment)
        context.announce("refunds")

    def mark_failed(self, refund_id: int, note: str) -> None:
        """The payment came back or was refused; it can be paid again."""
        text = text_field(_WHAT_FAILED, note, required=True)
        context = self._context
        with context.write() as session:
            row = _find(session, refund_id)
            check_move(REFUND_MOVES, row.state, RefundState.FAILED)
            row.state = RefundState.FAILED
            row.note = text
            self._keep(session, row, "refund.failed", note=text)
        context.announce("refunds")

    def set_note(self, refund_id: int, note: str) -> None:
        """A note of the merchant's own."""
        text = text_field(_NOTE, note)
        context = self._context
        with context.write() as session:
            row = _find(session, refund_id)
            if row.note == text:
                return
            row.note = text
            self._keep(session, row, "refund.noted", note=text)
        context.announce("refunds")

    def _conditions(self, where: RefundFilter) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if where.state is not None:
            conditions.append(col(RefundRow.state) == where.state)
        if where.outstanding or where.overdue:
            conditions.append(col(RefundRow.state).in_(OUTSTANDING))
        if where.overdue:
            conditions.append(col(RefundRow.expected_at) < self._context.clock())
        if where.unreconciled or where.missing:
            conditions.append(~_IS_TOLD)
        if where.missing:
            # what failed left nothing to be found
            conditions += [col(RefundRow.state) != RefundState.FAILED, _IS_COVERED]
        if text := where.text.strip():
            columns = (col(OrderRow.order_no), col(RequestRow.request_no), col(RefundRow.reference))
            conditions.append(or_(*(column.contains(text, autoescape=True) for column in columns)))
        return conditions

    def _lines(self, session: Session, ids: Sequence[int]) -> list[RefundLine]:
        now = self._context.clock()
        lines: dict[int, RefundLine] = {}
        for part in chunks(ids):
            statement = (
                select(RefundRow, OrderRow.order_no, RequestRow.id, RequestRow.request_no)
                .join(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
                .join(DecisionRow, col(DecisionRow.id) == col(RefundRow.decision_id))
                .join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
                .where(col(RefundRow.id).in_(part))
            )
            told = select(StatementLineRow.refund_id).where(col(StatementLineRow.refund_id).in_(part))
            reconciled = set(session.exec(told))
            for row, order_no, request_id, request_no in session.exec(statement):
                lines[row.id] = RefundLine(
                    id=row.id,
                    order_id=row.order_id,
                    order_no=order_no,
                    request_id=request_id,
                    request_no=request_no,
                    amount_fen=row.amount_fen,
                    route=row.route,
                    state=row.state,
                    expected_at=row.expected_at,
                    estimated=row.estimated,
                    is_overdue=row.state in OUTSTANDING and row.expected_at < now,
                    reference=row.reference,
                    paid_at=row.paid_at,
                    arrived_at=row.arrived_at,
                    note=row.note,
                    created_at=row.created_at,
                    reconciled=row.id in reconciled,
                )
        return [lines[refund_id] for refund_id in ids]

    def _moment(self, row: RefundRow, at: datetime | None) -> datetime:
        now = self._context.clock()
        moment = at or now
        if not row.created_at <= moment <= now:
            raise BadInputError(
                "The time is before the refund was decided, or in the future.", "时间早于退款决定，或晚于现在，请核对。"
            )
        return moment

    def _keep(self, session: Session, row: RefundRow, kind: str, **facts: object) -> None:
        session.add(row)
        session.flush()
        self._context.record(
            session,
            kind,
            "refunds",
            row.id,
            order_id=row.order_id,
            facts={"amount_fen": row.amount_fen, "route": row.route, **facts},
        )


def _find(session: Session, refund_id: int) -> RefundRow:
    row = session.get(RefundRow, refund_id)
    if row is None:
        raise NotFoundError("This refund is not in the shop.", "店铺中没有这笔退款。")
    return row
