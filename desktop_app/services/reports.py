"""What the desk shows at a glance, the log, exports, and the check of the whole shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain.states import OrderState
from desktop_app.services.context import Context
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.products import ProductLine
from desktop_app.services.refunds import OUTSTANDING
from desktop_app.services.request_lines import RequestFilter, RequestLine, request_listing
from desktop_app.services.stock import ExpiringLine, Stock
from desktop_app.services.timeline import EventLine
from desktop_app.services.verdicts import OPEN_STATES, load_cases, verdicts_now
from desktop_app.storage.tables import DecisionAction, DecisionRow, OrderRow, RefundRow, RequestRow

if TYPE_CHECKING:  # for annotations: what the desk does not need is imported when it is asked for
    from desktop_app.documents.csv_export import Column
    from desktop_app.services.soundness import CheckFinding

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """The figures of this moment; "today" is the day of the shop's time zone, amounts are fen.

    ``refunds_today`` counts decisions of today that give money back, ``refunds_outstanding`` refunds that have not
    arrived, ``automatic`` open requests that the rules let run by themselves.
    """

    open_requests: int
    next_due_at: datetime | None
    overdue: int
    due_today: int
    refunded_today_fen: int
    refunds_today: int
    fees_today_fen: int
    refunds_outstanding: int
    refunds_outstanding_fen: int
    refunds_overdue: int
    low_stock: tuple[ProductLine, ...]
    expiring: tuple[ExpiringLine, ...]
    waiting_delivery: int
    orders_today: int
    sales_today_fen: int
    automatic: int


class Reports:
    """Reports of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def desk(self) -> DeskFigures:
        """The figures of the desk."""
        context = self._context
        now = context.clock()
        today = now.astimezone(context.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        tomorrow = today + timedelta(days=1)
        stock = Stock(context)
        low_stock, expiring = tuple(stock.running_low()), tuple(stock.expiring())
        with context.read() as session:
            due = col(RequestRow.due_at)
            is_open = col(RequestRow.state).in_(OPEN_STATES)
            open_ids = session.exec(select(RequestRow.id).where(is_open)).all()
            # a clock that ran out is overdue, not next
            next_due_at, overdue, due_today = _row(
                session,
                select_columns(
                    func.min(due).filter(due >= now),
                    func.count().filter(due < now),
                    func.count().filter(due >= now, due < tomorrow),
                ).where(is_open),
            )
            refunded, refunds, fees = _row(
                session,
                select_columns(
                    func.coalesce(func.sum(DecisionRow.refund_fen), 0),
                    func.count().filter(col(DecisionRow.refund_fen) > 0),
                    func.coalesce(func.sum(DecisionRow.fee_fen), 0),
                ).where(
                    col(DecisionRow.action) == DecisionAction.APPROVE,
                    col(DecisionRow.decided_at) >= today,
                    col(DecisionRow.decided_at) < tomorrow,
                ),
            )
            outstanding, outstanding_fen, refunds_overdue = _row(
                session,
                select_columns(
                    func.count(),
                    func.coalesce(func.sum(RefundRow.amount_fen), 0),
                    func.count().filter(col(RefundRow.expected_at) < now),
                ).where(col(RefundRow.state).in_(OUTSTANDING)),
            )
            orders_today, sales_today = _row(
                session,
                select_columns(func.count(), func.coalesce(func.sum(OrderRow.paid_fen), 0)).where(
                    col(OrderRow.ordered_at) >= today, col(OrderRow.ordered_at) < tomorrow
                ),
            )
            (waiting,) = _row(session, select_columns(func.count()).where(col(OrderRow.state) == OrderState.PAID))
            verdicts = verdicts_now(context, session, load_cases(context, session, open_ids).values())
        return DeskFigures(
            open_requests=len(open_ids),
            next_due_at=next_due_at,
            overdue=overdue,
            due_today=due_today,
            refunded_today_fen=refunded,
            refunds_today=refunds,
            fees_today_fen=fees,
            refunds_outstanding=outstanding,
            refunds_outstanding_fen=outstanding_fen,
            refunds_overdue=refunds_overdue,
            low_stock=low_stock,
            expiring=expiring,
            waiting_delivery=waiting,
            orders_today=orders_today,
            sales_today_fen=sales_today,
            automatic=sum(verdict.auto_executable for verdict in verdicts.values()),
        )

    def due_next(self, limit: int = 12) -> list[RequestLine]:
        """The open requests with the least time left; those whose clock pauses come last."""
        return request_listing(self._context, RequestFilter(scope="open"), Sort("due_at")).page(0, limit)

    def events(self, sort: Sort | None = None) -> Listing[EventLine]:
        """The log, newest first; sort keys: seq at actor kind."""
        from desktop_app.services.event_log import events_listing

        return events_listing(self._context, sort=sort)

    def export(
        self,
        what: str,
        path: Path,
        *,
        where: object | None = None,
        sort: Sort | None = None,
        language: str = "zh",
        reveal: bool = False,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> int:
        """Write a table as CSV; see :func:`desktop_app.services.exports.export`. Returns the number of rows."""
        from desktop_app.services import exports

        return exports.export(
            self._context,
            what,
            path,
            where=where,
            sort=sort,
            language=language,
            reveal=reveal,
            progress=progress,
            cancelled=cancelled,
        )

    def export_columns(self, what: str) -> tuple[Column, ...]:
        """The columns of an export, in the order of the table."""
        from desktop_app.services import exports

        return exports.export_columns(what)

    def check(self, progress: Progress | None = None) -> list[CheckFinding]:
        """Everything that is wrong with the shop; empty when it is sound. Takes seconds for a large shop."""
        from desktop_app.services.soundness import check_shop

        return check_shop(self._context, progress)


def _row(session: Session, statement: Any) -> Any:
    return session.execute(statement).one()
