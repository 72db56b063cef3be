"""What a redemption proof says, put together from the records of the shop; keys and buyers' data leave here masked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlmodel import Session, col, or_, select

from desktop_app.documents.code_words import word
from desktop_app.documents.proof_facts import (
    EarlierSigner,
    ProofEvent,
    ProofEvidence,
    ProofFacts,
    require_redemption_facts,
)
from desktop_app.documents.rule_words import option_text
from desktop_app.domain import card_keys
from desktop_app.domain.errors import NotFoundError, RefusedError
from desktop_app.domain.masking import mask
from desktop_app.domain.money import yuan_text
from desktop_app.domain.refunds import Option
from desktop_app.domain.states import UnitState, VerdictKind
from desktop_app.services.buyers import masked_target, redemption_target_of, target_of
from desktop_app.services.context import Context
from desktop_app.services.shop_settings import read_settings
from desktop_app.services.timeline import events_of
from desktop_app.storage import audit
from desktop_app.storage.signing_keys import Signer
from desktop_app.storage.tables import (
    CardKeyRow,
    ChannelRow,
    DecisionAction,
    DecisionRow,
    DecisionUnitRow,
    DeliveryRow,
    EventRow,
    EvidenceRow,
    OrderRow,
    PolicyRow,
    ProductRow,
    RedemptionRow,
    RequestRow,
    RequestUnitRow,
    UnitRow,
)

_ZH = "zh"


@dataclass(frozen=True, slots=True)
class ProofSubject:
    """The rows that a proof is about."""

    unit: UnitRow
    order: OrderRow
    product: ProductRow
    redemption: RedemptionRow


def proof_subject(session: Session, unit_id: int) -> ProofSubject:
    """The rows for a proof of this unit.

    :class:`RefusedError` unless the unit is redeemed and its record complete; it names what is missing (seed A23).
    """
    unit = session.get(UnitRow, unit_id)
    if unit is None:
        raise NotFoundError("This unit is not in the shop any more.", "店铺中没有这个单件。")
    order = session.get_one(OrderRow, unit.order_id)
    record = session.exec(
        select(RedemptionRow).where(col(RedemptionRow.unit_id) == unit_id).order_by(col(RedemptionRow.id).desc())
    ).first()
    if unit.state is not UnitState.REDEEMED:
        raise RefusedError(
            "Unit {ref} of order {order_no} is not recorded as redeemed, so there is nothing to prove.",
            "订单 {order_no} 的第 {ref} 件没有核销记录，不能出具核销证明。",
            ref=unit.ref,
            order_no=order.order_no,
        )
    require_redemption_facts(
        record.redeemed_at if record else None,
        record.code if record else None,
        "recorded" if record and record.target_sealed is not None else None,
        record.source if record else None,
    )
    assert record is not None
    return ProofSubject(unit, order, session.get_one(ProductRow, order.product_id), record)


@dataclass(frozen=True, slots=True)
class FactsSigner:
    """Whom the proof names as its signer, and the certificates before it."""

    key: Signer
    earlier: tuple[EarlierSigner, ...]


def read_proof_facts(
    context: Context,
    session: Session,
    subject: ProofSubject,
    *,
    proof_no: str,
    replaces_no: str,
    at: datetime,
    signer: FactsSigner | None = None,
) -> ProofFacts:
    """Everything the proof prints. It is bound to the last event of the log; :class:`LockedError` while locked.

    A draft names no signer.
    """
    certificate = signer.key.certificate if signer else None
    unit, order, record = subject.unit, subject.order, subject.redemption
    vault = context.vault
    settings = read_settings(session)
    channel = session.get_one(ChannelRow, order.channel_id)
    redeemed_for = mask(redemption_target_of(vault, record))
    target = masked_target(target_of(vault, order))
    key_masked, commitment = _key(context, session, unit, subject.product)
    seq, head = audit.tail(session, shop_uuid=context.database.shop_uuid)
    anchor = session.get_one(EventRow, seq)
    return ProofFacts(
        proof_no=proof_no,
        issued_at=at,
        shop_name=settings.shop_name or "Kamidesk",
        icp_record=settings.icp,
        business_licence=settings.licence,
        order_no=order.order_no,
        platform=f"{channel.name}（{word(channel.platform_kind, _ZH)}）",
        product=subject.product.name,
        unit_ref=unit.ref,
        face_value_fen=unit.face_fen,
        unit_net_fen=unit.net_fen,
        paid_fen=order.paid_fen,
        ordered_at=order.ordered_at,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        completed_at=order.completed_at,
        redeemed_at=record.redeemed_at,
        redemption_code=record.code,
        target=redeemed_for,
        source=record.source,
        stated_by=record.stated_by,
        key_masked=key_masked,
        key_commitment=commitment,
        operator=context.actor,
        account_masked=target.account,
        server=target.server,
        role_masked=target.role,
        fee_rule=_fee_rule(session, order),
        verdict=_outcome(session, unit),
        evidence=_evidence(session, unit),
        timeline=_timeline(session, subject, channel),
        audit_seq=seq,
        audit_leaf=anchor.leaf.hex(),
        audit_head=head.hex(),
        replaces_proof_no=replaces_no,
        time_zone=context.zone.key,
        signer_fingerprint=signer.key.fingerprint if signer else "",
        signer_name=name_of(certificate.subject) if certificate else "",
        signer_issuer=name_of(certificate.issuer) if certificate and certificate.issuer != certificate.subject else "",
        earlier_signers=signer.earlier if signer else (),
    )


def name_of(name: x509.Name) -> str:
    """The common name of a certificate's subject or issuer, or all of it when there is none."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def key_commitment(tag: bytes, salt: bytes, key: bytes) -> str:
    """SHA-256 over tag, salt and key, in hex: binds the proof to the key without giving it away."""
    return hashlib.sha256(tag + salt + key).hexdigest()


def _key(context: Context, session: Session, unit: UnitRow, product: ProductRow) -> tuple[str, str]:
    if unit.card_key_id is None:
        return "", ""
    row = session.get_one(CardKeyRow, unit.card_key_id)
    # a key keeps the product that it was sealed for, which may not be that of the order
    sealed_for = product if row.product_id == product.id else session.get_one(ProductRow, row.product_id)
    plain = context.vault.open_card(row.tag, row.sealed, sealed_for.uid)
    return card_keys.mask(plain.decode()), key_commitment(row.tag, context.vault.commitment_salt(row.tag), plain)


def _fee_rule(session: Session, order: OrderRow) -> str:
    policy = session.get_one(PolicyRow, order.policy_id)
    text = (
        f"退款政策第 {policy.version} 版：下单后 {policy.window_hours} 小时内可申请，手续费 {_percent(policy.fee_bp)}"
        f"（未发货 {_percent(policy.unshipped_fee_bp)}，最高 {_percent(policy.cap_bp)}）；"
        f"购买时费用说明：{word(order.fee_disclosure, _ZH)}"
    )
    return f"{text}。{policy.fee_note.strip()}" if policy.fee_note.strip() else text


def _percent(bp: int) -> str:
    return f"{bp // 100}%" if bp % 100 == 0 else f"{bp / 100:.2f}%"


def _outcome(session: Session, unit: UnitRow) -> str:
    row = session.exec(
        select(DecisionRow, DecisionUnitRow)
        .join(DecisionUnitRow, col(DecisionUnitRow.decision_id) == col(DecisionRow.id))
        .where(col(DecisionUnitRow.unit_id) == unit.id)
        .order_by(col(DecisionRow.id).desc())
    ).first()
    return "" if row is None else _decision_text(row[0], row[1])


def _decision_text(decision: DecisionRow, part: DecisionUnitRow) -> str:
    if decision.action is DecisionAction.REFUSE:
        ground = f"：{word(decision.ground, _ZH)}" if decision.ground else ""
        return f"拒绝退款{ground}（规则 {part.rule}）"
    if part.verdict is VerdictKind.REFUSE and part.refund_fen == 0:
        # of a mixed request the rules refuse this unit, whatever the others got
        return f"本件不予退款（规则 {part.rule}）"
    if part.verdict is VerdictKind.REISSUE:
        return f"同意补发卡密，原卡密作废（规则 {part.rule}）"
    if decision.option in (Option.REDELIVER, Option.REOPEN) and part.refund_fen == 0:
        return f"同意{option_text(Option(decision.option), _ZH)}（规则 {part.rule}）"
    fee = f"，手续费 {yuan_text(part.fee_fen)}" if part.fee_fen else ""
    return f"同意，本件退款 {yuan_text(part.refund_fen)}{fee}（规则 {part.rule}）"


def _evidence(session: Session, unit: UnitRow) -> tuple[ProofEvidence, ...]:
    """The files that bear on this unit: of its order, of its requests and of its redemption records, each file once.

    A supplier's list is on file with the record of every unit in it, under one content.
    """
    records = select(RedemptionRow.id).where(col(RedemptionRow.unit_id) == unit.id)
    requests = select(RequestUnitRow.request_id).where(col(RequestUnitRow.unit_id) == unit.id)
    rows = session.exec(
        select(EvidenceRow)
        .where(
            col(EvidenceRow.order_id) == unit.order_id,
            col(EvidenceRow.sha256) != "",
            or_(col(EvidenceRow.redemption_id).is_(None), col(EvidenceRow.redemption_id).in_(records)),
            or_(col(EvidenceRow.request_id).is_(None), col(EvidenceRow.request_id).in_(requests)),
        )
        .order_by(col(EvidenceRow.id))
    )
    found: dict[str, ProofEvidence] = {}
    for row in rows:
        piece = ProofEvidence(row.name or word(row.kind, _ZH), row.size, row.sha256, row.captured_at)
        found.setdefault(row.sha256, piece)
    return tuple(found.values())


def _timeline(session: Session, subject: ProofSubject, channel: ChannelRow) -> tuple[ProofEvent, ...]:
    order, record = subject.order, subject.redemption
    events: list[ProofEvent] = [
        ProofEvent(order.ordered_at, "下单", channel.name, f"费用说明：{word(order.fee_disclosure, _ZH)}")
    ]
    if order.paid_at is not None:
        reference = f"，流水号 {order.payment_ref}" if order.payment_ref else ""
        paid = f"实付 {yuan_text(order.paid_fen)}{reference}"
        events.append(ProofEvent(order.paid_at, "支付", word(order.payment_channel, _ZH), paid))
    for delivery in session.exec(select(DeliveryRow).where(col(DeliveryRow.unit_id) == subject.unit.id)):
        text = "从库存取出卡密 1 张" if delivery.card_key_id is not None else "提交充值"
        event = "补发" if delivery.reissue else "发货"
        events.append(ProofEvent(delivery.delivered_at, event, delivery.delivered_by, text))
    if order.delivered_at is not None:
        events.append(ProofEvent(order.delivered_at, "买家收到", channel.name, "收到不等于核销"))
    if record.redeemed_at is not None:
        text = f"核销码 {record.code}" + (f"，陈述人 {record.stated_by}" if record.stated_by else "")
        events.append(ProofEvent(record.redeemed_at, "核销", record.source, text))
    if (stated_at := _official_denial(session, subject.unit)) is not None:
        # the buyer's record stands against ours, and whoever reads the proof is to know both
        events.append(ProofEvent(stated_at, "官方记录", "买家提交", "官方记录显示未激活，与本店核销记录不一致"))
    if order.completed_at is not None:
        events.append(ProofEvent(order.completed_at, "确认收货", "买家"))
    requests = session.exec(
        select(RequestRow, RequestUnitRow)
        .join(RequestUnitRow, col(RequestUnitRow.request_id) == col(RequestRow.id))
        .where(col(RequestUnitRow.unit_id) == subject.unit.id)
    )
    for request, link in requests:
        code = link.reason or request.reason
        reason = word(code, _ZH) if code else "未说明原因"
        events.append(ProofEvent(request.requested_at, "退款申请", "买家", f"{request.request_no}，原因：{reason}"))
    decisions = session.exec(
        select(DecisionRow, DecisionUnitRow)
        .join(DecisionUnitRow, col(DecisionUnitRow.decision_id) == col(DecisionRow.id))
        .where(col(DecisionUnitRow.unit_id) == subject.unit.id)
    )
    for decision, part in decisions:
        events.append(ProofEvent(decision.decided_at, "处理", decision.decided_by, _decision_text(decision, part)))
    return tuple(sorted(events, key=lambda event: event.at))


def _official_denial(session: Session, unit: UnitRow) -> datetime | None:
    """When it was recorded that the official record says “not activated”; None: it does not say so."""
    if not unit.official_not_activated:
        return None
    denials = [
        event.at for event in events_of(session, "units", unit.id) if event.facts.get("official_not_activated") is True
    ]
    return denials[-1] if denials else None
