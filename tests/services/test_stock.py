"""The stock in figures: value, days left, alerts once per crossing, and suppliers whose keys fail."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.states import EvidenceKind, KeyState, ProductKind, ReasonCode
from desktop_app.services.products import ProductDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.stock import Stock, StockLine, SupplierLine
from tests.csv_files import read_back
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk


@pytest.fixture
def stock(desk: Desk) -> Stock:
    return Stock(desk.context)


def _line(stock: Stock, product_id: int, days: int = 30) -> StockLine:
    return next(line for line in stock.report(days) if line.product.id == product_id)


def _keys(count: int, prefix: str) -> list[str]:
    return [f"{prefix}-0000-{number:04}" for number in range(count)]


def test_value_days_and_what_expires_soon(desk: Desk, stock: Stock) -> None:
    product_id = desk.product(price_fen=4850)
    desk.product("TOPUP", kind=ProductKind.PHONE_TOPUP)
    costly = desk.stock(product_id, *_keys(6, "AAAA"), cost_fen=4700, expires_on="2026-12-22")
    desk.stock(product_id, *_keys(4, "BBBB"))
    desk.stock(product_id, *_keys(3, "OLDX"), cost_fen=100, expires_on="2026-11-21")
    desk.inventory.quarantine(costly[:1], "待查")
    desk.inventory.void(costly[1:2], "坏卡")
    desk.clock.advance(days=-20)
    desk.deliver(costly[2], "A1")  # too long ago for the present rate
    desk.clock.advance(days=10)
    desk.deliver(costly[3], "A2")
    desk.clock.advance(days=10)
    desk.deliver(costly[4], "A3")
    line = _line(stock, product_id)
    product = line.product
    assert (product.in_stock, product.delivered, product.quarantined, product.void, product.expired) == (5, 3, 1, 1, 3)
    assert (line.cost_fen, line.uncosted, line.price_fen) == (4700, 4, 5 * 4850)
    assert (line.sold, line.days_left, line.expiring) == (2, 35, 1)
    assert _line(stock, product_id, 29).expiring == 0
    assert [line.product.code for line in stock.report()] == ["STEAM50"]


def test_nothing_sold_lasts_for_no_known_time(desk: Desk, stock: Stock) -> None:
    product_id = desk.product()
    desk.stock(product_id, *_keys(2, "AAAA"))
    assert _line(stock, product_id).days_left is None


def test_an_alert_comes_once_per_crossing(desk: Desk, stock: Stock) -> None:
    product_id = desk.product(low_stock_threshold=2)
    assert [line.code for line in stock.take_alerts()] == ["STEAM50"]
    assert stock.take_alerts() == []
    ids = desk.stock(product_id, *_keys(3, "AAAA"))
    assert stock.take_alerts() == []
    desk.inventory.void(ids[:1], "坏卡")
    assert [line.in_stock for line in stock.take_alerts()] == [2]
    desk.inventory.void(ids[1:2], "坏卡")
    assert stock.take_alerts() == []
    kinds = [event["kind"] for event in desk.events() if str(event["kind"]) in ("product.alerted", "product.refilled")]
    assert kinds == ["product.alerted", "product.refilled", "product.alerted"]
    # it is kept in the shop, so another window or the next start does not tell it again
    assert Stock(desk.context).take_alerts() == []


def test_alerts_follow_the_day_the_threshold_and_the_sale(desk: Desk, stock: Stock) -> None:
    draft = {"name": "甲", "kind": ProductKind.GAME_CARD}
    product_id = desk.product(low_stock_threshold=1)
    desk.product("TOPUP", kind=ProductKind.PHONE_TOPUP, low_stock_threshold=5)
    desk.product("OFF", low_stock_threshold=5, active=False)
    desk.stock(product_id, *_keys(2, "AAAA"), expires_on="2026-11-22")
    assert stock.take_alerts() == []
    desk.clock.advance(days=1)  # both keys expired over night
    assert [line.code for line in stock.take_alerts()] == ["STEAM50"]
    desk.products.change(product_id, ProductDraft(code="STEAM50", **draft))  # type: ignore[arg-type]
    assert stock.take_alerts() == []
    desk.products.change(product_id, ProductDraft(code="STEAM50", low_stock_threshold=9, **draft))  # type: ignore[arg-type]
    assert [line.code for line in stock.take_alerts()] == ["STEAM50"]


def test_suppliers_by_failure_rate(desk: Desk, stock: Stock) -> None:
    shop = OrderDesk(desk)
    good = desk.stock(shop.product_id, *_keys(4, "GOOD"), supplier="乙供货", cost_fen=4000)
    for number, key_id in enumerate(good):
        desk.deliver(key_id, f"G{number}")
    desk.inventory.void(good[:1], "误操作")  # void, but not because it failed
    bad = desk.stock(shop.product_id, *_keys(4, "BADX"), supplier="甲供货", cost_fen=4700)
    desk.stock(shop.product_id, *_keys(2, "NONE"))
    shop.paid("A1")
    shop.orders.deliver(shop.orders.by_number("A1").line.id)
    request_id = shop.requests.add(
        RequestDraft(
            order_no="A1",
            requested_at=shop.clock(),
            reason=ReasonCode.INVALID_CARD,
            evidence=(EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,),
        )
    )
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    assert desk.inventory.get(bad[0]).state is KeyState.VOID
    desk.inventory.quarantine(bad[3:], "抽检无效", failed=True)
    assert stock.suppliers() == [
        SupplierLine("甲供货", 1, 4, 2 - 1 + 0, 3, 2, 6667, 9400),
        SupplierLine("乙供货", 1, 4, 0, 4, 0, 0, 0),
        SupplierLine("", 1, 2, 2, 0, 0, None, 0),
    ]
    desk.inventory.restock(bad[3:], "官方确认可用", official_not_activated=True)
    assert stock.suppliers()[0].failed == 1


def test_both_reports_can_be_exported(desk: Desk, stock: Stock, tmp_path: Path) -> None:
    shop = OrderDesk(desk)
    desk.stock(shop.product_id, *_keys(2, "AAAA"), supplier="=甲", cost_fen=1050)
    path = tmp_path / "stock.csv"
    assert shop.reports.export("stock", path) == 1
    header, row = read_back(path)
    assert dict(zip(header, row, strict=True))["成本"] == "21.00"
    assert shop.reports.export("suppliers", path, language="en") == 1
    assert list(read_back(path))[1] == ["=甲", "1", "2", "2", "0", "0", "", "0.00"]


def test_what_expires_soon_is_counted_by_the_product_that_holds_the_keys(desk: Desk, stock: Stock) -> None:
    shop = OrderDesk(desk)
    other = desk.product("OTHER")
    today = date(2026, 11, 22)
    days = {"A": 0, "B": 30, "C": 31, "D": -1}
    ids = {
        name: desk.stock(
            shop.product_id, *_keys(3, f"EXP{name}"), expires_on=(today + timedelta(days=offset)).isoformat()
        )
        for name, offset in days.items()
    }
    desk.stock(other, *_keys(1, "NOEXPIRY"))
    assert [(line.code, line.keys, line.first_on) for line in stock.expiring()] == [("STEAM50", 6, "2026-11-22")]
    desk.inventory.move(ids["B"][:2], other)
    assert [(line.code, line.keys, line.first_on) for line in stock.expiring()] == [
        ("STEAM50", 4, "2026-11-22"),
        ("OTHER", 2, "2026-12-22"),
    ]
    assert [(line.code, line.keys) for line in stock.expiring(29)] == [("STEAM50", 3)]
