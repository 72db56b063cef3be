from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QItemSelection, QItemSelectionModel, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.domain.states import KeyState
from desktop_app.services.inventory import ImportOptions, KeyFilter, KeyVerdict
from desktop_app.ui import row_loader
from desktop_app.ui.dialogs.export_dialog import ExportDialog
from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog
from desktop_app.ui.dialogs.key_scan_dialog import KeyScanDialog
from desktop_app.ui.dialogs.key_steps import KeyNoteDialog, MoveKeysDialog, RestockDialog
from desktop_app.ui.dialogs.product_dialog import ProductDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.widgets import key_pane
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.period_filter import Period
from tests.ui.event_loop import Heartbeat
from tests.ui.stock_shop import KEYS, StockWindow, stock_window, texts_of


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[StockWindow]:
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


def start_import(stock: StockWindow) -> ImportKeysDialog:
    stock.window.import_keys()
    return stock.dialog(ImportKeysDialog)


def test_an_empty_shop_leads_to_the_product_first(stock: StockWindow) -> None:
    page = stock.page("keys")
    assert page.table.empty_state.isVisible()
    stock.child(QPushButton, "keys_table_empty_button", page.table).click()
    dialog = stock.dialog(ProductDialog)
    dialog.reject()
    stock.add_product()
    page = stock.page("keys")
    stock.child(QPushButton, "keys_table_empty_button", page.table).click()
    assert stock.dialogs() == ["import_keys_dialog"]


def test_import_without_a_product_leads_there(stock: StockWindow) -> None:
    stock.window.import_keys()
    assert stock.dialogs() == ["product_dialog"]


def test_a_file_is_looked_at_before_it_is_stored(stock: StockWindow, tmp_path: Path) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, KEYS[7])
    path = tmp_path / "供货.txt"
    lines = [*KEYS[:5], "", KEYS[0], KEYS[7], "BAD\x07KEY-0001"]
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    dialog = start_import(stock)
    dialog.source.set_path(path)
    dialog.source.batch_edit.setText("十一月第二批")
    dialog.source.expiry_edit.setText("2027-12-31")
    dialog.next_button.click()
    table = dialog.preview.table
    assert [table.rows.rowCount(), stock.shop.inventory.listing(KeyFilter()).count()] == [9, 1]
    counts = {verdict: dialog.preview.filter.button(verdict).text().split()[-1] for verdict in (None, *KeyVerdict)}
    assert counts == {
        None: "9",
        KeyVerdict.NEW: "5",
        KeyVerdict.BLANK: "1",
        KeyVerdict.DUPLICATE_IN_FILE: "1",
        KeyVerdict.DUPLICATE_IN_SHOP: "1",
        KeyVerdict.MALFORMED: "1",
    }
    dialog.preview.filter.button(KeyVerdict.DUPLICATE_IN_FILE).click()
    assert texts_of(table, "number") == ["7"]
    assert texts_of(table, "detail") == ["The same key as in line 1."]
    assert KEYS[0] not in texts_of(table, "text")
    assert "UTF-8" in stock.child(QLabel, "preview_source", dialog).text()
    assert dialog.next_button.text() == "Import 5 keys"
    dialog.next_button.click()
    assert "5 new keys" in dialog.result_label.text()
    assert "十一月第二批" in dialog.result_label.text()
    batch = stock.shop.inventory.batches()[0]
    assert (batch.name, batch.new_count, batch.line_count, batch.expires_on) == ("十一月第二批", 5, 9, "2027-12-31")
    dialog.next_button.click()
    page = stock.window.page()
    assert page.where().batch_id == batch.id
    assert texts_of(page.table, "masked")[0].startswith("STM-****")
    assert not any(key in texts_of(page.table, "masked") for key in KEYS)


def test_a_guessed_encoding_is_confirmed_by_a_click(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    path = tmp_path / "gbk.txt"
    path.write_bytes("激活码甲乙-0001\n激活码甲乙-0002\n".encode("gb18030"))
    dialog = start_import(stock)
    dialog.source.set_path(path)
    dialog.make_preview()
    assert "GB18030" in dialog.preview.encoding_message.text()
    assert not dialog.next_button.isEnabled()
    dialog.import_keys()
    assert stock.shop.inventory.batches() == []
    stock.child(QCheckBox, "confirm_encoding_box", dialog).click()
    assert dialog.next_button.isEnabled()
    dialog.next_button.click()
    assert stock.shop.inventory.batches()[0].new_count == 2


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\x14\x00\x00\x00", b"\x00\x01\x02\xff" * 50, b"\n\n  \n"])
def test_a_bad_file_is_one_sentence_and_nothing_is_stored(stock: StockWindow, tmp_path: Path, data: bytes) -> None:
    stock.add_product()
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    dialog = start_import(stock)
    dialog.source.set_path(path)
    dialog.next_button.click()
    assert "bad.txt" in dialog.message.text()
    assert dialog.message.isVisible()
    assert dialog.next_button.text() == "Preview"
    dialog.source.set_path(tmp_path / "gone.txt")
    assert not dialog.message.isVisible()
    dialog.next_button.click()
    assert "gone.txt" in dialog.message.text()
    assert stock.shop.inventory.batches() == []


def test_a_wrong_cost_keeps_the_dialog_at_its_field(stock: StockWindow) -> None:
    stock.add_product()
    dialog = start_import(stock)
    dialog.source.paste_radio.click()
    dialog.source.paste_edit.setPlainText("\n".join(KEYS))
    dialog.source.cost_edit.setText("1,2,3")
    dialog.next_button.click()
    assert "1,2,3" in dialog.message.text()
    dialog.source.cost_edit.setText("88.5")
    dialog.next_button.click()
    dialog.next_button.click()
    assert stock.shop.inventory.batches()[0].cost_fen == 8850


def test_a_dropped_file_opens_the_import(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    path = tmp_path / "drop.txt"
    path.write_text("\n".join(KEYS), encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    page = stock.page("keys")
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.dropEvent(event)
    assert stock.dialog(ImportKeysDialog).source.file.path() == path


def test_revealing_and_copying_one_key_is_logged(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    page = stock.page("keys")
    page.table.select_row(0)
    shown = stock.child(QLabel, "key_text", page)
    assert shown.text() != KEYS[7]
    page.pane.reveal_button.click()
    assert shown.text() == KEYS[7]
    assert "shown" in page.pane.timeline.texts()[0]
    page.pane.copy_button.click()
    assert QGuiApplication.clipboard().text() == KEYS[7]
    assert "copied" in page.pane.timeline.texts()[0]
    stock.window.secrets.clear()
    assert QGuiApplication.clipboard().text() == ""
    page.table.select_row(1)
    assert KEYS[6] != shown.text() != KEYS[7]
    page.table.select_row(0)
    assert shown.text() != KEYS[7]


def test_a_revealed_key_is_hidden_by_locking_and_leaving(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    page = stock.page("keys")
    page.table.select_row(0)
    shown = stock.child(QLabel, "key_text", page)
    page.pane.reveal_button.click()
    stock.page("products")
    stock.page("keys")
    assert shown.text() != KEYS[7]
    page.pane.reveal_button.click()
    assert shown.text() == KEYS[7]
    stock.window.lock()
    assert shown.text().startswith("#")
    page.pane.reveal_button.click()
    assert page.message.isVisible()
    assert KEYS[7] not in shown.text()


def test_keys_are_found_whole_and_by_their_order(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.add_channel()
    stock.stock(product_id, *KEYS)
    order_id = stock.add_order(product_id)
    stock.shop.orders.deliver(order_id)
    page = stock.page("keys")
    for text, count in ((KEYS[3], 1), (KEYS[3][:-1], 0), ("DD20261122001", 1), ("", 8)):
        page.search_box.setText(text)
        page.search_box.returnPressed.emit()
        assert page.table.rows.rowCount() == count, text
    page.apply_filter(state="delivered")
    assert texts_of(page.table, "order_no") == ["DD20261122001"]
    page.apply_filter()
    page.table.rows.sort_state = None
    wanted = stock.shop.inventory.find(KEYS[2])
    assert wanted is not None
    page.open_item(wanted.id)
    assert page.table.current_row().id == wanted.id


def test_a_bulk_step_says_exactly_what_it_does(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    page = stock.page("keys")
    ids = [row.id for row in stock.shop.inventory.listing(KeyFilter()).page(0, 8)]
    stock.shop.inventory.void(ids[:2], "重复供货")
    page.table.selectAll()
    assert stock.child(QLabel, "keys_chosen", page).text() == "8 keys chosen"
    page.pane.step_button("quarantine").click()
    dialog = stock.dialog(ConfirmDialog)
    text = stock.child(QLabel, "confirm_text", dialog).text()
    assert "6 keys go into quarantine (In stock 6)" in text
    assert "2 others stay as they are (Void 2)" in text
    assert dialog.confirm_button.text() == "Quarantine 6 keys"
    dialog.confirm_button.click()
    assert stock.shop.inventory.listing(KeyFilter(state=KeyState.QUARANTINED)).count() == 0
    stock.child(QPlainTextEdit, "reason_edit", dialog).setPlainText("供应商通知可能泄露")
    dialog.confirm_button.click()
    assert stock.shop.inventory.listing(KeyFilter(state=KeyState.QUARANTINED)).count() == 6
    assert "6 keys" in stock.child(QLabel, "status_message").text()


def test_more_keys_than_are_on_screen_are_all_taken(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *(f"BULK-{number:05d}-{number * 7:05d}" for number in range(450)))
    page = stock.page("keys")
    page.table.selectAll()
    page.pane.step_button("void").click()
    dialog = stock.dialog(ConfirmDialog)
    assert dialog.confirm_button.text() == "Make 450 keys void"
    stock.child(QPlainTextEdit, "reason_edit", dialog).setPlainText("整批作废")
    dialog.confirm_button.click()
    assert stock.shop.products.get(product_id).void == 450


def test_everything_shown_is_one_step_and_one_event(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *(f"BULK-{number:05d}-{number * 7:05d}" for number in range(450)))
    page = stock.page("keys")
    page.table.selectAll()
    page.pane.step_button("quarantine").click()
    dialog = stock.dialog(ConfirmDialog)
    stock.child(QPlainTextEdit, "reason_edit", dialog).setPlainText("抽检无效")
    dialog.option_box.setChecked(True)
    dialog.confirm_button.click()
    last = stock.shop.reports.events().page(0, 1)[0]
    assert (last.kind, last.facts["count"], last.facts["failed"]) == ("key.quarantined", 450, True)
    assert stock.shop.stock.suppliers()[0].failed == 450


def test_deleted_keys_come_back_or_go_for_good(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    page = stock.page("keys")
    page.table.selectAll()
    page.pane.step_button("bin").click()
    dialog = stock.dialog(ConfirmDialog)
    stock.child(QPlainTextEdit, "reason_edit", dialog).setPlainText("录错")
    dialog.confirm_button.click()
    assert stock.shop.products.get(product_id).in_stock == 0
    assert not page.empty_bin_button.isVisible()
    page.apply_filter(state=KeyState.BINNED)
    assert page.empty_bin_button.isVisible()
    page.table.select_row(0)
    page.pane.step_button("unbin").click()
    assert stock.shop.products.get(product_id).in_stock == 1
    page.empty_bin_button.click()
    dialog = stock.dialog(ConfirmDialog)
    assert dialog.confirm_button.text() == "Delete 7 keys for good"
    dialog.confirm_button.click()
    assert stock.shop.inventory.listing(KeyFilter()).count() == 1


def test_a_product_that_runs_low_is_told_once(stock: StockWindow) -> None:
    product_id = stock.add_product(low_stock_threshold=7)
    stock.stock(product_id, *KEYS)
    keys = [row.id for row in stock.shop.inventory.listing(KeyFilter()).page(0, 8)]
    stock.shop.inventory.void(keys[:1], "坏卡")
    assert "Running low: Steam 钱包 100 元 (7)" in stock.child(QLabel, "status_message").text()
    stock.window.say("")
    stock.shop.inventory.void(keys[1:2], "坏卡")
    assert "Running low" not in stock.child(QLabel, "status_message").text()


def test_putting_back_on_sale_takes_the_official_record(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS[:1])
    page = stock.page("keys")
    page.table.select_row(0)
    assert not page.pane.step_button("restock").isEnabled()
    stock.shop.inventory.quarantine([page.table.current_row().id], "买家称已使用")
    assert page.pane.step_button("restock").isEnabled()
    page.pane.step_button("restock").click()
    dialog = stock.dialog(RestockDialog)
    dialog.submit_button.click()
    dialog.reason_edit.setText("官方工单 20261122-77")
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert stock.shop.products.get(product_id).in_stock == 0
    dialog.official_box.click()
    dialog.submit_button.click()
    assert stock.shop.products.get(product_id).in_stock == 1


def test_keys_move_and_get_a_note(stock: StockWindow) -> None:
    first, second = stock.add_product(), stock.add_product("STEAM50", name="Steam 钱包 50 元")
    stock.stock(first, *KEYS[:3])
    page = stock.page("keys")
    page.table.selectAll()
    page.pane.step_button("note").click()
    dialog = stock.dialog(KeyNoteDialog)
    dialog.note_edit.setPlainText("只发\n老客户")
    dialog.submit_button.click()
    assert set(texts_of(page.table, "note")) == {"只发 老客户"}
    page.table.selectAll()
    page.pane.step_button("move").click()
    mover = stock.dialog(MoveKeysDialog)
    mover.product_combo.set_item(second)
    mover.submit_button.click()
    assert (stock.shop.products.get(first).in_stock, stock.shop.products.get(second).in_stock) == (0, 3)


def test_cancelling_an_import_stores_nothing(qtbot: QtBot, tmp_path: Path, jobs: Jobs) -> None:
    with stock_window(tmp_path / "shop", jobs) as stock:
        stock.add_product()
        path = tmp_path / "many.txt"
        path.write_text("\n".join(f"CANCEL-{number:06d}" for number in range(60_000)), encoding="utf-8")
        dialog = start_import(stock)
        dialog.source.set_path(path)
        dialog.next_button.click()
        assert not dialog.next_button.isEnabled()
        qtbot.waitUntil(lambda: dialog.preview.is_ready())
        dialog.next_button.click()
        dialog.reject()
        qtbot.waitUntil(lambda: not dialog.work.is_busy)
        assert dialog.isVisible()
        assert "no card key was stored" in dialog.message.text()
        assert stock.shop.inventory.listing(KeyFilter()).count() == 0
        assert stock.shop.inventory.batches() == []
        dialog.reject()


def test_the_window_answers_while_keys_come_in(qtbot: QtBot, tmp_path: Path, jobs: Jobs) -> None:
    with stock_window(tmp_path / "shop", jobs) as stock:
        stock.add_product()
        path = tmp_path / "many.txt"
        path.write_text("\n".join(f"HEART-{number:06d}" for number in range(30_000)), encoding="utf-8")
        dialog: Any = start_import(stock)
        dialog.source.set_path(path)
        heart, began = Heartbeat(), time.process_time()
        dialog.next_button.click()
        qtbot.waitUntil(lambda: dialog.preview.is_ready())
        dialog.next_button.click()
        qtbot.waitUntil(lambda: dialog.result_label.text() != "")
        heart.stop()
        # a job on the GUI thread would be most of it, in one piece
        assert heart.longest < (time.process_time() - began) / 3
        assert heart.rounds > 20
        assert stock.shop.inventory.batches()[0].new_count == 30_000


def test_the_table_is_reachable_by_keys(qtbot: QtBot, stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    page = stock.page("keys")
    page.table.select_row(0)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_J)
    assert page.table.current_row().line == 7
    assert page.pane.isVisible()


def test_the_list_can_be_narrowed_to_the_imports_of_some_days(stock: StockWindow) -> None:
    product_id = stock.add_product()
    inventory = stock.shop.inventory
    inventory.import_keys(inventory.preview_text("OLD-KEY-0001", product_id), ImportOptions())
    stock.clock.advance(hours=48)
    inventory.import_keys(inventory.preview_text("NEW-KEY-0001\nNEW-KEY-0002", product_id), ImportOptions())
    page = stock.page("keys")
    assert page.table.rows.rowCount() == 3
    page.period.set_period(Period.TODAY)
    page.period.period_changed.emit()
    assert page.table.rows.rowCount() == 2
    page.open_item(1)
    assert page.period.period() is Period.ANY
    assert page.table.rows.rowCount() == 3


def test_a_part_of_a_key_that_is_not_found_can_be_looked_for_inside_all(stock: StockWindow) -> None:
    product_id = stock.add_product()
    inventory = stock.shop.inventory
    inventory.import_keys(inventory.preview_text("ABCD-1234-EFGH", product_id), ImportOptions())
    page = stock.page("keys")
    page.search_box.setText("1234")
    page.search_box.searched.emit("1234")
    assert page.table.rows.rowCount() == 0
    stock.child(QPushButton, "keys_table_empty_button", page).click()
    dialog = stock.dialog(KeyScanDialog)
    assert dialog.part_edit.text() == "1234"


def test_the_life_of_a_chosen_key_is_read_once_and_beside_the_window(
    stock: StockWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock.stock(stock.add_product(), *KEYS[:3])
    page = stock.page("keys")
    ids = [row.id for row in page.table.rows.source.page(0, 3)]
    asked: list[int] = []
    threads: set[threading.Thread] = set()
    gate = threading.Event()
    gate.set()
    life = stock.shop.inventory.life

    def watched(key_id: int) -> Any:
        asked.append(key_id)
        threads.add(threading.current_thread())
        gate.wait()
        return life(key_id)

    monkeypatch.setattr(stock.shop.inventory, "life", watched)
    page.table.select_row(0)
    page.table.select_row(1)
    assert asked == ids[:2]
    assert threading.main_thread() not in threads
    page.pane.show_key(page.table.current_row())
    assert asked == [*ids[:2], ids[1]], "after a step it is read anew"

    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(key_pane, "PATIENCE_SECONDS", 0.0)
    gate.clear()
    page.table.select_row(2)
    assert page.pane.isVisible()
    assert not page.pane.life.isVisible(), "not that of the key before"
    page.table.select_row(0)
    gate.set()
    qtbot.waitUntil(page.pane.life.isVisible)
    assert page.pane._life_of == ids[0]
    qtbot.wait(20)
    assert page.pane._life_of == ids[0], "what was asked for before comes to nothing"


def test_only_the_chosen_keys_are_exported(stock: StockWindow, tmp_path: Path) -> None:
    product_id = stock.add_product()
    inventory = stock.shop.inventory
    inventory.import_keys(inventory.preview_text("\n".join(KEYS[:4]), product_id), ImportOptions())
    page = stock.page("keys")
    page.table.selectRow(0)
    stock.child(QPushButton, "export_keys_button", page).click()
    dialog = stock.dialog(ExportDialog)
    assert not dialog.chosen_box.isHidden()
    assert not dialog.chosen_box.isChecked()  # one is only looked at
    dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    page.table.selectionModel().select(
        QItemSelection(page.table.rows.index(1, 0), page.table.rows.index(2, 9)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    stock.child(QPushButton, "export_keys_button", page).click()
    dialog = stock.dialog(ExportDialog)
    assert dialog.chosen_box.isChecked()
    target = tmp_path / "chosen.txt"
    dialog.path_edit.setText(str(target))
    dialog.reveal_box.setChecked(True)
    dialog.export_button.click()
    assert target.read_text().split() == [KEYS[1], KEYS[2]]
