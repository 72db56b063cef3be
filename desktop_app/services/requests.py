"""Requests of buyers: received, looked into, asked about, negotiated, escalated, decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlmodel import Session, col, select

from desktop_app.documents import replies
from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from desktop_app.domain.refunds import Option, Verdict
from desktop_app.domain.refusals import check_ground, grounds_that_hold, units_to_prove
from desktop_app.domain.states import (
    KEY_MOVES,
    REQUEST_MOVES,
    EscalationTarget,
    KeyState,
    ReasonCode,
    RefusalGround,
    RequestState,
    check_move,
)
from desktop_app.services import decisions, request_intake
from desktop_app.services.context import Context
from desktop_app.services.decision_plans import plan_of, refusal_of, refused_with_proof
from desktop_app.services.decisions import AREAS, Decided, open_request
from desktop_app.services.disputes import open_dispute
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.previews import Preview, preview_of
from desktop_app.services.proofs import ProofLine, Proofs
from desktop_app.services.reply_texts import read_templates
from desktop_app.services.request_entry import RequestDraft, add_request, check_refs
from desktop_app.services.request_lines import (
    RequestDetail,
    RequestFacts,
    RequestFilter,
    RequestLine,
    read_detail,
    request_listing,
)
from desktop_app.services.verdicts import OPEN_STATES, Case, load_cases, refresh_due, ruling_token, verdict_now
from desktop_app.storage.tables import (
    Actor,
    CardKeyRow,
    EvidenceRow,
    MessageRow,
    OrderRow,
    RequestRow,
    RequestUnitRow,
    UnitRow,
)

__all__ = ["Decided", "RequestDetail", "RequestDraft", "RequestFacts", "RequestFilter", "RequestLine", "Requests"]


class Requests:
    """The requests of one shop."""

    def __init__(self, context: Context, proofs: Proofs) -> None:
        self._context = context
        self._proofs = proofs
        self._intake = request_intake.Intake(context)

    # ---- reading

    def listing(self, where: RequestFilter, sort: Sort | None = None) -> Listing[RequestLine]:
        """The requests of a filter; without ``sort`` the most urgent first."""
        return request_listing(self._context, where, sort)

    def detail(self, request_id: int) -> RequestDetail:
        """Everything about one request."""
        with self._context.read() as session:
            return read_detail(self._context, session, request_id)

    def by_number(self, request_no: str) -> RequestDetail:
        """The request with this number."""
        with self._context.read() as session:
            row = session.exec(select(RequestRow.id).where(RequestRow.request_no == request_no.strip())).one_or_none()
            if row is None:
                raise NotFoundError("There is no request {no}.", "没有申请 {no}。", no=request_no)
            return read_detail(self._context, session, row)

    def preview(self, request_id: int) -> Preview:
        """The verdict of this moment with its words; its ``token`` goes back with the decision."""
        with self._context.read() as session:
            open_request(session, request_id)
            return preview_of(self._context, session, load_cases(self._context, session, [request_id])[request_id])

    def grounds(self, request_id: int) -> tuple[RefusalGround, ...]:
        """The grounds on which this request can be refused; empty when the facts carry none."""
        with self._context.read() as session:
            open_request(session, request_id)
            case = load_cases(self._context, session, [request_id])[request_id]
            return grounds_that_hold(refusal_of(case, verdict_now(self._context, session, case)))

    # ---- receiving

    def add(self, draft: RequestDraft) -> int:
        """Store a request by hand; its id."""
        with self._context.write() as session:
            request_id = add_request(self._context, session, draft)
        self._context.announce("requests")
        return request_id

    def preview_import(self, path: Path, *, encoding: str | None = None) -> request_intake.RequestImportPreview:
        """What a CSV or JSON file of requests would bring, line by line."""
        return request_intake.preview_file(self._context, path, encoding)

    def import_requests(self, preview: request_intake.RequestImportPreview) -> int:
        """Store the good lines of ``preview`` in one transaction; how many."""
        with self._context.write() as session:
            count = request_intake.import_lines(self._context, session, preview)
        self._context.announce("requests")
        return count

    def drop_folder(self) -> Path:
        """The folder where other programs put request files."""
        return self._intake.folder().incoming

    def intake_key(self, source: str) -> str:
        """What a sender called ``source`` signs its files with, as hexadecimal; logged, because it is a secret."""
        key = self._context.vault.intake_key(source).hex()
        with self._context.write() as session:
            self._context.record(session, "key.revealed", "intake", 0, facts={"source": source})
        return key

    def take_from_drop_folder(self) -> request_intake.IntakeReport:
        """Receive every file that is complete; nothing is lost and nothing is received twice."""
        report = self._intake.take()
        if report.received:
            self._context.announce("requests")
        return report

    # ---- looking into

    def set_reason(
        self, request_id: int, reason: ReasonCode | None, unit_reasons: Mapping[str, ReasonCode] | None = None
    ) -> None:
        """Set the reason code that the buyer's words mean, and those of single units."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            row.reason = reason
            session.add(row)
            case = load_cases(self._context, session, [request_id])[request_id]
            check_refs(case.refs, unit_reasons or {}, case.order.order_no)
            for ref in case.refs:
                link = session.get_one(RequestUnitRow, (request_id, case.unit_ids[ref]))
                link.reason = (unit_reasons or {}).get(ref)
                session.add(link)
            self._changed(session, row, "request.facts", {"reason": reason or "", "unit_reasons": unit_reasons or {}})
        self._context.announce("requests")

    def set_facts(self, request_id: int, facts: RequestFacts) -> None:
        """Record what was looked up; amounts must be above zero."""
        for name, value in (("duplicate_fen", facts.duplicate_fen), ("overcharged_fen", facts.overcharged_fen)):
            if value is not None and value <= 0:
                raise BadInputError(
                    "The amount must be above zero; leave it empty when it is not known.",
                    "金额必须大于零；不清楚时请留空。",
                    field=name,
                )
        with self._context.write() as session:
            row = open_request(session, request_id)
            row.log_confirms = facts.log_confirms
            row.duplicate_fen = facts.duplicate_fen
            row.error_confirmed = facts.error_confirmed
            row.overcharged_fen = facts.overcharged_fen
            row.mismatch_confirmed = facts.mismatch_confirmed
            row.promise_claimed = facts.promise_claimed
            row.reissue_tried = facts.reissue_tried
            session.add(row)
            self._changed(
                session,
                row,
                "request.facts",
                {
                    "log_confirms": facts.log_confirms,
                    "duplicate_fen": facts.duplicate_fen,
                    "error_confirmed": facts.error_confirmed,
                    "overcharged_fen": facts.overcharged_fen,
                    "mismatch_confirmed": facts.mismatch_confirmed,
                    "promise_claimed": facts.promise_claimed,
                    "reissue_tried": facts.reissue_tried,
                },
            )
        self._context.announce("requests")

    # ---- correspondence

    def ask(self, request_id: int, kinds: Sequence[str], note: str = "") -> tuple[str, str]:
        """Ask the buyer for evidence: the clocks pause. The question to copy, zh and en."""
        if not kinds and not note.strip():
            raise BadInputError("Say what you need from the buyer.", "请说明需要买家提供什么。", field="kinds")
        with self._context.write() as session:
            row = open_request(session, request_id)
            order = session.get_one(OrderRow, row.order_id)
            texts = replies.question(
                request_no=row.request_no,
                order_no=order.order_no,
                kinds=tuple(kinds),
                note=note.strip(),
                templates=read_templates(session),
            )
            if row.state is not RequestState.ESCALATED:
                self._move(row, RequestState.ASKED)
            row.asked_at, row.answered_at = self._context.clock(), None
            session.add(row)
            self._say(session, row, Actor.SHOP, "ask", texts[0])
            self._changed(session, row, "request.asked", {"kinds": sorted(kinds)})
        self._context.announce("requests")
        return texts

    def answer(self, request_id: int, text: str = "") -> None:
        """The buyer answered: the clocks start again."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            if row.asked_at is None or row.answered_at is not None:
                raise RefusedError(
                    "Nothing was asked that is still unanswered.", "没有尚待买家答复的索证。", request_no=row.request_no
                )
            if row.state is not RequestState.ESCALATED:
                self._move(row, RequestState.OPEN)
            row.answered_at = self._context.clock()
            session.add(row)
            if text.strip():
                self._say(session, row, Actor.BUYER, "answer", text.strip())
            self._changed(session, row, "request.answered", {})
        self._context.announce("requests")

    def note(self, request_id: int, text: str) -> None:
        """Keep a note that the buyer never sees."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            self._say(session, row, Actor.NOTE, "note", _required(text), answers=False)
            self._changed(session, row, "request.noted", {})
        self._context.announce("requests")

    def negotiate(self, request_id: int, text: str, *, from_buyer: bool) -> None:
        """Record one step of a negotiation, the buyer's or the shop's."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            self._say(session, row, Actor.BUYER if from_buyer else Actor.SHOP, "negotiation", _required(text))
            self._changed(session, row, "request.negotiated", {"from_buyer": from_buyer})
        self._context.announce("requests")

    def escalate(self, request_id: int, target: EscalationTarget, *, reference: str = "", note: str = "") -> int:
        """Record that the dispute went to the platform, 12315, 12377 or the police; its id.

        An open request counts as escalated until it is decided; a decided one stays decided, the buyer appeals.
        """
        with self._context.write() as session:
            row = _request(session, request_id)
            escalation_id = open_dispute(self._context, session, row, target, reference=reference, note=note)
        self._context.announce("requests", "disputes")
        return escalation_id

    def withdraw(self, request_id: int, reason: str) -> None:
        """The buyer takes the request back."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            self._move(row, RequestState.WITHDRAWN)
            row.due_at = None
            session.add(row)
            self._say(session, row, Actor.NOTE, "note", _required(reason), answers=False)
            self._changed(session, row, "request.withdrawn", {})
        self._context.announce("requests")

    def merge(self, request_id: int) -> None:
        """Join this request to the earlier open one of the same order, with its evidence and units."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            statement = (
                select(RequestRow)
                .where(
                    RequestRow.order_id == row.order_id,
                    col(RequestRow.state).in_(OPEN_STATES),
                    col(RequestRow.id) < request_id,
                )
                .order_by(col(RequestRow.id))
            )
            earlier = session.exec(statement).first()
            if earlier is None:
                raise RefusedError(
                    "There is no earlier open request on this order to merge into.",
                    "该订单没有更早的未处理申请可并入。",
                )
            self._move(row, RequestState.MERGED)
            row.merged_into_id, row.due_at = earlier.id, None
            session.add(row)
            for link in session.exec(select(RequestUnitRow).where(RequestUnitRow.request_id == request_id)).all():
                if session.get(RequestUnitRow, (earlier.id, link.unit_id)) is None:
                    # the unit keeps the reason it was asked back for
                    session.add(
                        RequestUnitRow(request_id=earlier.id, unit_id=link.unit_id, reason=link.reason or row.reason)
                    )
            for evidence in session.exec(select(EvidenceRow).where(EvidenceRow.request_id == request_id)).all():
                evidence.request_id = earlier.id
                session.add(evidence)
            self._say(session, earlier, Actor.NOTE, "note", f"{row.request_no}: {row.text}".strip(), answers=False)
            self._changed(session, row, "request.merged", {"into": earlier.request_no})
        self._context.announce("requests")

    # ---- deciding

    def approve(
        self, request_id: int, *, token: str, option: str = "", refund_fen: int | None = None, reason: str = ""
    ) -> Decided:
        """Approve as the verdict says; another amount wants a reason (see :mod:`desktop_app.domain.approvals`).

        The proofs of redeemed units that stay refused in a mixed request are issued and attached.
        """
        case, verdict, is_current = self._looked_at(request_id, token)
        proofs: dict[int, ProofLine] = {}
        if is_current:
            plans = plan_of(case, verdict, option=option, refund_fen=refund_fen, reason=reason)
            proofs = self._prove(case, refused_with_proof(case, verdict, plans))
        decided = decisions.approve(
            self._context,
            request_id,
            token=token,
            option=option,
            refund_fen=refund_fen,
            reason=reason,
            proof_numbers={unit_id: proof.proof_no for unit_id, proof in proofs.items()},
        )
        return decisions.with_proofs(decided, tuple(proof.id for proof in proofs.values()))

    def refuse(self, request_id: int, *, token: str, ground: RefusalGround, reason: str = "") -> Decided:
        """Refuse on a ground that the facts carry; the proofs of redeemed units are issued and attached."""
        case, verdict, is_current = self._looked_at(request_id, token)
        refusal = refusal_of(case, verdict)
        check_ground(ground, refusal)
        proofs = self._prove(case, units_to_prove(ground, refusal)) if is_current else {}
        decided = decisions.refuse(
            self._context,
            request_id,
            token=token,
            ground=ground,
            reason=reason,
            proof_numbers={unit_id: proof.proof_no for unit_id, proof in proofs.items()},
        )
        return decisions.with_proofs(decided, tuple(proof.id for proof in proofs.values()))

    def run_automatic(self) -> list[Decided]:
        """Approve every request that the rules let run by itself, on the merchant's word.

        One that somebody else changes meanwhile is left to be looked at.
        """
        done = []
        for line in list(self.listing(RequestFilter()).rows()):
            if line.is_automatic:
                with suppress(ConflictError):
                    verdict = self.preview(line.id)
                    if verdict.verdict.auto_executable:
                        done.append(self.approve(line.id, token=verdict.token))
        return done

    def freeze_keys(self, request_id: int) -> int:
        """Quarantine the keys of the units asked about while a security risk is looked into (M6); how many."""
        with self._context.write() as session:
            row = open_request(session, request_id)
            case = load_cases(self._context, session, [request_id])[request_id]
            verdict = verdict_now(self._context, session, case)
            refs = [unit.ref for unit in verdict.units if Option.FREEZE_KEY in unit.options]
            count = sum(self._freeze(session, case.unit_ids[ref]) for ref in refs)
            if count:
                self._changed(session, row, "request.noted", {"frozen_keys": count})
        if not count:
            raise RefusedError("There is no key to freeze on this request.", "该申请没有可冻结的卡密。")
        self._context.announce(*AREAS)
        return count

    # ---- helpers

    def _looked_at(self, request_id: int, token: str) -> tuple[Case, Verdict, bool]:
        """The request with its verdict of this moment, and whether that is the one of ``token``."""
        with self._context.read() as session:
            open_request(session, request_id)
            case = load_cases(self._context, session, [request_id])[request_id]
            verdict = verdict_now(self._context, session, case)
        return case, verdict, ruling_token(verdict) == token

    def _prove(self, case: Case, refs: Sequence[str]) -> dict[int, ProofLine]:
        """The proofs of these units, by unit id; issued now unless they were already."""
        return {unit_id: self._proofs.current_or_issue(unit_id) for unit_id in (case.unit_ids[ref] for ref in refs)}

    def _freeze(self, session: Session, unit_id: int) -> int:
        unit = session.get_one(UnitRow, unit_id)
        key = session.get(CardKeyRow, unit.card_key_id) if unit.card_key_id else None
        if key is None or key.state in (KeyState.QUARANTINED, KeyState.VOID):
            return 0
        check_move(KEY_MOVES, key.state, KeyState.QUARANTINED)
        key.state, key.state_at = KeyState.QUARANTINED, self._context.clock()
        session.add(key)
        return 1

    def _move(self, row: RequestRow, state: RequestState) -> None:
        check_move(REQUEST_MOVES, row.state, state)
        row.state = state

    def _say(
        self, session: Session, row: RequestRow, actor: Actor, kind: str, text: str, *, answers: bool = True
    ) -> None:
        now = self._context.clock()
        if answers and actor is Actor.SHOP and row.first_response_at is None:
            row.first_response_at = now
            session.add(row)
        session.add(MessageRow(request_id=row.id, at=now, actor=actor, kind=kind, text=text, by=self._context.actor))

    def _changed(self, session: Session, row: RequestRow, kind: str, facts: dict[str, object]) -> None:
        session.flush()
        self._context.record(
            session,
            kind,
            "requests",
            row.id,
            order_id=row.order_id,
            facts={"request_no": row.request_no, **facts},
        )
        refresh_due(self._context, session, row.order_id)


def _request(session: Session, request_id: int) -> RequestRow:
    row = session.get(RequestRow, request_id)
    if row is None:
        raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
    return row


def _required(text: str) -> str:
    if not text.strip():
        raise BadInputError("Write down what was said.", "请填写内容。", field="text")
    return text.strip()
