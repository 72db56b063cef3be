"""What a dossier says, put together from the records of the shop; keys and buyers' data leave here masked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from desktop_app.documents.dossier import (
    DecisionFacts,
    DisputeFacts,
    Dossier,
    EventFacts,
    FileFacts,
    FileState,
    MessageFacts,
    OrderFacts,
    PolicyFacts,
    RedemptionFacts,
    RefundFacts,
    RequestFacts,
    RulingFacts,
    ShopFacts,
    UnitFacts,
    UnitRuling,
)
from desktop_app.documents.dossier_archive import member_name
from desktop_app.documents.rule_words import why
from desktop_app.documents.trace_words import fact_words
from desktop_app.domain.masking import mask
from desktop_app.domain.refunds import Flag, Option, RuleCode, UnitVerdict
from desktop_app.domain.states import EscalationTarget, EvidenceKind, InventoryEffect, VerdictKind
from desktop_app.services.buyers import masked_redemption_target, masked_target, target_of
from desktop_app.services.context import Context
from desktop_app.services.dispute_lines import disputes_of_request
from desktop_app.services.dossier_masks import Masks
from desktop_app.services.order_lines import unit_lines
from desktop_app.services.shop_settings import read_settings
from desktop_app.services.verdicts import load_cases, verdict_json, verdict_now
from desktop_app.storage import audit
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.dispute_tables import RedemptionImportLineRow, RedemptionImportRow
from desktop_app.storage.tables import (
    Actor,
    ChannelRow,
    DecisionRow,
    DeliveryRow,
    EventRow,
    EvidenceRow,
    MessageRow,
    OrderRow,
    PolicyRow,
    ProductRow,
    ProofRow,
    RedemptionRow,
    RefundRow,
    RequestRow,
    RequestUnitRow,
    UnitRow,
)

EVIDENCE_FOLDER = "凭证"
PROOF_FOLDER = "核销证明"
_TEXTS = ("refund_policy", "after_sales", "user_agreement", "cancel_rules", "fee_note")


def read_dossier(
    context: Context,
    session: Session,
    request: RequestRow,
    masks: Masks,
    *,
    dossier_no: str,
    target: EscalationTarget,
    escalation_id: int | None,
    language: str,
) -> Dossier:
    """Everything on record about a request; every file counts as attached until it was read.

    ``escalation_id`` None: the dispute begins with this dossier. :class:`LockedError` while the shop is locked.
    """
    now = context.clock()
    order = session.get_one(OrderRow, request.order_id)
    decision = session.exec(select(DecisionRow).where(col(DecisionRow.request_id) == request.id)).one_or_none()
    units = session.exec(select(UnitRow).where(col(UnitRow.order_id) == order.id).order_by(col(UnitRow.position))).all()
    refs = {unit.id: unit.ref for unit in units}
    settings = read_settings(session)
    seq, head = audit.tail(session, shop_uuid=context.shop_uuid)
    return Dossier(
        dossier_no=dossier_no,
        target=target,
        language=language,
        made_at=now,
        made_by=context.actor,
        time_zone=context.zone.key,
        shop=ShopFacts(
            settings.shop_name or "Kamidesk", settings.licence, settings.icp, settings.contact, settings.operator
        ),
        request=RequestFacts(
            request_no=request.request_no,
            source=request.source,
            verified_source=request.verified_source,
            reason=request.reason,
            text=masks.hide(request.text),
            state=request.state,
            requested_at=request.requested_at,
            received_at=request.received_at,
            first_response_at=request.first_response_at,
            asked_at=request.asked_at,
            answered_at=request.answered_at,
        ),
        order=_order(context, session, order, request),
        policy=_policy(session, order),
        ruling=_ruling(context, session, request, decision, language),
        decision=_decision(decision, masks),
        messages=_messages(session, request, masks),
        evidence=_evidence(session, order, masks),
        redemptions=_redemptions(context, session, refs, masks),
        proofs=_proofs(session, order, refs),
        refunds=_refunds(session, order, masks),
        disputes=_disputes(context, session, request, masks, target, escalation_id, decision is not None, now),
        events=_events(session, order, masks),
        log_seq=seq,
        log_head=head.hex(),
    )


def _order(context: Context, session: Session, order: OrderRow, request: RequestRow) -> OrderFacts:
    vault = context.vault
    channel = session.get_one(ChannelRow, order.channel_id)
    product = session.get_one(ProductRow, order.product_id)
    target = masked_target(target_of(vault, order))
    links = {
        link.unit_id: link
        for link in session.exec(select(RequestUnitRow).where(col(RequestUnitRow.request_id) == request.id))
    }
    lines = unit_lines(context, session, [order.id]).get(order.id, [])
    reissued = {
        row.unit_id
        for row in session.exec(
            select(DeliveryRow).where(
                col(DeliveryRow.unit_id).in_([line.id for line in lines]), col(DeliveryRow.reissue).is_(True)
            )
        )
    }
    buyer = vault.open("orders", "buyer", order.order_no.encode(), order.buyer_sealed) if order.buyer_sealed else b""
    return OrderFacts(
        order_no=order.order_no,
        channel=channel.name,
        platform_kind=channel.platform_kind,
        product=product.name,
        product_kind=product.kind,
        state=order.state,
        fee_disclosure=order.fee_disclosure,
        written_promise=order.written_promise,
        payment_channel=order.payment_channel,
        payment_ref=order.payment_ref,
        ordered_at=order.ordered_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        completed_at=order.completed_at,
        cancelled_at=order.cancelled_at,
        paid_fen=order.paid_fen,
        discount_fen=order.discount_fen,
        refunded_fen=order.refunded_fen,
        buyer_masked=mask(buyer.decode()),
        account_masked=target.account,
        role_masked=target.role,
        server=target.server,
        game=target.game,
        recharge_type=target.recharge_type,
        units=tuple(
            UnitFacts(
                ref=line.ref,
                asked=line.id in links,
                reason=links[line.id].reason if line.id in links else None,
                list_fen=line.list_fen,
                net_fen=line.net_fen,
                face_fen=line.face_fen,
                remaining_fen=line.remaining_fen,
                balance_verified=line.balance_verified,
                state=line.state,
                topup=line.topup,
                refunded=line.refunded,
                official_not_activated=line.official_not_activated,
                key_masked=line.key_masked,
                delivered_at=line.delivered_at,
                delivered_by=line.delivered_by,
                reissued=line.id in reissued,
            )
            for line in lines
        ),
    )


def _policy(session: Session, order: OrderRow) -> PolicyFacts:
    row = session.get_one(PolicyRow, order.policy_id)
    later = session.exec(
        select(PolicyRow.created_at).where(
            col(PolicyRow.channel_id) == row.channel_id, col(PolicyRow.version) == row.version + 1
        )
    ).first()
    return PolicyFacts(
        channel=session.get_one(ChannelRow, row.channel_id).name,
        version=row.version,
        published_at=row.created_at,
        published_by=row.created_by,
        superseded_at=later,
        window_hours=row.window_hours,
        fee_bp=row.fee_bp,
        unshipped_fee_bp=row.unshipped_fee_bp,
        cap_bp=row.cap_bp,
        fee_disclosure=row.fee_disclosure,
        **{name: getattr(row, name) for name in _TEXTS},
    )


def _ruling(
    context: Context, session: Session, request: RequestRow, decision: DecisionRow | None, language: str
) -> RulingFacts:
    if decision is None:
        case = load_cases(context, session, [request.id])[request.id]
        verdict: dict[str, Any] = json.loads(audit.canonical(verdict_json(verdict_now(context, session, case))))
    else:
        verdict = json.loads(decision.verdict)
    return RulingFacts(
        verdict=VerdictKind(verdict["verdict"]),
        refund_fen=verdict["refund_fen"],
        fee_fen=verdict["fee_fen"],
        frozen=decision is not None,
        at=context.clock() if decision is None else decision.decided_at,
        units=tuple(_unit_ruling(unit, verdict, language) for unit in verdict["units"]),
    )


def _unit_ruling(unit: Mapping[str, Any], verdict: Mapping[str, Any], language: str) -> UnitRuling:
    trace = [line for line in verdict["trace"] if line["unit"] == unit["ref"]]
    hit = next((line["why"] for line in trace if line["hit"]), "")
    flags = {Flag(flag) for flag in verdict["flags"]}
    if "unit.official_not_activated=true" in hit:
        flags.discard(Flag.FALSE_REDEMPTION)  # of another unit: this one was decided by the official record
    options = tuple(Option(option) for option in unit["options"])
    ruled = UnitVerdict(
        ref=unit["ref"],
        rule=RuleCode(unit["rule"]),
        verdict=VerdictKind(unit["verdict"]),
        base_fen=unit["base_fen"],
        fee_fen=unit["fee_fen"],
        refund_fen=unit["refund_fen"],
        inventory=InventoryEffect(unit["inventory"]),
        options=options,
        missing=tuple(unit["missing"]),
        flags=tuple(sorted(flags)),
    )
    return UnitRuling(
        ref=ruled.ref,
        rule=ruled.rule,
        verdict=ruled.verdict,
        base_fen=ruled.base_fen,
        fee_fen=ruled.fee_fen,
        refund_fen=ruled.refund_fen,
        why_zh=why(ruled, "zh"),
        why_en=why(ruled, "en"),
        options=options,
        missing=ruled.missing,
        tried=tuple(RuleCode(line["rule"]) for line in trace if not line["hit"]),
        read=fact_words(hit, language),
    )


def _decision(row: DecisionRow | None, masks: Masks) -> DecisionFacts | None:
    if row is None:
        return None
    return DecisionFacts(
        action=row.action.value,
        option=row.option,
        ground=row.ground,
        refund_fen=row.refund_fen,
        fee_fen=row.fee_fen,
        proposed_refund_fen=row.proposed_refund_fen,
        reason=masks.hide(row.reason),
        reply_zh=masks.hide(row.reply_zh),
        reply_en=masks.hide(row.reply_en),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _messages(session: Session, request: RequestRow, masks: Masks) -> tuple[MessageFacts, ...]:
    rows = session.exec(
        select(MessageRow)
        .where(col(MessageRow.request_id) == request.id, col(MessageRow.actor) != Actor.NOTE)
        .order_by(col(MessageRow.id))
    )
    return tuple(MessageFacts(row.at, row.actor.value, row.kind, masks.hide(row.text), row.by) for row in rows)


def _evidence(session: Session, order: OrderRow, masks: Masks) -> tuple[FileFacts, ...]:
    rows = session.exec(
        select(EvidenceRow).where(col(EvidenceRow.order_id) == order.id).order_by(col(EvidenceRow.id))
    ).all()
    numbers = dict(
        session.exec(select(RequestRow.id, RequestRow.request_no).where(col(RequestRow.order_id) == order.id)).all()
    )
    found = []
    for count, row in enumerate(rows, 1):
        number = f"E{count:03d}"
        name = masks.hide(row.name)
        if row.stored_name is None:
            state = FileState.SEEN_ELSEWHERE
        elif row.kind is EvidenceKind.IDENTITY:
            state = FileState.WITHHELD
        else:
            state = FileState.ATTACHED
        found.append(
            FileFacts(
                number=number,
                name=name,
                size=row.size,
                sha256=row.sha256,
                state=state,
                member=member_name(EVIDENCE_FOLDER, number, name) if state is FileState.ATTACHED else "",
                captured_at=row.captured_at,
                added_at=row.added_at,
                added_by=row.added_by,
                source=masks.hide(row.source),
                note=masks.hide(row.note),
                kind=row.kind,
                written_promise=row.written_promise,
                in_platform_chat=row.in_platform_chat,
                request_no=numbers.get(row.request_id or 0, ""),
            )
        )
    return tuple(found)


def _redemptions(
    context: Context, session: Session, refs: Mapping[int, str], masks: Masks
) -> tuple[RedemptionFacts, ...]:
    rows = session.exec(
        select(RedemptionRow).where(col(RedemptionRow.unit_id).in_(list(refs))).order_by(col(RedemptionRow.id))
    ).all()
    numbers = {row.id: number for number, row in enumerate(rows, 1)}
    replaced = {row.replaces_id for row in rows}
    lists = _lists(session, [row.id for row in rows])
    found = []
    for row in rows:
        line, brought = lists.get(row.id, (None, None))
        found.append(
            RedemptionFacts(
                number=numbers[row.id],
                unit_ref=refs[row.unit_id],
                redeemed_at=row.redeemed_at,
                code=row.code,
                target_masked=masked_redemption_target(context.vault, row),
                source=row.source,
                stated_by=row.stated_by,
                note=masks.hide(row.note),
                replaces=numbers.get(row.replaces_id or 0),
                in_force=row.id not in replaced,
                list_name=brought.name if brought else "",
                list_line=line,
                list_sha256=brought.sha256 if brought else "",
                recorded_at=row.recorded_at,
                recorded_by=row.recorded_by,
            )
        )
    return tuple(found)


def _lists(session: Session, redemption_ids: Sequence[int]) -> dict[int, tuple[int, RedemptionImportRow]]:
    """From which line of which supplier's list each record came."""
    rows = session.exec(
        select(RedemptionImportLineRow, RedemptionImportRow)
        .join(RedemptionImportRow, col(RedemptionImportRow.id) == col(RedemptionImportLineRow.import_id))
        .where(col(RedemptionImportLineRow.redemption_id).in_(redemption_ids))
    )
    return {line.redemption_id: (line.line, brought) for line, brought in rows}


def _proofs(session: Session, order: OrderRow, refs: Mapping[int, str]) -> tuple[FileFacts, ...]:
    rows = session.exec(select(ProofRow).where(col(ProofRow.order_id) == order.id).order_by(col(ProofRow.id))).all()
    numbers = {row.id: row.proof_no for row in rows}
    return tuple(
        FileFacts(
            number=row.proof_no,
            name=row.file_name,
            size=row.size,
            sha256=row.sha256,
            state=FileState.ATTACHED,
            member=f"{PROOF_FOLDER}/{row.proof_no}.pdf",
            captured_at=None,
            added_at=row.issued_at,
            added_by=row.issued_by,
            source="",
            note="",
            unit_ref=refs[row.unit_id],
            replaces_no=numbers.get(row.replaces_id or 0, ""),
        )
        for row in rows
    )


def _refunds(session: Session, order: OrderRow, masks: Masks) -> tuple[RefundFacts, ...]:
    rows = session.exec(select(RefundRow).where(col(RefundRow.order_id) == order.id).order_by(col(RefundRow.id)))
    return tuple(
        RefundFacts(
            row.amount_fen,
            row.route,
            row.state,
            row.expected_at,
            row.paid_at,
            row.arrived_at,
            masks.hide(row.reference),
        )
        for row in rows
    )


def _disputes(
    context: Context,
    session: Session,
    request: RequestRow,
    masks: Masks,
    target: EscalationTarget,
    escalation_id: int | None,
    is_decided: bool,
    now: datetime,
) -> tuple[DisputeFacts, ...]:
    found = [
        DisputeFacts(
            request_no=line.request_no,
            target=line.target,
            reference=line.reference,
            is_appeal=line.is_appeal,
            opened_at=line.opened_at,
            sent_at=line.sent_at,
            answered_at=line.answered_at,
            outcome=line.outcome,
            outcome_at=line.outcome_at,
            note=masks.hide(line.outcome_note),
            reopened_no=line.reopened_no,
            is_this=line.id == escalation_id,
        )
        for line in disputes_of_request(context, session, request.id)
    ]
    if escalation_id is None:
        found.append(
            DisputeFacts(request.request_no, target, "", is_decided, now, None, None, None, None, "", "", True)
        )
    return tuple(found)


def _events(session: Session, order: OrderRow, masks: Masks) -> tuple[EventFacts, ...]:
    rows = session.exec(select(EventRow).where(col(EventRow.order_id) == order.id).order_by(col(EventRow.seq)))
    found = []
    for row in rows:
        event = json.loads(row.body)
        found.append(
            EventFacts(
                seq=row.seq,
                at=from_micros(event["at"]),
                actor=event["actor"],
                kind=event["kind"],
                facts={
                    name: masks.hide(value) if isinstance(value, str) else value
                    for name, value in event["facts"].items()
                },
                body=row.body if masks.is_clean(row.body) else "",
                leaf=row.leaf.hex(),
                head=row.head.hex(),
            )
        )
    return tuple(found)
