from __future__ import annotations

import pytest

from desktop_app.domain.policies import DEFAULT_EVIDENCE, LintCode, LintWarning, Policy, has_void_clause, lint
from desktop_app.domain.states import EvidenceKind, FeeDisclosure, PlatformKind, ReasonCode

SOUND = Policy(
    PlatformKind.THIRD_PARTY,
    fee_bp=500,
    refund_policy="未使用的订单 24 小时内可申请退款,已核销的订单不支持退款。",
    fee_note="退款收取订单金额 5% 的手续费。",
)


def test_a_sound_policy_raises_nothing() -> None:
    assert lint(SOUND, FeeDisclosure.CLEAR) == []


def test_every_reason_has_a_default_list_of_evidence() -> None:
    assert set(DEFAULT_EVIDENCE) == set(ReasonCode)


def test_a_policy_may_ask_for_other_evidence_or_none() -> None:
    policy = Policy(
        PlatformKind.OFFICIAL,
        required_evidence={
            ReasonCode.WRONG_ITEM: frozenset({EvidenceKind.CHAT_LOG}),
            ReasonCode.INVALID_CARD: frozenset(),
        },
    )
    assert policy.evidence_for(ReasonCode.WRONG_ITEM) == {EvidenceKind.CHAT_LOG}
    assert policy.evidence_for(ReasonCode.INVALID_CARD) == frozenset()
    assert policy.evidence_for(ReasonCode.WRONG_TARGET) == DEFAULT_EVIDENCE[ReasonCode.WRONG_TARGET]


@pytest.mark.parametrize(
    ("policy", "disclosure", "expected"),
    [
        (
            Policy(PlatformKind.THIRD_PARTY, fee_bp=1001, cap_bp=2000, refund_policy="x", fee_note="y"),
            FeeDisclosure.CLEAR,
            [
                LintWarning(LintCode.FEE_ABOVE_TEN_PERCENT, "fee_bp"),
                LintWarning(LintCode.FEE_ABOVE_TEN_PERCENT, "cap_bp"),
            ],
        ),
        (
            Policy(PlatformKind.THIRD_PARTY, fee_bp=800, cap_bp=500, refund_policy="x", fee_note="y"),
            FeeDisclosure.CLEAR,
            [LintWarning(LintCode.FEE_ABOVE_CAP, "fee_bp")],
        ),
        (
            Policy(PlatformKind.INDIVIDUAL, unshipped_fee_bp=100, refund_policy="x"),
            FeeDisclosure.BURIED,
            [
                LintWarning(LintCode.FEE_UNDISCLOSED, "fee_disclosure"),
                LintWarning(LintCode.FEE_UNDISCLOSED, "fee_note"),
            ],
        ),
        (
            Policy(PlatformKind.OFFICIAL, window_hours=0, fee_bp=1, refund_policy="x", fee_note="y"),
            FeeDisclosure.CLEAR,
            [LintWarning(LintCode.OFFICIAL_WITH_FEE, "fee_bp")],
        ),
        (
            Policy(PlatformKind.THIRD_PARTY, window_hours=0, cancel_rules="一经发货,不退不换!"),
            FeeDisclosure.NONE,
            [
                LintWarning(LintCode.WINDOW_MISSING, "window_hours"),
                LintWarning(LintCode.REFUND_POLICY_MISSING, "refund_policy"),
                LintWarning(LintCode.VOID_CLAUSE, "cancel_rules"),
            ],
        ),
    ],
)
def test_what_the_linter_holds_against_a_policy(
    policy: Policy, disclosure: FeeDisclosure, expected: list[LintWarning]
) -> None:
    assert lint(policy, disclosure) == expected


@pytest.mark.parametrize(
    ("text", "void"),
    [
        ("虚拟商品一经发货不退不换。", True),
        ("虚拟商品一经售出,概不退款", True),
        ("卡密已锁定库存", True),
        ("All sales are final.", True),
        ("No refunds. Contact us after payment.", True),
        ("卡密已核销的不退不换\uff1b未核销的可以退款。", False),
        ("未核销可以退款\uff01一经发货\uff0c恕不退换\uff01", True),
        ("超过 24 小时不支持退款。", False),
        ("未使用可全额退款", False),
        ("", False),
    ],
)
def test_an_exclusion_that_stands_alone_is_void(text: str, void: bool) -> None:
    assert has_void_clause(text) is void
