"""A list is the same however it is read: walked from its start, from its end, or by its ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from desktop_app.domain.states import KeyState, OrderState
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_lines import SORT_COLUMNS
from desktop_app.services.orders import OrderFilter
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

KEY_SORTS = ("id", "product", "batch", "state", "state_at", "expires_on")
ORDERS = 12


@pytest.fixture
def shop(desk: Desk) -> OrderDesk:
    """Orders and keys with many equal values, so that only the tie-breaks order them."""
    shop = OrderDesk(desk)
    other = desk.product("QQ")
    for number in range(ORDERS):
        shop.paid(
            f"N{number % 3}{number:02d}",
            product_id=other if number % 2 else shop.product_id,
            paid_fen=100 * (number % 3 + 1),
            list_fen=300,
            ordered_at=shop.clock() - timedelta(minutes=30 - number % 4),
        )
    first = desk.stock(shop.product_id, *(f"AAAA-0000-{number:04d}" for number in range(7)), expires_on="2027-05-01")
    desk.stock(other, *(f"BBBB-0000-{number:04d}" for number in range(5)), expires_on="2027-01-01")
    desk.stock(shop.product_id, *(f"CCCC-0000-{number:04d}" for number in range(4)))
    desk.inventory.void(first[2:4], "坏")
    return shop


def reads_the_same(make: Callable[[], Listing[Any]]) -> list[int]:
    ids = list(make().ids())
    assert len(set(ids)) == len(ids) == make().count()
    for offset in range(len(ids) + 1):
        walked = make()
        walked.count()
        assert [line.id for line in walked.page(offset, 3)] == ids[offset : offset + 3], "walked"
    loaded = make()
    assert [line.id for line in loaded.rows(chunk=5)] == ids
    assert [line.id for line in loaded.page(2, 4)] == ids[2:6]
    assert loaded.positions([*ids[3:5], 10**9]) == {ids[3]: 3, ids[4]: 4}
    return ids


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", SORT_COLUMNS)
def test_orders_in_every_order(shop: OrderDesk, key: str, descending: bool) -> None:
    ids = reads_the_same(lambda: shop.orders.listing(OrderFilter(), Sort(key, descending)))
    assert len(ids) == ORDERS
    kept = shop.orders.listing(OrderFilter(product_id=shop.product_id), Sort(key, descending)).ids()
    assert list(kept) == [row_id for row_id in ids if row_id in set(kept)], "a filter keeps the order"
    turned = shop.orders.listing(OrderFilter(), Sort(key, not descending)).ids()
    assert list(turned) == ids[::-1]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", KEY_SORTS)
def test_keys_in_every_order(shop: OrderDesk, key: str, descending: bool) -> None:
    listing = shop.desk.inventory.listing
    ids = reads_the_same(lambda: listing(KeyFilter(), Sort(key, descending)))
    assert len(ids) == 16
    assert list(listing(KeyFilter(), Sort(key, not descending)).ids()) == ids[::-1]
    for where in (KeyFilter(product_id=shop.product_id), KeyFilter(state=KeyState.IN_STOCK), KeyFilter(batch_id=1)):
        reads_the_same(lambda where=where: listing(where, Sort(key, descending)))  # type: ignore[misc]


@pytest.mark.parametrize("text", ["N0", "n0", "N100", "103", "1", "zzz", "%", '"', "N_0"])
def test_a_text_finds_what_a_scan_finds(shop: OrderDesk, text: str) -> None:
    found = {line.order_no for line in shop.orders.listing(OrderFilter(text=text)).rows()}
    every = [line.order_no for line in shop.orders.listing(OrderFilter()).rows()]
    if len(text) < 3:
        assert found == {number for number in every if number.startswith(text.upper())}
    else:
        assert found == {number for number in every if text.upper() in number}


def test_a_list_is_one_look_and_its_rows_are_as_they_are(shop: OrderDesk) -> None:
    listing = shop.orders.listing(OrderFilter())
    ids = list(listing.ids())
    shop.desk.execute("UPDATE orders SET locked = 1 WHERE id = ?", ids[0])
    assert listing.page(0, 1)[0].locked
    shop.paid("LATER")
    assert listing.count() == len(ids) == len(list(listing.rows()))


def test_a_key_that_went_is_skipped(shop: OrderDesk) -> None:
    listing = shop.desk.inventory.listing(KeyFilter(), Sort("id"))
    ids = list(listing.ids())
    shop.desk.execute("DELETE FROM card_keys WHERE id = ?", ids[1])
    assert [line.id for line in listing.rows()] == [ids[0], *ids[2:]]


def test_nothing_is_kept_open_while_rows_are_read(shop: OrderDesk) -> None:
    rows = shop.orders.listing(OrderFilter()).rows(chunk=2)
    next(rows)
    other = sqlite3.connect(shop.context.database.path, timeout=0.05, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert len(list(rows)) == ORDERS - 1


def test_a_long_list_walks_an_index_and_sorts_nothing(shop: OrderDesk) -> None:
    for key in SORT_COLUMNS:
        listing = shop.orders.listing(OrderFilter(), Sort(key))
        listing.count()
        assert listing._is_indexed, key
    for key in KEY_SORTS:
        keys = shop.desk.inventory.listing(KeyFilter(), Sort(key))
        keys.count()
        assert keys._is_indexed, key
    for where in (
        OrderFilter(state=OrderState.PAID),
        OrderFilter(product_id=1),
        OrderFilter(channel_id=1),
        OrderFilter(product_id=1, state=OrderState.PAID),
    ):
        filtered = shop.orders.listing(where)
        filtered.count()
        assert filtered._is_indexed, where


@pytest.mark.parametrize("far", [2**24 - 1, 2**24, 2**32 - 1, 2**32, 2**40])
def test_an_id_is_kept_whatever_its_size(shop: OrderDesk, far: int) -> None:
    shop.desk.execute(
        "INSERT INTO card_keys (id, product_id, batch_id, line, state, state_at, tag, sealed, note) "
        "SELECT ?, product_id, batch_id, 99, 'in_stock', state_at, zeroblob(16), sealed, '' "
        "FROM card_keys WHERE id = 1",
        far,
    )
    ids = shop.desk.inventory.listing(KeyFilter(), Sort("id")).ids()
    assert (len(ids), ids[0], ids[-1]) == (17, 1, far)
