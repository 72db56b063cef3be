"""Which grounds carry a refusal: only what the recorded facts bear out, and never a redemption without its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.policies import Policy
from desktop_app.domain.refunds import Facts, Redemption, Request, Unit, decide
from desktop_app.domain.refusals import Refusal, check_ground, grounds_that_hold, units_to_prove
from desktop_app.domain.states import (
    EvidenceKind,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RefusalGround,
    TopupState,
    UnitState,
)
from tests.domain.shipped_orders import COMPLETE, ORDERED, order_of

WITHOUT_CODE = replace(COMPLETE, code=" ")
EVERYTHING = frozenset(EvidenceKind)


def asked_back(
    *units: Unit,
    reason: ReasonCode | None = ReasonCode.CHANGE_OF_MIND,
    facts: Facts | None = None,
    evidence: frozenset[EvidenceKind] = EVERYTHING,
    hours: float = 1,
    asked: bool = False,
    kind: ProductKind = ProductKind.GAME_CARD,
    platform: PlatformKind = PlatformKind.THIRD_PARTY,
) -> Refusal:
    at = ORDERED + timedelta(hours=hours)
    order = order_of(*units, kind=kind)
    request = Request(requested_at=at, reason=reason, evidence=evidence, asked_at=at if asked else None)
    facts = facts or Facts()
    verdict = decide(order, request, Policy(platform, fee_bp=500), facts, at)
    return Refusal(order, request, facts, platform, units, verdict)


def used(redemption: Redemption = COMPLETE, **more: object) -> Unit:
    return Unit("1", 1800, UnitState.REDEEMED, redemption=redemption, **more)  # type: ignore[arg-type]


def test_a_complete_record_carries_a_refusal_and_its_proof_goes_along() -> None:
    refusal = asked_back(used())
    assert grounds_that_hold(refusal) == (RefusalGround.REDEEMED,)
    assert units_to_prove(RefusalGround.REDEEMED, refusal) == ("1",)


@pytest.mark.parametrize(
    ("ground", "reason", "facts", "topup"),
    [
        (RefusalGround.CLAIM_REFUTED, ReasonCode.MERCHANT_WRONG_AMOUNT, Facts(error_confirmed=False), None),
        (RefusalGround.OPERATOR_ACCEPTED, ReasonCode.CHANGE_OF_MIND, Facts(), TopupState.ARRIVED),
    ],
)
def test_no_other_ground_gets_around_an_incomplete_record(
    ground: RefusalGround, reason: ReasonCode, facts: Facts, topup: TopupState | None
) -> None:
    kind = ProductKind.PHONE_TOPUP if topup else ProductKind.GAME_CARD
    unproven = asked_back(used(WITHOUT_CODE, topup=topup), reason=reason, facts=facts, kind=kind)
    assert grounds_that_hold(unproven) == ()
    with pytest.raises(RefusedError, match="Units 1 are recorded as redeemed without"):
        check_ground(ground, unproven)
    proven = asked_back(used(topup=topup), reason=reason, facts=facts, kind=kind)
    assert ground in grounds_that_hold(proven)
    assert units_to_prove(ground, proven) == ("1",)


def test_what_was_settled_before_needs_no_record_any_more() -> None:
    refusal = asked_back(used(WITHOUT_CODE, refunded=True))
    assert grounds_that_hold(refusal) == (RefusalGround.NOTHING_LEFT,)
    assert units_to_prove(RefusalGround.NOTHING_LEFT, refusal) == ()


def test_the_official_record_makes_a_used_unit_an_unused_one() -> None:
    refusal = asked_back(used(WITHOUT_CODE, official_not_activated=True), hours=27)
    assert grounds_that_hold(refusal) == (RefusalGround.OUT_OF_WINDOW,)
    assert units_to_prove(RefusalGround.OUT_OF_WINDOW, refusal) == ()


@pytest.mark.parametrize(
    ("reason", "facts", "holds"),
    [
        (ReasonCode.DUPLICATE_PAYMENT, Facts(log_confirms=False), True),
        (ReasonCode.MERCHANT_WRONG_AMOUNT, Facts(error_confirmed=False), True),
        (ReasonCode.DESCRIPTION_MISMATCH, Facts(mismatch_confirmed=False), True),
        # the fact that was looked up is not the one that the buyer claims
        (ReasonCode.DUPLICATE_PAYMENT, Facts(error_confirmed=False), False),
        (ReasonCode.CHANGE_OF_MIND, Facts(log_confirms=False), False),
        (ReasonCode.REDEMPTION_DISPUTED, Facts(log_confirms=False), False),
    ],
)
def test_a_claim_is_refuted_by_its_own_fact_only(reason: ReasonCode, facts: Facts, holds: bool) -> None:
    refusal = asked_back(Unit("1", 1800, UnitState.UNUSED), reason=reason, facts=facts, hours=27)
    assert (RefusalGround.CLAIM_REFUTED in grounds_that_hold(refusal)) is holds


def test_a_refuted_claim_of_one_unit_refuses_no_other() -> None:
    units = (Unit("1", 1800, UnitState.UNUSED), Unit("2", 1800, UnitState.UNUSED))
    refusal = asked_back(*units, facts=Facts(error_confirmed=False), hours=27)
    request = replace(refusal.request, unit_reasons={"1": ReasonCode.MERCHANT_WRONG_AMOUNT})
    verdict = decide(refusal.order, request, Policy(PlatformKind.THIRD_PARTY), refusal.facts, request.requested_at)
    mixed = replace(refusal, request=request, verdict=verdict)
    assert RefusalGround.CLAIM_REFUTED not in grounds_that_hold(mixed)


@pytest.mark.parametrize(
    ("unit", "reason", "evidence", "asked", "holds"),
    [
        (Unit("1", 1800, UnitState.UNUSED), ReasonCode.CHANGE_OF_MIND, frozenset(), True, True),
        (Unit("1", 1800, UnitState.UNUSED), ReasonCode.CHANGE_OF_MIND, frozenset(), False, False),
        (Unit("1", 1800, UnitState.UNUSED), None, frozenset(), True, True),
        # it is the shop that has to look: a buyer who says nothing more has given all there is to give
        (Unit("1", 1800, UnitState.UNUSED), ReasonCode.DESCRIPTION_MISMATCH, EVERYTHING, True, False),
        (Unit("1", 1800, UnitState.UNKNOWN), ReasonCode.CHANGE_OF_MIND, EVERYTHING, True, False),
    ],
    ids=["asked", "not-asked", "no-reason", "shop-checks-claim", "shop-reads-record"],
)
def test_evidence_is_not_given_only_where_the_buyer_was_asked_for_some(
    unit: Unit, reason: ReasonCode | None, evidence: frozenset[EvidenceKind], asked: bool, holds: bool
) -> None:
    refusal = asked_back(unit, reason=reason, evidence=evidence, asked=asked)
    assert (RefusalGround.EVIDENCE_NOT_GIVEN in grounds_that_hold(refusal)) is holds


@pytest.mark.parametrize("ground", [RefusalGround.NO_REFUND_POLICY, RefusalGround.STOCK_LOCKED])
def test_a_void_term_carries_nothing_however_used_the_key_is(ground: RefusalGround) -> None:
    refusal = asked_back(used())
    assert ground not in grounds_that_hold(refusal)
    with pytest.raises(RefusedError, match="article 26"):
        check_ground(ground, refusal)
