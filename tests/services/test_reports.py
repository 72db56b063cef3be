"""The figures of the desk, the log, and the check that finds what was tampered with."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.states import ReasonCode
from desktop_app.services.listing import Sort
from desktop_app.services.request_entry import RequestDraft
from tests.services.order_desk import KEYS, OrderDesk


def _ask(shop: OrderDesk, order_no: str) -> int:
    draft = RequestDraft(order_no=order_no, requested_at=shop.clock(), reason=ReasonCode.CHANGE_OF_MIND)
    return shop.requests.add(draft)


def test_an_empty_desk_is_all_zero(shop: OrderDesk) -> None:
    desk = shop.reports.desk()
    numbers = [getattr(desk, name) for name in desk.__slots__ if name not in ("next_due_at", "low_stock", "expiring")]
    assert set(numbers) == {0}
    assert (desk.next_due_at, desk.low_stock, desk.expiring) == (None, (), ())


def test_the_desk_counts_what_is_there_today(shop: OrderDesk) -> None:
    shop.desk.product("LOW", low_stock_threshold=5)
    yesterday = shop.clock() - timedelta(days=1)
    shop.paid("OLD", ordered_at=yesterday, paid_at=yesterday, paid_fen=700)
    shop.orders.lock(shop.paid("LOCKED"), "查")
    shop.paid("WAIT")
    refund_id = shop.refunded("BACK")
    request_id = _ask(shop, "WAIT")
    desk = shop.reports.desk()
    assert (desk.orders_today, desk.sales_today_fen) == (3, 15_000)
    assert desk.waiting_delivery == 3
    assert (desk.refunds_today, desk.refunded_today_fen, desk.fees_today_fen) == (1, 5000, 0)
    assert (desk.refunds_outstanding, desk.refunds_outstanding_fen, desk.refunds_overdue) == (1, 5000, 0)
    assert (desk.open_requests, desk.overdue, desk.due_today) == (1, 0, 0)
    assert [line.code for line in desk.low_stock] == ["LOW"]
    due = shop.requests.detail(request_id).line.due_at
    assert due is not None
    assert desk.next_due_at == due == shop.clock() + timedelta(hours=24)
    assert [line.id for line in shop.reports.due_next()] == [request_id]

    shop.clock.now = due - timedelta(hours=1)
    assert shop.reports.desk().due_today == 1
    shop.clock.now = max(due, shop.refunds.get(refund_id).expected_at) + timedelta(seconds=1)
    late = shop.reports.desk()
    assert (late.overdue, late.due_today, late.next_due_at) == (1, 0, None)
    assert (late.refunds_overdue, late.orders_today, late.refunds_today) == (1, 0, 0)
    shop.refunds.mark_arrived(refund_id)
    assert shop.reports.desk().refunds_outstanding == 0


def test_today_ends_at_midnight_of_the_shop(shop: OrderDesk) -> None:
    shop.paid("A1")
    shop.clock.now = shop.clock().replace(hour=15, minute=59, second=59)  # 23:59:59 in Shanghai
    assert shop.reports.desk().orders_today == 1
    shop.clock.advance(seconds=1)
    assert shop.reports.desk().orders_today == 0


def test_what_the_rules_let_run_by_itself_is_counted(shop: OrderDesk) -> None:
    shop.orders.add(shop.draft("U1", paid_fen=0, paid_at=None))
    _ask(shop, "U1")
    assert shop.reports.desk().automatic == 1


def test_the_log_is_listed_newest_first(shop: OrderDesk) -> None:
    shop.paid("A1")
    listing = shop.reports.events()
    events = list(listing.rows())
    assert [event.seq for event in events] == list(range(listing.count(), 0, -1))
    assert events[0].kind == "order.added"
    assert listing.page(1, 1) == [events[1]]
    assert next(shop.reports.events(Sort("kind")).rows()).kind == "channel.added"


# ---- the check


def test_a_sound_shop_has_no_findings(shop: OrderDesk) -> None:
    order_id = shop.delivered(buyer="wx_1", keys=KEYS[:2])
    shop.redeem(shop.unit_ids(order_id)[0])
    shop.proofs.issue(shop.unit_ids(order_id)[0])
    shop.refunded("B1")
    steps: list[tuple[int, int]] = []
    assert shop.reports.check(lambda done, total: steps.append((done, total))) == []
    assert steps[-1][0] == steps[-1][1]
    assert steps == sorted(steps)
    shop.context.vault.lock()
    assert shop.reports.check() == []


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE orders SET refunded_fen = refunded_fen + 1 WHERE order_no = 'A1'", "A1"),
        ("UPDATE units SET net_fen = net_fen - 1 WHERE id = 1", "A1"),
        ("UPDATE decisions SET refund_fen = refund_fen - 1", "request"),
        ("UPDATE card_keys SET state = 'delivered' WHERE state = 'redeemed'", "A1"),
        ("UPDATE card_keys SET sealed = (SELECT sealed FROM card_keys WHERE id = 2) WHERE id = 1", "card_keys 1"),
        ("UPDATE orders SET buyer_sealed = zeroblob(60) WHERE order_no = 'A1'", "orders A1"),
        ("UPDATE events SET body = replace(body, 'A1', 'A9') WHERE seq = 4", "event 4"),
        ("DELETE FROM events WHERE seq > 4", "event"),
    ],
)
def test_what_was_changed_behind_our_back_is_found(shop: OrderDesk, damage: str, named: str) -> None:
    order_id = shop.delivered(buyer="wx_1", keys=KEYS[:2])
    unit_id = shop.unit_ids(order_id)[0]
    shop.redeem(unit_id)
    shop.proofs.issue(unit_id)
    shop.refunded("B1")
    file = shop.context.database.path
    connection = sqlite3.connect(file, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(damage).rowcount >= 1
    connection.close()
    findings = shop.reports.check()
    assert findings
    assert any(named in finding.en for finding in findings), findings
    assert all(finding.zh for finding in findings)


def test_a_changed_proof_file_is_found(shop: OrderDesk) -> None:
    unit_id = shop.unit_ids(shop.delivered())[0]
    shop.redeem(unit_id)
    line = shop.proofs.issue(unit_id)
    path = shop.context.data_dir / "proofs" / f"{line.proof_no}.pdf"
    path.write_bytes(path.read_bytes()[:-1])
    (finding,) = shop.reports.check()
    assert line.proof_no in finding.zh


def test_a_cancelled_check_stops(shop: OrderDesk) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise RefusedError("stop", "停")

    with pytest.raises(RefusedError):
        shop.reports.check(stop)
