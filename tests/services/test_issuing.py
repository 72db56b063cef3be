"""Which key goes out next, and keys that go out again and again."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from desktop_app.domain.errors import BadInputError, RefusedError
from desktop_app.domain.states import EvidenceKind, IssueOrder, KeyState, ProductKind, ReasonCode, UnitState
from desktop_app.services import sellable
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.orders import OrderDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.sellable import count_up_to, next_keys
from desktop_app.storage.tables import ProductRow
from tests.services.order_desk import OrderDesk

LOOP = ("LOOP-AAAA-0001----pw1", "LOOP-AAAA-0002----pw2")


def _draft(**more: object) -> ProductDraft:
    values: dict[str, object] = {"code": "LOOP", "name": "共享会员", "kind": ProductKind.MEMBERSHIP, **more}
    return ProductDraft(**values)  # type: ignore[arg-type]


def _sold(shop: OrderDesk, product_id: int, order_no: str, quantity: int = 1) -> tuple[str, ...]:
    draft: OrderDraft = shop.draft(order_no, product_id=product_id, quantity=quantity, paid_fen=5000 * quantity)
    return shop.orders.deliver(shop.orders.add(draft)).keys


def test_oldest_and_newest_first_go_by_batch_and_line(shop: OrderDesk) -> None:
    for order, expected in (
        (IssueOrder.OLDEST, ("K1-000000", "K2-000000", "K3-000000")),
        (IssueOrder.NEWEST, ("K4-000000", "K3-000000", "K2-000000")),
    ):
        product_id = shop.desk.product(f"P-{order}", issue_order=order)
        tag = order.value[:1]
        shop.desk.stock(product_id, f"K1-000000{tag}", f"K2-000000{tag}")
        shop.desk.stock(product_id, f"K3-000000{tag}", f"K4-000000{tag}")
        assert _sold(shop, product_id, f"A-{order}", 3) == tuple(f"{key}{tag}" for key in expected)


def test_at_random_every_key_goes_out_once_and_not_in_order(shop: OrderDesk) -> None:
    product_id = shop.desk.product("RANDOM", issue_order=IssueOrder.RANDOM)
    keys = [f"RAND-0000-{number:04}" for number in range(60)]
    shop.desk.stock(product_id, *keys)
    shop.desk.stock(product_id, "GONE-0000-0001", expires_on="2026-11-21")
    sold = _sold(shop, product_id, "A1", 60)
    assert sorted(sold) == keys
    assert list(sold) != keys
    with pytest.raises(RefusedError, match="0 keys in stock, 1 too few"):
        _sold(shop, product_id, "A2")


@pytest.mark.parametrize("order", IssueOrder)
def test_expired_batches_and_keys_of_others_are_passed_over(shop: OrderDesk, order: IssueOrder) -> None:
    """Batches in every position of the shop: expired, another product's, moved here from another batch, usable."""
    desk = shop.desk
    product_id, other = desk.product("MIX", issue_order=order), desk.product("OTHER")
    desk.stock(product_id, "OLD1-0000-0001", "OLD1-0000-0002", expires_on="2026-11-21")
    desk.stock(other, "ELSE-0000-0001")
    first = desk.stock(product_id, "USE1-0000-0001", "USE1-0000-0002", expires_on="2026-11-22")
    moved = desk.stock(other, "MOVE-0000-0001", "MOVE-0000-0002")
    desk.inventory.move(moved[1:], product_id)
    desk.stock(product_id, "OLD2-0000-0001", expires_on="2026-11-21")
    desk.stock(product_id, "USE2-0000-0001")
    desk.stock(product_id, "OLD3-0000-0001", expires_on="2026-11-21")
    expected = ["USE1-0000-0001", "USE1-0000-0002", "MOVE-0000-0002", "USE2-0000-0001"]
    with pytest.raises(RefusedError, match="4 keys in stock, 1 too few"):
        _sold(shop, product_id, "A1", 5)
    with desk.context.read() as session:
        assert [count_up_to(desk.context, session, product_id, most) for most in (0, 1, 3, 4, 9)] == [0, 1, 3, 4, 4]
        row = session.get_one(ProductRow, product_id)
        rest = next_keys(desk.context, session, row, 4, besides={first[0], moved[1]})
        assert sorted(rest) == sorted([first[1], max(rest)])
    sold = list(_sold(shop, product_id, "A2", 3)) + list(_sold(shop, product_id, "A3"))
    if order is IssueOrder.RANDOM:
        assert sorted(sold) == sorted(expected)
    else:
        assert sold == (expected if order is IssueOrder.OLDEST else expected[::-1])


def test_a_number_drawn_at_random_is_any_sellable_key_and_no_other(
    shop: OrderDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sellable, "_FEW", 0)  # draw, however few there are
    desk = shop.desk
    product_id = desk.product("DRAW", issue_order=IssueOrder.RANDOM)
    ids = desk.stock(product_id, *(f"DRAW-0000-{number:04}" for number in range(8)))
    desk.stock(desk.product("OTHER"), *(f"ELSE-0000-{number:04}" for number in range(8)))
    ids += desk.stock(product_id, *(f"DRAW-0001-{number:04}" for number in range(2)))
    desk.inventory.void(ids[2:4], "坏卡")
    good = {*ids[:2], *ids[4:]}
    with desk.context.read() as session:
        row = session.get_one(ProductRow, product_id)
        drawn = [next_keys(desk.context, session, row, 1) for _ in range(300)]
        assert {key_id for (key_id,) in drawn} == good  # one of eight stays away once in 10^16 runs
        assert sorted(next_keys(desk.context, session, row, 8)) == sorted(good)
        assert sorted(next_keys(desk.context, session, row, 20, besides=ids[:1])) == sorted(good - {ids[0]})


def test_a_reusable_key_is_sold_until_its_limit(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True, use_limit=3))
    [key_id] = shop.desk.stock(product_id, LOOP[0])
    assert _sold(shop, product_id, "A1") == LOOP[:1]
    assert _sold(shop, product_id, "A2") == LOOP[:1]
    line = shop.desk.inventory.get(key_id)
    assert (line.state, line.uses, line.use_limit) == (KeyState.IN_STOCK, 2, 3)
    assert shop.desk.products.get(product_id).uses_left == 1
    with pytest.raises(RefusedError, match="1 keys in stock, 1 too few"):
        _sold(shop, product_id, "A3", 2)
    assert _sold(shop, product_id, "A4") == LOOP[:1]
    line = shop.desk.inventory.get(key_id)
    assert (line.state, line.uses) == (KeyState.DELIVERED, 3)
    assert shop.desk.products.get(product_id).uses_left == 0
    with pytest.raises(RefusedError):
        _sold(shop, product_id, "A5")
    sold = [event for event in shop.desk.inventory.history(key_id) if event.kind == "order.delivered"]
    assert len(sold) == 3
    assert shop.orders.delivered_text(shop.orders.by_number("A1").line.id).keys == LOOP[:1]
    assert shop.reports.check() == []


def test_several_reusable_keys_take_turns_within_an_order(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True))
    shop.desk.stock(product_id, *LOOP)
    assert _sold(shop, product_id, "A1", 3) == (LOOP[0], LOOP[1], LOOP[0])
    assert shop.desk.products.get(product_id).uses_left is None
    assert shop.orders.delivered_text(shop.orders.by_number("A1").line.id).keys == (LOOP[0], LOOP[1], LOOP[0])


def test_a_key_that_is_used_once_has_one_unit(shop: OrderDesk) -> None:
    first = shop.unit_ids(shop.delivered("A1"))[0]
    second = shop.unit_ids(shop.paid("A2"))[0]
    with pytest.raises(DBAPIError, match="another unit"):
        shop.desk.execute(
            "UPDATE units SET card_key_id = (SELECT card_key_id FROM units WHERE id = ?) WHERE id = ?", first, second
        )


def test_a_redeemed_or_refunded_unit_leaves_a_reusable_key_on_sale(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True))
    [key_id] = shop.desk.stock(product_id, LOOP[0])
    _sold(shop, product_id, "A1")
    _sold(shop, product_id, "A2")
    shop.redeem(shop.unit_ids(shop.orders.by_number("A1").line.id)[0])
    request_id = shop.requests.add(
        RequestDraft(
            order_no="A2",
            requested_at=shop.clock(),
            reason=ReasonCode.CHANGE_OF_MIND,
            evidence=(EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT),
        )
    )
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    assert shop.desk.inventory.get(key_id).state is KeyState.IN_STOCK
    assert _sold(shop, product_id, "A3") == LOOP[:1]
    assert shop.reports.check() == []


def test_a_reusable_key_that_fails_is_replaced_by_another_and_void(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True))
    first, second = shop.desk.stock(product_id, *LOOP)
    assert _sold(shop, product_id, "A1") == LOOP[:1]

    def complain(order_no: str) -> int:
        return shop.requests.add(
            RequestDraft(
                order_no=order_no,
                requested_at=shop.clock(),
                reason=ReasonCode.INVALID_CARD,
                evidence=(EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT,),
            )
        )

    request_id = complain("A1")
    decided = shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    assert decided.reissued_keys == LOOP[1:]
    assert shop.desk.inventory.get(first).state is KeyState.VOID
    line = shop.desk.inventory.get(second)
    assert (line.state, line.uses) == (KeyState.IN_STOCK, 1)
    [unit] = shop.orders.by_number("A1").units
    assert (unit.state, unit.card_key_id) == (UnitState.UNUSED, second)
    # now its own key is the only one left: it cannot replace itself, so the money goes back
    _sold(shop, product_id, "A2")
    request_id = complain("A2")
    assert shop.requests.approve(request_id, token=shop.requests.preview(request_id).token).reissued_keys == ()


def test_a_lower_limit_retires_keys_and_a_higher_one_does_not_bring_them_back(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True, use_limit=5))
    used, fresh = shop.desk.stock(product_id, *LOOP)
    _sold(shop, product_id, "A1", 3)  # twice the first, once the second
    shop.desk.products.change(product_id, _draft(reusable=True, use_limit=2))
    assert shop.desk.inventory.get(used).state is KeyState.DELIVERED
    assert shop.desk.inventory.get(fresh).state is KeyState.IN_STOCK
    assert shop.desk.products.get(product_id).uses_left == 1
    shop.desk.inventory.quarantine([used], "被盗用")
    with pytest.raises(RefusedError, match="2 times"):
        shop.desk.inventory.restock([used], "官方未激活", official_not_activated=True)
    shop.desk.products.change(product_id, _draft(reusable=True, use_limit=9))
    assert shop.desk.inventory.get(used).state is KeyState.QUARANTINED
    assert shop.desk.inventory.restock([used], "官方未激活", official_not_activated=True) == 1
    assert shop.desk.products.get(product_id).uses_left == 18 - 3


def test_what_reusable_means_cannot_change_under_keys(shop: OrderDesk) -> None:
    product_id = shop.desk.products.add(_draft(reusable=True, use_limit=2))
    [key_id] = shop.desk.stock(product_id, LOOP[0])
    with pytest.raises(RefusedError, match="reusable"):
        shop.desk.products.change(product_id, _draft())
    with pytest.raises(DBAPIError):
        shop.desk.execute("UPDATE products SET reusable = 0, use_limit = NULL WHERE id = ?", product_id)
    with pytest.raises(RefusedError, match="do not mix"):
        shop.desk.inventory.move([key_id], shop.product_id)
    _sold(shop, product_id, "A1")
    with pytest.raises(RefusedError, match="stays with its product"):
        shop.desk.inventory.move([key_id], shop.desk.products.add(_draft(code="L2", reusable=True)))
    for wrong in (_draft(code="X", use_limit=2), _draft(code="X", reusable=True, use_limit=0)):
        with pytest.raises(BadInputError, match="limit"):
            shop.desk.products.add(wrong)


def test_low_stock_of_reusable_keys_counts_uses(shop: OrderDesk) -> None:
    endless = shop.desk.products.add(_draft(code="E", reusable=True, low_stock_threshold=5))
    limited = shop.desk.products.add(_draft(code="L", reusable=True, use_limit=4, low_stock_threshold=5))
    assert shop.desk.products.get(endless).is_low
    shop.desk.stock(endless, "ENDLESS-0001")
    shop.desk.stock(limited, *LOOP)
    assert not shop.desk.products.get(endless).is_low
    assert not shop.desk.products.get(limited).is_low
    _sold(shop, limited, "A1", 3)
    assert shop.desk.products.get(limited).is_low
    assert shop.desk.inventory.listing(KeyFilter(product_id=limited)).count() == 2
