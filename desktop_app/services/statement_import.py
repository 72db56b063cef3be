"""A payment statement on its way into the shop: a verdict for every line, then all of it in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from desktop_app.domain.errors import ConflictError, RefusedError
from desktop_app.domain.money import Fen
from desktop_app.domain.reconciliation import (
    MATCHABLE_KINDS,
    Finding,
    LineFacts,
    LineVerdict,
    MatchedBy,
    RefundFacts,
    StatementKind,
    reconcile,
)
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.statement_lines import StatementLine
from desktop_app.exchange.statements import StatementFile, read_statement
from desktop_app.services.context import Context
from desktop_app.services.statement_matching import (
    MATCHES,
    finding_text,
    numbers_of,
    open_line_facts,
    orders_without_refund,
    refund_facts,
    settle,
    some,
)
from desktop_app.services.work import Work
from desktop_app.storage.dispute_tables import StatementLineRow, StatementRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_STEP = 2000
_BY = {LineVerdict.AMOUNT_AND_TIME: MatchedBy.AMOUNT_AND_TIME}


@dataclass(frozen=True, slots=True)
class StatementPreviewLine:
    """What becomes of one line of the file; ``row`` is its number there. ``kind`` is None for a malformed one.

    ``order_no`` is that of the matched refund, ``number`` what the line itself calls the sale.
    """

    row: int
    verdict: LineVerdict
    kind: StatementKind | None = None
    at: datetime | None = None
    amount_fen: Fen = 0
    number: str = ""
    refund_id: int | None = None
    order_no: str = ""
    en: str = ""
    zh: str = ""


@dataclass(frozen=True, slots=True)
class StatementPreview:
    """A statement as it would be imported; the counts of the verdicts add up to the lines.

    ``stated_count`` is how many lines the file says it has, where it says so: fewer lines mean that it was cut.
    """

    source: str
    format_en: str
    format_zh: str
    platform: PaymentChannel
    account: str
    encoding: str
    from_at: datetime | None
    to_at: datetime | None
    stated_count: int | None
    is_imported: bool
    lines: tuple[StatementPreviewLine, ...]
    counts: Mapping[LineVerdict, int]
    file: StatementFile = field(repr=False)

    @property
    def matched_count(self) -> int:
        return sum(self.counts.get(verdict, 0) for verdict in MATCHES)

    @property
    def new_count(self) -> int:
        return len(self.lines) - self.counts.get(LineVerdict.KNOWN, 0) - self.counts.get(LineVerdict.MALFORMED, 0)

    @property
    def is_cut(self) -> bool:
        """Whether the file says that it has more lines than it has."""
        return self.stated_count is not None and len(self.lines) < self.stated_count


@dataclass(frozen=True, slots=True)
class StatementImport:
    """What was imported; the counts add up to ``line_count``."""

    statement_id: int
    line_count: int
    new_count: int
    known_count: int
    malformed_count: int
    matched_count: int


def preview_statement(
    context: Context,
    path: Path,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> StatementPreview:
    """Read a statement and say of each line what it is to the shop; nothing is stored."""
    file = read_statement(path, encoding=encoding, progress=progress, cancelled=cancelled)
    with context.read() as session:
        is_imported = _is_imported(session, file)
        judged = _judge(session, file)
    shown: list[StatementPreviewLine] = []
    for line in file.lines:
        finding = judged.findings[line.line]
        en = zh = ""
        if finding.verdict is LineVerdict.NO_REFUND and line.merchant_no in judged.other_orders:
            en = f"Order {line.merchant_no} is in the shop, but no refund of it was approved."
            zh = f"订单 {line.merchant_no} 在店铺中，但没有同意过退款。"
        elif finding is not _KNOWN and finding is not _NOT_OURS:
            en, zh = finding_text(finding, judged.names)
        shown.append(
            StatementPreviewLine(
                row=line.line,
                verdict=finding.verdict,
                kind=line.kind,
                at=line.at,
                amount_fen=line.amount_fen,
                number=line.merchant_no or line.trade_no,
                refund_id=finding.refund_id,
                order_no=judged.names.get(finding.refund_id, "") if finding.refund_id is not None else "",
                en=en,
                zh=zh,
            )
        )
    shown += [
        StatementPreviewLine(problem.line, LineVerdict.MALFORMED, en=problem.en, zh=problem.zh)
        for problem in file.problems
    ]
    shown.sort(key=lambda line: line.row)
    return StatementPreview(
        source=file.source,
        format_en=file.format.en,
        format_zh=file.format.zh,
        platform=file.platform,
        account=file.account,
        encoding=file.encoding,
        from_at=file.from_at,
        to_at=file.to_at,
        stated_count=file.stated_count,
        is_imported=is_imported,
        lines=tuple(shown),
        counts=Counter(line.verdict for line in shown),
        file=file,
    )


def import_statement(
    context: Context,
    preview: StatementPreview,
    *,
    leave_open: frozenset[int] = frozenset(),
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> StatementImport:
    """Store the lines and move the refunds that they match; ``leave_open`` are rows whose match is not wanted.

    :class:`RefusedError` when this file was imported before, :class:`ConflictError` when its matches are no longer
    those of the preview, :class:`CancelledError`: then nothing is stored.
    """
    file = preview.file
    work = Work(progress, cancelled, len(file.lines))
    with context.write() as session:
        if _is_imported(session, file):
            raise RefusedError(
                "{file} was imported before; its lines are known.",
                "{file} 已经导入过，其中的记录都已存在。",
                file=file.source,
            )
        judged = _judge(session, file)
        expected = {line.row: line.refund_id for line in preview.lines if line.verdict in MATCHES}
        found = {row: one.refund_id for row, one in judged.findings.items() if one.verdict in MATCHES}
        if expected != found:
            raise ConflictError(
                "Refunds changed since the preview; nothing was imported. Look at the file again.",
                "预览之后退款发生了变化，没有导入任何内容，请重新预览文件。",
            )
        known = sum(one.verdict is LineVerdict.KNOWN for one in judged.findings.values())
        statement = StatementRow(
            platform=file.platform,
            format=file.format.name,
            account=file.account,
            file_name=file.source,
            sha256=file.sha256,
            from_at=file.from_at,
            to_at=file.to_at,
            line_count=len(file.lines) + len(file.problems),
            new_count=len(file.lines) - known,
            known_count=known,
            malformed_count=len(file.problems),
            imported_at=context.clock(),
            imported_by=context.actor,
        )
        session.add(statement)
        session.flush()
        matched = _store(context, session, statement, judged, leave_open, work)
        context.record(
            session,
            "statement.imported",
            "statements",
            statement.id,
            facts={
                "channel": file.platform,
                "file": file.source,
                "line_count": statement.line_count,
                "new_count": statement.new_count,
                "known_count": known,
                "malformed_count": statement.malformed_count,
                "matched_count": matched,
            },
        )
        work.add(0)
        done = StatementImport(
            statement.id,
            statement.line_count,
            statement.new_count,
            known,
            statement.malformed_count,
            matched,
        )
    context.announce("refunds", "statements")
    return done


@dataclass(frozen=True, slots=True)
class _Judged:
    """``lines`` are those of the file with what the shop knows of them; ``names`` order numbers by refund."""

    lines: list[StatementLine]
    findings: dict[int, Finding]
    names: dict[int, str]
    other_orders: set[str]


_KNOWN = Finding(LineVerdict.KNOWN)
_NOT_OURS = Finding(LineVerdict.NOT_OURS)


def _is_imported(session: Session, file: StatementFile) -> bool:
    statement = select(StatementRow.id).where(col(StatementRow.sha256) == file.sha256)
    return session.exec(statement).first() is not None


def _judge(session: Session, file: StatementFile) -> _Judged:
    """The verdict of every line, by its number."""
    known = _known_identities(session, file)
    findings: dict[int, Finding] = {}
    lines: list[StatementLine] = []
    for line in file.lines:
        if line.identity in known:
            findings[line.line] = _KNOWN
        else:
            known.add(line.identity)
            lines.append(line)
    lines = _with_order_numbers(session, file, lines)
    wholes = {line.line: line.amount_fen for line in lines if line.kind is StatementKind.SALE_REFUNDED}
    lines = _with_parts(session, file, lines)
    refunds = refund_facts(session)
    facts: list[LineFacts] = []
    for line in lines:
        if line.kind in MATCHABLE_KINDS:
            facts.append(_facts(line, file, wholes.get(line.line, 0)))
        else:
            findings[line.line] = _NOT_OURS
    numbers = {line.merchant_no for line in lines if line.merchant_no and line.kind in MATCHABLE_KINDS}
    other_orders = orders_without_refund(session, numbers, refunds)
    findings |= reconcile(facts, refunds, other_orders=other_orders, open_lines=open_line_facts(session))
    return _Judged(lines, findings, _names(refunds, findings), other_orders)


def _facts(line: StatementLine, file: StatementFile, whole_fen: Fen) -> LineFacts:
    return LineFacts(
        key=line.line,
        kind=line.kind,
        platform=file.platform,
        at=line.at,
        amount_fen=line.amount_fen,
        numbers=numbers_of(line.refund_no, line.merchant_refund_no),
        order_numbers=numbers_of(line.trade_no, line.merchant_no),
        source=file.format.name,
        mentioned=line.mentioned,
        whole_fen=whole_fen,
    )


def _names(refunds: list[RefundFacts], findings: Mapping[int, Finding]) -> dict[int, str]:
    wanted = {refund_id for finding in findings.values() for refund_id in finding.candidates}
    return {refund.id: refund.order_no for refund in refunds if refund.id in wanted}


def _known_identities(session: Session, file: StatementFile) -> set[str]:
    known: set[str] = set()
    for part in some({line.identity for line in file.lines}):
        known.update(
            session.exec(
                select(StatementLineRow.identity).where(
                    col(StatementLineRow.platform) == file.platform, col(StatementLineRow.identity).in_(part)
                )
            )
        )
    return known


def _with_order_numbers(session: Session, file: StatementFile, lines: list[StatementLine]) -> list[StatementLine]:
    """Refunds that name only the channel's number of the sale get the order number that the sale itself names."""
    wanted = {line.trade_no for line in lines if _wants_order(line)}
    if not wanted:
        return lines
    orders = {line.trade_no: line.merchant_no for line in file.lines if line.merchant_no and line.trade_no in wanted}
    for part in some(wanted - orders.keys()):
        rows = session.exec(
            select(StatementLineRow.trade_no, StatementLineRow.merchant_no).where(
                col(StatementLineRow.platform) == file.platform,
                col(StatementLineRow.trade_no).in_(part),
                col(StatementLineRow.merchant_no) != "",
            )
        )
        orders |= dict(rows.all())
    return [
        line._replace(merchant_no=orders[line.trade_no]) if _wants_order(line) and line.trade_no in orders else line
        for line in lines
    ]


def _wants_order(line: StatementLine) -> bool:
    return bool(line.kind in MATCHABLE_KINDS and line.trade_no and not line.merchant_no)


def _with_parts(session: Session, file: StatementFile, lines: list[StatementLine]) -> list[StatementLine]:
    """A sale says how much of it went back in all; a later file says more of the same: its line is the difference."""
    sales = [line for line in lines if line.kind is StatementKind.SALE_REFUNDED and line.trade_no]
    stated: dict[str, Fen] = {}
    for part in some({line.trade_no for line in sales}):
        rows = session.exec(
            select(StatementLineRow.trade_no, func.sum(StatementLineRow.amount_fen))
            .where(
                col(StatementLineRow.platform) == file.platform,
                col(StatementLineRow.kind) == StatementKind.SALE_REFUNDED,
                col(StatementLineRow.trade_no).in_(part),
            )
            .group_by(col(StatementLineRow.trade_no))
        )
        stated |= dict(rows.all())
    if not stated:
        return lines
    return [
        line._replace(amount_fen=line.amount_fen - stated[line.trade_no])
        if line.kind is StatementKind.SALE_REFUNDED and line.amount_fen > stated.get(line.trade_no, line.amount_fen)
        else line
        for line in lines
    ]


def _store(
    context: Context,
    session: Session,
    statement: StatementRow,
    judged: _Judged,
    leave_open: frozenset[int],
    work: Work,
) -> int:
    """Insert the lines and settle the refunds; returns how many refunds were matched."""
    now = context.clock()
    table = insert(StatementLineRow.__table__)  # type: ignore[attr-defined]
    matched: list[tuple[StatementLine, Finding]] = []
    for start in range(0, len(judged.lines), _STEP):
        part = judged.lines[start : start + _STEP]
        work.add(len(part))
        values: list[dict[str, Any]] = []
        for line in part:
            finding = judged.findings[line.line]
            joins = finding.refund_id is not None and line.line not in leave_open
            if joins and finding.verdict in MATCHES:
                matched.append((line, finding))
            values.append(
                {
                    "statement_id": statement.id,
                    "line": line.line,
                    "platform": statement.platform,
                    "identity": line.identity,
                    "kind": line.kind,
                    "at": line.at,
                    "amount_fen": line.amount_fen,
                    "trade_no": line.trade_no,
                    "merchant_no": line.merchant_no,
                    "refund_no": line.refund_no,
                    "merchant_refund_no": line.merchant_refund_no,
                    "state": line.state,
                    "note": "",
                    "refund_id": finding.refund_id if joins else None,
                    "matched_by": _BY.get(finding.verdict, MatchedBy.REFERENCE) if joins else None,
                    "matched_at": now if joins else None,
                    "set_aside_at": None,
                }
            )
        session.connection().execute(table, values)
    for line, finding in matched:
        assert finding.refund_id is not None
        stored = session.exec(
            select(StatementLineRow).where(
                col(StatementLineRow.platform) == statement.platform, col(StatementLineRow.identity) == line.identity
            )
        ).one()
        settle(
            context,
            session,
            finding.refund_id,
            stored,
            statement.file_name,
            _BY.get(finding.verdict, MatchedBy.REFERENCE),
            known_by=statement.to_at,
        )
    return len(matched)
