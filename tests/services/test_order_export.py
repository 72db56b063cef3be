"""The fast way to export orders writes what the ordinary way does, whatever stands in them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop_app.documents.csv_export import read_back, write_csv
from desktop_app.services import exports
from desktop_app.services.order_export import order_parts
from desktop_app.services.orders import OrderFilter
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

NUMBERS = (
    "E20261122000000001",
    "20261122000000001",
    "007",
    "12",
    "12345678901",
    "123456789012",
    "1-2",
    "=1+2",
    "@a",
    "'quoted'",
    'a"b',
    "back\\slash",
    "comma,here",
    "-5",
    "订单一",
    "\uff1dSUM",
    "A_1",
)
BUYERS = ("", "13812342266", "=cmd()", 'say "hi" to me', "back\\slash", "王小明", "007123456789012345", "1-2", "a@b.cn")


def _slow(desk: OrderDesk, path: Path, language: str) -> None:
    chosen = exports._EXPORTS["orders"]
    listing = desk.orders.listing(OrderFilter())
    cells = (chosen.cells(line, language, desk.context.zone) for line in listing.rows())
    write_csv(path, chosen.columns, cells, language, zone=desk.context.zone)


@pytest.fixture
def odd(desk: Desk) -> OrderDesk:
    shop = OrderDesk(desk)
    product = shop.desk.product("ODD", name='="点卡", 50\\元')
    for place, number in enumerate(NUMBERS):
        shop.paid(
            number,
            buyer=BUYERS[place % len(BUYERS)],
            product_id=product if place % 2 else shop.product_id,
            paid_fen=place * 101,
            list_fen=place * 101,
            paid_at=None if place == 0 else shop.clock() - timedelta(minutes=9),
        )
    return shop


@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_ways_write_the_same_cells(odd: OrderDesk, tmp_path: Path, language: str, is_locked: bool) -> None:
    if is_locked:
        odd.context.vault.lock()
    fast, slow = tmp_path / "fast.csv", tmp_path / "slow.csv"
    assert odd.reports.export("orders", fast, language=language) == len(NUMBERS)
    _slow(odd, slow, language)
    with fast.open(encoding="utf-8-sig", newline="") as one, slow.open(encoding="utf-8-sig", newline="") as other:
        assert list(csv.reader(one, strict=True)) == list(csv.reader(other, strict=True))
    assert {row[0] for row in list(read_back(fast))[1:]} == set(NUMBERS)


def test_a_number_with_the_separator_of_the_buyers(odd: OrderDesk, tmp_path: Path) -> None:
    """No way in takes such a number, but a file of another program may have left one in the shop."""
    first = odd.orders.listing(OrderFilter(text=NUMBERS[0])).page(0, 1)[0].id
    odd.desk.execute("UPDATE orders SET order_no = 'A' || char(30) || 'B', buyer_sealed = NULL WHERE id = ?", first)
    parts = order_parts(odd.context, odd.orders.listing(OrderFilter()).ids(), "zh")
    assert parts is not None
    fast = "".join(text for text, _ in parts)
    _slow(odd, tmp_path / "slow.csv", "zh")
    assert (tmp_path / "slow.csv").read_text(encoding="utf-8-sig").split("\n", 1)[1] == fast.replace("\r\n", "\n")


def test_an_order_that_went_meanwhile_is_left_out(odd: OrderDesk) -> None:
    listing = odd.orders.listing(OrderFilter())
    ids = listing.ids()
    ids.append(10**9)
    parts = order_parts(odd.context, ids, "en")
    assert parts is not None
    assert sum(rows for _, rows in parts) == len(NUMBERS)


def test_a_clock_that_was_put_forward_takes_the_ordinary_way(odd: OrderDesk, tmp_path: Path) -> None:
    odd.context.zone = ZoneInfo("Europe/Berlin")
    odd.clock.now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    summer = odd.clock()
    odd.paid("SUMMER", ordered_at=summer - timedelta(minutes=2), paid_at=summer - timedelta(minutes=1))
    assert order_parts(odd.context, odd.orders.listing(OrderFilter()).ids(), "en") is None
    path = tmp_path / "orders.csv"
    odd.reports.export("orders", path)
    ordered = {row[0]: row[8] for row in list(read_back(path))[1:]}
    assert ordered["SUMMER"] == "2026-07-01 13:58:00"
