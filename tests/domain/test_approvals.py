"""Plans of approvals, whatever the verdict: no fen too much, no shown key back into stock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.approvals import Step, UnitPlan, plan_approval
from desktop_app.domain.errors import BadInputError, RefusedError, ShopError
from desktop_app.domain.policies import Policy
from desktop_app.domain.refunds import Facts, Order, Request, Unit, Verdict, decide
from desktop_app.domain.states import (
    EvidenceKind,
    InventoryEffect,
    OrderState,
    PlatformKind,
    ProductKind,
    ReasonCode,
    UnitState,
)
from tests.domain.shipped_orders import COMPLETE, ORDERED, order_of

BOTH = frozenset({EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT})


def judged(order: Order, reason: ReasonCode, facts: Facts | None = None, hours: float = 1) -> Verdict:
    at = ORDERED + timedelta(hours=hours)
    evidence = BOTH | {EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT, EvidenceKind.PRODUCT_PAGE_SCREENSHOT}
    request = Request(requested_at=at, reason=reason, evidence=evidence)
    return decide(order, request, Policy(PlatformKind.THIRD_PARTY, fee_bp=500), facts or Facts(), at)


def plan(order: Order, verdict: Verdict, **more: object) -> tuple[UnitPlan, ...]:
    return plan_approval(
        verdict,
        {unit.ref: unit.state for unit in order.units},
        {unit.ref: unit.net_fen for unit in order.units},
        balance_fen=order.paid_fen - order.refunded_fen,
        overcharge_only=False,
        **more,  # type: ignore[arg-type]
    )


def test_a_negotiated_refund_of_a_shown_key_quarantines_it() -> None:
    order = order_of(Unit("1", 1800, UnitState.UNUSED))
    (unit,) = plan(order, judged(order, ReasonCode.CHANGE_OF_MIND, hours=30))
    assert (unit.step, unit.inventory, unit.refund_fen) == (Step.REFUND, InventoryEffect.QUARANTINE, 1710)


def test_several_ways_want_a_choice_and_a_compensation_wants_its_amount() -> None:
    unit = Unit("1", 1800, UnitState.UNUSED)
    order = Order(
        product_kind=ProductKind.GAME_CARD,
        state=OrderState.SHIPPED,
        ordered_at=ORDERED,
        paid_fen=1800,
        units=(unit,),
        shipped_at=ORDERED,
    )
    verdict = judged(order, ReasonCode.NOT_RECEIVED, hours=25)
    with pytest.raises(BadInputError, match="compensate_and_continue, refund_full"):
        plan(order, verdict)
    with pytest.raises(BadInputError, match="how much"):
        plan(order, verdict, option="compensate_and_continue")
    (paid,) = plan(order, verdict, option="compensate_and_continue", refund_fen=300, reason="延迟补偿")
    assert (paid.step, paid.refund_fen, paid.settles) == (Step.COMPENSATE, 300, False)
    (whole,) = plan(order, verdict, option="refund_full")
    assert (whole.refund_fen, whole.settles, whole.inventory) == (1800, True, InventoryEffect.QUARANTINE)


def test_goodwill_for_a_mixed_request_leaves_its_refused_part_refused() -> None:
    order = order_of(Unit("1", 1800, UnitState.REDEEMED, redemption=COMPLETE), Unit("2", 1800, UnitState.UNUSED))
    refused, paid = plan(order, judged(order, ReasonCode.CHANGE_OF_MIND), refund_fen=1800, reason="免手续费")
    assert (refused.step, refused.refund_fen, refused.settles) == (Step.REFUSE, 0, False)
    assert (paid.refund_fen, paid.fee_fen) == (1800, 0)


def test_goodwill_for_a_refused_request_is_an_amount_with_a_reason() -> None:
    order = order_of(Unit("1", 1800, UnitState.REDEEMED, redemption=COMPLETE))
    verdict = judged(order, ReasonCode.CHANGE_OF_MIND)
    (as_ruled,) = plan(order, verdict)
    assert as_ruled.step is Step.REFUSE
    (paid,) = plan(order, verdict, refund_fen=500, reason="老顾客")
    assert (paid.step, paid.refund_fen, paid.inventory) == (Step.REFUND, 500, InventoryEffect.NONE)


def test_an_amount_above_the_balance_names_both() -> None:
    order = order_of(Unit("1", 1800, UnitState.UNUSED), refunded_fen=1000)
    with pytest.raises(RefusedError, match=r"¥8\.01.*¥8\.00"):
        plan(order, judged(order, ReasonCode.CHANGE_OF_MIND), refund_fen=801, reason="x")


states = st.sampled_from([UnitState.UNSHIPPED, UnitState.UNUSED, UnitState.REDEEMED, UnitState.UNKNOWN])


@settings(max_examples=200)
@given(
    units=st.lists(st.tuples(st.integers(0, 20_000), states), min_size=1, max_size=5),
    reason=st.sampled_from(list(ReasonCode)),
    refunded_share=st.integers(0, 100),
    amount=st.none() | st.integers(0, 120_000),
    hours=st.sampled_from([0, 1, 24, 24.5, 25.5, 40]),
)
def test_no_plan_pays_more_than_is_left(
    units: list[tuple[int, UnitState]],
    reason: ReasonCode,
    refunded_share: int,
    amount: int | None,
    hours: float,
) -> None:
    built = [Unit(str(number), net, state) for number, (net, state) in enumerate(units, 1)]
    order = order_of(*built, refunded_fen=sum(net for net, _ in units) * refunded_share // 100)
    balance_fen = order.paid_fen - order.refunded_fen
    verdict = judged(order, reason, hours=hours)
    try:
        plans = plan(order, verdict, refund_fen=amount, reason="协商")
    except ShopError:
        return
    total = sum(unit.refund_fen for unit in plans)
    assert 0 <= total <= balance_fen
    if amount is not None:
        assert total == amount
    for unit, source in zip(plans, built, strict=True):
        assert unit.fee_fen >= 0
        assert unit.inventory is not InventoryEffect.RESTOCK or source.state is UnitState.UNSHIPPED


def mixed_ways() -> tuple[Order, Verdict]:
    """A used unit that is not as described (two ways), an unused one asked back late (one way)."""
    order = order_of(Unit("1", 1800, UnitState.REDEEMED, redemption=COMPLETE), Unit("2", 1800, UnitState.UNUSED))
    at = ORDERED + timedelta(hours=30)
    request = Request(
        requested_at=at,
        reason=ReasonCode.CHANGE_OF_MIND,
        unit_reasons={"1": ReasonCode.DESCRIPTION_MISMATCH},
        evidence=BOTH | {EvidenceKind.PRODUCT_PAGE_SCREENSHOT},
    )
    policy = Policy(PlatformKind.THIRD_PARTY, fee_bp=500)
    return order, decide(order, request, policy, Facts(mismatch_confirmed=True), at)


def test_a_choice_for_one_unit_leaves_another_its_only_way() -> None:
    order, verdict = mixed_ways()
    described, late = plan(order, verdict, option="refund_full")
    assert (described.rule, described.refund_fen, described.settles) == ("M3", 1800, True)
    assert (late.rule, late.refund_fen, late.settles) == ("N10", 1710, True)
    described, late = plan(order, verdict, option="refund_difference", refund_fen=2000, reason="补差价")
    assert described.settles is False
    assert (late.settles, described.refund_fen + late.refund_fen) == (True, 2000)


def test_a_way_that_leaves_a_unit_without_a_choice_names_that_unit() -> None:
    order, verdict = mixed_ways()
    with pytest.raises(BadInputError, match="unit 1 is settled: refund_difference, refund_full"):
        plan(order, verdict, option="partial_refund")
    with pytest.raises(BadInputError, match="“reopen” is not offered here"):
        plan(order, verdict, option="reopen")
