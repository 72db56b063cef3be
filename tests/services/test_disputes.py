"""Disputes: opened, sent, answered, ended; and the refund that a lost one opens again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from desktop_app.domain.states import (
    DisputeOutcome,
    DisputeState,
    EscalationTarget,
    EvidenceKind,
    ReasonCode,
    RefusalGround,
    RequestState,
    VerdictKind,
)
from desktop_app.services.disputes import DisputeFilter, Disputes
from desktop_app.services.refunds import RefundFilter
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.requests import RequestFilter
from tests.services.order_desk import KEYS, OrderDesk

TO_12315 = EscalationTarget.CONSUMER_12315


@pytest.fixture
def disputes(shop: OrderDesk) -> Disputes:
    return Disputes(shop.context)


def refused(shop: OrderDesk, *, redeemed: int = 2, **more: object) -> int:
    """A request on an order of two redeemed units, refused with its proofs."""
    order_id = shop.delivered(keys=KEYS[:2], list_fen=2500, paid_fen=5000)
    for unit_id in shop.unit_ids(order_id)[:redeemed]:
        shop.redeem(unit_id)
    values: dict[str, object] = {
        "order_no": "A1",
        "requested_at": shop.clock(),
        "reason": ReasonCode.REDEMPTION_DISPUTED,
        "text": "我没有激活过",
        **more,
    }
    request_id = shop.requests.add(RequestDraft(**values))  # type: ignore[arg-type]
    token = shop.requests.preview(request_id).token
    shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    return request_id


def appeal(shop: OrderDesk, disputes: Disputes, request_id: int, **more: object) -> int:
    shop.clock.advance(hours=5)
    return disputes.open_appeal(request_id, TO_12315, **{"reference": "3100-77", **more})  # type: ignore[arg-type]


def test_an_appeal_goes_from_opened_to_ended(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop)
    escalation_id = appeal(shop, disputes, request_id)
    line = disputes.get(escalation_id)
    assert (line.state, line.is_appeal, line.request_state) == (DisputeState.OPENED, True, RequestState.DECIDED)
    sent_at = shop.clock.advance(hours=1)
    disputes.record_sent(escalation_id, reference="3100-78")
    assert (disputes.get(escalation_id).state, disputes.get(escalation_id).sent_at) == (DisputeState.SENT, sent_at)
    answered_at = shop.clock.advance(days=2)
    disputes.record_answered(escalation_id, note="已受理")
    line = disputes.get(escalation_id)
    assert (line.state, line.answered_at, line.reference) == (DisputeState.ANSWERED, answered_at, "3100-78")
    shop.clock.advance(days=9)
    ended = disputes.record_outcome(escalation_id, DisputeOutcome.SHOP_WON, note="证据充分")
    assert ended.reopened_request_id is None
    line = disputes.get(escalation_id)
    assert (line.state, line.outcome, line.outcome_note) == (DisputeState.ENDED, DisputeOutcome.SHOP_WON, "证据充分")
    assert line.answered_at == answered_at
    assert [step.kind for step in disputes.steps(escalation_id)] == ["sent", "answered", "outcome"]
    kinds = [event["kind"] for event in shop.desk.events() if str(event["kind"]).startswith("dispute.")]
    assert kinds == ["dispute.sent", "dispute.answered", "dispute.ended"]


def test_a_running_dispute_is_not_recorded_twice(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop)
    first = appeal(shop, disputes, request_id)
    with pytest.raises(ConflictError, match="recorded already"):
        appeal(shop, disputes, request_id)
    assert len(disputes.of_request(request_id)) == 1
    appeal(shop, disputes, request_id, reference="3100-99")
    disputes.record_outcome(first, DisputeOutcome.SHOP_WON)
    appeal(shop, disputes, request_id)
    assert len(disputes.of_request(request_id)) == 3


def test_what_the_buyer_proved_is_not_asked_for_again_after_an_appeal(shop: OrderDesk, disputes: Disputes) -> None:
    proved = (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)
    request_id = refused(shop, reason=ReasonCode.CHANGE_OF_MIND, evidence=proved)
    ended = disputes.record_outcome(appeal(shop, disputes, request_id), DisputeOutcome.BUYER_WON)
    assert ended.reopened_request_id is not None
    preview = shop.requests.preview(ended.reopened_request_id)
    assert [unit.rule.value for unit in preview.verdict.units] == ["N13", "N13"]


def test_a_dispute_that_ended_takes_no_more_steps(shop: OrderDesk, disputes: Disputes) -> None:
    escalation_id = appeal(shop, disputes, refused(shop))
    disputes.record_outcome(escalation_id, DisputeOutcome.WITHDRAWN)
    for step in (
        lambda: disputes.record_sent(escalation_id),
        lambda: disputes.record_answered(escalation_id),
        lambda: disputes.record_outcome(escalation_id, DisputeOutcome.BUYER_WON),
    ):
        with pytest.raises(ConflictError):
            step()
    assert shop.requests.listing(RequestFilter(scope="all")).count() == 1
    with pytest.raises(NotFoundError):
        disputes.record_sent(99)


def test_the_times_of_a_dispute_lie_between_its_cause_and_now(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop)
    with pytest.raises(BadInputError):
        disputes.open_appeal(request_id, TO_12315, opened_at=shop.clock() + timedelta(seconds=1))
    with pytest.raises(BadInputError):
        disputes.open_appeal(request_id, TO_12315, opened_at=shop.clock() - timedelta(days=1))
    escalation_id = appeal(shop, disputes, request_id)
    opened = disputes.get(escalation_id).opened_at
    shop.clock.advance(hours=1)
    with pytest.raises(BadInputError):
        disputes.record_sent(escalation_id, at=opened - timedelta(microseconds=1))
    with pytest.raises(BadInputError):
        disputes.record_sent(escalation_id, at=shop.clock() + timedelta(microseconds=1))
    disputes.record_sent(escalation_id, at=opened)
    assert disputes.get(escalation_id).sent_at == opened


def test_only_a_decision_is_appealed_against(shop: OrderDesk, disputes: Disputes) -> None:
    shop.delivered()
    request_id = shop.requests.add(RequestDraft("A1", shop.clock(), ReasonCode.CHANGE_OF_MIND))
    with pytest.raises(RefusedError, match="not decided"):
        disputes.open_appeal(request_id, TO_12315)
    shop.requests.withdraw(request_id, "买家撤回")
    with pytest.raises(RefusedError):
        disputes.open_appeal(request_id, TO_12315)


def test_an_appeal_won_by_the_buyer_opens_the_refund_again_and_pays(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop, unit_refs=("2",))
    escalation_id = appeal(shop, disputes, request_id)
    shop.clock.advance(days=6)
    ended = disputes.record_outcome(escalation_id, DisputeOutcome.BUYER_WON, note="认定未激活")
    assert ended.reopened_request_id is not None
    detail = shop.requests.detail(ended.reopened_request_id)
    assert (detail.source, detail.unit_refs) == ("appeal", ("2",))
    assert detail.line.reason is ReasonCode.REDEMPTION_DISPUTED
    assert detail.line.request_no == ended.reopened_no
    assert "3100-77" in detail.text
    assert "我没有激活过" in detail.text
    assert "3100-77" in detail.won_dispute_zh
    assert "for the buyer" in detail.won_dispute_en
    # the clocks of the new request start now, not at the first request
    assert detail.line.due_at is not None
    assert detail.line.due_at > shop.clock()
    # the rules still refuse: the merchant pays with the outcome as the reason
    assert detail.line.verdict is VerdictKind.REFUSE
    decided = shop.requests.approve(
        ended.reopened_request_id,
        token=shop.requests.preview(ended.reopened_request_id).token,
        refund_fen=2500,
        reason=detail.won_dispute_zh,
    )
    assert (decided.refund_fen, shop.refunds.listing(RefundFilter()).count()) == (2500, 1)
    line = disputes.get(escalation_id)
    assert (line.reopened_request_id, line.reopened_no) == (ended.reopened_request_id, ended.reopened_no)
    events = shop.orders.timeline(detail.order.line.id)
    texts = [(event.kind, event.facts.get("reopened_no"), event.facts.get("source")) for event in events]
    assert ("dispute.ended", ended.reopened_no, None) in texts
    assert ("request.received", None, "appeal") in texts


def test_nothing_is_opened_again_when_nothing_is_left_or_the_request_is_open(
    shop: OrderDesk, disputes: Disputes
) -> None:
    shop.paid()
    request_id = shop.requests.add(RequestDraft("A1", shop.clock(), ReasonCode.CHANGE_OF_MIND))
    first = shop.requests.escalate(request_id, EscalationTarget.PLATFORM)
    assert disputes.record_outcome(first, DisputeOutcome.BUYER_WON).reopened_request_id is None
    detail = shop.requests.detail(request_id)
    assert detail.line.state is RequestState.ESCALATED
    # the open request itself is decided with the outcome at hand
    assert "平台" in detail.won_dispute_zh
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    second = disputes.open_appeal(request_id, TO_12315)
    assert disputes.record_outcome(second, DisputeOutcome.BUYER_WON).reopened_request_id is None
    assert shop.requests.listing(RequestFilter(scope="all")).count() == 1


def test_a_settlement_opens_the_refund_only_when_money_was_agreed(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop)
    first = appeal(shop, disputes, request_id)
    assert disputes.record_outcome(first, DisputeOutcome.SETTLED).reopened_request_id is None
    second = appeal(shop, disputes, request_id)
    with pytest.raises(RefusedError):
        disputes.record_outcome(second, DisputeOutcome.SHOP_WON, reopen=True)
    assert disputes.record_outcome(second, DisputeOutcome.SETTLED, reopen=True).reopened_request_id is not None


def test_an_outcome_and_the_request_it_opens_are_one_transaction(shop: OrderDesk, disputes: Disputes) -> None:
    escalation_id = appeal(shop, disputes, refused(shop))
    before = shop.desk.scalar("SELECT count(*) FROM events")
    # the request is stored before the step, whose time is refused
    with pytest.raises(BadInputError):
        disputes.record_outcome(
            escalation_id, DisputeOutcome.BUYER_WON, at=disputes.get(escalation_id).opened_at - timedelta(days=1)
        )
    assert shop.desk.scalar("SELECT count(*) FROM requests") == 1
    assert shop.desk.scalar("SELECT count(*) FROM dispute_steps") == 0
    assert shop.desk.scalar("SELECT count(*) FROM events") == before


def test_a_complaint_to_12315_is_overdue_after_seven_working_days(shop: OrderDesk, disputes: Disputes) -> None:
    # sent on Sunday 22 November 2026: the seventh working day after it is 1 December
    escalation_id = appeal(shop, disputes, refused(shop))
    disputes.record_sent(escalation_id)
    line = disputes.get(escalation_id)
    due = datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert line.due_at == due
    shop.clock.now = due
    assert not disputes.get(escalation_id).is_overdue
    shop.clock.advance(microseconds=1)
    assert disputes.get(escalation_id).is_overdue
    assert disputes.listing(DisputeFilter("unanswered")).count() == 1
    disputes.record_answered(escalation_id)
    line = disputes.get(escalation_id)
    assert (line.is_overdue, line.due_at) == (False, None)
    assert disputes.listing(DisputeFilter("unanswered")).count() == 0


@pytest.mark.parametrize("target", [target for target in EscalationTarget if target is not TO_12315])
def test_no_time_is_claimed_where_no_law_names_one(
    shop: OrderDesk, disputes: Disputes, target: EscalationTarget
) -> None:
    escalation_id = disputes.open_appeal(refused(shop), target)
    disputes.record_sent(escalation_id)
    assert disputes.get(escalation_id).due_at is None


def test_the_list_filters_by_scope_target_and_text(shop: OrderDesk, disputes: Disputes) -> None:
    request_id = refused(shop)
    first = appeal(shop, disputes, request_id)
    second = disputes.open_appeal(request_id, EscalationTarget.PLATFORM, reference="PT_9")
    disputes.record_outcome(first, DisputeOutcome.SHOP_WON)

    def ids(**where: object) -> list[int]:
        return [line.id for line in disputes.listing(DisputeFilter(**where)).rows()]  # type: ignore[arg-type]

    assert ids() == [second]
    assert ids(scope="unanswered") == [second]
    assert ids(scope="ended") == [first]
    assert ids(scope="all") == [second, first]
    assert ids(scope="all", target=TO_12315) == [first]
    assert ids(scope="all", text="PT_") == [second]
    assert ids(scope="all", text="3100") == [first]
    assert ids(scope="all", text="%") == []


def test_steps_are_never_rewritten(shop: OrderDesk, disputes: Disputes) -> None:
    escalation_id = appeal(shop, disputes, refused(shop))
    disputes.record_sent(escalation_id)
    with pytest.raises(IntegrityError, match="never changed"):
        shop.desk.execute("UPDATE dispute_steps SET at = 1")
