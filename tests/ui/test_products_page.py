from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from desktop_app.domain.states import ProductKind
from desktop_app.ui.dialogs.batch_dialog import BatchDialog
from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog
from desktop_app.ui.dialogs.product_dialog import ProductDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.ui.stock_shop import KEYS, StockWindow, stock_window, texts_of


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[StockWindow]:
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


def test_the_first_product_is_added_from_the_empty_page(stock: StockWindow) -> None:
    page = stock.page("products")
    stock.child(QPushButton, "products_table_empty_button", page.table).click()
    dialog = stock.dialog(ProductDialog)
    assert dialog.minimumHeight() < 640, "its buttons are to be seen on a screen of 720 lines"
    dialog.code_edit.setText("STEAM 100")
    dialog.name_edit.setText("Steam 钱包充值码 100 元")
    dialog.price_edit.setText("98.5")
    dialog.face_edit.setText("100")
    dialog.threshold_spin.setValue(20)
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert "spaces" in dialog.message.text()
    dialog.code_edit.setText("STEAM-100")
    dialog.submit_button.click()
    product = stock.shop.products.by_code("steam-100")
    assert (product.price_fen, product.face_fen, product.low_stock_threshold) == (9850, 10000, 20)
    assert page.table.current_row().id == product.id
    assert texts_of(page.table, "stock_state") == ["Sold out"]


def test_stock_is_said_in_words(stock: StockWindow) -> None:
    low = stock.add_product("LOW", name="甲", low_stock_threshold=5)
    stock.stock(low, *KEYS[:3])
    enough = stock.add_product("ENOUGH", name="乙", low_stock_threshold=2)
    stock.stock(enough, *KEYS[3:])
    stock.add_product("TOPUP", name="丙", kind=ProductKind.PHONE_TOPUP, face_fen=5000)
    stock.add_product("OFF", name="丁", active=False)
    page = stock.page("products")
    shown = dict(zip(texts_of(page.table, "code"), texts_of(page.table, "stock_state"), strict=True))
    assert shown == {"LOW": "Low stock", "ENOUGH": "Enough", "TOPUP": "No keys", "OFF": "Off sale"}
    page.open_item(low)
    assert stock.child(QLabel, "product_facts_in_stock", page).text() == "3"
    page.active_box.click()
    assert "OFF" not in texts_of(page.table, "code")


def test_a_product_leads_to_its_import_and_its_keys(stock: StockWindow) -> None:
    first, second = stock.add_product("A", name="甲"), stock.add_product("B", name="乙")
    stock.stock(second, *KEYS[:2])
    page = stock.page("products")
    page.open_item(second)
    page.keys_button.click()
    keys = stock.window.page()
    assert keys.where().product_id == second
    assert keys.table.rows.rowCount() == 2
    page = stock.page("products")
    page.open_item(first)
    page.import_button.click()
    dialog = stock.dialog(ImportKeysDialog)
    assert dialog.source.product_combo.item_id() == first


def test_what_would_merge_keys_is_refused_in_the_form(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS[:2])
    page = stock.page("products")
    page.open_item(product_id)
    page.change_button.click()
    dialog = stock.dialog(ProductDialog)
    dialog.fold_case_box.click()
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert dialog.message.isVisible()
    dialog.fold_case_box.click()
    dialog.name_edit.setText("改名")
    dialog.submit_button.click()
    assert stock.shop.products.get(product_id).name == "改名"
    assert stock.child(QLabel, "product_name", page).text() == "改名"


def test_stock_figures_follow_an_import(stock: StockWindow) -> None:
    product_id = stock.add_product()
    page = stock.page("products")
    page.open_item(product_id)
    assert page.pane.isVisible()
    stock.stock(product_id, *KEYS)
    assert texts_of(page.table, "in_stock") == ["8"]
    assert stock.child(QLabel, "product_facts_in_stock", page).text() == "8"
    batches = stock.child(type(page.table), "batches_table", page)
    assert texts_of(batches, "in_stock") == ["8 / 8"]


def test_a_batch_is_corrected_and_its_import_undone(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS[:3])
    page = stock.page("products")
    page.open_item(product_id)
    batches = page.batches
    assert not batches.undo_button.isEnabled()
    batches.table.settle()
    batches.table.select_row(0)
    batches.facts_button.click()
    dialog = stock.dialog(BatchDialog)
    dialog.cost_edit.setText("80")
    dialog.expiry_edit.setText("2027-13-01")
    dialog.submit_button.click()
    assert "2027-13-01" in dialog.message.text()
    dialog.expiry_edit.setText("2027-12-31")
    dialog.invoice_edit.setText("FP-2026-1122")
    dialog.submit_button.click()
    batch = stock.shop.inventory.batches(product_id)[0]
    assert (batch.cost_fen, batch.expires_on, batch.invoice_no) == (8000, "2027-12-31", "FP-2026-1122")
    batches.table.settle()
    batches.undo_button.click()
    ask = stock.dialog(ConfirmDialog)
    assert "All 3 keys" in stock.child(QLabel, "confirm_text", ask).text()
    stock.child(QPlainTextEdit, "reason_edit", ask).setPlainText("导错商品")
    ask.confirm_button.click()
    assert stock.shop.products.get(product_id).in_stock == 0
    assert texts_of(batches.table, "batch_name")[0].endswith("(undone)")
    assert not batches.undo_button.isEnabled()


def test_an_import_that_was_sold_from_is_not_undone(stock: StockWindow) -> None:
    product_id = stock.add_product()
    stock.add_channel()
    stock.stock(product_id, *KEYS[:3])
    stock.shop.orders.deliver(stock.add_order(product_id))
    page = stock.page("products")
    page.open_item(product_id)
    page.batches.table.settle()
    page.batches.table.select_row(0)
    page.batches.undo_button.click()
    ask = stock.dialog(ConfirmDialog)
    stock.child(QPlainTextEdit, "reason_edit", ask).setPlainText("导错商品")
    ask.confirm_button.click()
    assert "DD20261122001" in page.message.text()
    assert stock.shop.products.get(product_id).in_stock == 2
