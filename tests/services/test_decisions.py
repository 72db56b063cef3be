"""Deciding a request: what moves, what is frozen, and what is refused."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from desktop_app.domain.errors import BadInputError, ConflictError, RefusedError
from desktop_app.domain.states import (
    EvidenceKind,
    KeyState,
    OrderState,
    ReasonCode,
    RefundState,
    RefusalGround,
    RequestState,
    UnitState,
    VerdictKind,
)
from desktop_app.services.refunds import RefundFilter
from desktop_app.services.requests import Decided, RequestFacts, RequestFilter
from tests.services.order_desk import KEYS, OrderDesk

BOTH = (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)


def ask_back(shop: OrderDesk, order_no: str = "A1", **more: object) -> int:
    return shop.ask_back(order_no, **{"evidence": BOTH, **more})


def approve(shop: OrderDesk, request_id: int, **more: object) -> Decided:
    token = shop.requests.preview(request_id).token
    return shop.requests.approve(request_id, token=token, **more)  # type: ignore[arg-type]


def key_states(shop: OrderDesk) -> list[str]:
    with shop.context.read() as session:
        return list(session.connection().exec_driver_sql("SELECT state FROM card_keys ORDER BY id").scalars())


def test_a_shipped_unused_unit_is_refunded_less_the_fee_and_its_key_quarantined(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    decided = approve(shop, ask_back(shop))
    assert (decided.refund_fen, decided.fee_fen) == (4750, 250)
    detail = shop.orders.detail(order_id)
    assert detail.line.refunded_fen == 4750
    assert detail.units[0].refunded
    assert detail.units[0].key_state is KeyState.QUARANTINED
    assert detail.line.state is OrderState.SHIPPED
    refund = shop.refunds.get(decided.refund_id or 0)
    assert (refund.amount_fen, refund.state) == (4750, RefundState.DUE)
    assert refund.expected_at > shop.clock()


def test_an_unshipped_order_is_cancelled_in_full(shop: OrderDesk) -> None:
    order_id = shop.paid()
    assert approve(shop, ask_back(shop)).refund_fen == 5000
    assert shop.orders.detail(order_id).line.state is OrderState.CANCELLED


def test_the_decision_is_frozen_with_the_verdict_and_both_replies(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = ask_back(shop)
    decided = approve(shop, request_id)
    detail = shop.requests.detail(request_id)
    assert detail.preview is None
    assert detail.decision is not None
    assert detail.line.state is RequestState.DECIDED
    assert detail.line.verdict is VerdictKind.APPROVE_WITH_FEE
    assert detail.line.rules == ("N7",)
    assert detail.decision.reply_zh == decided.reply_zh
    assert "¥47.50" in decided.reply_zh
    assert "¥47.50" in decided.reply_en
    with pytest.raises(IntegrityError, match="never changed"), shop.context.write() as session:
        session.connection().exec_driver_sql("UPDATE decisions SET refund_fen = 1")


def test_another_amount_wants_a_reason_and_stays_within_the_balance(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = ask_back(shop)
    with pytest.raises(BadInputError) as no_reason:
        approve(shop, request_id, refund_fen=5000)
    assert no_reason.value.facts["field"] == "reason"
    with pytest.raises(RefusedError, match=r"¥50\.01"):
        approve(shop, request_id, refund_fen=5001, reason="老顾客")
    decided = approve(shop, request_id, refund_fen=5000, reason="老顾客,免手续费")
    assert (decided.refund_fen, decided.fee_fen) == (5000, 0)
    decision = shop.requests.detail(request_id).decision
    assert decision is not None
    assert (decision.proposed_refund_fen, decision.reason) == (4750, "老顾客,免手续费")


def test_repeated_partial_requests_charge_the_one_shot_fee(shop: OrderDesk) -> None:
    shop.delivered(keys=KEYS[:3], paid_fen=9999, list_fen=3333)
    fees = [approve(shop, ask_back(shop, unit_refs=(ref,))).fee_fen for ref in ("1", "2", "3")]
    assert sum(fees) == (2 * 9999 * 500 + 10000) // 20000


def test_a_verdict_that_changed_after_the_look_is_not_applied(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    request_id = ask_back(shop)
    token = shop.requests.preview(request_id).token
    shop.redeem(shop.unit_ids(order_id)[0])
    with pytest.raises(ConflictError):
        shop.requests.approve(request_id, token=token)
    assert shop.requests.detail(request_id).line.state is RequestState.OPEN
    assert shop.orders.detail(order_id).line.refunded_fen == 0


def test_two_decisions_at_once_never_both_succeed(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = ask_back(shop)
    token = shop.requests.preview(request_id).token
    gate = threading.Barrier(4)
    outcomes: list[object] = []

    def decide() -> None:
        gate.wait()
        try:
            outcomes.append(shop.requests.approve(request_id, token=token).refund_fen)
        except ConflictError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome for outcome in outcomes if outcome == 4750] == [4750]
    assert shop.refunds.listing(RefundFilter()).count() == 1


def test_an_invalid_key_is_voided_and_replaced_by_the_oldest_in_stock(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.desk.stock(shop.product_id, "FRESH-0001", "FRESH-0002")
    request_id = ask_back(shop, reason=ReasonCode.INVALID_CARD, evidence=(EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,))
    decided = approve(shop, request_id)
    assert decided.reissued_keys == ("FRESH-0001",)
    assert decided.refund_id is None
    assert key_states(shop) == ["void", "delivered", "in_stock"]
    unit = shop.orders.detail(order_id).units[0]
    assert (unit.state, unit.refunded) == (UnitState.UNUSED, False)
    # the next failure finds the reissue tried, and the rules give the money back
    again = ask_back(shop, reason=ReasonCode.INVALID_CARD, evidence=(EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,))
    assert shop.requests.preview(again).verdict.verdict is VerdictKind.APPROVE_FULL


def test_refusing_a_redeemed_unit_issues_the_proof(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.redeem(shop.unit_ids(order_id)[0])
    request_id = ask_back(shop)
    token = shop.requests.preview(request_id).token
    assert shop.requests.grounds(request_id) == (RefusalGround.REDEEMED,)
    decided = shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    proof = shop.proofs.get(decided.proof_ids[0])
    assert proof.proof_no in decided.reply_zh
    assert decided.refund_id is None


def test_no_refusal_without_a_complete_record(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.redeem(shop.unit_ids(order_id)[0], code="")
    request_id = ask_back(shop)
    token = shop.requests.preview(request_id).token
    with pytest.raises(RefusedError, match="Units without a complete record: 1"):
        shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    assert shop.proofs.listing().count() == 0


def test_a_redeemed_unit_is_refused_with_its_proof_on_any_ground(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.redeem(shop.unit_ids(order_id)[0])
    request_id = ask_back(shop, reason=ReasonCode.MERCHANT_WRONG_AMOUNT)
    shop.requests.set_facts(request_id, RequestFacts(error_confirmed=False))
    token = shop.requests.preview(request_id).token
    decided = shop.requests.refuse(request_id, token=token, ground=RefusalGround.CLAIM_REFUTED)
    assert shop.proofs.get(*decided.proof_ids).proof_no in decided.reply_zh


def test_what_is_partly_used_is_refused_without_a_proof_that_nobody_could_issue(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.redeem(shop.unit_ids(order_id)[0], partially=True, remaining_fen=1000)
    request_id = ask_back(shop, reason=ReasonCode.REDEMPTION_DISPUTED)
    assert shop.requests.preview(request_id).verdict.units[0].rule == "M7"
    token = shop.requests.preview(request_id).token
    decided = shop.requests.refuse(request_id, token=token, ground=RefusalGround.REDEEMED)
    assert (decided.refund_fen, decided.proof_ids) == (0, ())


@pytest.mark.parametrize("ground", [RefusalGround.NO_REFUND_POLICY, RefusalGround.STOCK_LOCKED])
def test_a_standard_term_alone_never_carries_a_refusal(shop: OrderDesk, ground: RefusalGround) -> None:
    shop.delivered()
    request_id = ask_back(shop)
    token = shop.requests.preview(request_id).token
    with pytest.raises(RefusedError, match="article 26"):
        shop.requests.refuse(request_id, token=token, ground=ground)


def test_a_locked_order_is_unlocked_before_anything_is_decided(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    request_id = ask_back(shop)
    shop.orders.lock(order_id, "短时间大量下单")
    detail = shop.requests.detail(request_id)
    assert detail.line.is_paused
    assert detail.line.due_at is None
    with pytest.raises(RefusedError, match="locked"):
        approve(shop, request_id)
    shop.orders.unlock(order_id, "已核对身份")
    assert shop.requests.detail(request_id).line.due_at is not None
    assert approve(shop, request_id).refund_fen == 4750


def test_a_mixed_request_refunds_one_part_and_refuses_the_other(shop: OrderDesk) -> None:
    order_id = shop.delivered(keys=KEYS[:2], paid_fen=10000)
    shop.redeem(shop.unit_ids(order_id)[0])
    request_id = ask_back(shop)
    assert shop.requests.preview(request_id).verdict.verdict is VerdictKind.PARTIAL
    decided = approve(shop, request_id)
    assert decided.refund_fen == 4750
    refunded = [unit.refunded for unit in shop.orders.detail(order_id).units]
    assert refunded == [False, True]
    # the refused part is a refusal of a redeemed unit: its proof goes to the buyer
    proof = shop.proofs.get(*decided.proof_ids)
    assert proof.unit_ref == "1"
    assert f"随附核销证明 {proof.proof_no}" in decided.reply_zh
    assert f"attached redemption proof: {proof.proof_no}" in decided.reply_en


def test_an_approval_that_cannot_be_issues_no_proof(shop: OrderDesk) -> None:
    order_id = shop.delivered(keys=KEYS[:2], paid_fen=10000)
    shop.redeem(shop.unit_ids(order_id)[0])
    request_id = ask_back(shop)
    with pytest.raises(BadInputError, match="why the amount differs"):
        approve(shop, request_id, refund_fen=5000)
    with pytest.raises(ConflictError):
        shop.requests.approve(request_id, token="another")
    assert shop.proofs.listing().count() == 0


def test_what_the_rules_refuse_whole_is_not_approved_without_a_word(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.redeem(shop.unit_ids(order_id)[0])
    request_id = ask_back(shop)
    with pytest.raises(RefusedError, match="refuse the request on a ground"):
        approve(shop, request_id)
    assert shop.requests.detail(request_id).line.state is RequestState.OPEN
    decided = approve(shop, request_id, refund_fen=500, reason="老顾客")
    assert (decided.refund_fen, decided.proof_ids) == (500, ())


def test_a_negotiation_pays_what_was_agreed(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    shop.orders.complete(order_id)
    shop.clock.advance(minutes=1)
    request_id = ask_back(shop)
    assert shop.requests.preview(request_id).verdict.units[0].rule == "N14"
    decided = approve(shop, request_id, refund_fen=2000, reason="协商退 20 元")
    assert decided.refund_fen == 2000


def test_a_double_payment_goes_back_and_the_buyer_keeps_the_goods(shop: OrderDesk) -> None:
    order_id = shop.delivered(paid_fen=10000, list_fen=5000)
    request_id = ask_back(shop, reason=ReasonCode.DUPLICATE_PAYMENT, evidence=(EvidenceKind.PAYMENT_SCREENSHOT,))
    shop.requests.set_facts(request_id, RequestFacts(log_confirms=True, duplicate_fen=5000))
    assert approve(shop, request_id).refund_fen == 5000
    unit = shop.orders.detail(order_id).units[0]
    assert (unit.refunded, unit.key_state) == (False, KeyState.DELIVERED)


def test_money_against_the_rules_is_the_merchants_own_word(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = ask_back(shop, evidence=())
    assert shop.requests.preview(request_id).verdict.verdict is VerdictKind.NEED_EVIDENCE
    with pytest.raises(RefusedError, match="cannot be approved yet"):
        approve(shop, request_id)
    decided = approve(shop, request_id, refund_fen=3000, reason="不再等凭证")
    assert decided.refund_fen == 3000
    assert key_states(shop) == ["quarantined"]


def test_an_unpaid_order_is_cancelled_without_money(shop: OrderDesk) -> None:
    order_id = shop.paid(paid_fen=0, paid_at=None)
    request_id = ask_back(shop, evidence=())
    assert shop.requests.detail(request_id).line.is_automatic
    done = shop.requests.run_automatic()
    assert [decided.request_id for decided in done] == [request_id]
    assert done[0].refund_id is None
    assert shop.orders.detail(order_id).line.state is OrderState.CANCELLED


def test_what_another_program_decides_meanwhile_does_not_stop_the_other_cancellations(shop: OrderDesk) -> None:
    first, second, third = (
        ask_back(shop, order_no, evidence=())
        for order_no in ("U1", "U2", "U3")
        if shop.paid(order_no, paid_fen=0, paid_at=None)
    )

    def somebody_else(_change: object) -> None:
        shop.context.listeners.remove(somebody_else)
        shop.requests.withdraw(second, "买家改主意")

    shop.context.listeners.append(somebody_else)
    assert [decided.request_id for decided in shop.requests.run_automatic()] == [first, third]


def test_a_new_key_begins_without_what_was_known_of_the_old_one(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    (unit_id,) = shop.unit_ids(order_id)
    shop.redeem(unit_id, partially=True, remaining_fen=1000)
    shop.orders.set_unit_state(unit_id, official_not_activated=True, balance_verified=True)
    shop.desk.stock(shop.product_id, "FRESH-0001")
    failed = {"reason": ReasonCode.INVALID_CARD, "evidence": (EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,)}
    assert approve(shop, ask_back(shop, **failed)).reissued_keys == ("FRESH-0001",)
    shop.redeem(unit_id)
    # else the word about the old key would pay back the new one
    assert shop.requests.preview(ask_back(shop)).verdict.units[0].rule == "N13"
    unit = shop.orders.detail(order_id).units[0]
    assert (unit.remaining_fen, unit.balance_verified) == (None, False)


def test_the_record_of_a_replaced_key_proves_nothing_of_the_new_one(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    (unit_id,) = shop.unit_ids(order_id)
    shop.redeem(unit_id)
    shop.desk.stock(shop.product_id, "FRESH-0001")
    less = {"reason": ReasonCode.REDUCED_BENEFIT, "evidence": (EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,)}
    assert approve(shop, ask_back(shop, **less)).reissued_keys == ("FRESH-0001",)
    with pytest.raises(RefusedError, match="another key since"):
        shop.orders.set_unit_state(unit_id, state=UnitState.REDEEMED)
    shop.clock.advance(minutes=1)
    shop.redeem(unit_id, code="RX-2")
    assert shop.proofs.issue(unit_id).code == "RX-2"


def test_evidence_not_given_carries_a_refusal_only_after_it_was_asked_for(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = ask_back(shop, evidence=())
    token = shop.requests.preview(request_id).token
    with pytest.raises(RefusedError, match="Ask the buyer"):
        shop.requests.refuse(request_id, token=token, ground=RefusalGround.EVIDENCE_NOT_GIVEN)
    shop.requests.ask(request_id, list(BOTH))
    shop.clock.advance(days=4)
    decided = shop.requests.refuse(request_id, token=token, ground=RefusalGround.EVIDENCE_NOT_GIVEN)
    assert decided.refund_fen == 0


def test_the_log_tells_of_every_decision_and_refund_and_no_key_stands_in_it(shop: OrderDesk) -> None:
    shop.delivered()
    approve(shop, ask_back(shop))
    kinds = [event["kind"] for event in shop.desk.events()]
    assert kinds[-2:] == ["request.decided", "refund.created"]
    assert KEYS[0] not in str(shop.desk.events())
    assert shop.reports.check() == []


def test_the_inbox_shows_the_most_urgent_first_and_the_overdue_apart(shop: OrderDesk) -> None:
    shop.paid("SLOW")
    shop.delivered("FAST")
    slow = ask_back(shop, "SLOW", evidence=())
    fast = ask_back(shop, "FAST")
    assert [line.id for line in shop.requests.listing(RequestFilter()).page(0, 10)] == [slow, fast]
    shop.clock.advance(hours=24, seconds=1)
    overdue = shop.requests.listing(RequestFilter(scope="overdue")).page(0, 10)
    assert [line.id for line in overdue] == [slow]
    assert overdue[0].is_overdue
    named = shop.requests.listing(RequestFilter(scope="all", verdict=VerdictKind.APPROVE_WITH_FEE)).page(0, 10)
    assert [line.id for line in named] == [fast]


def test_a_request_cannot_come_before_its_order_or_from_the_future(shop: OrderDesk) -> None:
    shop.delivered()
    for at in (shop.clock() - timedelta(days=1), shop.clock() + timedelta(seconds=1)):
        with pytest.raises(BadInputError) as refused:
            ask_back(shop, requested_at=at)
        assert refused.value.facts["field"] == "requested_at"


def test_a_request_stops_the_delivery_until_it_is_settled(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, *KEYS)
    order_id = shop.paid()
    request_id = ask_back(shop)
    with pytest.raises(RefusedError, match="TK20261122001"):
        shop.orders.deliver(order_id)
    shop.requests.withdraw(request_id, "买家愿意等")
    assert shop.orders.deliver(order_id).keys == KEYS[:1]
