"""Channels and the versions of their rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.policies import LintCode
from desktop_app.domain.states import EvidenceKind, FeeDisclosure, PlatformKind, ReasonCode
from desktop_app.services.policies import Policies, PolicyDraft
from tests.services.desk import Desk

DRAFT = PolicyDraft(fee_bp=500, refund_policy="未使用可退,收取 5% 手续费。", fee_note="手续费 5%,下单页显示。")


@pytest.fixture
def policies(desk: Desk) -> Policies:
    return Policies(desk.context)


def test_a_channel_starts_with_version_one(desk: Desk, policies: Policies) -> None:
    channel_id = policies.add_channel(" 闲鱼小店 ", PlatformKind.INDIVIDUAL, DRAFT, note="旧号")
    [line] = policies.channels()
    assert (line.id, line.name, line.platform_kind, line.note, line.active) == (
        channel_id,
        "闲鱼小店",
        PlatformKind.INDIVIDUAL,
        "旧号",
        True,
    )
    assert (line.policy_version, line.fee_bp, line.window_hours) == (1, 500, 24)
    [version] = policies.versions(channel_id)
    assert (version.draft, version.in_force, version.order_count, version.created_by) == (DRAFT, True, 0, "林默")
    assert [event["kind"] for event in desk.events()] == ["channel.added"]


def test_versions_are_added_and_never_changed(desk: Desk, policies: Policies) -> None:
    channel_id = policies.add_channel("拼多多", PlatformKind.THIRD_PARTY, DRAFT)
    evidence = {
        ReasonCode.WRONG_ITEM: (EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.CHAT_LOG),
        ReasonCode.INVALID_CARD: (),
    }
    desk.clock.advance(days=1)
    second = policies.add_version(channel_id, replace(DRAFT, fee_bp=300, required_evidence=evidence))
    newest, oldest = policies.versions(channel_id)
    assert (newest.id, newest.version, newest.in_force, newest.created_at) == (second, 2, True, desk.clock())
    assert dict(newest.draft.required_evidence) == {
        ReasonCode.WRONG_ITEM: (EvidenceKind.CHAT_LOG, EvidenceKind.PAYMENT_SCREENSHOT),
        ReasonCode.INVALID_CARD: (),
    }
    assert (oldest.version, oldest.in_force, oldest.draft) == (1, False, DRAFT)
    assert policies.channels()[0].policy_id == second
    [event] = desk.events("policy.added")
    assert event["facts"]["before"]["fee_bp"] == 500  # type: ignore[index]
    for attack in ("UPDATE policies SET fee_bp = 0", "DELETE FROM policies"):
        with pytest.raises(IntegrityError):
            desk.execute(attack)


def test_the_same_rules_again_are_no_version(policies: Policies) -> None:
    channel_id = policies.add_channel("京东", PlatformKind.OFFICIAL, PolicyDraft())
    with pytest.raises(RefusedError, match="version 1"):
        policies.add_version(channel_id, PolicyDraft(refund_policy="  "))
    assert len(policies.versions(channel_id)) == 1


def test_orders_are_counted_under_the_version_they_were_placed(desk: Desk, policies: Policies) -> None:
    channel_id = policies.add_channel("淘宝", PlatformKind.THIRD_PARTY, DRAFT)
    first = policies.channels()[0].policy_id
    product_id = desk.product()
    desk.execute(
        "INSERT INTO orders (order_no, channel_id, policy_id, product_id, state, locked, lock_reason, fee_disclosure,"
        " written_promise, payment_channel, payment_ref, ordered_at, paid_fen, discount_fen, refunded_fen,"
        " fee_bearing_refunded_base_fen, source, note, created_at)"
        " VALUES ('A1', ?, ?, ?, 'unpaid', 0, '', 'clear', 0, 'other', '', 1, 0, 0, 0, 0, 'hand', '', 1)",
        channel_id,
        first,
        product_id,
    )
    policies.add_version(channel_id, replace(DRAFT, fee_bp=0))
    assert [(line.version, line.order_count) for line in policies.versions(channel_id)] == [(2, 0), (1, 1)]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"window_hours": 8761}, "window"),
        ({"window_hours": -1}, "window"),
        ({"fee_bp": 10_001}, "fee"),
        ({"unshipped_fee_bp": -1}, "shipping"),
        ({"cap_bp": 10_001}, "largest"),
        ({"refund_policy": "x" * 20_001}, "refund policy"),
        ({"fee_note": "a\x00b"}, "fee note"),
    ],
)
def test_impossible_rules_are_refused_by_field(policies: Policies, changed: dict[str, object], named: str) -> None:
    with pytest.raises(BadInputError, match=named):
        policies.add_channel("淘宝", PlatformKind.THIRD_PARTY, replace(DRAFT, **changed))  # type: ignore[arg-type]
    assert policies.channels() == []


def test_names_are_given_once_and_channels_retire(desk: Desk, policies: Policies) -> None:
    channel_id = policies.add_channel("Taobao", PlatformKind.THIRD_PARTY, DRAFT)
    other = policies.add_channel("京东", PlatformKind.OFFICIAL, PolicyDraft())
    with pytest.raises(BadInputError, match="already"):
        policies.add_channel("taobao", PlatformKind.OFFICIAL, DRAFT)
    with pytest.raises(BadInputError, match="already"):
        policies.change_channel(other, name="TAOBAO", note="", active=True)
    policies.change_channel(channel_id, name="taobao", note="停用", active=False)
    assert [(line.name, line.active) for line in policies.channels()] == [("京东", True), ("taobao", False)]
    policies.change_channel(channel_id, name="taobao", note="停用", active=False)
    assert len(desk.events("channel.changed")) == 1
    with pytest.raises(NotFoundError):
        policies.change_channel(99, name="x", note="", active=True)
    with pytest.raises(NotFoundError):
        policies.versions(99)


def test_lint_knows_the_kind_of_the_channel(policies: Policies) -> None:
    draft = replace(DRAFT, fee_bp=1500, fee_disclosure=FeeDisclosure.BURIED, window_hours=0)
    third = policies.add_channel("淘宝", PlatformKind.THIRD_PARTY, draft)
    codes = {warning.code for warning in policies.lint(third, draft)}
    assert {LintCode.FEE_ABOVE_TEN_PERCENT, LintCode.FEE_UNDISCLOSED, LintCode.WINDOW_MISSING} <= codes
    official = {warning.code for warning in policies.lint_kind(PlatformKind.OFFICIAL, draft)}
    assert LintCode.OFFICIAL_WITH_FEE in official
    assert LintCode.WINDOW_MISSING not in official
    assert policies.lint(third, DRAFT) == []
