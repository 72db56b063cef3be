"""Redemption records: complete or saying what is missing, corrected and never rewritten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.states import KeyState, ProductKind, TopupState, UnitState
from tests.services.order_desk import KEYS, OrderDesk


@pytest.fixture
def unit(shop: OrderDesk) -> int:
    return shop.unit_ids(shop.delivered())[0]


def _line(shop: OrderDesk, unit_id: int):  # type: ignore[no-untyped-def]
    return next(unit for unit in shop.orders.by_number("A1").units if unit.id == unit_id)


def test_a_redemption_is_recorded_and_moves_unit_and_key(shop: OrderDesk, unit: int) -> None:
    record_id = shop.redeem(unit)
    line = _line(shop, unit)
    assert (line.state, line.key_state) == (UnitState.REDEEMED, KeyState.REDEEMED)
    record = line.redemption
    assert (record.id, record.is_complete, record.missing) == (record_id, True, ())
    assert (record.code, record.source, record.stated_by) == ("RX-88412093", "供应商激活记录", "供应商")
    assert record.target_masked == "p****@163.com"


@pytest.mark.parametrize(
    ("blank", "missing"),
    [
        ({"redeemed_at": None}, ("redeemed_at",)),
        ({"code": "  "}, ("code",)),
        ({"target": ""}, ("target",)),
        ({"source": " "}, ("source",)),
        ({"redeemed_at": None, "code": "", "target": "", "source": ""}, ("redeemed_at", "code", "target", "source")),
    ],
)
def test_an_incomplete_record_says_what_is_missing(
    shop: OrderDesk, unit: int, blank: dict[str, object], missing: tuple[str, ...]
) -> None:
    shop.redeem(unit, **blank)
    record = _line(shop, unit).redemption
    assert (record.is_complete, record.missing) == (False, missing)


def test_a_correction_names_the_old_record_and_leaves_it(shop: OrderDesk, unit: int) -> None:
    first = shop.redeem(unit, code="", note="先记一笔")
    second = shop.redeem(unit, code="RX-1")
    third = shop.redeem(unit, code="RX-2", stated_by="")
    record = _line(shop, unit).redemption
    assert (record.id, record.replaces_id, record.code, record.stated_by) == (third, second, "RX-2", "林默")
    assert shop.desk.scalar("SELECT code FROM redemptions WHERE id = ?", first) == ""
    assert shop.desk.scalar("SELECT replaces_id FROM redemptions WHERE id = ?", second) == first
    events = shop.desk.events("unit.redeemed")
    assert [event["facts"]["correction"] for event in events] == [False, True, True]  # type: ignore[index]


def test_a_partial_use_keeps_the_key_out_of_redeemed_until_it_is(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit, partially=True, remaining_fen=2000)
    line = _line(shop, unit)
    assert (line.state, line.remaining_fen, line.key_state) == (UnitState.PARTIALLY_USED, 2000, KeyState.DELIVERED)
    shop.redeem(unit, remaining_fen=0)
    line = _line(shop, unit)
    assert (line.state, line.remaining_fen, line.key_state) == (UnitState.REDEEMED, 0, KeyState.REDEEMED)
    with pytest.raises(RefusedError):
        shop.redeem(unit, partially=True)


def test_a_void_key_stays_void_and_its_use_is_recorded_all_the_same(shop: OrderDesk, unit: int) -> None:
    key_id = int(str(shop.desk.scalar("SELECT card_key_id FROM units WHERE id = ?", unit)))
    shop.desk.inventory.void([key_id], "投诉")
    shop.redeem(unit)
    line = _line(shop, unit)
    assert (line.state, line.key_state) == (UnitState.REDEEMED, KeyState.VOID)
    assert line.redemption is not None


def test_impossible_redemptions_are_refused_and_leave_no_record(shop: OrderDesk, unit: int) -> None:
    undelivered = shop.unit_ids(shop.paid("A2"))[0]
    with pytest.raises(RefusedError, match="not been delivered"):
        shop.redeem(undelivered)
    with pytest.raises(BadInputError, match="future"):
        shop.redeem(unit, redeemed_at=shop.clock() + timedelta(minutes=1))
    with pytest.raises(BadInputError, match="before the order"):
        shop.redeem(unit, redeemed_at=shop.clock() - timedelta(days=1))
    with pytest.raises(BadInputError, match="remaining"):
        shop.redeem(unit, partially=True, remaining_fen=5001)
    with pytest.raises(NotFoundError):
        shop.redeem(999)
    assert shop.desk.scalar("SELECT count(*) FROM redemptions") == 0
    assert _line(shop, unit).state is UnitState.UNUSED


def test_the_card_key_itself_is_no_redemption_code(shop: OrderDesk, unit: int) -> None:
    with pytest.raises(BadInputError, match="card key"):
        shop.redeem(unit, code=f" {KEYS[0]} ")
    for path in filter(Path.is_file, shop.context.data_dir.rglob("*")):
        assert KEYS[0].encode() not in path.read_bytes(), path


def test_a_redeemed_topup_has_arrived(shop: OrderDesk) -> None:
    topup = shop.desk.product("HF100", kind=ProductKind.PHONE_TOPUP)
    order_id = shop.paid(product_id=topup)
    shop.orders.deliver(order_id)
    (unit_id,) = shop.unit_ids(order_id)
    shop.orders.set_unit_state(unit_id, topup=TopupState.ACCEPTED)
    assert _line(shop, unit_id).topup is TopupState.ACCEPTED
    shop.redeem(unit_id)
    assert _line(shop, unit_id).topup is TopupState.ARRIVED


def test_facts_of_a_unit_are_checked_against_each_other(shop: OrderDesk, unit: int) -> None:
    change = shop.orders.set_unit_state
    with pytest.raises(RefusedError, match="top-up"):
        change(unit, topup=TopupState.FAILED)
    with pytest.raises(RefusedError, match="delivering"):
        change(unit, state=UnitState.UNSHIPPED)
    with pytest.raises(BadInputError, match="checked balance"):
        change(unit, balance_verified=True)
    with pytest.raises(BadInputError):
        change(unit, remaining_fen=5001)
    change(unit, remaining_fen=1200, balance_verified=True)
    change(unit, state=UnitState.UNKNOWN, official_not_activated=True)
    line = _line(shop, unit)
    assert (line.state, line.remaining_fen, line.balance_verified) == (UnitState.UNKNOWN, 1200, True)
    assert line.official_not_activated
    change(unit, state=UnitState.REDEEMED)
    assert _line(shop, unit).key_state is KeyState.REDEEMED
    with pytest.raises(RefusedError, match="stays so"):
        change(unit, state=UnitState.UNUSED)
    changes = len(shop.desk.events("unit.changed"))
    change(unit, state=UnitState.REDEEMED, remaining_fen=1200)
    assert len(shop.desk.events("unit.changed")) == changes


def test_a_locked_shop_still_shows_that_a_record_is_complete(shop: OrderDesk, unit: int) -> None:
    shop.redeem(unit)
    shop.context.vault.lock()
    record = _line(shop, unit).redemption
    assert record.is_complete
    assert record.target_masked == "****"
