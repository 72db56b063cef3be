"""Refunds against the statements of the payment channels: import, what matched, and what did not, both ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.money import Fen
from desktop_app.domain.reconciliation import (
    REFUND_KINDS,
    LineVerdict,
    MatchedBy,
    StatementKind,
    possible_refunds,
    reconcile,
)
from desktop_app.domain.states import PaymentChannel
from desktop_app.services import statement_joining
from desktop_app.services.context import Context, chunks
from desktop_app.services.form_fields import FieldName, text_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.refunds import RefundFilter, RefundLine, Refunds
from desktop_app.services.statement_import import (
    StatementImport,
    StatementPreview,
    import_statement,
    preview_statement,
)
from desktop_app.services.statement_joining import find_line
from desktop_app.services.statement_matching import (
    IS_COMPANION,
    MATCHES,
    facts_of,
    finding_text,
    open_line_facts,
    orders_without_refund,
    refund_facts,
    settle,
)
from desktop_app.storage.dispute_tables import StatementLineRow, StatementRow
from desktop_app.storage.tables import OrderRow, RefundRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

SCOPES = ("unmatched", "matched", "set_aside", "other", "all")
"""Unmatched: money that went back to a buyer without a refund here. Other: what is no refund by its name."""

_REASON = FieldName("The reason", "原因")


@dataclass(frozen=True, slots=True)
class LineFilter:
    """``scope`` is one of :data:`SCOPES`; ``text`` part of a number."""

    scope: str = "unmatched"
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatementLineEntry:
    """A stored line of a statement; ``order_no`` and ``request_no`` are those of the refund that it is."""

    id: int
    file_name: str
    line: int
    platform: PaymentChannel
    kind: StatementKind
    at: datetime
    amount_fen: Fen
    trade_no: str
    merchant_no: str
    refund_no: str
    state: str
    note: str
    refund_id: int | None
    order_no: str
    matched_by: MatchedBy | None
    set_aside_at: datetime | None

    @property
    def number(self) -> str:
        """What the line calls the sale or the refund."""
        return self.merchant_no or self.refund_no or self.trade_no


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """Why a line is not matched, and the refunds that it can be joined to by hand, the likeliest first.

    ``together`` are several that add up to exactly its amount, when no others do.
    """

    verdict: LineVerdict
    en: str
    zh: str
    candidates: tuple[RefundLine, ...]
    together: tuple[RefundLine, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One imported file."""

    id: int
    platform: PaymentChannel
    account: str
    file_name: str
    from_at: datetime | None
    to_at: datetime | None
    line_count: int
    new_count: int
    known_count: int
    malformed_count: int
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """One side without the other: a statement line without a refund, or a refund without a line."""

    in_statement: bool
    at: datetime
    amount_fen: Fen
    route: PaymentChannel
    order_no: str
    reference: str
    source: str
    """File and line, or the request of the refund."""
    en: str
    zh: str


class Reconciliation:
    """The statements of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- import

    def preview(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> StatementPreview:
        """What a statement would bring, line by line; nothing is stored."""
        return preview_statement(self._context, path, encoding=encoding, progress=progress, cancelled=cancelled)

    def import_statement(
        self,
        preview: StatementPreview,
        *,
        leave_open: frozenset[int] = frozenset(),
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> StatementImport:
        """Store the lines and move the refunds that they match, in one transaction."""
        return import_statement(self._context, preview, leave_open=leave_open, progress=progress, cancelled=cancelled)

    def statements(self) -> list[StatementEntry]:
        """The imported files, newest first."""
        with self._context.read() as session:
            rows = session.exec(select(StatementRow).order_by(col(StatementRow.id).desc())).all()
        return [
            StatementEntry(
                id=row.id,
                platform=row.platform,
                account=row.account,
                file_name=row.file_name,
                from_at=row.from_at,
                to_at=row.to_at,
                line_count=row.line_count,
                new_count=row.new_count,
                known_count=row.known_count,
                malformed_count=row.malformed_count,
                imported_at=row.imported_at,
                imported_by=row.imported_by,
            )
            for row in rows
        ]

    # ---- lines

    def listing(self, where: LineFilter, sort: Sort | None = None) -> Listing[StatementLineEntry]:
        """Lines, newest first; sort keys: at amount_fen kind platform merchant_no file_name."""
        statement = (
            select_columns(col(StatementLineRow.id))
            .join(StatementRow, col(StatementRow.id) == col(StatementLineRow.statement_id))
            .where(*_conditions(where))
        )
        columns = {
            "at": col(StatementLineRow.at),
            "amount_fen": col(StatementLineRow.amount_fen),
            "kind": col(StatementLineRow.kind),
            "platform": col(StatementLineRow.platform),
            "merchant_no": col(StatementLineRow.merchant_no),
            "file_name": col(StatementRow.file_name),
        }
        return Listing(self._context, statement, _entries, columns, col(StatementLineRow.id), sort or Sort("at", True))

    def line(self, line_id: int) -> StatementLineEntry:
        """One line; :class:`NotFoundError`."""
        with self._context.read() as session:
            find_line(session, line_id)
            return _entries(session, [line_id])[0]

    def explain(self, line_id: int) -> LineExplanation:
        """Why a line is not matched, as things are now."""
        with self._context.read() as session:
            row, statement = find_line(session, line_id)
            refunds = refund_facts(session)
            facts = facts_of(row, statement.format)
            others = orders_without_refund(session, [row.merchant_no] if row.merchant_no else [], refunds)
            competing = [one for one in open_line_facts(session) if one.key != line_id]
            finding = reconcile([facts], refunds, other_orders=others, open_lines=competing)[line_id]
            ids = list(dict.fromkeys((*finding.candidates, *possible_refunds(facts, refunds))))[:50]
            en, zh = finding_text(finding, {refund.id: refund.order_no for refund in refunds})
        lines = Refunds(self._context).lines
        return LineExplanation(finding.verdict, en, zh, tuple(lines(ids)), tuple(lines(finding.together)))

    def match(self, line_id: int, refund_id: int, reason: str = "") -> None:
        """Join a line to a refund by hand; see :func:`desktop_app.services.statement_joining.join`."""
        statement_joining.join(self._context, line_id, refund_id, reason)

    def match_together(self, line_id: int, refund_ids: Sequence[int]) -> None:
        """Join a line to several refunds; see :func:`desktop_app.services.statement_joining.join_together`."""
        statement_joining.join_together(self._context, line_id, refund_ids)

    def unmatch(self, line_id: int) -> None:
        """Take a line off its refund, or off all that it tells. A refund keeps its state: arrived is final."""
        statement_joining.take_off(self._context, line_id)

    def set_aside(self, line_id: int, reason: str) -> None:
        """Say that an unmatched line is no refund of this shop, and why; it leaves the list of what did not match."""
        context = self._context
        reason = text_field(_REASON, reason, required=True)
        with context.write() as session:
            row, statement = find_line(session, line_id)
            if row.refund_id is not None:
                raise RefusedError(
                    "This line is matched; take it off its refund first.", "这条记录已匹配，请先取消匹配。"
                )
            row.set_aside_at, row.note = context.clock(), reason
            session.add(row)
            self._record_line(session, "statement.set_aside", row, statement, reason=reason)
        context.announce("statements")

    def take_back(self, line_id: int) -> None:
        """Put a line that was set aside back among the unmatched ones."""
        context = self._context
        with context.write() as session:
            row, statement = find_line(session, line_id)
            if row.set_aside_at is None:
                raise RefusedError("This line was not set aside.", "这条记录没有搁置。")
            row.set_aside_at = None
            session.add(row)
            self._record_line(session, "statement.taken_back", row, statement)
        context.announce("statements")

    def match_again(self) -> int:
        """Try the unmatched lines with the refunds of now, as an import would; returns how many were matched."""
        context = self._context
        count = 0
        with context.write() as session:
            refunds = refund_facts(session)
            lines = open_line_facts(session)
            numbers = {number for line in lines for number in line.order_numbers}
            others = orders_without_refund(session, numbers, refunds)
            for line_id, finding in reconcile(lines, refunds, other_orders=others).items():
                if finding.refund_id is None:
                    continue
                row, statement = find_line(session, line_id)
                by = MatchedBy.REFERENCE
                if finding.verdict is LineVerdict.AMOUNT_AND_TIME:
                    by = MatchedBy.AMOUNT_AND_TIME
                row.refund_id, row.matched_by, row.matched_at = finding.refund_id, by, context.clock()
                session.add(row)
                session.flush()
                if finding.verdict in MATCHES:
                    settle(context, session, finding.refund_id, row, statement.file_name, by, known_by=statement.to_at)
                    count += 1
        context.announce("refunds", "statements")
        return count

    def unmatched(self) -> list[Unmatched]:
        """What did not match, both ways: lines without a refund, then refunds without a line where a statement of
        their channel covers their time."""
        with self._context.read() as session:
            refunds = refund_facts(session)
            lines = open_line_facts(session)
            numbers = {number for line in lines for number in line.order_numbers}
            others = orders_without_refund(session, numbers, refunds)
            findings = reconcile(lines, refunds, other_orders=others)
        names = {refund.id: refund.order_no for refund in refunds}
        found: list[Unmatched] = []
        for entry in self.listing(LineFilter("unmatched")).rows():
            finding = findings.get(entry.id)
            en, zh = ("", "") if finding is None else finding_text(finding, names)
            if finding is not None and finding.verdict in MATCHES:
                en, zh = f"{en} Match again to join them.", f"{zh}点“重新匹配”即可核对。"
            source = f"{entry.file_name}:{entry.line}"
            numbers_told = entry.refund_no or entry.trade_no
            found.append(
                Unmatched(
                    True, entry.at, entry.amount_fen, entry.platform, entry.merchant_no, numbers_told, source, en, zh
                )
            )
        for refund in Refunds(self._context).listing(RefundFilter(missing=True)).rows():
            found.append(
                Unmatched(
                    False,
                    refund.paid_at or refund.created_at,
                    refund.amount_fen,
                    refund.route,
                    refund.order_no,
                    refund.reference,
                    refund.request_no,
                    "No line of the statements of that time is this refund.",
                    "同期账单中没有这笔退款。",
                )
            )
        return found

    def _record_line(
        self, session: Session, kind: str, row: StatementLineRow, statement: StatementRow, **facts: object
    ) -> None:
        session.flush()
        self._context.record(
            session,
            kind,
            "statement_lines",
            row.id,
            facts={"amount_fen": row.amount_fen, "file": statement.file_name, "line": row.line, **facts},
        )


def _conditions(where: LineFilter) -> list[ColumnElement[bool]]:
    line = StatementLineRow
    is_open = [col(line.refund_id).is_(None), col(line.set_aside_at).is_(None)]
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "unmatched": [col(line.kind).in_(REFUND_KINDS), *is_open],
        "matched": [col(line.refund_id).is_not(None)],
        "set_aside": [col(line.set_aside_at).is_not(None)],
        "other": [col(line.kind).not_in(REFUND_KINDS), *is_open],
        "all": [],
    }
    found = [*conditions[where.scope], ~IS_COMPANION]
    if text := where.text.strip():
        columns = (line.trade_no, line.merchant_no, line.refund_no, line.merchant_refund_no)
        found.append(or_(*(col(column).contains(text, autoescape=True) for column in columns)))
    return found


def _entries(session: Session, ids: Sequence[int]) -> list[StatementLineEntry]:
    found: dict[int, StatementLineEntry] = {}
    for part in chunks(ids):
        statement = (
            select(StatementLineRow, StatementRow.file_name, OrderRow.order_no)
            .join(StatementRow, col(StatementRow.id) == col(StatementLineRow.statement_id))
            .outerjoin(RefundRow, col(RefundRow.id) == col(StatementLineRow.refund_id))
            .outerjoin(OrderRow, col(OrderRow.id) == col(RefundRow.order_id))
            .where(col(StatementLineRow.id).in_(part))
        )
        for row, file_name, order_no in session.exec(statement):
            found[row.id] = StatementLineEntry(
                id=row.id,
                file_name=file_name,
                line=row.line,
                platform=row.platform,
                kind=row.kind,
                at=row.at,
                amount_fen=row.amount_fen,
                trade_no=row.trade_no,
                merchant_no=row.merchant_no,
                refund_no=row.refund_no or row.merchant_refund_no,
                state=row.state,
                note=row.note,
                refund_id=row.refund_id,
                order_no=order_no or "",
                matched_by=row.matched_by,
                set_aside_at=row.set_aside_at,
            )
    return [found[line_id] for line_id in ids if line_id in found]
