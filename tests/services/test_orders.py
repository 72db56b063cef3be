"""Orders: what is agreed stays, keys leave oldest first and once, and every refusal takes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import (
    BadInputError,
    CancelledError,
    ConflictError,
    LockedError,
    NotFoundError,
    RefusedError,
)
from desktop_app.domain.states import (
    FeeDisclosure,
    KeyState,
    OrderState,
    PaymentChannel,
    ProductKind,
    TopupState,
    UnitState,
)
from desktop_app.services import order_find
from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderFilter, Target, unit_lines
from desktop_app.services.policies import PolicyDraft
from tests.services.order_desk import KEYS, OrderDesk, query_plans

# ---- entering


def test_an_order_keeps_the_policy_of_its_time(shop: OrderDesk) -> None:
    before = shop.clock()
    shop.clock.advance(hours=1)
    shop.policies.add_version(shop.channel_id, PolicyDraft(fee_bp=1000, fee_disclosure=FeeDisclosure.BURIED))
    shop.clock.advance(hours=1)
    old = shop.orders.detail(shop.paid("OLD", ordered_at=before, paid_at=before))
    new = shop.orders.detail(shop.paid("NEW"))
    assert (old.policy_version, old.fee_bp, old.fee_disclosure) == (1, 500, FeeDisclosure.CLEAR)
    assert (new.policy_version, new.fee_bp, new.fee_disclosure) == (2, 1000, FeeDisclosure.BURIED)


def test_an_order_from_before_the_shop_gets_its_first_policy(shop: OrderDesk) -> None:
    long_ago = shop.clock() - timedelta(days=400)
    order = shop.orders.detail(shop.paid(ordered_at=long_ago, paid_at=None, fee_disclosure=FeeDisclosure.NONE))
    assert (order.policy_version, order.fee_disclosure) == (1, FeeDisclosure.NONE)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantity=st.integers(1, 30), list_fen=st.integers(0, 10_000), data=st.data())
def test_the_discount_is_spread_to_the_last_fen(
    shop: OrderDesk, quantity: int, list_fen: int, data: st.DataObject
) -> None:
    discount = data.draw(st.integers(0, quantity * list_fen))
    number = f"H{shop.orders.listing(OrderFilter()).count()}"
    order_id = shop.paid(number, quantity=quantity, list_fen=list_fen, discount_fen=discount, paid_fen=1)
    nets = [unit.net_fen for unit in shop.orders.detail(order_id).units]
    assert sum(nets) == quantity * list_fen - discount
    assert max(nets) - min(nets) <= 1
    assert min(nets) >= 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_no": ""},
        {"order_no": "two words"},
        {"order_no": "1.23E+17"},
        {"quantity": 0},
        {"quantity": 1001},
        {"list_fen": -1},
        {"discount_fen": 5001},
        {"paid_fen": 0},  # with a time of payment
        {"buyer": "a\u202eb"},
        {"target": Target(account="x" * 201)},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stays(shop: OrderDesk, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        shop.paid(**wrong)
    assert shop.orders.listing(OrderFilter()).count() == 0


def test_times_in_the_future_or_out_of_order_are_refused(shop: OrderDesk) -> None:
    now = shop.clock()
    with pytest.raises(BadInputError, match="future"):
        shop.paid(ordered_at=now + timedelta(seconds=1), paid_at=None)
    with pytest.raises(BadInputError, match="payment"):
        shop.paid(paid_at=now - timedelta(hours=5))


def test_an_order_number_is_taken_once(shop: OrderDesk) -> None:
    shop.paid("A1")
    with pytest.raises(RefusedError, match="A1"):
        shop.paid(" A1 ")


def test_buyers_data_stands_nowhere_in_clear(shop: OrderDesk) -> None:
    target = Target("点券", "逐浪", "13812342266", "电信一区", "青衫客")
    order_id = shop.paid(buyer="wx_lin88_secret", target=target)
    detail = shop.orders.detail(order_id)
    assert (detail.buyer, detail.target) == ("wx_lin88_secret", target)
    assert detail.line.buyer_masked == "wx_****cret"
    for path in filter(Path.is_file, shop.context.data_dir.rglob("*")):
        data = path.read_bytes()
        assert b"wx_lin88_secret" not in data, path
        assert b"13812342266" not in data, path
        assert "青衫客".encode() not in data, path


def test_a_locked_shop_lists_fingerprints_and_takes_no_buyer(shop: OrderDesk) -> None:
    first = shop.delivered("A1", buyer="同一买家", target=Target(account="13812342266"))
    second = shop.paid("A2", buyer="同一买家")
    shop.desk.stock(shop.product_id, KEYS[1])
    shop.context.vault.lock()
    lines = {line.id: line for line in shop.orders.listing(OrderFilter()).page(0, 10)}
    assert lines[first].buyer_masked == lines[second].buyer_masked
    assert lines[first].buyer_masked.startswith("#")
    detail = shop.orders.detail(first)
    assert detail.target.account.startswith("#")
    assert detail.units[0].key_masked.startswith("#")
    with pytest.raises(LockedError):
        shop.orders.deliver(second)
    with pytest.raises(LockedError):
        shop.paid("A3", buyer="某人")
    shop.paid("A4")  # without buyer's data nothing has to be sealed
    assert shop.orders.detail(second).line.state is OrderState.PAID


def test_a_damaged_seal_hides_one_value_and_no_order(shop: OrderDesk) -> None:
    order_id = shop.delivered("A1", buyer="wx_1")
    shop.paid("A2", buyer="wx_2")
    shop.desk.execute("UPDATE orders SET buyer_sealed = zeroblob(60) WHERE order_no = 'A1'")
    shop.desk.execute("UPDATE card_keys SET sealed = zeroblob(60)")
    masked = {line.order_no: line.buyer_masked for line in shop.orders.listing(OrderFilter()).rows()}
    assert masked == {"A1": "✗", "A2": "w****2"}
    with shop.context.read() as session:
        (unit,) = unit_lines(shop.context, session, [order_id])[order_id]
    assert unit.key_masked == "✗"


# ---- finding


def test_search_finds_numbers_buyers_and_accounts_and_nothing_else(shop: OrderDesk) -> None:
    shop.paid("DD2026110001", buyer="Lin88", target=Target(account="13812342266"))
    shop.paid("DD2026110002", buyer="wang")
    shop.paid("XX_00%1")

    def found(text: str) -> set[str]:
        return {line.order_no for line in shop.orders.listing(OrderFilter(text=text)).page(0, 10)}

    assert found("DD2026110001") == {"DD2026110001"}
    assert found("dd") == {"DD2026110001", "DD2026110002"}
    assert found("0002") == {"DD2026110002"}
    assert found(" lin88 ") == {"DD2026110001"}
    assert found("138 1234 2266") == {"DD2026110001"}
    assert found("138") == set()
    assert found("0%1") == {"XX_00%1"}
    assert found("0_1") == set()
    shop.context.vault.lock()
    assert found("lin88") == set()


def test_a_search_with_a_nul_finds_nothing_and_breaks_nothing(shop: OrderDesk) -> None:
    assert shop.orders.listing(OrderFilter(text="DD\x002026\x00")).count() == 0


def test_a_part_that_many_orders_hold_is_found_all_the_same(shop: OrderDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 6):
        shop.paid(f"DD202611{number}", ordered_at=shop.clock() - timedelta(hours=number), paid_at=None)
    shop.paid("XX2026771", ordered_at=shop.clock() - timedelta(days=2), paid_at=None, buyer="2026117")
    for many in (4, 5, 6, 7, 8192):
        monkeypatch.setattr(order_find, "MANY", many)
        for part, expected in (("d20261", [1, 2, 3, 4, 5]), ("DD2026114", [4]), ("DD20261199", [])):
            listing = shop.orders.listing(OrderFilter(text=part))
            assert [line.order_no for line in listing.page(0, 9)] == [f"DD202611{number}" for number in expected]
            assert listing.count() == len(expected)
        assert [line.order_no for line in shop.orders.listing(OrderFilter(text="2026117")).rows()] == ["XX2026771"]


def test_listing_filters_sorts_and_pages(shop: OrderDesk) -> None:
    for number in range(1, 6):
        shop.paid(f"N{number}", ordered_at=shop.clock() - timedelta(hours=number), paid_at=None, paid_fen=number)
    shop.orders.lock(shop.orders.by_number("N2").line.id, "查身份")
    listing = shop.orders.listing(OrderFilter())
    assert listing.count() == 5
    assert [line.order_no for line in listing.page(1, 2)] == ["N2", "N3"]
    dearest = shop.orders.listing(OrderFilter(), Sort("paid_fen", descending=True)).page(0, 2)
    assert [line.order_no for line in dearest] == ["N5", "N4"]
    assert [line.order_no for line in shop.orders.listing(OrderFilter(locked=True)).rows()] == ["N2"]
    recent = OrderFilter(ordered_from=shop.clock() - timedelta(hours=3), ordered_to=shop.clock() - timedelta(hours=1))
    assert [line.order_no for line in shop.orders.listing(recent).rows()] == ["N2", "N3"]
    with pytest.raises(NotFoundError, match="N9"):
        shop.orders.by_number("N9")


def test_pages_exact_numbers_and_buyers_come_from_indexes(shop: OrderDesk) -> None:
    shop.paid("A1", buyer="lin88")
    with query_plans(shop.desk) as plans:
        shop.orders.listing(OrderFilter()).page(0, 50)
        shop.orders.listing(OrderFilter(state=OrderState.PAID)).page(0, 50)
        shop.orders.listing(OrderFilter(text="A1")).page(0, 50)
        shop.orders.listing(OrderFilter(text="A")).page(0, 50)
        shop.orders.by_number("A1")
    assert len(plans) > 10
    scans = [plan for plan in plans if "SCAN orders" in plan and "USING" not in plan]
    assert not scans, scans[0]
    # sorting pages of the default order would read every order first
    pages = [plan for plan in plans if "LIMIT" in plan and "WHERE" not in plan]
    assert pages
    assert not any("TEMP B-TREE" in plan for plan in pages)


# ---- delivering


def test_the_oldest_keys_go_first_across_batches_and_expired_ones_never(shop: OrderDesk) -> None:
    product = shop.product_id
    yesterday = (shop.clock() - timedelta(days=1)).date().isoformat()
    today = shop.clock().astimezone(shop.context.zone).date().isoformat()
    shop.desk.stock(product, "EXPIRED-KEY-0001", expires_on=yesterday)
    shop.desk.stock(product, "Z-LINE-ONE-0001", "A-LINE-TWO-0002", expires_on=today)
    shop.desk.stock(product, "NEWER-BATCH-0003")
    first = shop.orders.deliver(shop.paid("A1", quantity=2))
    assert first.keys == ("Z-LINE-ONE-0001", "A-LINE-TWO-0002")
    assert shop.orders.deliver(shop.paid("A2")).keys == ("NEWER-BATCH-0003",)
    with pytest.raises(RefusedError, match="1 too few"):
        shop.orders.deliver(shop.paid("A3"))


def test_a_key_is_sellable_through_its_last_day_in_the_shops_zone(shop: OrderDesk) -> None:
    last_day = shop.clock().astimezone(shop.context.zone).date()
    shop.desk.stock(shop.product_id, "LAST-DAY-KEY-01", expires_on=last_day.isoformat())
    order_id = shop.paid("A1")
    shop.clock.now = shop.clock().replace(hour=16, minute=0, second=0)  # midnight in Shanghai
    with pytest.raises(RefusedError):
        shop.orders.deliver(order_id)
    shop.clock.now -= timedelta(seconds=1)
    assert shop.orders.deliver(order_id).keys == ("LAST-DAY-KEY-01",)


def test_short_stock_gives_nothing_and_names_what_is_missing(shop: OrderDesk) -> None:
    ids = shop.desk.stock(shop.product_id, *KEYS[:2])
    order_id = shop.paid(quantity=5)
    events = len(shop.desk.events())
    with pytest.raises(RefusedError) as refused:
        shop.orders.deliver(order_id)
    assert "2" in refused.value.zh
    assert "3" in refused.value.zh
    assert [shop.desk.inventory.get(key_id).state for key_id in ids] == [KeyState.IN_STOCK] * 2
    order = shop.orders.detail(order_id)
    assert (order.line.state, order.units[0].state) == (OrderState.PAID, UnitState.UNSHIPPED)
    assert len(shop.desk.events()) == events


def test_delivery_records_when_by_whom_and_what(shop: OrderDesk) -> None:
    order_id = shop.delivered(keys=KEYS[:2])
    order = shop.orders.detail(order_id)
    assert (order.line.state, order.line.shipped_at, order.delivered_at) == (
        OrderState.SHIPPED,
        shop.clock(),
        shop.clock(),
    )
    assert [(unit.state, unit.key_state, unit.delivered_by) for unit in order.units] == [
        (UnitState.UNUSED, KeyState.DELIVERED, "林默")
    ] * 2
    (event,) = shop.desk.events("order.delivered")
    assert event["order_id"] == order_id
    assert not any(key in str(event) for key in KEYS)


def test_the_text_for_the_buyer_holds_number_and_keys_in_both_languages(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, "number----password", KEYS[1])
    order_id = shop.paid("DD-9", quantity=2)
    delivery = shop.orders.deliver(order_id)
    for text in (delivery.text_zh, delivery.text_en):
        assert "DD-9" in text
        assert "number----password\n" + KEYS[1] in text
    again = shop.orders.delivered_text(order_id)
    assert (again.keys, again.text_zh) == (delivery.keys, delivery.text_zh)
    assert [event["order_id"] for event in shop.desk.events("key.revealed")] == [order_id]


def test_sent_is_not_received(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, KEYS[0])
    order_id = shop.paid()
    shop.orders.deliver(order_id, received=False)
    assert shop.orders.detail(order_id).delivered_at is None
    shipped = shop.clock()
    with pytest.raises(BadInputError):
        shop.orders.confirm_delivered(order_id, shipped - timedelta(seconds=1))
    shop.clock.advance(minutes=5)
    shop.orders.confirm_delivered(order_id, shipped + timedelta(minutes=1))
    order = shop.orders.detail(order_id)
    assert (order.delivered_at, order.completed_at) == (shipped + timedelta(minutes=1), None)
    assert order.units[0].state is UnitState.UNUSED
    with pytest.raises(RefusedError):
        shop.orders.confirm_delivered(order_id, shop.clock())


def test_nothing_is_delivered_that_is_locked_unpaid_cancelled_or_delivered(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, *KEYS)
    unpaid = shop.orders.add(shop.draft("U1", paid_fen=0, paid_at=None))
    with pytest.raises(RefusedError, match="not paid"):
        shop.orders.deliver(unpaid)
    shop.orders.cancel_unpaid(unpaid, "买家不要了")
    with pytest.raises(RefusedError, match="cancelled"):
        shop.orders.deliver(unpaid)
    locked = shop.paid("L1")
    shop.orders.lock(locked, "频繁下单")
    with pytest.raises(RefusedError, match="频繁下单"):
        shop.orders.deliver(locked)
    shop.orders.unlock(locked, "身份已核实")
    shop.orders.deliver(locked)
    with pytest.raises(RefusedError, match="already"):
        shop.orders.deliver(locked)
    assert shop.desk.products.get(shop.product_id).delivered == 1


def test_a_topup_ships_without_a_key(shop: OrderDesk) -> None:
    topup = shop.desk.product("HF100", kind=ProductKind.PHONE_TOPUP)
    order_id = shop.paid(product_id=topup, target=Target(account="13812342266"))
    delivery = shop.orders.deliver(order_id)
    (unit,) = shop.orders.detail(order_id).units
    assert (unit.state, unit.topup, unit.card_key_id) == (UnitState.UNUSED, TopupState.CHARGING, None)
    assert delivery.keys == ()
    assert "138****2266" in delivery.text_zh
    assert "13812342266" not in delivery.text_zh


def test_two_deliveries_at_once_never_give_the_same_key(shop: OrderDesk) -> None:
    count = 8
    shop.desk.stock(shop.product_id, *(f"RACE-KEY-{number:04d}" for number in range(count)))
    orders = [shop.paid(f"R{number}") for number in range(count)]
    start = threading.Barrier(4)
    given_out: list[str] = []
    twice: list[str] = []

    def work(mine: list[int]) -> None:
        start.wait()
        for order_id in mine:
            try:
                given_out.extend(shop.orders.deliver(order_id).keys)
            except RefusedError as error:
                twice.append(error.en)

    # every order is delivered from two threads: one of them has to be refused
    parts = [orders[:4], orders[4:], orders[4:], orders[:4]]
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given_out) == [f"RACE-KEY-{number:04d}" for number in range(count)]
    assert len(twice) == count


def test_the_stock_is_taken_from_its_index(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, *KEYS)
    order_id = shop.paid()
    with query_plans(shop.desk) as plans:
        shop.orders.deliver(order_id)
    found = [plan for plan in plans if "in_stock" in plan]
    assert found
    assert all("ix_card_keys_stock" in plan and "TEMP B-TREE" not in plan for plan in found)


# ---- paying, completing, locking, cancelling


def test_an_unpaid_order_is_paid_then_shipped_then_completed(shop: OrderDesk) -> None:
    shop.desk.stock(shop.product_id, KEYS[0])
    order_id = shop.orders.add(shop.draft(paid_fen=0, paid_at=None))
    with pytest.raises(BadInputError):
        shop.orders.mark_paid(order_id, 0, shop.clock(), PaymentChannel.WECHAT)
    with pytest.raises(BadInputError):
        shop.orders.mark_paid(order_id, 5000, shop.clock() + timedelta(hours=1), PaymentChannel.WECHAT)
    shop.orders.mark_paid(order_id, 5000, shop.clock(), PaymentChannel.WECHAT, "4200001")
    with pytest.raises(RefusedError):
        shop.orders.mark_paid(order_id, 5000, shop.clock(), PaymentChannel.WECHAT)
    with pytest.raises(RefusedError, match="shipped"):
        shop.orders.complete(order_id)
    shop.orders.deliver(order_id)
    shop.clock.advance(hours=1)
    shop.orders.complete(order_id)
    order = shop.orders.detail(order_id)
    assert (order.line.state, order.completed_at) == (OrderState.COMPLETED, shop.clock())
    assert (order.line.paid_fen, order.payment_channel, order.payment_ref) == (5000, PaymentChannel.WECHAT, "4200001")
    # completed is not redeemed
    assert order.units[0].state is UnitState.UNUSED


def test_a_paid_order_is_not_cancelled_without_a_request(shop: OrderDesk) -> None:
    order_id = shop.paid()
    with pytest.raises(RefusedError):
        shop.orders.cancel_unpaid(order_id, "不要了")
    assert shop.orders.detail(order_id).line.state is OrderState.PAID


def test_locking_needs_a_reason_and_happens_once(shop: OrderDesk) -> None:
    order_id = shop.paid()
    with pytest.raises(BadInputError):
        shop.orders.lock(order_id, "  ")
    with pytest.raises(RefusedError):
        shop.orders.unlock(order_id, "误报")
    shop.orders.lock(order_id, "切换账号")
    with pytest.raises(RefusedError):
        shop.orders.lock(order_id, "再锁")
    assert shop.orders.detail(order_id).lock_reason == "切换账号"
    shop.orders.unlock(order_id, "误报")
    assert shop.orders.detail(order_id).lock_reason == ""


def test_the_timeline_tells_everything_in_order(shop: OrderDesk) -> None:
    other = shop.paid("B1")
    order_id = shop.delivered("A1")
    shop.redeem(shop.unit_ids(order_id)[0])
    shop.orders.lock(order_id, "查")
    shop.orders.unlock(order_id, "清")
    shop.orders.complete(order_id)
    timeline = shop.orders.timeline(order_id)
    assert [event.kind for event in timeline] == [
        "order.added",
        "order.delivered",
        "unit.redeemed",
        "order.locked",
        "order.unlocked",
        "order.completed",
    ]
    assert [event.seq for event in timeline] == sorted(event.seq for event in timeline)
    assert {event.actor for event in timeline} == {"林默"}
    assert [event.kind for event in shop.orders.timeline(other)] == ["order.added"]


def test_every_write_tells_the_pages(shop: OrderDesk) -> None:
    shop.desk.changes.clear()
    shop.delivered()
    assert any({"orders", "keys", "products"} <= areas for areas in shop.desk.changes)


# ---- from a file

HEADER = "订单号,渠道,商品,数量,单价,优惠,实付,支付方式,下单时间,支付时间,订单状态,买家,充值账号\n"


def _file(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "订单.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8-sig")
    return path


def test_a_file_is_previewed_line_by_line_and_imported_whole(shop: OrderDesk, tmp_path: Path) -> None:
    shop.paid("F0")
    path = _file(
        tmp_path,
        "F0,星河卡盟,STEAM50,1,50,,50,微信,2026-11-22 09:00,,已支付,,",
        "F1,星河卡盟,steam50,3,50.00,10,140,微信,2026-11-22 09:00,2026-11-22 09:01,已支付,wx_1,13812342266",
        "F2,没有的渠道,STEAM50,1,50,,50,微信,2026-11-22 09:00,,已支付,,",
        "F3,星河卡盟,NOPE,1,50,,50,微信,2026-11-22 09:00,,已支付,,",
        "F4,星河卡盟,STEAM50,x,50,,50,微信,2026-11-22 09:00,,已支付,,",
        "F5,星河卡盟,STEAM50,1,50,,50,支付宝,2026-11-21 09:00,,已发货,,",
        "F6,星河卡盟,STEAM50,1,50,,50,支付宝,2027-01-01 09:00,,已支付,,",
    )
    preview = shop.orders.preview_import(path)
    assert (preview.new_count, preview.duplicate_count, preview.problem_count) == (2, 1, 4)
    assert [(line.row, line.ok) for line in preview.lines] == [
        (2, False),
        (3, True),
        (4, False),
        (5, False),
        (6, False),
        (7, True),
        (8, False),
    ]
    assert all(line.zh and line.en for line in preview.lines if not line.ok)
    assert shop.orders.listing(OrderFilter()).count() == 1
    assert shop.orders.import_orders(preview) == 2
    first = shop.orders.by_number("F1")
    assert (first.line.paid_fen, sum(unit.net_fen for unit in first.units)) == (14_000, 14_000)
    assert (first.buyer, first.target.account, first.line.quantity) == ("wx_1", "13812342266", 3)
    shipped = shop.orders.by_number("F5")
    assert (shipped.line.state, shipped.units[0].state) == (OrderState.SHIPPED, UnitState.UNUSED)
    assert [event.kind for event in shop.orders.timeline(shipped.line.id)] == ["order.added"]


def test_an_import_that_meets_a_new_duplicate_or_is_cancelled_leaves_nothing(shop: OrderDesk, tmp_path: Path) -> None:
    rows = [f"G{number},星河卡盟,STEAM50,1,50,,50,微信,2026-11-22 09:00,,已支付,," for number in range(250)]
    preview = shop.orders.preview_import(_file(tmp_path, *rows))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CancelledError):
        shop.orders.import_orders(preview, cancelled=cancelled)
    assert shop.orders.listing(OrderFilter()).count() == 0
    shop.paid("G249")
    with pytest.raises(ConflictError, match="G249"):
        shop.orders.import_orders(preview)
    assert shop.orders.listing(OrderFilter()).count() == 1
