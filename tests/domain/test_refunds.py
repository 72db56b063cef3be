"""What holds for every request, whatever the rules say, and what the desk asks of a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.money import fee
from desktop_app.domain.policies import Policy
from desktop_app.domain.refund_hints import Hint, HintCode, what_would_change
from desktop_app.domain.refund_rules import RULES
from desktop_app.domain.refunds import Facts, Order, Redemption, Request, Unit, decide
from desktop_app.domain.states import (
    EvidenceKind,
    FeeDisclosure,
    InventoryEffect,
    OrderState,
    PlatformKind,
    ProductKind,
    ReasonCode,
    TopupState,
    UnitState,
    VerdictKind,
)
from desktop_app.domain.verdict_codes import Flag, RuleCode

T0 = datetime(2026, 11, 18, 2, tzinfo=UTC)
SHOWN = frozenset({EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT})
THIRD_PARTY = Policy(PlatformKind.THIRD_PARTY, fee_bp=500)


def an_order(*nets: int, state: UnitState = UnitState.UNUSED) -> Order:
    return Order(
        ProductKind.GAME_CARD,
        OrderState.SHIPPED,
        T0,
        sum(nets),
        tuple(Unit(str(index), net, state) for index, net in enumerate(nets)),
        fee_disclosure=FeeDisclosure.CLEAR,
        paid_at=T0,
        shipped_at=T0,
        delivered_at=T0,
    )


A_REQUEST = Request(T0 + timedelta(hours=1), ReasonCode.CHANGE_OF_MIND, evidence=SHOWN)

moments = st.integers(0, 60 * 30).map(lambda minutes: T0 + timedelta(minutes=minutes))
maybe = st.sampled_from([None, True, False])
amounts = st.integers(0, 20_000)
records = st.builds(
    Redemption,
    st.sampled_from([None, T0]),
    st.sampled_from([None, " ", "code"]),
    st.just("target"),
    st.sampled_from(["source", ""]),
)


@st.composite
def units(draw: st.DrawFn, ref: str) -> Unit:
    face = draw(st.sampled_from([None, 100, 5000]))
    remaining = None if face is None else draw(st.integers(0, face))
    return Unit(
        ref,
        draw(amounts),
        draw(st.sampled_from(UnitState)),
        face,
        remaining,
        face is not None and draw(st.booleans()),
        draw(st.sampled_from([None, *TopupState])),
        draw(st.booleans()) and draw(st.booleans()),
        draw(st.booleans()),
        draw(records),
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Order, Request, Policy, Facts, datetime]:
    paid = draw(st.integers(0, 60_000))
    refs = [str(index) for index in range(draw(st.integers(1, 5)))]
    order = Order(
        draw(st.sampled_from([ProductKind.PHONE_TOPUP, ProductKind.GAME_CARD])),
        draw(st.sampled_from(OrderState)),
        T0,
        paid,
        tuple(draw(units(ref)) for ref in refs),
        locked=draw(st.integers(0, 9)) == 0,
        fee_disclosure=draw(st.sampled_from(FeeDisclosure)),
        paid_at=draw(st.none() | moments),
        shipped_at=draw(st.none() | moments),
        delivered_at=draw(st.none() | moments),
        refunded_fen=draw(st.integers(0, paid)),
        fee_bearing_refunded_base_fen=draw(st.integers(0, 9_999)),
    )
    requested_at = draw(moments)
    wanted = draw(st.lists(st.sampled_from(refs), unique=True))
    reasons = st.sampled_from(ReasonCode)
    request = Request(
        requested_at,
        draw(st.none() | reasons),
        evidence=draw(st.frozensets(st.sampled_from(EvidenceKind))) | draw(st.sampled_from([frozenset(), SHOWN])),
        unit_refs=tuple(wanted),
        unit_reasons={ref: draw(reasons) for ref in wanted},
        another_open=draw(st.integers(0, 9)) == 0,
        asked_at=draw(st.none() | st.just(requested_at)),
    )
    rates = st.integers(0, 3000)
    policy = Policy(draw(st.sampled_from(PlatformKind)), draw(st.integers(0, 30)), draw(rates), draw(rates))
    facts = Facts(
        draw(maybe),
        draw(st.none() | st.integers(1, 9_999)),
        draw(maybe),
        draw(st.none() | st.integers(1, 9_999)),
        draw(maybe),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.integers(0, 3)),
    )
    return order, request, policy, facts, requested_at + timedelta(hours=draw(st.integers(0, 300)))


NO_MONEY = {
    VerdictKind.REFUSE,
    VerdictKind.NEED_EVIDENCE,
    VerdictKind.ESCALATE,
    VerdictKind.MERGE,
    VerdictKind.REISSUE,
    VerdictKind.AUTO_CANCEL,
}


@settings(max_examples=400)
@given(situations())
def test_whatever_the_situation_the_verdict_is_sound(
    situation: tuple[Order, Request, Policy, Facts, datetime],
) -> None:
    order, request, policy, facts, now = situation
    verdict = decide(*situation)
    assert verdict == decide(*situation)
    assert [line.why for line in verdict.trace] == [line.why for line in decide(*situation).trace]
    assert 0 <= verdict.refund_fen <= order.paid_fen - order.refunded_fen
    assert verdict.refund_fen == sum(unit.refund_fen for unit in verdict.units)
    assert verdict.fee_fen == sum(unit.fee_fen for unit in verdict.units)
    assert list(verdict.flags) == sorted(set(verdict.flags))
    asked = [unit.ref for unit in order.units if not request.unit_refs or unit.ref in request.unit_refs]
    assert [unit.ref for unit in verdict.units] == asked
    for unit in verdict.units:
        assert unit.base_fen == unit.fee_fen + unit.refund_fen
        assert min(unit.base_fen, unit.fee_fen, unit.refund_fen) >= 0
        assert list(unit.options) == sorted(set(unit.options))
        assert list(unit.missing) == sorted(set(unit.missing))
        if unit.verdict in NO_MONEY:
            assert unit.base_fen == 0
        if unit.verdict is VerdictKind.APPROVE_FULL:
            assert unit.fee_fen == 0
        if unit.verdict is VerdictKind.APPROVE_WITH_FEE:
            assert unit.fee_fen > 0
        if policy.platform_kind is PlatformKind.OFFICIAL or order.fee_disclosure is not FeeDisclosure.CLEAR:
            assert unit.fee_fen == 0
        if unit.inventory is InventoryEffect.RESTOCK:
            shipped = [own.state is not UnitState.UNSHIPPED for own in order.units if own.ref == unit.ref]
            assert shipped == [False] or unit.verdict is VerdictKind.AUTO_CANCEL
    kinds = {unit.verdict for unit in verdict.units}
    assert verdict.verdict is (kinds.pop() if len(kinds) == 1 else VerdictKind.PARTIAL)
    running = verdict.deadlines.decision is not None
    assert (Flag.PAUSED in verdict.flags) <= (not running)
    assert (Flag.OVERDUE in verdict.flags) == (running and now > (verdict.deadlines.decision or now))
    reissued = sum(unit.verdict is VerdictKind.REISSUE for unit in verdict.units)
    assert reissued <= facts.stock_count
    assert verdict == decide(*situation)


@given(st.lists(amounts, min_size=1, max_size=6), st.integers(0, 1000), st.data())
def test_asking_unit_by_unit_costs_what_asking_at_once_costs(nets: list[int], bp: int, data: st.DataObject) -> None:
    policy = replace(THIRD_PARTY, fee_bp=bp)
    order = replace(an_order(*nets), paid_fen=sum(nets) + 1)
    at_once = decide(order, A_REQUEST, policy, Facts(), T0 + timedelta(hours=1))
    assert at_once.fee_fen == fee(sum(nets), bp)
    taken = 0
    for ref in data.draw(st.permutations([unit.ref for unit in order.units])):
        one = decide(order, replace(A_REQUEST, unit_refs=(ref,)), policy, Facts(), T0 + timedelta(hours=1))
        taken += one.fee_fen
        (unit,) = one.units
        order = replace(
            order,
            refunded_fen=order.refunded_fen + unit.refund_fen,
            fee_bearing_refunded_base_fen=order.fee_bearing_refunded_base_fen + (unit.base_fen if unit.fee_bp else 0),
        )
    assert taken == at_once.fee_fen


def test_two_rates_in_one_request_are_two_fees_and_both_take_off_what_was_paid_earlier() -> None:
    order = an_order(1999, 1999)
    unshipped = replace(order.units[0], state=UnitState.UNSHIPPED)
    order = replace(order, units=(unshipped, order.units[1]), fee_bearing_refunded_base_fen=9)
    verdict = decide(order, A_REQUEST, replace(THIRD_PARTY, unshipped_fee_bp=300), Facts(), T0 + timedelta(hours=1))
    assert [unit.fee_fen for unit in verdict.units] == [fee(2008, 300) - fee(9, 300), fee(2008, 500) - fee(9, 500)]
    assert [unit.fee_bp for unit in verdict.units] == [300, 500]


def test_a_policy_that_asks_for_more_evidence_is_followed_on_shipped_units_only() -> None:
    policy = replace(THIRD_PARTY, required_evidence={ReasonCode.CHANGE_OF_MIND: frozenset({EvidenceKind.IDENTITY})})
    now = T0 + timedelta(hours=1)
    assert decide(an_order(100), A_REQUEST, policy, Facts(), now).units[0].missing == ("identity",)
    unshipped = an_order(100, state=UnitState.UNSHIPPED)
    assert decide(unshipped, A_REQUEST, policy, Facts(), now).units[0].rule is RuleCode.N3


def test_limits_are_elapsed_time_also_where_clocks_are_turned_back() -> None:
    new_york = ZoneInfo("America/New_York")
    ordered = datetime(2026, 10, 31, 12, tzinfo=new_york)
    requested = datetime(2026, 11, 1, 12, tzinfo=new_york)  # 24 hours on the wall, 25 elapsed
    order = replace(an_order(100), ordered_at=ordered)
    verdict = decide(order, replace(A_REQUEST, requested_at=requested), THIRD_PARTY, Facts(), requested)
    assert verdict.units[0].rule is RuleCode.N8


def test_a_request_for_nothing_is_a_bug() -> None:
    with pytest.raises(ValueError, match="no unit"):
        decide(an_order(100), replace(A_REQUEST, unit_refs=("9",)), THIRD_PARTY, Facts(), T0 + timedelta(hours=1))


def test_every_rule_stands_once_in_the_table() -> None:
    assert [rule.code for rule in RULES] == list(RuleCode)


def test_the_desk_learns_what_would_change_the_verdict() -> None:
    order = replace(an_order(1800), locked=False)
    asked = replace(A_REQUEST, evidence=frozenset())
    hints = what_would_change(order, asked, THIRD_PARTY, Facts(), T0 + timedelta(hours=1))
    assert hints == (Hint("0", HintCode.ALL_EVIDENCE, "", RuleCode.N7, VerdictKind.APPROVE_WITH_FEE, 1710),)

    redeemed = an_order(1800, state=UnitState.REDEEMED)
    codes = {
        hint.code: (hint.rule, hint.verdict)
        for hint in what_would_change(redeemed, A_REQUEST, THIRD_PARTY, Facts(), T0 + timedelta(hours=1))
    }
    assert codes == {
        HintCode.OFFICIAL_NOT_ACTIVATED: (RuleCode.N7, VerdictKind.APPROVE_WITH_FEE),
        HintCode.RECORD_COMPLETE: (RuleCode.N13, VerdictKind.REFUSE),
    }


def test_a_fee_that_was_hidden_is_hinted_at_by_its_amount() -> None:
    late = replace(A_REQUEST, requested_at=T0 + timedelta(days=3))
    order = replace(an_order(1800), fee_disclosure=FeeDisclosure.NONE)
    hints = what_would_change(order, late, THIRD_PARTY, Facts(), T0 + timedelta(days=3))
    assert {hint.code: hint.refund_fen for hint in hints} == {HintCode.IN_WINDOW: 1800, HintCode.FEE_DISCLOSED: 1710}


@settings(max_examples=60)
@given(situations())
def test_every_hint_names_a_unit_and_another_ruling(
    situation: tuple[Order, Request, Policy, Facts, datetime],
) -> None:
    found = {unit.ref: unit for unit in decide(*situation).units}
    for hint in what_would_change(*situation):
        before = found[hint.ref]
        assert (hint.rule, hint.verdict, hint.refund_fen) != (before.rule, before.verdict, before.refund_fen)
