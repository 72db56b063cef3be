"""Exports hold exactly what the table shows, come back exactly, and give keys away only when asked and logged."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from desktop_app.domain.errors import BadInputError, CancelledError, LockedError, StorageError
from desktop_app.domain.states import KeyState, OrderState
from desktop_app.services.exports import EXPORTS
from desktop_app.services.key_import import ImportOptions
from desktop_app.services.key_lines import KeyFilter
from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderFilter
from desktop_app.services.prints import Prints
from desktop_app.services.reconciliation import Reconciliation
from tests.csv_files import read_back
from tests.exchange.statement_samples import alipay_account, alipay_account_row
from tests.services.order_desk import KEYS, OrderDesk

COLUMNS = {
    "keys": ("id", "product", "masked", "state", "batch", "line", "expires_on", "order_no", "state_at", "note"),
    "orders": (
        *("order_no", "product", "quantity", "state", "paid_fen", "refunded_fen"),
        *("buyer", "channel", "ordered_at", "paid_at", "shipped_at"),
    ),
    "requests": (
        *("request_no", "order_no", "product", "order_state", "reason", "verdict", "refund_fen", "fee_fen"),
        *("due_at", "state", "requested_at", "decided_action", "decided_at", "decision_reason"),
    ),
    "refunds": (
        *("request_no", "order_no", "amount_fen", "route", "state", "expected_at"),
        *("reference", "paid_at", "arrived_at", "reconciled", "note"),
    ),
    "unmatched": ("side", "at", "amount_fen", "route", "order_no", "reference", "source", "why"),
    "proofs": ("proof_no", "order_no", "unit_ref", "product", "redeemed_at", "code", "issued_at", "issued_by"),
    "prints": ("printed_at", "title", "proof_no", "documents", "pages", "copies", "printer", "printed_by"),
    "events": ("seq", "at", "actor", "kind", "order_no", "entity", "text"),
    "stock": (
        *("code", "product", "in_stock", "reserved", "delivered", "redeemed", "quarantined", "void", "expired"),
        *("cost_fen", "uncosted", "price_fen", "sold", "days_left", "expiring"),
    ),
    "suppliers": ("supplier", "batches", "imported", "in_stock", "tried", "failed", "rate", "loss_fen"),
}


@pytest.fixture
def busy(shop: OrderDesk, tmp_path: Path) -> OrderDesk:
    """One of everything, with texts that spreadsheets like to spoil."""
    order_id = shop.delivered("20261122000000001", buyer="=cmd|'/c calc'!A1", keys=KEYS[:2])
    first, _ = shop.unit_ids(order_id)
    shop.redeem(first, code="0012")
    proof = shop.proofs.issue(first)
    Prints(shop.context).note(proof.proof_no, [proof.id], pages=2, copies=1, printer="=前台")
    shop.refunds.mark_paid(shop.refunded("B1"), "00420000", shop.clock())
    statement = tmp_path / "statement.csv"
    statement.write_bytes(alipay_account([alipay_account_row("0054", expense="7.00")]))
    reconciliation = Reconciliation(shop.context)
    reconciliation.import_statement(reconciliation.preview(statement))
    statement.unlink()
    return shop


def _read(path: Path) -> list[list[str]]:
    return list(read_back(path))


def test_the_columns_are_those_of_the_tables(shop: OrderDesk) -> None:
    assert {what: tuple(column.key for column in shop.reports.export_columns(what)) for what in EXPORTS} == COLUMNS
    for what in EXPORTS:
        for column in shop.reports.export_columns(what):
            assert column.zh
            assert column.en
    with pytest.raises(BadInputError, match="keys, orders"):
        shop.reports.export_columns("money")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", EXPORTS)
def test_every_export_has_a_row_for_every_line(busy: OrderDesk, tmp_path: Path, what: str, language: str) -> None:
    path = tmp_path / f"{what}.csv"
    counted = busy.reports.export(what, path, language=language)
    rows = _read(path)
    assert rows[0] == [column.title(language) for column in busy.reports.export_columns(what)]
    assert len(rows) - 1 == counted > 0
    assert all(len(row) == len(COLUMNS[what]) for row in rows)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_orders_come_out_as_the_filtered_and_sorted_listing(busy: OrderDesk, tmp_path: Path) -> None:
    for number in range(5):
        busy.paid(f"=N{number}", ordered_at=busy.clock() - timedelta(hours=number + 1), paid_at=None, paid_fen=100)
    where, sort = OrderFilter(state=OrderState.PAID), Sort("order_no", descending=True)
    path = tmp_path / "orders.csv"
    busy.reports.export("orders", path, where=where, sort=sort)
    lines = list(busy.orders.listing(where, sort).rows())
    rows = _read(path)[1:]
    assert (
        [row[0] for row in rows] == [line.order_no for line in lines] == [f"=N{number}" for number in (4, 3, 2, 1, 0)]
    )
    assert rows[0][3:6] == ["已支付未发货", "1.00", "0.00"]
    assert rows[0][8] == lines[0].ordered_at.astimezone(busy.context.zone).strftime("%Y-%m-%d %H:%M:%S")
    # what a spreadsheet would run or round stands behind a guard
    raw = path.read_text(encoding="utf-8-sig")
    assert '\n"\'=N4"' in raw.replace("\r", "")
    busy.reports.export("orders", path)
    assert "'20261122000000001" in path.read_text(encoding="utf-8-sig")
    assert "20261122000000001" in {row[0] for row in _read(path)}


def test_keys_stay_masked_unless_revealed_on_purpose(busy: OrderDesk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    busy.reports.export("keys", path)
    lines = list(busy.desk.inventory.listing(KeyFilter()).rows())
    assert [row[2] for row in _read(path)[1:]] == [line.masked for line in lines]
    assert not any(key in path.read_text(encoding="utf-8-sig") for key in KEYS)
    assert busy.desk.events("key.revealed") == []
    assert busy.reports.export("keys", path, reveal=True) == 2
    assert {row[2] for row in _read(path)[1:]} == set(KEYS[:2])
    (event,) = busy.desk.events("key.revealed")
    assert event["facts"]["rows"] == 2  # type: ignore[index]
    assert busy.desk.events("export.written")[-1]["facts"]["revealed"] is True  # type: ignore[index]


@pytest.mark.skipif(os.name == "nt", reason="there the folder says who may read")
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".txt"])
def test_keys_in_clear_are_for_their_owner_only(busy: OrderDesk, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"keys{ending}"
    path.touch(0o644)
    where = KeyFilter(state=KeyState.DELIVERED)
    busy.reports.export("keys", path, where=where, reveal=True)
    assert path.stat().st_size > 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_revealing_needs_keys_and_an_unlocked_shop(busy: OrderDesk, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(BadInputError):
        busy.reports.export("orders", path, reveal=True)
    busy.context.vault.lock()
    with pytest.raises(LockedError):
        busy.reports.export("keys", path, reveal=True)
    assert not path.exists()
    assert busy.desk.events("key.revealed") == []
    for what in EXPORTS:
        busy.reports.export(what, path)
    busy.reports.export("keys", path)
    assert all(row[2].startswith("#") for row in _read(path)[1:])


def test_cancelling_leaves_no_file_and_no_event(shop: OrderDesk, tmp_path: Path) -> None:
    for number in range(3):
        shop.paid(f"C{number}")
    path = tmp_path / "orders.csv"
    with pytest.raises(CancelledError):
        shop.reports.export("orders", path, cancelled=lambda: True)
    assert list(tmp_path.glob("*.csv*")) == []
    assert shop.desk.events("export.written") == []


def test_progress_ends_at_the_number_of_rows(shop: OrderDesk, tmp_path: Path) -> None:
    for number in range(3):
        shop.paid(f"C{number}")
    told: list[tuple[int, int]] = []
    shop.reports.export("orders", tmp_path / "o.csv", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (3, 3)


def test_a_text_file_gives_the_lines_back_as_they_came(shop: OrderDesk, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    lines = ["=cmd|A1----pw", "  Card Key 0001  ", "卡号----密码，一", "'0012345678901234567", "ABCD-0001-0002"]
    source.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    preview = shop.desk.inventory.preview_file(source, shop.product_id)
    shop.desk.inventory.import_keys(preview, ImportOptions())
    shop.desk.stock(shop.product_id, "LATER-0001-0002")
    path = tmp_path / "out.txt"
    assert shop.reports.export("keys", path, reveal=True) == 6
    assert path.read_bytes() == source.read_bytes() + b"LATER-0001-0002\n"
    batch_id = shop.desk.inventory.batches()[-1].id
    assert shop.reports.export("keys", path, reveal=True, where=KeyFilter(batch_id=batch_id)) == 5
    assert path.read_bytes() == source.read_bytes()
    assert shop.desk.events("key.revealed")
    again = shop.desk.inventory.preview_file(path, shop.product_id)
    assert (again.new_count, again.shop_duplicates) == (0, 5)
    for what, reveal in (("keys", False), ("orders", False)):
        with pytest.raises(BadInputError, match="in clear"):
            shop.reports.export(what, tmp_path / "no.txt", reveal=reveal)
    assert not (tmp_path / "no.txt").exists()


def test_a_damaged_key_is_named_rather_than_written_as_one(shop: OrderDesk, tmp_path: Path) -> None:
    ids = shop.desk.stock(shop.product_id, *KEYS[:2])
    shop.desk.execute("UPDATE card_keys SET sealed = x'00' WHERE id = ?", ids[1])
    with pytest.raises(StorageError, match=f"Key {ids[1]}"):
        shop.reports.export("keys", tmp_path / "out.txt", reveal=True)
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("what", EXPORTS)
def test_every_table_can_be_a_workbook(busy: OrderDesk, tmp_path: Path, what: str) -> None:
    path = tmp_path / f"{what}.xlsx"
    counted = busy.reports.export(what, path, language="en")
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[0] == [column.en for column in busy.reports.export_columns(what)]
    assert len(rows) - 1 == counted > 0
