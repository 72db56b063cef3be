"""Products: their stock figures, their codes, and what may no longer change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.money import LARGEST_FEN
from desktop_app.domain.states import ProductKind
from desktop_app.services.listing import Sort
from desktop_app.services.products import ProductDraft
from desktop_app.services.stock import Stock
from tests.services.desk import Desk

DRAFT = ProductDraft("STEAM50", "Steam 50 元充值卡", ProductKind.GAME_CARD, face_fen=5000, price_fen=4850)


def test_what_was_added_reads_back_and_is_logged(desk: Desk) -> None:
    product_id = desk.products.add(replace(DRAFT, code=" STEAM50 ", note="第一行\r\n第二行"))
    line = desk.products.get(product_id)
    assert (line.code, line.name, line.face_fen, line.price_fen) == ("STEAM50", DRAFT.name, 5000, 4850)
    assert line.note == "第一行\n第二行"
    assert line.in_stock == line.expired == 0
    [event] = desk.events("product.added")
    assert (event["entity"], event["entity_id"]) == ("products", product_id)
    assert desk.changes == [frozenset({"products"})]


def test_the_largest_amount_can_be_kept_and_logged(desk: Desk) -> None:
    product_id = desk.product(price_fen=LARGEST_FEN)
    assert desk.products.get(product_id).price_fen == LARGEST_FEN
    with pytest.raises(BadInputError, match="price"):
        desk.product("MORE", price_fen=LARGEST_FEN + 1)


@pytest.mark.parametrize("code", ["STEAM50", "steam50", " Steam50"])
def test_a_code_is_given_once_whatever_its_case(desk: Desk, code: str) -> None:
    desk.products.add(DRAFT)
    with pytest.raises(BadInputError, match="already"):
        desk.products.add(replace(DRAFT, code=code))
    assert desk.products.by_code("steam50").code == "STEAM50"


def test_a_code_in_other_letters_is_found_and_given_once(desk: Desk) -> None:
    # SQLite knows upper and lower case of ASCII only; what is asked for must not be changed further than what is stored
    desk.products.add(replace(DRAFT, code="ＱＱ-É"))
    assert desk.products.by_code("ＱＱ-É").code == "ＱＱ-É"
    assert desk.products.listing(text="ＱＱ-").count() == 1
    with pytest.raises(BadInputError, match="already"):
        desk.products.add(replace(DRAFT, code="ＱＱ-É"))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"code": ""}, "code"),
        ({"code": "A B"}, "spaces"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"face_fen": 0}, "face value"),
        ({"price_fen": -1}, "price"),
        ({"price_fen": 2**53 + 1}, "price"),
        ({"low_stock_threshold": -1}, "threshold"),
    ],
)
def test_bad_values_are_refused_by_the_name_of_the_field(desk: Desk, changed: dict[str, object], named: str) -> None:
    with pytest.raises(BadInputError, match=named):
        desk.products.add(replace(DRAFT, **changed))  # type: ignore[arg-type]
    assert desk.products.all() == []
    assert desk.events() == []


def test_stock_counts_only_what_can_be_sold_today(desk: Desk) -> None:
    product_id = desk.products.add(replace(DRAFT, low_stock_threshold=2))
    desk.stock(product_id, "AAAA-1111", "AAAA-2222", "AAAA-3333")
    old = desk.stock(product_id, "BBBB-1111", "BBBB-2222", expires_on="2026-11-22")
    assert desk.products.get(product_id).in_stock == 5  # the last usable day is usable
    desk.inventory.void(old[:1], "坏卡")
    desk.inventory.quarantine(old[1:], "待查")
    gone = desk.stock(product_id, "CCCC-1111", expires_on="2026-11-22")
    desk.clock.advance(hours=12)  # midnight in Shanghai, still the 22nd in UTC
    line = desk.products.get(product_id)
    assert (line.in_stock, line.expired, line.void, line.quarantined) == (3, 1, 1, 1)
    assert desk.inventory.get(gone[0]).is_expired
    assert not line.is_low


def test_low_stock_lists_active_products_that_hold_keys(desk: Desk) -> None:
    empty = desk.products.add(replace(DRAFT, code="A", name="甲", low_stock_threshold=1))
    few = desk.products.add(replace(DRAFT, code="B", name="乙", low_stock_threshold=2))
    desk.stock(few, "KEY-0001", "KEY-0002")
    desk.products.add(replace(DRAFT, code="C", name="丙"))  # no threshold, never low
    desk.products.add(replace(DRAFT, code="D", name="丁", kind=ProductKind.PHONE_TOPUP, low_stock_threshold=5))
    desk.products.add(replace(DRAFT, code="E", name="戊", low_stock_threshold=5, active=False))
    assert [line.id for line in Stock(desk.context).running_low()] == [empty, few]


def test_listing_filters_and_sorts_by_every_key(desk: Desk) -> None:
    desk.products.add(DRAFT)
    other = desk.products.add(replace(DRAFT, code="QQ", name="QQ 会员", kind=ProductKind.MEMBERSHIP, active=False))
    desk.stock(other, "KEY-0001", "KEY-0002")
    desk.inventory.void(desk.stock(other, "KEY-0003"), "坏卡")
    for key in ("code", "name", "kind", "face_fen", "price_fen", "low_stock_threshold", "note", "active"):
        assert desk.products.listing(Sort(key)).count() == 2
    for key in ("in_stock", "delivered", "redeemed", "quarantined", "void", "expired"):
        assert len(desk.products.listing(Sort(key, descending=True)).page(0, 9)) == 2
    assert [line.code for line in desk.products.listing(Sort("in_stock")).page(0, 9)] == ["STEAM50", "QQ"]
    assert [line.code for line in desk.products.listing(Sort("void", True)).page(0, 9)] == ["QQ", "STEAM50"]
    assert [line.code for line in desk.products.listing(text="会员").page(0, 9)] == ["QQ"]
    assert [line.code for line in desk.products.listing(text="steam").rows()] == ["STEAM50"]
    assert [line.code for line in desk.products.listing(only_active=True).rows()] == ["STEAM50"]


def test_a_change_is_logged_field_by_field_and_an_empty_one_is_not(desk: Desk) -> None:
    product_id = desk.products.add(DRAFT)
    desk.products.change(product_id, DRAFT)
    assert desk.events("product.changed") == []
    desk.products.change(product_id, replace(DRAFT, price_fen=4700, code="steam50"))
    [event] = desk.events("product.changed")
    assert event["facts"] == {"price_fen": {"from": 4850, "to": 4700}, "code": {"from": "STEAM50", "to": "steam50"}}


def test_comparison_and_kind_stay_once_there_are_keys(desk: Desk) -> None:
    product_id = desk.products.add(DRAFT)
    desk.products.change(product_id, replace(DRAFT, fold_case=True))
    desk.stock(product_id, "abcd-efgh")
    with pytest.raises(RefusedError, match="compared"):
        desk.products.change(product_id, replace(DRAFT, fold_case=False))
    with pytest.raises(RefusedError, match="kind"):
        desk.products.change(product_id, replace(DRAFT, fold_case=True, kind=ProductKind.PHONE_TOPUP))
    desk.products.change(product_id, replace(DRAFT, fold_case=True, name="新名称"))
    assert desk.products.get(product_id).name == "新名称"


def test_unknown_products_are_named(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="7"):
        desk.products.get(7)
    with pytest.raises(NotFoundError, match="NOPE"):
        desk.products.by_code("NOPE")
    with pytest.raises(NotFoundError):
        desk.products.change(7, DRAFT)
