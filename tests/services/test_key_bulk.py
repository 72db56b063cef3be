"""One step on everything that a filter shows, and the recycle bin."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sqlalchemy.exc import DBAPIError

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.services import key_bulk
from desktop_app.services.inventory import KeyFilter, ShownKeys
from desktop_app.services.key_rows import in_ranges, ranges
from desktop_app.services.listing import Sort
from tests.services.desk import Desk

KEYS = tuple(f"BULK-0000-{number:04}" for number in range(12))


@pytest.fixture
def ids(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twelve keys of one product, the second sold, and one key of another product; five at once."""
    monkeypatch.setattr(key_bulk, "_AT_ONCE", 5)
    found = desk.stock(desk.product("A"), *KEYS, batch="十一月")
    desk.stock(desk.product("B"), "OTHER-0000-0001")
    desk.deliver(found[1], "A1")
    return found


def states(desk: Desk) -> Counter[str]:
    return Counter(line.state.value for line in desk.inventory.listing(KeyFilter()).rows())


def test_void_of_a_filter_is_one_event_and_leaves_the_rest(desk: Desk, ids: list[int]) -> None:
    desk.inventory.void(ids[:1], "先作废")
    seen: list[tuple[int, int]] = []
    desk.changes.clear()
    where = KeyFilter(product_id=desk.products.by_code("A").id)
    assert desk.inventory.void(where, "供货商跑路", failed=True, progress=lambda *at: seen.append(at)) == 11
    assert states(desk) == {"void": 12, "in_stock": 1}
    assert seen == [(0, 12), (5, 12), (10, 12), (12, 12)]
    assert desk.changes == [frozenset({"keys", "products"})]
    event = desk.events("key.voided")[-1]
    assert event["facts"] == {
        "count": 11,
        "failed": True,
        "keys": f"{ids[1]}-{ids[-1]}",
        "of_product": "A",
        "reason": "供货商跑路",
    }
    assert desk.inventory.history(ids[5])[-1].kind == "key.voided"
    assert desk.scalar("SELECT count(*) FROM card_keys WHERE failed_at IS NOT NULL") == 11
    assert desk.inventory.void(where, "再来") == 0
    assert len(desk.events("key.voided")) == 2


def test_cancelled_in_the_middle_changes_nothing(desk: Desk, ids: list[int]) -> None:
    seen: list[tuple[int, int]] = []
    other = desk.products.by_code("B").id

    def note(done: int, total: int) -> None:
        seen.append((done, total))

    def stop() -> bool:
        return len(seen) > 2

    for step in (
        lambda: desk.inventory.void(KeyFilter(), "x", cancelled=stop, progress=note),
        lambda: desk.inventory.set_note(KeyFilter(), "x", cancelled=stop, progress=note),
        lambda: desk.inventory.move(KeyFilter(), other, cancelled=stop, progress=note),
    ):
        seen.clear()
        with pytest.raises(CancelledError):
            step()
        assert len(seen) == 3
    assert states(desk) == {"in_stock": 12, "delivered": 1}
    assert desk.scalar("SELECT count(*) FROM card_keys WHERE note <> ''") == 0
    assert desk.inventory.get(ids[0]).product_code == "A"


def test_a_reason_is_wanted_of_a_filter_too(desk: Desk, ids: list[int]) -> None:
    with pytest.raises(BadInputError, match="reason"):
        desk.inventory.quarantine(KeyFilter(), " ")
    assert states(desk)["quarantined"] == 0


def test_the_searched_text_never_gets_into_the_log(desk: Desk, ids: list[int]) -> None:
    assert desk.inventory.set_note(KeyFilter(text=KEYS[3]), "找到") == 1
    assert desk.inventory.get(ids[3]).note == "找到"
    [event] = desk.events("key.noted")
    assert event["facts"] == {"count": 1, "keys": str(ids[3]), "note": "找到", "searched": True}
    assert KEYS[3] not in str(desk.events())


def test_move_of_a_filter_takes_what_is_in_stock_and_keeps_the_text(desk: Desk, ids: list[int]) -> None:
    other = desk.products.by_code("B").id
    assert desk.inventory.move(KeyFilter(), other) == 11
    assert desk.inventory.get(ids[1]).product_code == "A", "sold"
    assert [desk.inventory.reveal(key_id) for key_id in ids] == list(KEYS)
    [event] = desk.events("key.moved")
    assert event["facts"]["count"] == 11  # type: ignore[index]


def test_move_of_a_filter_compares_keys_as_the_other_product_does(desk: Desk, ids: list[int]) -> None:
    # in this order: the import compares by the rules of both products, but the twin in A is exact
    twin = desk.stock(desk.products.by_code("A").id, "BULK-0000-9999")
    desk.stock(desk.product("FOLD", fold_hyphens=True), "BULK00009999")
    folded = desk.products.by_code("FOLD").id
    assert desk.inventory.move(KeyFilter(product_id=desk.products.by_code("B").id), folded) == 1
    found = desk.inventory.find("OTHER00000001")
    assert found is not None
    assert found.product_code == "FOLD"
    assert desk.inventory.reveal(found.id) == "OTHER-0000-0001"
    where = KeyFilter(product_id=desk.products.by_code("A").id)
    with pytest.raises(RefusedError, match=f"Key {twin[0]} would be the same key as .*nothing was moved"):
        desk.inventory.move(where, folded)
    assert {desk.inventory.get(key_id).product_code for key_id in (*ids, *twin)} == {"A"}, "all or nothing"


def test_move_of_a_filter_keeps_keys_that_are_used_again_apart(desk: Desk, ids: list[int]) -> None:
    reusable = desk.product("LOOP", reusable=True)
    with pytest.raises(RefusedError, match="do not mix"):
        desk.inventory.move(KeyFilter(), reusable)
    desk.inventory.move(KeyFilter(product_id=desk.products.by_code("A").id), desk.products.by_code("B").id)
    assert len(desk.events("key.moved")) == 1


def test_a_key_finds_its_events_among_many_that_name_others(desk: Desk, ids: list[int]) -> None:
    desk.inventory.set_note(KeyFilter(product_id=desk.products.by_code("A").id), 'x","keys":"1-99999",')
    desk.inventory.quarantine(ids[3:5], "待查")
    other = desk.inventory.find("OTHER-0000-0001")
    assert other is not None
    assert [event.kind for event in desk.inventory.history(other.id)] == ["keys.imported"]
    assert [event.kind for event in desk.inventory.history(ids[4])] == ["keys.imported", "key.noted", "key.quarantined"]
    assert [event.kind for event in desk.inventory.history(ids[5])] == ["keys.imported", "key.noted"]


def test_ranges_name_exactly_their_numbers() -> None:
    chance = Random(7)
    for size in (0, 1, 2, 9, 40):
        for _ in range(40):
            ids = set(chance.sample(range(1, 120), size))
            text = ranges(sorted(ids))
            assert {number for number in range(130) if in_ranges(number, text)} == ids, text


def test_deleting_goes_to_the_bin_and_comes_back(desk: Desk, ids: list[int]) -> None:
    assert desk.inventory.put_into_bin(ids[2:4], "录错") == 2
    assert desk.inventory.get(ids[2]).state is KeyState.BINNED
    assert desk.products.by_code("A").in_stock == 9
    again = desk.inventory.preview_text(KEYS[2], desk.products.by_code("A").id)
    assert (again.new_count, again.shop_duplicates) == (0, 1), "a key in the bin is still a key of the shop"
    with pytest.raises(RefusedError, match="delivered"):
        desk.inventory.put_into_bin(ids[:2], "录错")
    assert desk.inventory.put_into_bin(KeyFilter(batch_id=desk.inventory.get(ids[0]).batch_id), "整批") == 9
    assert states(desk) == {"binned": 11, "delivered": 1, "in_stock": 1}
    assert desk.inventory.take_out_of_bin(ids[2:3]) == 1
    with pytest.raises(RefusedError, match="recycle bin"):
        desk.inventory.take_out_of_bin([ids[1]])
    assert desk.inventory.take_out_of_bin(KeyFilter(text="十一月")) == 10
    assert states(desk) == {"delivered": 1, "in_stock": 12}


def test_a_key_that_came_back_from_a_buyer_cannot_be_deleted(desk: Desk, ids: list[int]) -> None:
    desk.deliver(ids[5], "A2", refunded=True)
    desk.inventory.quarantine([ids[5]], "退回")
    desk.inventory.restock([ids[5]], "官方未激活", official_not_activated=True)
    with pytest.raises(RefusedError, match="delivered"):
        desk.inventory.put_into_bin([ids[5]], "录错")
    assert desk.inventory.put_into_bin(KeyFilter(product_id=desk.products.by_code("A").id), "整批") == 10
    assert desk.inventory.get(ids[5]).state is KeyState.IN_STOCK
    with pytest.raises(DBAPIError, match="history"):
        desk.execute("UPDATE card_keys SET state = 'binned' WHERE id = ?", ids[5])


def test_the_bin_is_emptied_for_good(desk: Desk, ids: list[int]) -> None:
    desk.inventory.put_into_bin(ids[6:], "录错")
    with pytest.raises(DBAPIError):
        desk.execute("DELETE FROM card_keys WHERE id = ?", ids[1])
    assert desk.inventory.empty_bin(KeyFilter(product_id=desk.products.by_code("B").id)) == 0
    assert desk.inventory.empty_bin() == 6
    assert [line.id for line in desk.inventory.listing(KeyFilter(), Sort("id")).rows()][:6] == ids[:6]
    [event] = desk.events("key.erased")
    assert event["facts"] == {"count": 6, "keys": f"{ids[6]}-{ids[-1]}", "of_state": "binned"}
    assert desk.stock(desk.products.by_code("A").id, *KEYS[6:]), "its keys may come in again"


def test_an_import_in_the_bin_can_still_be_undone(desk: Desk) -> None:
    found = desk.stock(desk.product("C"), *KEYS)
    desk.inventory.put_into_bin(found[:3], "录错")
    assert desk.inventory.undo_import(desk.inventory.get(found[0]).batch_id) == 12


def test_what_was_confirmed_is_changed_or_nothing(desk: Desk, ids: list[int]) -> None:
    """Between the question and the answer the stock moves on: sold, imported, or only in another state."""
    where = KeyFilter(product_id=desk.products.by_code("A").id)
    asked = ShownKeys(where, 12, {KeyState.IN_STOCK: 11, KeyState.DELIVERED: 1})
    desk.deliver(ids[4], "A9")
    with pytest.raises(ConflictError, match=r"10 of the keys shown .* not 11"):
        desk.inventory.void(asked, "供货商跑路")
    assert states(desk)["void"] == 0
    asked = ShownKeys(where, 12, {KeyState.IN_STOCK: 10, KeyState.DELIVERED: 2})
    desk.stock(where.product_id or 0, "LATE-0000-0001")
    steps = (
        lambda: desk.inventory.quarantine(asked, "待查"),
        lambda: desk.inventory.put_into_bin(asked, "录错"),
        lambda: desk.inventory.set_note(asked, "x"),
        lambda: desk.inventory.move(asked, desk.products.by_code("B").id),
    )
    for step in steps:
        with pytest.raises(ConflictError, match=r"shows 13 keys by now, not 12: nothing was changed"):
            step()
    asked = ShownKeys(where, 13, {KeyState.IN_STOCK: 11, KeyState.DELIVERED: 2})
    assert desk.inventory.put_into_bin(asked, "录错") == 11
    with pytest.raises(ConflictError, match="11 keys by now, not 10"):
        desk.inventory.empty_bin(ShownKeys(where, 10))
    with pytest.raises(ConflictError, match="11 keys by now, not 12"):
        desk.inventory.take_out_of_bin(ShownKeys(where, 13, {KeyState.BINNED: 12}))
    assert desk.inventory.take_out_of_bin(ShownKeys(where, 13, {KeyState.BINNED: 11, KeyState.DELIVERED: 2})) == 11
