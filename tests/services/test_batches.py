"""Batches: facts that can be corrected, and imports that can be taken back while nothing of them was sold."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from desktop_app.domain.errors import BadInputError, CancelledError, NotFoundError, RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.services import batches
from desktop_app.services.inventory import BatchDraft
from tests.services.desk import Desk

KEYS = ("ABCD-1234-EFGH-0001", "ABCD-1234-EFGH-0002", "ABCD-1234-EFGH-0003")


def _keys(desk: Desk) -> int:
    return int(str(desk.scalar("SELECT count(*) FROM card_keys")))


def test_an_import_is_taken_back_whole_and_leaves_its_row_and_its_log(desk: Desk) -> None:
    product_id = desk.product()
    desk.stock(product_id, "KEEP-0000-0000-0001", batch="first")
    ids = desk.stock(product_id, *KEYS, batch="十一月")
    batch_id = desk.inventory.get(ids[0]).batch_id
    desk.changes.clear()
    assert desk.inventory.undo_import(batch_id, "供货商发错") == 3
    assert _keys(desk) == 1
    assert desk.changes == [frozenset({"keys", "products"})]
    undone, first = desk.inventory.batches(product_id)
    assert (undone.undone_at, undone.undone_by, undone.new_count, undone.in_stock) == (desk.clock(), "林默", 3, 0)
    assert first.undone_at is None
    [event] = desk.events("batch.undone")
    assert event["entity_id"] == batch_id
    assert event["facts"] == {"batch": "十一月", "product": "STEAM50", "count": 3, "reason": "供货商发错"}
    with pytest.raises(RefusedError, match="undone"):
        desk.inventory.undo_import(batch_id)
    with pytest.raises(RefusedError, match="undone"):
        desk.inventory.change_batch(batch_id, BatchDraft(note="x"))
    with pytest.raises(NotFoundError):
        desk.inventory.undo_import(99)


def test_after_an_undo_the_same_keys_and_the_same_name_are_new_again(desk: Desk) -> None:
    product_id = desk.product()
    ids = desk.stock(product_id, *KEYS, batch="十一月")
    desk.inventory.reveal(ids[0])
    desk.inventory.undo_import(desk.inventory.get(ids[0]).batch_id)
    again = desk.stock(product_id, *KEYS, batch="十一月")
    assert desk.inventory.reveal(again[0]) == KEYS[0]
    kinds = [event.kind for event in desk.inventory.history(again[0])]
    assert kinds == ["keys.imported", "key.revealed"], "numbers given again do not inherit what was done before"
    with pytest.raises(BadInputError, match="already"):
        desk.stock(product_id, "OTHER-0001-0002", batch="十一月")


@pytest.mark.parametrize("how", ["delivered", "void", "quarantined", "sold and back"])
def test_keys_that_left_the_stock_stop_the_undo_and_are_named(desk: Desk, how: str) -> None:
    ids = desk.stock(desk.product(), *KEYS)
    key_id = ids[1]
    if how == "void":
        desk.inventory.void([key_id], "坏卡")
    elif how == "quarantined":
        desk.inventory.quarantine([key_id], "待查")
    else:
        desk.deliver(key_id, "A20261122", refunded=True)
    if how == "sold and back":
        desk.inventory.quarantine([key_id], "退回")
        desk.inventory.restock([key_id], "官方未激活", official_not_activated=True)
    with pytest.raises(RefusedError, match="line 2 ABCD-\\*") as caught:
        desk.inventory.undo_import(desk.inventory.get(key_id).batch_id)
    if how == "delivered":
        assert "A20261122" in caught.value.en
        assert "第 2 行" in caught.value.zh
    assert "0002" in caught.value.en
    assert KEYS[1] not in caught.value.en
    assert _keys(desk) == 3
    assert desk.events("batch.undone") == []


def test_of_many_keys_that_stop_it_only_the_first_are_named(desk: Desk) -> None:
    ids = desk.stock(desk.product(), *(f"MANY-0000-0000-{number:04}" for number in range(9)))
    desk.inventory.void(ids[1:], "坏卡")
    with pytest.raises(RefusedError, match="and 3 more") as caught:
        desk.inventory.undo_import(desk.inventory.get(ids[0]).batch_id)
    assert caught.value.en.count("line ") == 5


def test_cancelled_half_way_nothing_is_gone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_REMOVED_AT_ONCE", 2)
    ids = desk.stock(desk.product(), *KEYS)
    seen: list[tuple[int, int]] = []

    def stop() -> bool:
        return len(seen) > 1

    with pytest.raises(CancelledError):
        desk.inventory.undo_import(
            desk.inventory.get(ids[0]).batch_id, progress=lambda *at: seen.append(at), cancelled=stop
        )
    assert seen == [(0, 3), (2, 3)]
    assert _keys(desk) == 3
    assert desk.inventory.batches()[0].undone_at is None


def test_moved_keys_go_with_the_import_they_came_in(desk: Desk) -> None:
    ids = desk.stock(desk.product("A"), *KEYS)
    desk.inventory.move(ids[:1], desk.product("B"))
    assert desk.inventory.undo_import(desk.inventory.get(ids[0]).batch_id) == 3
    assert _keys(desk) == 0


def test_the_database_lets_no_import_be_undone_with_its_keys_there(desk: Desk) -> None:
    desk.stock(desk.product(), *KEYS)
    for sql in (
        "UPDATE batches SET undone_at = 1, undone_by = 'x'",
        "UPDATE batches SET new_count = 2, blank_count = 1",
        "DELETE FROM batches",
    ):
        with pytest.raises(DBAPIError):
            desk.execute(sql)


def test_facts_of_a_batch_can_be_corrected(desk: Desk) -> None:
    product_id = desk.product()
    ids = desk.stock(product_id, *KEYS, supplier="甲供货", cost_fen=4700)
    batch_id = desk.inventory.get(ids[0]).batch_id
    draft = BatchDraft("乙供货", "INV-2026-88", 4650, "2026-11-21", "迟到的发票")
    desk.inventory.change_batch(batch_id, draft)
    [batch] = desk.inventory.batches(product_id)
    assert (batch.supplier, batch.invoice_no, batch.cost_fen, batch.expires_on, batch.note) == (
        *("乙供货", "INV-2026-88", 4650, "2026-11-21", "迟到的发票"),
    )
    assert desk.inventory.get(ids[0]).is_expired
    assert desk.products.get(product_id).in_stock == 0
    [event] = desk.events("batch.changed")
    assert event["facts"]["cost_fen"] == {"from": 4700, "to": 4650}  # type: ignore[index]
    desk.inventory.change_batch(batch_id, draft)
    assert len(desk.events("batch.changed")) == 1, "nothing differs, so nothing is logged"
    with pytest.raises(BadInputError, match="2027-12-31"):
        desk.inventory.change_batch(batch_id, BatchDraft(expires_on="next year"))
    with pytest.raises(BadInputError, match="cost"):
        desk.inventory.change_batch(batch_id, BatchDraft(cost_fen=-1))
    assert desk.inventory.get(ids[0]).state is KeyState.IN_STOCK


def test_the_invoice_can_be_given_with_the_import(desk: Desk) -> None:
    desk.stock(desk.product(), *KEYS, invoice_no="INV-1")
    assert desk.inventory.batches()[0].invoice_no == "INV-1"
