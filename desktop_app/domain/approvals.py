"""What an approval does with each unit: the amount, the key, and the step, before anything is written.

The verdict proposes; the merchant picks an option where there are several and may change the amount with a reason. The
total never exceeds what was paid and not yet refunded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from desktop_app.domain.errors import BadInputError, RefusedError
from desktop_app.domain.money import Fen, allocate, yuan_text
from desktop_app.domain.refunds import Option, RuleCode, UnitVerdict, Verdict
from desktop_app.domain.states import InventoryEffect, UnitState, VerdictKind


class Step(StrEnum):
    """What happens with one unit."""

    CANCEL = "cancel"  # the unpaid order ends
    REFUND = "refund"
    COMPENSATE = "compensate"  # money for the trouble; the order goes on
    REISSUE = "reissue"
    REDELIVER = "redeliver"
    REOPEN = "reopen"
    REFUSE = "refuse"  # the part of a mixed request that the rules refuse


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """The part of an approval that concerns one unit. ``settles``: nothing more is owed for it afterwards."""

    ref: str
    rule: RuleCode
    verdict: VerdictKind
    step: Step
    base_fen: Fen
    fee_fen: Fen
    refund_fen: Fen
    inventory: InventoryEffect
    settles: bool


_PAYING = (VerdictKind.APPROVE_FULL, VerdictKind.APPROVE_WITH_FEE)
_SETTLING = (*_PAYING, VerdictKind.NEGOTIATE)
_AMOUNT_NEEDED = (Option.REFUND_DIFFERENCE, Option.COMPENSATE_AND_CONTINUE)
_WITHOUT_MONEY = {Option.REDELIVER: Step.REDELIVER, Option.REOPEN: Step.REOPEN}
_SHOWN = (UnitState.UNUSED, UnitState.UNKNOWN)


def plan_approval(
    verdict: Verdict,
    states: Mapping[str, UnitState],
    nets: Mapping[str, Fen],
    *,
    balance_fen: Fen,
    overcharge_only: bool,
    option: str = "",
    refund_fen: Fen | None = None,
    reason: str = "",
) -> tuple[UnitPlan, ...]:
    """The plan of an approval of ``verdict``, in its unit order.

    ``states`` are the unit states as the rules see them and ``nets`` the net prices, by unit. ``overcharge_only``: the
    overcharged amount is known, so M2 pays back just that and the buyer keeps the goods. ``option`` settles the units
    that have a choice; one with a single way goes that way. ``refund_fen`` replaces the proposed total and then needs a
    ``reason``. Raises :class:`RefusedError` or :class:`BadInputError` with what is missing.
    """
    _check_offered(verdict, option)
    overrules = refund_fen is not None and bool(reason.strip())
    # in a mixed request the refused part stays refused; a goodwill amount is for a request that the rules refuse whole
    mixed = any(unit.verdict in _SETTLING for unit in verdict.units)
    plans = tuple(
        _plan_unit(
            unit,
            states[unit.ref],
            option=option,
            overcharge_only=overcharge_only,
            overrules=overrules and not (mixed and unit.verdict is VerdictKind.REFUSE),
        )
        for unit in verdict.units
    )
    proposed = sum(plan.refund_fen for plan in plans)
    if refund_fen is None:
        if option in _AMOUNT_NEEDED:
            raise BadInputError(
                "Say how much goes back to the buyer, and why.",
                "请填写退给买家的金额，并说明原因。",
                field="refund_fen",
            )
        return plans
    if refund_fen == proposed:
        return plans
    return _with_total(plans, nets, refund_fen, balance_fen, reason)


def _plan_unit(unit: UnitVerdict, state: UnitState, *, option: str, overcharge_only: bool, overrules: bool) -> UnitPlan:
    plan = UnitPlan(
        unit.ref,
        unit.rule,
        unit.verdict,
        Step.REFUND,
        unit.base_fen,
        unit.fee_fen,
        unit.refund_fen,
        unit.inventory,
        settles=True,
    )
    if unit.verdict is VerdictKind.AUTO_CANCEL:
        return replace(plan, step=Step.CANCEL)
    if unit.verdict in _PAYING:
        keeps_goods = unit.rule is RuleCode.M1 or (unit.rule is RuleCode.M2 and overcharge_only)
        return replace(plan, settles=not keeps_goods)
    if unit.verdict is VerdictKind.REISSUE:
        return replace(plan, step=Step.REISSUE, settles=False)
    if unit.verdict is VerdictKind.NEGOTIATE:
        return _negotiated(plan, _chosen(unit, option), state)
    if unit.verdict is VerdictKind.MERGE:
        raise RefusedError(
            "Another request on this order is open: merge this one into it, or decide the other one first.",
            "该订单还有一个未处理的申请：请将本申请并入，或先处理那一个。",
        )
    if overrules:  # the merchant's goodwill against the rules, with an amount and a reason
        return replace(plan, inventory=_key_effect(state))
    if unit.verdict is VerdictKind.REFUSE:
        return replace(plan, step=Step.REFUSE, settles=False)
    raise RefusedError(
        "Unit {ref} cannot be approved yet: rule {rule} wants something first. Supply it, or set an amount "
        "yourself and say why.",
        "单件 {ref} 暂不能同意：规则 {rule} 还缺条件。请先补齐，或自行填写金额并说明原因。",
        ref=unit.ref,
        rule=unit.rule.value,
    )


def _check_offered(verdict: Verdict, option: str) -> None:
    offered = sorted({one for unit in verdict.units if unit.verdict is VerdictKind.NEGOTIATE for one in unit.options})
    if option and offered and option not in offered:
        raise BadInputError(
            "“{option}” is not offered here; choose one of: {options}.",
            "此处没有“{option}”这种处理方式，可选：{options}。",
            option=option,
            options=", ".join(offered),
            field="option",
        )


def _chosen(unit: UnitVerdict, option: str) -> Option:
    if option in unit.options:
        return Option(option)
    if len(unit.options) == 1:
        return unit.options[0]
    raise BadInputError(
        "Choose how unit {ref} is settled: {options}.",
        "请选择单件 {ref} 的处理方式：{options}。",
        ref=unit.ref,
        options=", ".join(unit.options),
        field="option",
    )


def _negotiated(plan: UnitPlan, option: Option, state: UnitState) -> UnitPlan:
    if option in _WITHOUT_MONEY:
        return replace(
            plan,
            step=_WITHOUT_MONEY[option],
            base_fen=0,
            fee_fen=0,
            refund_fen=0,
            inventory=InventoryEffect.NONE,
            settles=False,
        )
    if option is Option.COMPENSATE_AND_CONTINUE:
        return replace(plan, step=Step.COMPENSATE, inventory=InventoryEffect.NONE, settles=False)
    if option is Option.REFUND_DIFFERENCE:
        return replace(plan, inventory=InventoryEffect.NONE, settles=False)
    return replace(plan, inventory=_key_effect(state))


def _key_effect(state: UnitState) -> InventoryEffect:
    """A shown secret never returns to stock by itself; one never shown does."""
    if state is UnitState.UNSHIPPED:
        return InventoryEffect.RESTOCK
    return InventoryEffect.QUARANTINE if state in _SHOWN else InventoryEffect.NONE


def _with_total(
    plans: Sequence[UnitPlan], nets: Mapping[str, Fen], refund_fen: Fen, balance_fen: Fen, reason: str
) -> tuple[UnitPlan, ...]:
    if not reason.strip():
        raise BadInputError(
            "Say why the amount differs from the rules: the reason is kept with the decision.",
            "金额与规则不同时请说明原因，原因会随处理结果一并保存。",
            field="reason",
        )
    if not 0 <= refund_fen <= balance_fen:
        raise RefusedError(
            "{amount} cannot be refunded: what was paid and not yet refunded on this order is {balance}.",
            "不能退 {amount}：该订单已付且未退的余额为 {balance}。",
            amount=yuan_text(refund_fen),
            balance=yuan_text(balance_fen),
        )
    paying = [plan for plan in plans if plan.step in (Step.REFUND, Step.COMPENSATE)]
    if not paying:
        raise RefusedError(
            "This way of settling pays nothing back: choose another one, or leave the amount as it is.",
            "此处理方式不涉及退款：请另选处理方式，或不要修改金额。",
        )
    weights = [plan.refund_fen if plan.verdict in _SETTLING else nets[plan.ref] for plan in paying]
    shares = iter(allocate(refund_fen, weights))
    return tuple(_with_amount(plan, next(shares)) if plan in paying else plan for plan in plans)


def _with_amount(plan: UnitPlan, refund_fen: Fen) -> UnitPlan:
    # a fee is only what the rules charge; whatever else is kept or added stands in the reason
    fee_fen = min(plan.fee_fen, max(0, plan.base_fen - refund_fen))
    return replace(plan, refund_fen=refund_fen, fee_fen=fee_fen)
