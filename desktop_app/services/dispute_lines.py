"""Disputes as they are shown: how far each is, what was sent, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, exists, or_, type_coerce
from sqlalchemy import select as select_columns
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select

from desktop_app.documents.dispute_words import won_reason
from desktop_app.domain.disputes import MAY_REOPEN, answer_due, dispute_state
from desktop_app.domain.errors import NotFoundError
from desktop_app.domain.states import DisputeOutcome, DisputeState, DisputeStepKind, EscalationTarget, RequestState
from desktop_app.services.context import Context, chunks
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.shop_settings import working_days_of
from desktop_app.storage.dispute_tables import DisputeStepRow, DossierRow
from desktop_app.storage.tables import DecisionRow, EscalationRow, OrderRow, RequestRow

SCOPES = ("open", "unanswered", "ended", "all")


@dataclass(frozen=True, slots=True)
class DisputeFilter:
    """``scope`` is one of :data:`SCOPES`; ``text`` part of a request, order, dossier or case number."""

    scope: str = "open"
    target: EscalationTarget | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DisputeStepLine:
    """One recorded step of a dispute."""

    kind: DisputeStepKind
    at: datetime
    reference: str
    note: str
    outcome: DisputeOutcome | None
    dossier_no: str
    reopened_no: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One dispute. ``due_at``: by when an answer is owed, None where no law says or it came; ``is_appeal``: the request
    was decided before."""

    id: int
    request_id: int
    request_no: str
    request_state: RequestState
    order_id: int
    order_no: str
    target: EscalationTarget
    is_appeal: bool
    reference: str
    note: str
    opened_at: datetime
    opened_by: str
    state: DisputeState
    dossier_id: int | None
    dossier_no: str
    sent_at: datetime | None
    answered_at: datetime | None
    outcome: DisputeOutcome | None
    outcome_at: datetime | None
    outcome_note: str
    reopened_request_id: int | None
    reopened_no: str
    due_at: datetime | None
    is_overdue: bool


def dispute_listing(context: Context, where: DisputeFilter, sort: Sort | None) -> Listing[DisputeLine]:
    """The disputes of a filter, oldest unfinished first. Sort keys: opened_at request_no order_no target reference."""

    def read(session: Session, ids: Sequence[int]) -> list[DisputeLine]:
        return dispute_lines(context, session, ids)

    statement = (
        select_columns(col(EscalationRow.id))
        .join(RequestRow, col(RequestRow.id) == col(EscalationRow.request_id))
        .join(OrderRow, col(OrderRow.id) == col(RequestRow.order_id))
        .where(*_conditions(where))
    )
    columns: dict[str, Any] = {
        "opened_at": type_coerce(col(EscalationRow.opened_at), Integer),
        "request_no": col(RequestRow.request_no),
        "order_no": col(OrderRow.order_no),
        "target": col(EscalationRow.target),
        "reference": col(EscalationRow.reference),
    }
    default = Sort("opened_at", descending=where.scope in ("ended", "all"))
    return Listing(context, statement, read, columns, col(EscalationRow.id), sort or default)


def _conditions(where: DisputeFilter) -> list[ColumnElement[bool]]:
    ended = _has_step(DisputeStepKind.OUTCOME)
    answered = or_(col(EscalationRow.answered_at).is_not(None), _has_step(DisputeStepKind.ANSWERED))
    conditions: list[ColumnElement[bool]] = {
        "open": [~ended],
        "unanswered": [~ended, ~answered],
        "ended": [ended],
        "all": [],
    }[where.scope]
    if where.target is not None:
        conditions.append(col(EscalationRow.target) == where.target)
    text = where.text.strip()
    if text:
        dossier = exists().where(
            col(DossierRow.escalation_id) == col(EscalationRow.id),
            col(DossierRow.dossier_no).contains(text, autoescape=True),
        )
        texts = (col(RequestRow.request_no), col(OrderRow.order_no), col(EscalationRow.reference))
        conditions.append(or_(dossier, *(column.contains(text, autoescape=True) for column in texts)))
    return conditions


def _has_step(kind: DisputeStepKind) -> ColumnElement[bool]:
    return exists().where(col(DisputeStepRow.escalation_id) == col(EscalationRow.id), col(DisputeStepRow.kind) == kind)


def dispute_lines(context: Context, session: Session, ids: Sequence[int]) -> list[DisputeLine]:
    """The lines of these disputes, in the order of ``ids``."""
    days, now = working_days_of(session), context.clock()
    lines: dict[int, DisputeLine] = {}
    for part in chunks(ids):
        rows = session.execute(
            select_columns(EscalationRow, RequestRow, OrderRow.order_no, DecisionRow.decided_at)  # type: ignore[call-overload]
            .join(RequestRow, col(RequestRow.id) == col(EscalationRow.request_id))
            .join(OrderRow, col(OrderRow.id) == col(RequestRow.order_id))
            .outerjoin(DecisionRow, col(DecisionRow.request_id) == col(RequestRow.id))
            .where(col(EscalationRow.id).in_(part))
        ).all()
        steps = steps_of(session, part)
        dossiers = _latest_dossiers(session, part)
        reopened = _numbers(session, [step.reopened_request_id for group in steps.values() for step in group])
        for row, request, order_no, decided_at in rows:
            mine = steps.get(row.id, [])
            sent = [step for step in mine if step.kind is DisputeStepKind.SENT]
            answers = [step for step in mine if step.kind is DisputeStepKind.ANSWERED]
            end = next((step for step in mine if step.kind is DisputeStepKind.OUTCOME), None)
            dossier = dossiers.get(row.id)
            # a dispute that version 1 of the shop file closed has its answer in its row only
            answered_at = answers[-1].at if answers else row.answered_at
            since = sent[0].at if sent else row.opened_at
            waits = end is None and answered_at is None
            due_at = answer_due(row.target, since, zone=context.zone, working_days=days) if waits else None
            lines[row.id] = DisputeLine(
                id=row.id,
                request_id=request.id,
                request_no=request.request_no,
                request_state=request.state,
                order_id=request.order_id,
                order_no=order_no,
                target=row.target,
                is_appeal=decided_at is not None and decided_at <= row.opened_at,
                reference=row.reference,
                note=row.note,
                opened_at=row.opened_at,
                opened_by=row.opened_by,
                state=dispute_state(
                    has_dossier=dossier is not None,
                    sent=bool(sent),
                    answered=answered_at is not None,
                    ended=end is not None,
                ),
                dossier_id=dossier.id if dossier else None,
                dossier_no=dossier.dossier_no if dossier else "",
                sent_at=sent[-1].at if sent else None,
                answered_at=answered_at,
                outcome=end.outcome if end else None,
                outcome_at=end.at if end else None,
                outcome_note=end.note if end else row.outcome,
                reopened_request_id=end.reopened_request_id if end else None,
                reopened_no=reopened.get(end.reopened_request_id or 0, "") if end else "",
                due_at=due_at,
                is_overdue=due_at is not None and due_at < now,
            )
    return [lines[key] for key in ids if key in lines]


def disputes_of_request(context: Context, session: Session, request_id: int) -> list[DisputeLine]:
    """The disputes about one request, oldest first."""
    ids = session.exec(
        select(EscalationRow.id).where(col(EscalationRow.request_id) == request_id).order_by(col(EscalationRow.id))
    ).all()
    return dispute_lines(context, session, ids) if ids else []


def won_dispute_reason(session: Session, request_id: int, language: str) -> str:
    """The sentence about the dispute that opened this request again, or that the buyer won while it was open."""
    statement = (
        select(DisputeStepRow, EscalationRow, RequestRow.request_no)
        .join(EscalationRow, col(EscalationRow.id) == col(DisputeStepRow.escalation_id))
        .join(RequestRow, col(RequestRow.id) == col(EscalationRow.request_id))
        .where(
            col(DisputeStepRow.outcome).in_(MAY_REOPEN),
            (col(DisputeStepRow.reopened_request_id) == request_id) | (col(EscalationRow.request_id) == request_id),
        )
        .order_by(col(DisputeStepRow.id).desc())
    )
    found = session.exec(statement).first()
    if found is None:
        return ""
    step, row, request_no = found
    assert step.outcome is not None
    return won_reason(row.target, step.reference, request_no, step.outcome, language)


def step_lines(session: Session, escalation_id: int) -> tuple[DisputeStepLine, ...]:
    """The steps of one dispute, in the order in which they were recorded."""
    rows = steps_of(session, [escalation_id]).get(escalation_id, [])
    reopened = _numbers(session, [row.reopened_request_id for row in rows])
    dossiers = {
        row.id: row.dossier_no
        for row in session.exec(select(DossierRow).where(col(DossierRow.id).in_([r.dossier_id or 0 for r in rows])))
    }
    return tuple(
        DisputeStepLine(
            kind=row.kind,
            at=row.at,
            reference=row.reference,
            note=row.note,
            outcome=row.outcome,
            dossier_no=dossiers.get(row.dossier_id or 0, ""),
            reopened_no=reopened.get(row.reopened_request_id or 0, ""),
            recorded_by=row.recorded_by,
        )
        for row in rows
    )


def steps_of(session: Session, escalation_ids: Sequence[int]) -> dict[int, list[DisputeStepRow]]:
    """The stored steps of each dispute, oldest first."""
    found: dict[int, list[DisputeStepRow]] = {}
    statement = select(DisputeStepRow).where(col(DisputeStepRow.escalation_id).in_(escalation_ids))
    for row in session.exec(statement.order_by(col(DisputeStepRow.id))):
        found.setdefault(row.escalation_id, []).append(row)
    return found


def find_dispute(session: Session, escalation_id: int) -> EscalationRow:
    """:class:`NotFoundError` when there is no such dispute."""
    row = session.get(EscalationRow, escalation_id)
    if row is None:
        raise NotFoundError("There is no dispute {id}.", "没有编号为 {id} 的争议记录。", id=escalation_id)
    return row


def _latest_dossiers(session: Session, escalation_ids: Sequence[int]) -> dict[int, DossierRow]:
    statement = select(DossierRow).where(col(DossierRow.escalation_id).in_(escalation_ids)).order_by(col(DossierRow.id))
    return {row.escalation_id: row for row in session.exec(statement) if row.escalation_id is not None}


def _numbers(session: Session, request_ids: Sequence[int | None]) -> dict[int, str]:
    wanted = [key for key in request_ids if key is not None]
    rows = session.exec(select(RequestRow.id, RequestRow.request_no).where(col(RequestRow.id).in_(wanted)))
    return dict(rows.all())
