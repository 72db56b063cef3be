"""Deciding a request: one transaction looks again, freezes the decision, moves units and keys, and books the refund.

The transaction re-reads everything and decides anew. When a rule or an amount is no longer what the merchant looked at,
nothing is written and the merchant is asked to look again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from desktop_app.documents import replies
from desktop_app.domain.approvals import Step, UnitPlan
from desktop_app.domain.deadlines import expected_arrival
from desktop_app.domain.errors import ConflictError, NotFoundError
from desktop_app.domain.refunds import RuleCode, UnitVerdict, Verdict
from desktop_app.domain.refusals import check_ground, units_to_prove
from desktop_app.domain.states import (
    KEY_MOVES,
    ORDER_MOVES,
    REQUEST_MOVES,
    UNIT_MOVES,
    InventoryEffect,
    KeyState,
    OrderState,
    RefundState,
    RefusalGround,
    RequestState,
    UnitState,
    VerdictKind,
    check_move,
)
from desktop_app.services.context import Context, canonical
from desktop_app.services.decision_plans import plan_of, proofs_of, refusal_of, refused_with_proof
from desktop_app.services.issuing import issue_keys
from desktop_app.services.reply_texts import read_templates
from desktop_app.services.shop_settings import working_days_of
from desktop_app.services.verdicts import (
    OPEN_STATES,
    Case,
    load_cases,
    refresh_due,
    ruling_token,
    verdict_json,
    verdict_now,
)
from desktop_app.storage.tables import (
    Actor,
    CardKeyRow,
    DecisionAction,
    DecisionRow,
    DecisionUnitRow,
    DeliveryRow,
    MessageRow,
    OrderRow,
    ProductRow,
    RefundRow,
    RequestRow,
    UnitRow,
)

AREAS = ("requests", "orders", "keys", "refunds")


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of a decision. ``reissued_keys`` are in clear, for the buyer; ``proof_ids`` go with what
    is refused."""

    request_id: int
    request_no: str
    decision_id: int
    refund_id: int | None
    refund_fen: int
    fee_fen: int
    reply_zh: str
    reply_en: str
    reissued_keys: tuple[str, ...] = ()
    proof_ids: tuple[int, ...] = ()


def approve(
    context: Context,
    request_id: int,
    *,
    token: str,
    option: str,
    refund_fen: int | None,
    reason: str,
    proof_numbers: Mapping[int, str],
) -> Decided:
    """Approve a request as its verdict says, with ``option`` where it offers several, or with another amount.

    ``proof_numbers`` are the issued proofs of the units of a mixed request that stay refused, by unit id.
    """
    with context.write() as session:
        row, case, verdict = _look_again(context, session, request_id, token)
        order = _order(session, case.order_id)
        plans = plan_of(case, verdict, option=option, refund_fen=refund_fen, reason=reason)
        proofs = proofs_of(case, refused_with_proof(case, verdict, plans), proof_numbers)
        reissued = _move(context, session, case, plans)
        _settle_order(context, session, order, plans, verdict)
        total = sum(plan.refund_fen for plan in plans)
        fee_fen = sum(plan.fee_fen for plan in plans)
        expected_at, estimated = expected_arrival(
            order.payment_channel, context.clock(), zone=context.zone, working_days=working_days_of(session)
        )
        texts = replies.decision_reply(
            request_no=row.request_no,
            order_no=order.order_no,
            verdict=verdict.verdict,
            units=verdict.units,
            plans=plans,
            refund_fen=total,
            fee_fen=fee_fen,
            route=order.payment_channel,
            expected_at=expected_at.astimezone(context.zone),
            estimated=estimated,
            proof_numbers=proofs,
            templates=read_templates(session),
        )
        decision = _freeze(
            context,
            session,
            row,
            case,
            verdict,
            plans,
            action=DecisionAction.APPROVE,
            option=option,
            ground=None,
            reason=reason,
            texts=texts,
        )
        refund = _book_refund(context, session, decision, order, total, (expected_at, estimated))
        _close(context, session, row, case.order_id, texts)
        decided = Decided(
            request_id,
            row.request_no,
            decision.id,
            refund.id if refund else None,
            total,
            fee_fen,
            *texts,
            reissued,
        )
    context.announce(*AREAS)
    return decided


def refuse(
    context: Context,
    request_id: int,
    *,
    token: str,
    ground: RefusalGround,
    reason: str,
    proof_numbers: Mapping[int, str],
) -> Decided:
    """Refuse a request on ``ground``; ``proof_numbers`` are the issued proofs of its redeemed units, by unit id.

    Raises :class:`RefusedError` when the facts do not carry the ground, :class:`ConflictError` when a redeemed unit has
    no proof yet.
    """
    with context.write() as session:
        row, case, verdict = _look_again(context, session, request_id, token)
        refusal = refusal_of(case, verdict)
        check_ground(ground, refusal)
        proofs = proofs_of(case, units_to_prove(ground, refusal), proof_numbers)
        order = _order(session, case.order_id)
        texts = replies.refusal_reply(
            request_no=row.request_no,
            order_no=order.order_no,
            units=verdict.units,
            ground=ground,
            reason=reason,
            proof_numbers=list(proofs.values()),
            templates=read_templates(session),
        )
        plans = [_refused(unit) for unit in verdict.units]
        decision = _freeze(
            context,
            session,
            row,
            case,
            verdict,
            plans,
            action=DecisionAction.REFUSE,
            option="",
            ground=ground,
            reason=reason,
            texts=texts,
        )
        _close(context, session, row, case.order_id, texts)
        decided = Decided(request_id, row.request_no, decision.id, None, 0, 0, *texts)
    context.announce(*AREAS)
    return decided


def with_proofs(decided: Decided, proof_ids: tuple[int, ...]) -> Decided:
    """``decided`` with the proofs that go to the buyer."""
    return replace(decided, proof_ids=proof_ids)


def open_request(session: Session, request_id: int) -> RequestRow:
    """The request, while it still wants a decision; :class:`ConflictError` when somebody was faster."""
    row = session.get(RequestRow, request_id)
    if row is None:
        raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
    if row.state not in OPEN_STATES:
        raise ConflictError(
            "Request {request_no} is already settled; nothing was changed.",
            "申请 {request_no} 已处理完毕，未作任何改动。",
            request_no=row.request_no,
        )
    return row


def _look_again(context: Context, session: Session, request_id: int, token: str) -> tuple[RequestRow, Case, Verdict]:
    row = open_request(session, request_id)
    case = load_cases(context, session, [request_id])[request_id]
    verdict = verdict_now(context, session, case)
    if ruling_token(verdict) != token:
        raise ConflictError(
            "The verdict on request {request_no} has changed since you looked at it. Look again and decide.",
            "申请 {request_no} 的裁定在您查看之后已有变化，请重新查看后再处理。",
            request_no=row.request_no,
        )
    return row, case, verdict


def _move(context: Context, session: Session, case: Case, plans: Sequence[UnitPlan]) -> tuple[str, ...]:
    """Move units and keys as planned; the texts of the reissued keys."""
    reissue = [plan for plan in plans if plan.step is Step.REISSUE]
    units = {plan.ref: session.get_one(UnitRow, case.unit_ids[plan.ref]) for plan in plans}
    replaced = {key_id for plan in reissue if (key_id := units[plan.ref].card_key_id) is not None}
    fresh = issue_keys(context, session, case.product_id, len(reissue), besides=replaced) if reissue else []
    texts: list[str] = []
    for plan in plans:
        unit = units[plan.ref]
        _move_key(context, session, unit, plan.inventory if plan.step is not Step.REISSUE else InventoryEffect.VOID)
        if plan.step is Step.REISSUE:
            key_id, text = fresh[len(texts)]
            _hand_over(context, session, unit, key_id)
            texts.append(text)
        unit.refunded = unit.refunded or plan.settles
        session.add(unit)
        # the refunded unit lets go of its key before another unit of the plan may take it
        session.flush()
    return tuple(texts)


def _move_key(context: Context, session: Session, unit: UnitRow, effect: InventoryEffect) -> None:
    if unit.card_key_id is None or effect is InventoryEffect.NONE:
        return
    key = session.get_one(CardKeyRow, unit.card_key_id)
    target = {
        InventoryEffect.RESTOCK: KeyState.IN_STOCK,
        InventoryEffect.QUARANTINE: KeyState.QUARANTINED,
        InventoryEffect.VOID: KeyState.VOID,
    }[effect]
    if key.state is KeyState.VOID:
        return  # already worthless: nothing to protect
    if effect is not InventoryEffect.VOID and session.get_one(ProductRow, key.product_id).reusable:
        return  # other buyers have it too, and that it was shown is what it is for
    check_move(KEY_MOVES, key.state, target)
    key.state, key.state_at = target, context.clock()
    if effect is InventoryEffect.VOID:
        key.failed_at = key.state_at  # only a key that did not work is made void by a decision (rule M5)
    session.add(key)
    if effect is InventoryEffect.RESTOCK:
        unit.card_key_id = None


def _hand_over(context: Context, session: Session, unit: UnitRow, key_id: int) -> None:
    """Give ``unit`` the fresh key; what was recorded of the old one no longer describes the unit."""
    now = context.clock()
    check_move(UNIT_MOVES, unit.state, UnitState.UNUSED)
    unit.card_key_id, unit.state = key_id, UnitState.UNUSED
    unit.official_not_activated, unit.remaining_fen, unit.balance_verified = False, None, False
    session.add(
        DeliveryRow(unit_id=unit.id, card_key_id=key_id, delivered_at=now, delivered_by=context.actor, reissue=True)
    )


def _settle_order(
    context: Context, session: Session, order: OrderRow, plans: Sequence[UnitPlan], verdict: Verdict
) -> None:
    rates = {unit.ref: unit.fee_bp for unit in verdict.units}
    order.refunded_fen += sum(plan.refund_fen for plan in plans)
    order.fee_bearing_refunded_base_fen += sum(plan.base_fen for plan in plans if rates[plan.ref] > 0)
    if any(plan.step is Step.REOPEN for plan in plans):
        target = OrderState.PAID if order.shipped_at is None else OrderState.SHIPPED
        check_move(ORDER_MOVES, order.state, target)
        order.state, order.cancelled_at = target, None
    elif order.state in (OrderState.UNPAID, OrderState.PAID):
        units = session.exec(select(UnitRow).where(col(UnitRow.order_id) == order.id)).all()
        if all(unit.refunded for unit in units):
            check_move(ORDER_MOVES, order.state, OrderState.CANCELLED)
            order.state, order.cancelled_at = OrderState.CANCELLED, context.clock()
    session.add(order)
    session.flush()


def _freeze(
    context: Context,
    session: Session,
    row: RequestRow,
    case: Case,
    verdict: Verdict,
    plans: Sequence[UnitPlan],
    *,
    action: DecisionAction,
    option: str,
    ground: RefusalGround | None,
    reason: str,
    texts: tuple[str, str],
) -> DecisionRow:
    decision = DecisionRow(
        request_id=row.id,
        order_id=case.order_id,
        policy_id=case.policy_id,
        action=action,
        verdict_kind=verdict.verdict,
        verdict=canonical(verdict_json(verdict)),
        option=option,
        ground=ground,
        refund_fen=sum(plan.refund_fen for plan in plans),
        fee_fen=sum(plan.fee_fen for plan in plans),
        proposed_refund_fen=verdict.refund_fen,
        reason=reason.strip(),
        reply_zh=texts[0],
        reply_en=texts[1],
        decided_at=context.clock(),
        decided_by=context.actor,
    )
    session.add(decision)
    session.flush()
    for plan in plans:
        session.add(
            DecisionUnitRow(
                decision_id=decision.id,
                unit_id=case.unit_ids[plan.ref],
                rule=plan.rule.value,
                verdict=plan.verdict,
                base_fen=plan.base_fen,
                fee_fen=plan.fee_fen,
                refund_fen=plan.refund_fen,
                inventory=plan.inventory.value,
            )
        )
    context.record(
        session,
        "request.decided",
        "requests",
        row.id,
        order_id=case.order_id,
        facts={
            "request_no": row.request_no,
            "action": action.value,
            "verdict": verdict.verdict,
            "rules": sorted({plan.rule.value for plan in plans}),
            "refund_fen": decision.refund_fen,
            "fee_fen": decision.fee_fen,
            "proposed_refund_fen": decision.proposed_refund_fen,
            "option": option,
            "ground": ground.value if ground else "",
            "reason": decision.reason,
            "units": [[plan.ref, plan.step.value, plan.inventory.value, plan.refund_fen] for plan in plans],
        },
    )
    return decision


def _book_refund(
    context: Context,
    session: Session,
    decision: DecisionRow,
    order: OrderRow,
    amount_fen: int,
    expected: tuple[datetime, bool],
) -> RefundRow | None:
    if amount_fen == 0:
        return None
    refund = RefundRow(
        decision_id=decision.id,
        order_id=order.id,
        amount_fen=amount_fen,
        route=order.payment_channel,
        state=RefundState.DUE,
        expected_at=expected[0],
        estimated=expected[1],
        created_at=context.clock(),
    )
    session.add(refund)
    session.flush()
    context.record(
        session,
        "refund.created",
        "refunds",
        refund.id,
        order_id=order.id,
        facts={"amount_fen": amount_fen, "route": order.payment_channel, "expected_at": refund.expected_at},
    )
    return refund


def _close(context: Context, session: Session, row: RequestRow, order_id: int, texts: tuple[str, str]) -> None:
    now = context.clock()
    check_move(REQUEST_MOVES, row.state, RequestState.DECIDED)
    row.state, row.due_at = RequestState.DECIDED, None
    row.first_response_at = row.first_response_at or now
    session.add(row)
    session.add(MessageRow(request_id=row.id, at=now, actor=Actor.SHOP, kind="reply", text=texts[0], by=context.actor))
    session.flush()
    refresh_due(context, session, order_id)


def _order(session: Session, order_id: int) -> OrderRow:
    return session.get_one(OrderRow, order_id)


def _refused(unit: UnitVerdict) -> UnitPlan:
    return UnitPlan(
        unit.ref,
        RuleCode(unit.rule),
        VerdictKind(unit.verdict),
        Step.REFUSE,
        0,
        0,
        0,
        InventoryEffect.NONE,
        settles=False,
    )
