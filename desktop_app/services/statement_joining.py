"""A statement line joined to a refund by hand, or to the several refunds that it tells, and taken off again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from desktop_app.domain.errors import ConflictError, NotFoundError, RefusedError
from desktop_app.domain.money import yuan_text
from desktop_app.domain.reconciliation import MatchedBy, StatementKind
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, text_field
from desktop_app.services.statement_matching import COMPANION, settle
from desktop_app.storage.dispute_tables import StatementLineRow, StatementRow
from desktop_app.storage.tables import RefundRow

_REASON = FieldName("The reason", "原因")
_BY_HAND = (
    StatementKind.REFUND,
    StatementKind.REFUND_UNDERWAY,
    StatementKind.SALE_REFUNDED,
    StatementKind.POSSIBLE_REFUND,
    StatementKind.PAYOUT,
    StatementKind.OTHER,
)


def join(context: Context, line_id: int, refund_id: int, reason: str = "") -> None:
    """Join a line to a refund by hand; the refund moves to what the line says of it.

    :class:`RefusedError` when the line or the refund is joined already, when the line says that nothing arrived, or
    when the amounts differ and no reason is given.
    """
    reason = text_field(_REASON, reason)
    with context.write() as session:
        row, statement = find_line(session, line_id)
        refund = session.get(RefundRow, refund_id)
        if refund is None:
            raise NotFoundError("This refund is not in the shop.", "店铺中没有这笔退款。")
        _require_free(session, row, refund_id)
        if row.amount_fen != refund.amount_fen and not reason:
            raise RefusedError(
                "The amounts differ; say why the line is this refund all the same.",
                "金额不一致；如确属这笔退款，请说明原因。",
            )
        row.refund_id, row.matched_by, row.matched_at = refund_id, MatchedBy.HAND, context.clock()
        row.note = reason or row.note
        session.add(row)
        session.flush()
        settle(
            context,
            session,
            refund_id,
            row,
            statement.file_name,
            MatchedBy.HAND,
            known_by=statement.to_at,
            reason=reason,
        )
    context.announce("refunds", "statements")


def join_together(context: Context, line_id: int, refund_ids: Sequence[int]) -> None:
    """Join a line that says what went back of a sale in all to the several refunds that it tells.

    :class:`RefusedError` when it says no such thing, when the amounts do not add up to exactly it, or when the line
    or one of the refunds is joined already.
    """
    with context.write() as session:
        row, statement = find_line(session, line_id)
        refunds = [session.get(RefundRow, refund_id) for refund_id in dict.fromkeys(refund_ids)]
        if None in refunds:
            raise NotFoundError("This refund is not in the shop.", "店铺中没有这笔退款。")
        found = sorted((refund for refund in refunds if refund is not None), key=lambda refund: refund.id)
        for refund in found:
            _require_free(session, row, refund.id)
        if row.kind is not StatementKind.SALE_REFUNDED or len(found) < 2:
            raise RefusedError(
                "Only the state of a sale tells several refunds; join this line to one.",
                "只有写明累计退款的交易才能对应多笔退款，这条记录请匹配单笔。",
            )
        total = sum(refund.amount_fen for refund in found)
        if total != row.amount_fen:
            raise RefusedError(
                "These refunds are {total} together, the line says {stated}.",
                "所选退款合计 {total}，而账单记录为 {stated}。",
                total=yuan_text(total),
                stated=yuan_text(row.amount_fen),
            )
        for refund, joined in zip(found, _rows_for(session, row, found), strict=True):
            joined.refund_id, joined.matched_by, joined.matched_at = refund.id, MatchedBy.HAND, context.clock()
            session.add(joined)
            session.flush()
            settle(context, session, refund.id, row, statement.file_name, MatchedBy.HAND, known_by=statement.to_at)
    context.announce("refunds", "statements")


def take_off(context: Context, line_id: int) -> None:
    """Take a line off its refund, or off all that it tells. A refund keeps its state: arrived is final."""
    with context.write() as session:
        row, statement = find_line(session, line_id)
        if row.refund_id is None:
            raise RefusedError("This line is not matched.", "这条记录没有匹配退款。")
        for joined in (row, *_companions(session, row)):
            if joined.refund_id is None:
                continue
            refund = session.get_one(RefundRow, joined.refund_id)
            joined.refund_id = joined.matched_by = joined.matched_at = None
            session.add(joined)
            session.flush()
            context.record(
                session,
                "refund.unreconciled",
                "refunds",
                refund.id,
                order_id=refund.order_id,
                facts={"amount_fen": refund.amount_fen, "file": statement.file_name, "line": row.line},
            )
    context.announce("refunds", "statements")


def find_line(session: Session, line_id: int) -> tuple[StatementLineRow, StatementRow]:
    """A stored line and its file; :class:`NotFoundError`."""
    row = session.get(StatementLineRow, line_id)
    statement = None if row is None else session.get(StatementRow, row.statement_id)
    if row is None or statement is None:
        raise NotFoundError("This statement line is not in the shop.", "店铺中没有这条账单记录。")
    return row, statement


def _companions(session: Session, row: StatementLineRow) -> Sequence[StatementLineRow]:
    """The rows of 0 fen that join more refunds to a line."""
    prefix = f"{row.identity}{COMPANION}"
    statement = select(StatementLineRow).where(
        col(StatementLineRow.platform) == row.platform,
        col(StatementLineRow.identity).startswith(prefix, autoescape=True),
    )
    return session.exec(statement.order_by(col(StatementLineRow.id))).all()


def _rows_for(session: Session, row: StatementLineRow, refunds: Sequence[RefundRow]) -> Sequence[StatementLineRow]:
    """A row for each of these refunds: the line itself, and beside it what was there from before or is new."""
    known = {one.identity: one for one in _companions(session, row)}
    rows = [row]
    for refund in refunds[1:]:
        identity = f"{row.identity}{COMPANION}{refund.id}"
        told = row.model_dump(exclude={"id", "note", "refund_id", "matched_by", "matched_at"})
        rows.append(known.get(identity) or StatementLineRow(**{**told, "identity": identity, "amount_fen": 0}))
    return rows


def _require_free(session: Session, row: StatementLineRow, refund_id: int) -> None:
    if row.refund_id is not None:
        raise RefusedError("This line is matched already.", "这条记录已经匹配。")
    if row.set_aside_at is not None:
        raise RefusedError("This line was set aside; take it back first.", "这条记录已搁置，请先取消搁置。")
    if row.kind not in _BY_HAND:
        raise RefusedError("This line does not say that money went to a buyer.", "这条记录并未表明款项退给了买家。")
    others = session.exec(select(StatementLineRow.kind).where(col(StatementLineRow.refund_id) == refund_id)).all()
    if any(kind is not StatementKind.REFUND_UNDERWAY for kind in others):
        raise ConflictError("This refund has its statement line already.", "这笔退款已有对应的账单记录。")
