"""The stock: what is shown, what is logged, and which steps are not possible."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import BadInputError, LockedError, NotFoundError, RefusedError, StorageError
from desktop_app.domain.states import KeyState, ProductKind
from desktop_app.services import key_lines
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.listing import Sort
from tests.services.desk import Desk

KEYS = ("ABCD-1234-EFGH-0001", "ABCD-1234-EFGH-0002", "ABCD-1234-EFGH-0003")


def states(desk: Desk, ids: list[int]) -> list[KeyState]:
    return [desk.inventory.get(key_id).state for key_id in ids]


def test_keys_are_masked_and_while_locked_a_fingerprint(desk: Desk) -> None:
    [key_id, *_] = desk.stock(desk.product(), *KEYS)
    line = desk.inventory.get(key_id)
    assert line.masked == "ABCD-****-****-0001"
    assert (line.product_code, line.line, line.state, line.order_no) == ("STEAM50", 1, KeyState.IN_STOCK, "")
    desk.context.vault.lock()
    locked = desk.inventory.get(key_id)
    tag = desk.scalar("SELECT hex(tag) FROM card_keys WHERE id = ?", key_id)
    assert locked.masked == f"#{str(tag)[:8].lower()}"
    assert desk.inventory.listing(KeyFilter()).count() == 3
    for step in (desk.inventory.reveal, desk.inventory.copy):
        with pytest.raises(LockedError):
            step(key_id)
    with pytest.raises(LockedError):
        desk.inventory.find(KEYS[0])
    assert desk.events("key.revealed") == []


def test_showing_a_key_is_logged_without_the_key(desk: Desk) -> None:
    [key_id, *_] = desk.stock(desk.product(), *KEYS)
    assert desk.inventory.reveal(key_id) == KEYS[0]
    assert desk.inventory.copy(key_id) == KEYS[0]
    shown = [event for event in desk.events() if str(event["kind"]).startswith("key.")]
    assert [(event["kind"], event["entity_id"], event["actor"]) for event in shown] == [
        ("key.revealed", key_id, "林默"),
        ("key.copied", key_id, "林默"),
    ]
    assert KEYS[0] not in str(desk.events())
    with pytest.raises(NotFoundError):
        desk.inventory.reveal(99)


def test_a_damaged_key_does_not_hide_the_others(desk: Desk) -> None:
    first, second, _ = desk.stock(desk.product(), *KEYS)
    desk.execute(
        "UPDATE card_keys SET sealed = (SELECT sealed FROM card_keys WHERE id = ?) WHERE id = ?", second, first
    )
    lines = desk.inventory.listing(KeyFilter(), Sort("id")).page(0, 3)
    assert [line.masked for line in lines][:2] == ["✗", "ABCD-****-****-0002"]
    with pytest.raises(StorageError):
        desk.inventory.reveal(first)
    assert desk.events("key.revealed") == []


def test_find_goes_by_the_rule_of_the_keys_own_product(desk: Desk) -> None:
    exact = desk.stock(desk.product("EXACT"), "abcd-efgh-ijkl")
    folded = desk.stock(desk.product("FOLD", fold_case=True, fold_hyphens=True), "WXYZ-0001-0002")

    def found(text: str) -> int | None:
        line = desk.inventory.find(text)
        return line.id if line else None

    assert found(" abcd-efgh-ijkl\u200b") == exact[0]
    assert found("ABCD-EFGH-IJKL") is None
    assert found("wxyz00010002") == folded[0]
    assert found("WXYZ-0001") is None
    assert found("") is None
    assert found("\ud800") is None


def test_filters_sorts_and_text(desk: Desk) -> None:
    steam, qq = desk.product("STEAM50"), desk.product("QQ", kind=ProductKind.MEMBERSHIP)
    first = desk.stock(steam, *KEYS, batch="十一月 A", expires_on="2027-01-31")
    second = desk.stock(qq, "QQQQ-1111-2222", "QQQQ-3333-4444", batch="十一月 B", expires_on="2026-12-31")
    desk.deliver(first[1], "A20261122-7")
    desk.clock.advance(minutes=1)
    desk.inventory.quarantine([second[0]], "待查")

    def ids(where: KeyFilter, sort: Sort | None = None) -> list[int]:
        listing = desk.inventory.listing(where, sort)
        page = [line.id for line in listing.page(0, 50)]
        assert [line.id for line in listing.rows()] == page
        assert listing.count() == len(page)
        return page

    assert ids(KeyFilter()) == [*reversed(second), *reversed(first)]
    assert ids(KeyFilter(product_id=steam), Sort("id")) == first
    assert ids(KeyFilter(state=KeyState.DELIVERED)) == [first[1]]
    assert ids(KeyFilter(product_id=qq, state=KeyState.IN_STOCK)) == [second[1]]
    batch = desk.inventory.batches(qq)[0]
    assert ids(KeyFilter(batch_id=batch.id), Sort("id", descending=True)) == [*reversed(second)]
    assert ids(KeyFilter(text=" ABCD-1234-EFGH-0003 ")) == [first[2]]
    assert ids(KeyFilter(text="A2026")) == [first[1]]
    assert ids(KeyFilter(text="十一月"), Sort("id")) == [*first, *second]
    assert ids(KeyFilter(text="十一月", product_id=qq), Sort("id")) == second
    assert ids(KeyFilter(text="nothing")) == []
    assert ids(KeyFilter(), Sort("expires_on")) == [*second, *first]
    assert ids(KeyFilter(), Sort("state_at", descending=True))[0] == second[0]
    assert ids(KeyFilter(), Sort("product")) == [*first, *second]
    assert ids(KeyFilter(), Sort("batch", descending=True)) == [*reversed(second), *reversed(first)]
    assert ids(KeyFilter(), Sort("state"))[0] == first[1]
    desk.context.vault.lock()
    fingerprint = desk.inventory.get(first[0]).masked
    assert ids(KeyFilter(text=fingerprint)) == [first[0]]
    assert ids(KeyFilter(text=KEYS[0])) == []


@pytest.mark.parametrize("few", [0, 1, 2, 3, 20_000])
def test_keys_of_a_state_are_listed_however_few_they_are(desk: Desk, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(key_lines, "_FEW", few)
    first = desk.stock(desk.product("A"), "FEW0-0000-0001", "FEW0-0000-0002", "FEW0-0000-0003")
    second = desk.stock(desk.product("B"), "FEW1-0000-0001", "FEW1-0000-0002")
    desk.inventory.put_into_bin([first[1], *second], "录错")
    for sort, expected in ((None, [second[1], second[0], first[1]]), (Sort("id"), [first[1], *second])):
        listing = desk.inventory.listing(KeyFilter(state=KeyState.BINNED), sort)
        assert listing.count() == 3
        assert [line.id for line in listing.page(0, 2)] == expected[:2]
        assert list(listing.ids()) == expected
    assert desk.inventory.listing(KeyFilter(state=KeyState.VOID)).count() == 0
    narrow = KeyFilter(state=KeyState.BINNED, product_id=desk.products.by_code("A").id)
    assert [line.id for line in desk.inventory.listing(narrow).rows()] == [first[1]]


def test_void_is_for_good(desk: Desk) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    assert desk.inventory.void(ids[:2], "供货商确认无效") == 2
    assert desk.inventory.void(ids[:2], "again") == 0
    assert states(desk, ids) == [KeyState.VOID, KeyState.VOID, KeyState.IN_STOCK]
    with pytest.raises(RefusedError):
        desk.inventory.quarantine(ids[1:], "待查")
    with pytest.raises(RefusedError):
        desk.inventory.restock(ids[:1], "找回", official_not_activated=True)
    assert states(desk, ids)[2] is KeyState.IN_STOCK, "a refused step changes nothing"
    [event] = desk.events("key.voided")
    assert event["facts"] == {"count": 2, "keys": f"{ids[0]}-{ids[1]}", "reason": "供货商确认无效"}


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "x" * 501])
def test_taking_out_needs_a_reason_of_one_line(desk: Desk, reason: str) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    with pytest.raises(BadInputError, match="reason"):
        desk.inventory.void(ids, reason)
    assert states(desk, ids) == [KeyState.IN_STOCK] * 3


def test_one_unknown_key_stops_the_whole_step(desk: Desk) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    with pytest.raises(NotFoundError, match="77"):
        desk.inventory.void([*ids, 77], "坏卡")
    assert states(desk, ids) == [KeyState.IN_STOCK] * 3
    assert desk.events("key.voided") == []


def test_restock_needs_quarantine_and_the_official_record(desk: Desk) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    desk.inventory.quarantine(ids[:1], "待查")
    with pytest.raises(RefusedError, match="record"):
        desk.inventory.restock(ids[:1], "官方未激活", official_not_activated=False)
    desk.deliver(ids[1], "A1")
    with pytest.raises(RefusedError, match="quarantine"):
        desk.inventory.restock(ids[:2], "官方未激活", official_not_activated=True)
    assert states(desk, ids[:2]) == [KeyState.QUARANTINED, KeyState.DELIVERED]
    assert desk.inventory.restock(ids[:1], "官方未激活", official_not_activated=True) == 1
    assert states(desk, ids[:1]) == [KeyState.IN_STOCK]


def test_a_key_comes_back_only_when_its_unit_was_refunded(desk: Desk) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    order_id = desk.deliver(ids[0], "A1")
    desk.deliver(ids[1], "A2", refunded=True)
    desk.inventory.quarantine(ids[:2], "买家退回")
    with pytest.raises(RefusedError, match="A1"):
        desk.inventory.restock(ids[:1], "官方未激活", official_not_activated=True)
    assert desk.inventory.restock(ids[1:2], "官方未激活", official_not_activated=True) == 1
    assert desk.inventory.get(ids[1]).order_no == ""
    desk.deliver(ids[1], "A3")  # can be sold again: the refunded unit let go of it
    assert desk.inventory.get(ids[1]).order_no == "A3"
    [of_order] = [event for event in desk.events("key.quarantined") if event["order_id"] == order_id]
    assert (of_order["entity_id"], of_order["facts"]["order_no"]) == (ids[0], "A1")  # type: ignore[index]


def test_move_seals_anew_and_keeps_the_exact_text(desk: Desk) -> None:
    text = "  Card----Pa ss｜字\u200b "
    source, target = desk.product("A"), desk.product("B", fold_case=True)
    [key_id] = desk.stock(source, text)
    before = desk.scalar("SELECT sealed FROM card_keys")
    assert desk.inventory.move([key_id], target) == 1
    assert desk.scalar("SELECT sealed FROM card_keys") != before
    assert desk.inventory.reveal(key_id) == text
    found = desk.inventory.find("CARD----PA SS|字")
    assert found is not None
    assert (found.id, found.product_id) == (key_id, target)
    assert desk.inventory.move([key_id], target) == 0
    assert len(desk.events("key.moved")) == 1


def test_move_refuses_twins_keys_that_left_and_top_ups(desk: Desk) -> None:
    exact, folded = desk.product("A"), desk.product("B", fold_case=True)
    ids = desk.stock(exact, "abcd-0001-0002", "ABCD-0001-0002", "other-key-0003")
    with pytest.raises(RefusedError, match="same key"):
        desk.inventory.move(ids, folded)
    assert [desk.inventory.get(key_id).product_id for key_id in ids] == [exact] * 3
    assert desk.inventory.reveal(ids[0]) == "abcd-0001-0002"
    desk.deliver(ids[2], "A1")
    with pytest.raises(RefusedError, match="not in stock"):
        desk.inventory.move(ids[2:], folded)
    with pytest.raises(RefusedError, match="top-up"):
        desk.inventory.move(ids[:1], desk.product("T", kind=ProductKind.PHONE_TOPUP))


def test_notes_batches_and_history(desk: Desk) -> None:
    product_id = desk.product()
    ids = desk.stock(product_id, *KEYS, supplier="甲供货", cost_fen=4700, note="发票 88")
    assert desk.inventory.set_note(ids, "首批") == 3
    assert desk.inventory.set_note(ids[:2], "首批") == 0
    desk.inventory.reveal(ids[0])
    order_id = desk.deliver(ids[0], "A1")
    desk.inventory.void(ids[1:], "坏卡")
    desk.inventory.void(ids[:1], "买家投诉")
    [batch] = desk.inventory.batches()
    assert (batch.supplier, batch.cost_fen, batch.note, batch.new_count, batch.in_stock) == (
        "甲供货",
        4700,
        "发票 88",
        3,
        0,
    )
    assert desk.inventory.batches(product_id + 1) == []
    kinds = [event.kind for event in desk.inventory.history(ids[0])]
    assert kinds == ["keys.imported", "key.noted", "key.revealed", "order.delivered", "key.voided"]
    assert desk.inventory.history(ids[0])[-1].order_id == order_id
    assert [event.kind for event in desk.inventory.history(ids[2])] == ["keys.imported", "key.noted", "key.voided"]
    with pytest.raises(NotFoundError):
        desk.inventory.history(99)


def test_keys_are_filtered_by_the_time_of_their_import(desk: Desk) -> None:
    first_product, second_product = desk.product(), desk.product("OTHER")
    made: list[list[int]] = []
    moments = []
    for number, product_id in enumerate((first_product, second_product, first_product)):
        moments.append(desk.clock())
        made.append(desk.stock(product_id, *(f"TIME-{number}-{line}" for line in range(3))))
        desk.clock.advance(hours=24)

    def ids(where: KeyFilter, sort: Sort | None = None) -> list[int]:
        listing = desk.inventory.listing(where, sort)
        page = [line.id for line in listing.page(0, 50)]
        assert listing.count() == len(page)
        assert list(listing.ids()) == page
        return page

    # the first moment counts, the last one does not
    assert ids(KeyFilter(imported_from=moments[1])) == [*reversed(made[2]), *reversed(made[1])]
    assert ids(KeyFilter(imported_to=moments[1]), Sort("id")) == made[0]
    assert ids(KeyFilter(imported_from=moments[1], imported_to=moments[2]), Sort("batch")) == made[1]
    assert ids(KeyFilter(product_id=first_product, imported_from=moments[1])) == [*reversed(made[2])]
    assert ids(KeyFilter(imported_from=desk.clock())) == []
    chosen = (made[2][1], made[0][0])
    assert ids(KeyFilter(key_ids=chosen)) == [made[2][1], made[0][0]]
    assert ids(KeyFilter(key_ids=chosen, product_id=first_product, imported_to=moments[1])) == [made[0][0]]
    assert ids(KeyFilter(key_ids=())) == []
    assert desk.inventory.put_into_bin(KeyFilter(imported_to=moments[1]), "old") == 3
    assert ids(KeyFilter(state=KeyState.BINNED), Sort("id")) == made[0]
