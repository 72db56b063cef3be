"""What a decision would do, before anything is written: the plan of an approval, and what a refusal is judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop_app.domain.approvals import Step, UnitPlan, plan_approval
from desktop_app.domain.errors import ConflictError, RefusedError
from desktop_app.domain.refunds import Option, Verdict
from desktop_app.domain.refusals import Refusal
from desktop_app.domain.states import UnitState
from desktop_app.services.cases import Case


def plan_of(case: Case, verdict: Verdict, *, option: str, refund_fen: int | None, reason: str) -> tuple[UnitPlan, ...]:
    """What approving does with each unit; what :func:`plan_approval` raises, and :class:`RefusedError` when it would
    refuse every unit: that takes a ground."""
    order = case.order
    if order.locked:
        raise RefusedError(
            "Order {order_no} is locked: check the buyer's identity and unlock it first.",
            "订单 {order_no} 处于锁定状态：请先核对买家身份并解锁。",
            order_no=order.order_no,
        )
    states = {unit.ref: unit.state for unit in order.units}
    for unit in order.units:
        if unit.official_not_activated and unit.state is not UnitState.UNSHIPPED:
            states[unit.ref] = UnitState.UNUSED
    plans = plan_approval(
        verdict,
        states,
        {unit.ref: unit.net_fen for unit in order.units},
        balance_fen=order.paid_fen - order.refunded_fen,
        overcharge_only=case.facts.overcharged_fen is not None,
        option=option,
        refund_fen=refund_fen,
        reason=reason,
    )
    if all(plan.step is Step.REFUSE for plan in plans):
        raise RefusedError(
            "The rules give the buyer nothing here: refuse the request on a ground, or set an amount yourself and say "
            "why.",
            "按规则不予退款：请选择理由拒绝该申请，或自行填写金额并说明原因。",
        )
    return plans


def refused_with_proof(case: Case, verdict: Verdict, plans: Sequence[UnitPlan]) -> tuple[str, ...]:
    """The redeemed units that an approval leaves refused: their proofs go to the buyer."""
    redeemed = {unit.ref for unit in case.order.units if unit.state is UnitState.REDEEMED}
    return tuple(
        unit.ref
        for unit, plan in zip(verdict.units, plans, strict=True)
        if plan.step is Step.REFUSE and Option.ATTACH_PROOF in unit.options and unit.ref in redeemed
    )


def refusal_of(case: Case, verdict: Verdict) -> Refusal:
    """What the grounds of a refusal are judged by."""
    return Refusal(
        order=case.order,
        request=case.request,
        facts=case.facts,
        platform_kind=case.policy.platform_kind,
        units=tuple(unit for unit in case.order.units if unit.ref in case.refs),
        verdict=verdict,
    )


def proofs_of(case: Case, refs: Sequence[str], numbers: Mapping[int, str]) -> dict[str, str]:
    """The numbers of the proofs of these units, by unit; ``numbers`` are those that were issued, by unit id.

    :class:`ConflictError` when one of them has none.
    """
    if any(case.unit_ids[ref] not in numbers for ref in refs):
        raise ConflictError(
            "The units of this request changed while the proof was made: look again.",
            "出具证明期间申请内容有变动：请重新查看。",
        )
    return {ref: numbers[case.unit_ids[ref]] for ref in refs}
