"""Disputes outside the shop, from the day they are opened to what they changed.

The steps of a dispute are never changed; each is a row and an event. A dispute that the buyer wins after the request
was decided opens a new request on the order, in the same transaction, for the merchant to decide with the outcome at
hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from desktop_app.documents.dispute_words import won_reason
from desktop_app.domain.disputes import MAY_REOPEN
from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from desktop_app.domain.states import (
    REQUEST_MOVES,
    DisputeOutcome,
    DisputeStepKind,
    EscalationTarget,
    EvidenceKind,
    RequestState,
    check_move,
)
from desktop_app.services.context import Context
from desktop_app.services.dispute_lines import (
    SCOPES,
    DisputeFilter,
    DisputeLine,
    DisputeStepLine,
    dispute_lines,
    dispute_listing,
    disputes_of_request,
    find_dispute,
    step_lines,
    steps_of,
)
from desktop_app.services.form_fields import FieldName, line_field, text_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.request_entry import RequestDraft, add_request
from desktop_app.services.verdicts import OPEN_STATES, refresh_due
from desktop_app.storage.dispute_tables import DisputeStepRow, DossierRow
from desktop_app.storage.tables import EscalationRow, EvidenceRow, OrderRow, RequestRow, RequestUnitRow, UnitRow

__all__ = ["SCOPES", "DisputeFilter", "DisputeLine", "DisputeStepLine", "Disputes", "Ended", "open_dispute"]

APPEAL_SOURCE = "appeal"
"""The source of a request that a lost dispute opened."""

_REFERENCE = FieldName("The case number", "案件编号")
_NOTE = FieldName("The note", "备注")


@dataclass(frozen=True, slots=True)
class Ended:
    """What an outcome changed: the request that was opened again, when one was."""

    escalation_id: int
    outcome: DisputeOutcome
    reopened_request_id: int | None
    reopened_no: str


class Disputes:
    """The disputes of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def listing(self, where: DisputeFilter | None = None, sort: Sort | None = None) -> Listing[DisputeLine]:
        """The disputes of a filter; the longest open ones first. Sort keys: opened_at request_no order_no target
        reference."""
        return dispute_listing(self._context, where or DisputeFilter(), sort)

    def get(self, escalation_id: int) -> DisputeLine:
        """One dispute; :class:`NotFoundError`."""
        with self._context.read() as session:
            find_dispute(session, escalation_id)
            return dispute_lines(self._context, session, [escalation_id])[0]

    def steps(self, escalation_id: int) -> tuple[DisputeStepLine, ...]:
        """What was recorded of a dispute, oldest first."""
        with self._context.read() as session:
            return step_lines(session, find_dispute(session, escalation_id).id)

    def of_request(self, request_id: int) -> list[DisputeLine]:
        """The disputes about one request, oldest first."""
        with self._context.read() as session:
            return disputes_of_request(self._context, session, request_id)

    # ---- writing

    def open_appeal(
        self,
        request_id: int,
        target: EscalationTarget,
        *,
        opened_at: datetime | None = None,
        reference: str = "",
        note: str = "",
    ) -> int:
        """The buyer disputes the decision on a request: where, when (default now), under which number. The id."""
        with self._context.write() as session:
            row = _request(session, request_id)
            if row.state is not RequestState.DECIDED:
                raise RefusedError(
                    "Request {request_no} is not decided, so there is no decision to appeal against: escalate it.",
                    "申请 {request_no} 尚未处理，不存在可申诉的处理结果：请使用“升级处理”。",
                    request_no=row.request_no,
                )
            escalation_id = open_dispute(
                self._context, session, row, target, opened_at=opened_at, reference=reference, note=note
            )
        self._context.announce("requests", "disputes")
        return escalation_id

    def record_sent(
        self,
        escalation_id: int,
        *,
        at: datetime | None = None,
        reference: str = "",
        dossier_id: int | None = None,
        note: str = "",
    ) -> None:
        """The dossier went out, at a time (default now) and under a number; without ``dossier_id`` the latest one."""
        with self._context.write() as session:
            row = self._running(session, escalation_id)
            if dossier_id is None:
                dossier_id = session.exec(
                    select(DossierRow.id)
                    .where(col(DossierRow.escalation_id) == escalation_id)
                    .order_by(col(DossierRow.id).desc())
                ).first()
            elif session.get(DossierRow, dossier_id) is None:
                raise NotFoundError("This dossier is not in the shop.", "店铺中没有这份证据包。")
            reference = line_field(_REFERENCE, reference)
            row.reference = reference or row.reference
            session.add(row)
            self._step(session, row, DisputeStepKind.SENT, at, reference=reference, note=note, dossier_id=dossier_id)
        self._context.announce("requests", "disputes")

    def record_answered(
        self, escalation_id: int, *, at: datetime | None = None, reference: str = "", note: str = ""
    ) -> None:
        """An answer came; it is not the outcome yet."""
        with self._context.write() as session:
            row = self._running(session, escalation_id)
            step = self._step(
                session, row, DisputeStepKind.ANSWERED, at, reference=line_field(_REFERENCE, reference), note=note
            )
            row.answered_at = step.at
            session.add(row)
        self._context.announce("requests", "disputes")

    def record_outcome(
        self,
        escalation_id: int,
        outcome: DisputeOutcome,
        *,
        at: datetime | None = None,
        reference: str = "",
        note: str = "",
        reopen: bool | None = None,
    ) -> Ended:
        """How the dispute ended. One that the buyer won opens the refund again when the request was decided already.

        ``reopen`` True does the same after a settlement. Nothing is opened while the request itself is still open, or
        when nothing of the payment is left.
        """
        outcome = DisputeOutcome(outcome)
        wanted = outcome is DisputeOutcome.BUYER_WON if reopen is None else reopen
        if wanted and outcome not in MAY_REOPEN:
            raise RefusedError(
                "This outcome gives the buyer nothing, so no refund is opened again.",
                "该结果不涉及向买家退款，不会重新受理退款。",
            )
        with self._context.write() as session:
            row = self._running(session, escalation_id)
            request = _request(session, row.request_id)
            order = session.get_one(OrderRow, request.order_id)
            reopened: RequestRow | None = None
            reference = line_field(_REFERENCE, reference) or row.reference
            if wanted and request.state not in OPEN_STATES and order.paid_fen > order.refunded_fen:
                reopened = self._reopen(session, row, request, order, outcome, reference)
            step = self._step(
                session,
                row,
                DisputeStepKind.OUTCOME,
                at,
                reference=reference,
                note=note,
                outcome=outcome,
                reopened=reopened,
            )
            row.reference = reference
            row.answered_at = row.answered_at or step.at
            row.outcome = step.note or outcome.value
            session.add(row)
            ended = Ended(
                escalation_id, outcome, reopened.id if reopened else None, reopened.request_no if reopened else ""
            )
        self._context.announce("requests", "orders", "disputes")
        return ended

    # ---- helpers

    def _running(self, session: Session, escalation_id: int) -> EscalationRow:
        row = find_dispute(session, escalation_id)
        if any(step.kind is DisputeStepKind.OUTCOME for step in steps_of(session, [escalation_id]).get(row.id, [])):
            raise ConflictError(
                "This dispute has ended; nothing was changed. Open a new one when it goes on elsewhere.",
                "该争议已经结束，未作任何改动；如在别处继续，请另行登记。",
            )
        return row

    def _step(
        self,
        session: Session,
        row: EscalationRow,
        kind: DisputeStepKind,
        at: datetime | None,
        *,
        reference: str,
        note: str,
        dossier_id: int | None = None,
        outcome: DisputeOutcome | None = None,
        reopened: RequestRow | None = None,
    ) -> DisputeStepRow:
        context, now = self._context, self._context.clock()
        at = at or now
        if not row.opened_at <= at <= now:
            raise BadInputError(
                "The time must lie between the opening of the dispute ({opened}) and now.",
                "时间必须在争议发起时间（{opened}）与现在之间。",
                opened=row.opened_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M"),
                field="at",
            )
        step = DisputeStepRow(
            escalation_id=row.id,
            dossier_id=dossier_id,
            kind=kind,
            outcome=outcome,
            at=at,
            reference=reference,
            note=text_field(_NOTE, note),
            reopened_request_id=reopened.id if reopened else None,
            recorded_at=now,
            recorded_by=context.actor,
        )
        session.add(step)
        session.flush()
        request = _request(session, row.request_id)
        dossier = session.get(DossierRow, dossier_id) if dossier_id else None
        event = {
            DisputeStepKind.SENT: "dispute.sent",
            DisputeStepKind.ANSWERED: "dispute.answered",
            DisputeStepKind.OUTCOME: "dispute.ended",
        }[kind]
        context.record(
            session,
            event,
            "escalations",
            row.id,
            order_id=request.order_id,
            facts={
                "request_no": request.request_no,
                "target": row.target,
                "reference": reference,
                "at": at,
                "dossier_no": dossier.dossier_no if dossier else "",
                "outcome": outcome or "",
                "reopened_no": reopened.request_no if reopened else "",
                "step_id": step.id,
            },
        )
        return step

    def _reopen(
        self,
        session: Session,
        row: EscalationRow,
        request: RequestRow,
        order: OrderRow,
        outcome: DisputeOutcome,
        reference: str,
    ) -> RequestRow:
        links = session.exec(select(RequestUnitRow).where(col(RequestUnitRow.request_id) == request.id)).all()
        refs = {unit.id: unit.ref for unit in session.exec(select(UnitRow).where(col(UnitRow.order_id) == order.id))}
        said = won_reason(row.target, reference, request.request_no, outcome, "zh")
        new_id = add_request(
            self._context,
            session,
            RequestDraft(
                order_no=order.order_no,
                # its clocks start with the outcome; what the first request was judged by stands in its own decision
                requested_at=self._context.clock(),
                reason=request.reason,
                text=f"{said}。" + (f"\n{request.request_no}：{request.text}" if request.text else ""),
                unit_refs=tuple(refs[link.unit_id] for link in links),
                unit_reasons={refs[link.unit_id]: link.reason for link in links if link.reason is not None},
                # what the buyer proved already is not asked for again
                evidence=_evidence_kinds(session, request.id),
                promise_claimed=request.promise_claimed,
                source=APPEAL_SOURCE,
            ),
        )
        return session.get_one(RequestRow, new_id)


def open_dispute(
    context: Context,
    session: Session,
    row: RequestRow,
    target: EscalationTarget,
    *,
    opened_at: datetime | None = None,
    reference: str = "",
    note: str = "",
) -> int:
    """Record a dispute about a request in the transaction of ``session``; its id.

    An open request counts as escalated until it is decided; a decided one stays decided: the buyer appeals.
    """
    now = context.clock()
    opened_at = opened_at or now
    if not row.requested_at <= opened_at <= now:
        raise BadInputError(
            "The dispute must have been opened between the request ({requested}) and now.",
            "争议发起时间必须在申请时间（{requested}）与现在之间。",
            requested=row.requested_at.astimezone(context.zone).strftime("%Y-%m-%d %H:%M"),
            field="opened_at",
        )
    if row.state in OPEN_STATES:
        check_move(REQUEST_MOVES, row.state, RequestState.ESCALATED)
        row.state = RequestState.ESCALATED
        session.add(row)
    elif row.state is not RequestState.DECIDED:
        raise RefusedError(
            "Request {request_no} was merged or withdrawn: there is nothing to dispute.",
            "申请 {request_no} 已并入或撤回，不存在争议。",
            request_no=row.request_no,
        )
    _check_new(session, row, target, line_field(_REFERENCE, reference))
    escalation = EscalationRow(
        request_id=row.id,
        target=EscalationTarget(target),
        reference=line_field(_REFERENCE, reference),
        opened_at=opened_at,
        note=text_field(_NOTE, note),
        opened_by=context.actor,
    )
    session.add(escalation)
    session.flush()
    context.record(
        session,
        "request.escalated",
        "requests",
        row.id,
        order_id=row.order_id,
        facts={
            "request_no": row.request_no,
            "target": escalation.target,
            "reference": escalation.reference,
            "opened_at": opened_at,
            "appeal": row.state is RequestState.DECIDED,
            "escalation_id": escalation.id,
        },
    )
    refresh_due(context, session, row.order_id)
    return escalation.id


def _check_new(session: Session, row: RequestRow, target: EscalationTarget, reference: str) -> None:
    """:class:`ConflictError` when the dispute is recorded already and runs: it would be told twice to an official."""
    same = select(EscalationRow.id).where(
        col(EscalationRow.request_id) == row.id,
        col(EscalationRow.target) == target,
        col(EscalationRow.reference) == reference,
    )
    ids = session.exec(same).all()
    steps = steps_of(session, ids)
    if any(all(step.kind is not DisputeStepKind.OUTCOME for step in steps.get(known, [])) for known in ids):
        raise ConflictError(
            "This dispute is recorded already and has not ended; nothing was added. Give the case number when it is "
            "another case.",
            "该争议已经登记且尚未结束，没有重复添加。如为另一案件，请填写其案件编号。",
        )


def _evidence_kinds(session: Session, request_id: int) -> tuple[EvidenceKind, ...]:
    rows = session.exec(
        select(EvidenceRow.kind).where(col(EvidenceRow.request_id) == request_id).order_by(col(EvidenceRow.id))
    )
    return tuple(dict.fromkeys(EvidenceKind(kind) for kind in rows))


def _request(session: Session, request_id: int) -> RequestRow:
    row = session.get(RequestRow, request_id)
    if row is None:
        raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
    return row
