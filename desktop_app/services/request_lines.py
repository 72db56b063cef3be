"""Requests as they are shown: a line of the inbox, and everything about one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, SQLColumnExpression, func, or_, type_coerce
from sqlalchemy import select as sql_select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from desktop_app.domain.errors import NotFoundError
from desktop_app.domain.states import (
    DisputeOutcome,
    EscalationTarget,
    ReasonCode,
    RefusalGround,
    VerdictKind,
)
from desktop_app.services.context import Context
from desktop_app.services.dispute_lines import disputes_of_request, won_dispute_reason
from desktop_app.services.evidence import EvidenceLine, evidence_lines, of_request
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_lines import OrderDetail, read_order_detail
from desktop_app.services.previews import Preview, preview_of
from desktop_app.services.request_line import NEVER, request_line
from desktop_app.services.request_line import RequestLine as RequestLine
from desktop_app.services.verdicts import OPEN_STATES, load_cases, verdicts_now
from desktop_app.storage.tables import (
    DecisionRow,
    DecisionUnitRow,
    MessageRow,
    OrderRow,
    ProductRow,
    RequestRow,
)

SCOPES = ("open", "overdue", "due_today", "decided", "all")


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """``scope`` is one of :data:`SCOPES`; ``text`` a request or order number or the beginning of one."""

    scope: str = "open"
    text: str = ""
    verdict: VerdictKind | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A line of the correspondence: ``actor`` is "buyer", "shop" or "note"."""

    id: int
    at: datetime
    actor: str
    kind: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class EscalationLine:
    """A dispute outside the shop; ``result`` is None until its outcome was recorded."""

    id: int
    target: EscalationTarget
    reference: str
    opened_at: datetime
    answered_at: datetime | None
    outcome: str
    note: str
    result: DisputeOutcome | None = None
    reopened_no: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What was decided, as it was frozen."""

    id: int
    action: str
    verdict: VerdictKind
    option: str
    ground: RefusalGround | None
    refund_fen: int
    fee_fen: int
    proposed_refund_fen: int
    reason: str
    reply_zh: str
    reply_en: str
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the merchant looked up (None: not yet); amounts are for the whole request."""

    log_confirms: bool | None = None
    duplicate_fen: int | None = None
    error_confirmed: bool | None = None
    overcharged_fen: int | None = None
    mismatch_confirmed: bool | None = None
    promise_claimed: bool = False
    reissue_tried: bool = False


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """Everything about one request; ``preview`` is None once it is decided. ``won_dispute_*``: the dispute that the
    buyer won and that this request answers, as the reason of a decision; empty when there is none."""

    line: RequestLine
    text: str
    source: str
    verified_source: bool
    facts: RequestFacts
    unit_refs: tuple[str, ...]
    evidence: tuple[EvidenceLine, ...]
    messages: tuple[MessageLine, ...]
    escalations: tuple[EscalationLine, ...]
    preview: Preview | None
    decision: DecisionLine | None
    order: OrderDetail
    asked_at: datetime | None
    answered_at: datetime | None
    won_dispute_zh: str = ""
    won_dispute_en: str = ""
    unit_reasons: Mapping[str, ReasonCode] = field(default_factory=dict)


def request_listing(context: Context, where: RequestFilter, sort: Sort | None) -> Listing[RequestLine]:
    """The requests of a filter; without a sort the open ones by time left, the others latest first."""
    if sort is None:
        sort = Sort("requested_at", descending=True) if where.scope in ("decided", "all") else Sort("due_at")
    sort_columns: dict[str, SQLColumnExpression[Any]] = {
        "request_no": col(RequestRow.request_no),
        "order_no": col(OrderRow.order_no),
        "requested_at": col(RequestRow.requested_at),
        # a paused clock is the least urgent
        "due_at": func.coalesce(type_coerce(col(RequestRow.due_at), Integer), NEVER),
        "state": col(RequestRow.state),
        "reason": col(RequestRow.reason),
        "order_state": col(OrderRow.state),
        "paid_fen": col(OrderRow.paid_fen),
    }

    def read(session: Session, ids: Sequence[int]) -> list[RequestLine]:
        return request_lines(context, session, ids)

    def statement() -> Select[Any]:
        found = sql_select(col(RequestRow.id)).join(OrderRow, col(OrderRow.id) == col(RequestRow.order_id))
        return found.where(*_conditions(context, where))

    return Listing(context, statement, read, sort_columns, col(RequestRow.id), sort)


def _conditions(context: Context, where: RequestFilter) -> list[ColumnElement[bool]]:
    now = context.clock()
    state, due = col(RequestRow.state), col(RequestRow.due_at)
    conditions: list[ColumnElement[bool]] = []
    if where.scope in ("open", "overdue", "due_today"):
        conditions.append(state.in_(OPEN_STATES))
    if where.scope == "overdue":
        conditions.append(due < now)
    elif where.scope == "due_today":
        local = now.astimezone(context.zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        conditions.append(due.between(now, midnight))
    elif where.scope == "decided":
        conditions.append(state.notin_(OPEN_STATES))
    text = where.text.strip()
    if text:
        number, order_no = col(RequestRow.request_no), col(OrderRow.order_no)
        conditions.append(or_(number.contains(text, autoescape=True), order_no.contains(text, autoescape=True)))
    if where.verdict is not None:
        conditions.append(col(RequestRow.id).in_(_with_verdict(context, where.verdict)))
    return conditions


def _with_verdict(context: Context, verdict: VerdictKind) -> Select[Any] | list[int]:
    """Ids of the requests with this verdict: open ones are judged now, decided ones were judged then."""
    with context.read() as session:
        open_ids = session.exec(select(RequestRow.id).where(col(RequestRow.state).in_(OPEN_STATES))).all()
        cases = load_cases(context, session, list(open_ids))
        now = [key for key, found in verdicts_now(context, session, cases.values()).items() if found.verdict is verdict]
        then = session.exec(select(DecisionRow.request_id).where(col(DecisionRow.verdict_kind) == verdict)).all()
        return [*now, *then]


def request_lines(context: Context, session: Session, ids: Sequence[int]) -> list[RequestLine]:
    """The lines of these requests, in the order of ``ids``."""
    statement = (
        select(RequestRow, OrderRow, ProductRow.name)
        .join(OrderRow, col(OrderRow.id) == col(RequestRow.order_id))
        .join(ProductRow, col(ProductRow.id) == col(OrderRow.product_id))
        .where(col(RequestRow.id).in_(ids))
    )
    found = {row[0].id: row for row in session.exec(statement).all()}
    open_ids = [key for key, (row, _, _) in found.items() if row.state in OPEN_STATES]
    cases = load_cases(context, session, open_ids)
    verdicts = verdicts_now(context, session, cases.values())
    decisions = {
        row.request_id: row
        for row in session.exec(select(DecisionRow).where(col(DecisionRow.request_id).in_(ids))).all()
    }
    rules = _decided_rules(session, [row.id for row in decisions.values()])
    now = context.clock()
    lines: list[RequestLine] = []
    for key in ids:
        if key not in found:
            continue  # deleted rows do not exist here; an id of another snapshot does
        row, order, product_name = found[key]
        verdict, decision = verdicts.get(key), decisions.get(key)
        decided_rules = rules.get(decision.id, ()) if decision else ()
        lines.append(request_line(row, order, product_name, verdict, decision, decided_rules, now))
    return lines


def read_detail(context: Context, session: Session, request_id: int) -> RequestDetail:
    """Everything about a request; :class:`NotFoundError` when there is none."""
    row = session.get(RequestRow, request_id)
    if row is None:
        raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
    case = load_cases(context, session, [request_id])[request_id]
    decision = session.exec(select(DecisionRow).where(DecisionRow.request_id == request_id)).one_or_none()
    return RequestDetail(
        line=request_lines(context, session, [request_id])[0],
        text=row.text,
        source=row.source,
        verified_source=row.verified_source,
        facts=RequestFacts(
            row.log_confirms,
            row.duplicate_fen,
            row.error_confirmed,
            row.overcharged_fen,
            row.mismatch_confirmed,
            row.promise_claimed,
            row.reissue_tried,
        ),
        unit_refs=case.refs,
        unit_reasons={ref: reason for ref, reason in case.request.unit_reasons.items() if reason is not None},
        evidence=evidence_lines(session, *of_request(row.order_id, request_id)),
        messages=_messages(session, request_id),
        escalations=_escalations(context, session, request_id),
        won_dispute_zh=won_dispute_reason(session, request_id, "zh"),
        won_dispute_en=won_dispute_reason(session, request_id, "en"),
        preview=preview_of(context, session, case) if row.state in OPEN_STATES else None,
        decision=_decision(decision),
        order=read_order_detail(context, session, row.order_id),
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )


def _decided_rules(session: Session, decision_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    statement = select(DecisionUnitRow).where(col(DecisionUnitRow.decision_id).in_(decision_ids))
    rules: dict[int, list[str]] = {}
    for row in session.exec(statement.order_by(col(DecisionUnitRow.unit_id))).all():
        known = rules.setdefault(row.decision_id, [])
        if row.rule not in known:
            known.append(row.rule)
    return {key: tuple(value) for key, value in rules.items()}


def _messages(session: Session, request_id: int) -> tuple[MessageLine, ...]:
    statement = select(MessageRow).where(MessageRow.request_id == request_id).order_by(col(MessageRow.id))
    return tuple(
        MessageLine(row.id, row.at, row.actor.value, row.kind, row.text, row.by)
        for row in session.exec(statement).all()
    )


def _escalations(context: Context, session: Session, request_id: int) -> tuple[EscalationLine, ...]:
    return tuple(
        EscalationLine(
            line.id,
            line.target,
            line.reference,
            line.opened_at,
            line.answered_at,
            line.outcome_note,
            line.note,
            line.outcome,
            line.reopened_no,
        )
        for line in disputes_of_request(context, session, request_id)
    )


def _decision(row: DecisionRow | None) -> DecisionLine | None:
    if row is None:
        return None
    return DecisionLine(
        row.id,
        row.action.value,
        row.verdict_kind,
        row.option,
        row.ground,
        row.refund_fen,
        row.fee_fen,
        row.proposed_refund_fen,
        row.reason,
        row.reply_zh,
        row.reply_en,
        row.decided_at,
        row.decided_by,
    )
