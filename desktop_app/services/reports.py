"""What the desk shows at a glance, the log, exports, and the check of the whole shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from desktop_app.services.context import Context
from desktop_app.services.desk_counts import DeskCounts, read_counts
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.products import ProductLine
from desktop_app.services.request_lines import RequestFilter, RequestLine, request_listing
from desktop_app.services.stock import ExpiringLine, Stock
from desktop_app.services.timeline import EventLine
from desktop_app.services.verdicts import OPEN_STATES, load_cases, verdicts_now
from desktop_app.storage.tables import RequestRow

if TYPE_CHECKING:  # for annotations: what the desk does not need is imported when it is asked for
    from desktop_app.documents.csv_export import Column
    from desktop_app.services.soundness import CheckFinding

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class DeskFigures(DeskCounts):
    """All figures of this moment. ``automatic``: open requests that the rules let run by themselves."""

    low_stock: tuple[ProductLine, ...]
    expiring: tuple[ExpiringLine, ...]
    automatic: int


class Reports:
    """Reports of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def desk(self) -> DeskFigures:
        """The figures of the desk."""
        context = self._context
        stock = Stock(context)
        low_stock, expiring = tuple(stock.running_low()), tuple(stock.expiring())
        with context.read() as session:
            counts = self._counts(session)
            open_ids = session.exec(select(RequestRow.id).where(col(RequestRow.state).in_(OPEN_STATES))).all()
            verdicts = verdicts_now(context, session, load_cases(context, session, open_ids).values())
        return DeskFigures(
            **asdict(counts),
            low_stock=low_stock,
            expiring=expiring,
            automatic=sum(verdict.auto_executable for verdict in verdicts.values()),
        )

    def counts(self) -> DeskCounts:
        """Those figures of the desk that take no time: nothing is judged and no stock is counted."""
        with self._context.read() as session:
            return self._counts(session)

    def _counts(self, session: Session) -> DeskCounts:
        connection = session.connection()
        return read_counts(
            lambda text, values: connection.exec_driver_sql(text, values).one(),
            self._context.clock(),
            self._context.zone,
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
