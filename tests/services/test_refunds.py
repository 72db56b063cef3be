"""Refunds are followed until the buyer has the money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.states import RefundState
from desktop_app.services.listing import Sort
from desktop_app.services.refunds import RefundFilter
from tests.services.order_desk import OrderDesk


def test_a_refund_is_paid_and_arrives(shop: OrderDesk) -> None:
    refund_id = shop.refunded()
    line = shop.refunds.get(refund_id)
    assert (line.amount_fen, line.state, line.order_no) == (5000, RefundState.DUE, "A1")
    shop.clock.advance(hours=1)
    shop.refunds.mark_paid(refund_id, " 5000001 ")
    paid_at = shop.clock()
    with pytest.raises(BadInputError):
        shop.refunds.mark_arrived(refund_id, paid_at - timedelta(minutes=1))
    shop.clock.advance(days=1)
    shop.refunds.mark_arrived(refund_id)
    line = shop.refunds.get(refund_id)
    assert (line.state, line.reference, line.paid_at) == (RefundState.ARRIVED, "5000001", paid_at)
    assert line.arrived_at == shop.clock()
    for step in (lambda: shop.refunds.mark_paid(refund_id, "x"), lambda: shop.refunds.mark_failed(refund_id, "x")):
        with pytest.raises(RefusedError):
            step()
    kinds = [event.kind for event in shop.orders.timeline(line.order_id)]
    assert kinds[-2:] == ["refund.paid", "refund.arrived"]


def test_a_failed_refund_says_why_and_is_paid_again(shop: OrderDesk) -> None:
    refund_id = shop.refunded()
    with pytest.raises(BadInputError):
        shop.refunds.mark_failed(refund_id, " ")
    shop.refunds.mark_failed(refund_id, "账户已注销")
    assert shop.refunds.get(refund_id).note == "账户已注销"
    shop.refunds.mark_paid(refund_id, "5000002")
    assert shop.refunds.get(refund_id).state is RefundState.PAID


def test_overdue_is_what_should_have_arrived_and_has_not(shop: OrderDesk) -> None:
    late, arrived = shop.refunded("A1"), shop.refunded("A2")
    shop.refunds.mark_arrived(arrived)
    assert shop.refunds.listing(RefundFilter(overdue=True)).count() == 0
    shop.clock.now = shop.refunds.get(late).expected_at + timedelta(seconds=1)
    (line,) = shop.refunds.listing(RefundFilter(overdue=True)).page(0, 10)
    assert (line.id, line.is_overdue) == (late, True)
    assert not shop.refunds.get(arrived).is_overdue


def test_refunds_are_found_filtered_and_sorted(shop: OrderDesk) -> None:
    first, second = shop.refunded("AA1"), shop.refunded("BB2")
    shop.refunds.mark_paid(second, "PAY-77")
    listing = shop.refunds.listing
    assert [line.id for line in listing(RefundFilter(text="bb2")).rows()] == [second]
    assert [line.id for line in listing(RefundFilter(text="PAY-7")).rows()] == [second]
    request_no = shop.refunds.get(first).request_no
    assert [line.id for line in listing(RefundFilter(text=request_no)).rows()] == [first]
    assert [line.id for line in listing(RefundFilter(state=RefundState.DUE)).rows()] == [first]
    assert [line.id for line in listing(RefundFilter(), Sort("order_no")).rows()] == [first, second]
    with pytest.raises(NotFoundError):
        shop.refunds.get(99)


def test_a_note_is_kept_and_logged_once(shop: OrderDesk) -> None:
    refund_id = shop.refunded()
    shop.refunds.set_note(refund_id, "已联系买家")
    shop.refunds.set_note(refund_id, "已联系买家")
    assert shop.refunds.get(refund_id).note == "已联系买家"
    assert len(shop.desk.events("refund.noted")) == 1
