"""The reports in a real window: figures of the services, totals, and where the rows lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.domain.states import ProductKind
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.key_lines import KeyFilter
from desktop_app.ui.dialogs.export_dialog import ExportDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.page_table import PAGES
from tests.ui.stock_shop import StockWindow, stock_window, texts_of


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[StockWindow]:
    monkeypatch.setattr(StockWindow, "page_names", ("keys", "orders", "products", "reports"))
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


def _import(stock: StockWindow, product_id: int, prefix: str, count: int, **options: Any) -> int:
    keys = "\n".join(f"{prefix}-2026-{number:04}" for number in range(count))
    preview = stock.shop.inventory.preview_text(keys, product_id)
    return stock.shop.inventory.import_keys(preview, ImportOptions(**options)).batch_id


def _fail(stock: StockWindow, batch_id: int, count: int) -> None:
    ids = stock.shop.inventory.listing(KeyFilter(batch_id=batch_id)).ids()
    stock.shop.inventory.void(list(ids[:count]), "不能用", failed=True)


@pytest.fixture
def steam(stock: StockWindow) -> int:
    """Nine sellable keys: 4 at 90.00 that expire in ten days, 5 without a cost; one more was delivered."""
    stock.add_channel()
    product_id = stock.add_product("STEAM", name="乙")
    _import(stock, product_id, "AAAA", 5, supplier="甲方", cost_fen=9000, expires_on="2026-12-02")
    _import(stock, product_id, "BBBB", 5, supplier="乙方")
    stock.add_product("TOPUP", name="丙", kind=ProductKind.PHONE_TOPUP, face_fen=5000)
    stock.shop.orders.deliver(stock.add_order(product_id))
    return product_id


def test_the_stock_is_that_of_the_services_with_its_totals(stock: StockWindow, steam: int) -> None:
    stock.add_product("EMPTY", name="甲")
    page = stock.page("reports")
    assert texts_of(page.table, "code") == ["STEAM", "EMPTY"] or texts_of(page.table, "code") == ["EMPTY", "STEAM"]
    line = next(line for line in stock.shop.stock.report() if line.product.id == steam)
    shown = {
        key: dict(zip(texts_of(page.table, "code"), texts_of(page.table, key), strict=True))["STEAM"]
        for key in ("in_stock", "delivered", "cost_fen", "price_fen", "days_left", "expiring")
    }
    assert shown == {
        "in_stock": "9",
        "delivered": "1",
        "cost_fen": "¥360.00 *",
        "price_fen": "¥886.50",
        "days_left": f"{line.days_left} days",
        "expiring": "4",
    }
    assert line.days_left == 9 * 14
    total = page.totals_label.text()
    for part in ("2 products", "9 sellable", "¥360.00 at cost", "4 expiring within 30 days", "* 5 keys have no cost"):
        assert part in total


def test_another_number_of_days_counts_anew(stock: StockWindow, steam: int) -> None:
    page = stock.page("reports")
    page.days_spin.setValue(5)
    assert texts_of(page.table, "expiring") == ["0"]
    assert "0 expiring within 5 days" in page.totals_label.text()
    stock.window.navigate("reports", report="stock", expiring_days=40)
    assert texts_of(page.table, "expiring") == ["4"]


def test_a_change_elsewhere_reaches_both_tabs(stock: StockWindow, steam: int) -> None:
    page = stock.page("reports")
    page.tabs.setCurrentIndex(1)
    assert texts_of(page.supplier_table, "failed") == ["0", "0"]
    batch = next(batch for batch in stock.shop.inventory.batches() if batch.supplier == "乙方")
    _fail(stock, batch.id, 2)
    assert texts_of(page.supplier_table, "failed") == ["2", "0"]
    page.tabs.setCurrentIndex(0)
    assert texts_of(page.stock_table, "void") == ["2"]
    assert "7 sellable" in page.totals_label.text()


def test_suppliers_stand_by_their_failures(stock: StockWindow, steam: int) -> None:
    _fail(stock, _import(stock, steam, "CCCC", 3, cost_fen=8000), 3)
    page = stock.page("reports")
    page.tabs.setCurrentIndex(1)
    assert texts_of(page.table, "supplier") == ["(no supplier named)", "甲方", "乙方"]
    assert texts_of(page.table, "rate_bp") == ["100 %", "0 %", "none tried"]
    assert texts_of(page.table, "loss_fen")[0] == "¥240.00"
    assert page.totals_label.text() == (
        "Total: 3 suppliers · 3 of 4 delivered or failed keys did not work · 75 % · they cost ¥240.00"
    )
    assert page.days_spin.isHidden()
    assert page.product_button.isHidden()


def test_a_product_leads_to_itself_and_to_its_keys(qtbot: QtBot, stock: StockWindow, steam: int) -> None:
    page = stock.page("reports")
    assert not page.keys_button.isEnabled()
    stock.window.navigate("reports", steam)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    products: Any = stock.window.page()
    assert products.title() == "Products"
    assert products.table.current_row().id == steam
    stock.window.navigate("reports", steam)
    qtbot.mouseClick(page.keys_button, Qt.MouseButton.LeftButton)
    keys: Any = stock.window.page()
    assert keys.title() == "Card keys"
    assert keys.product_combo.item_id() == steam


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_supplier_leads_to_its_batch_or_offers_several(qtbot: QtBot, stock: StockWindow, steam: int) -> None:
    page = stock.page("reports")
    page.tabs.setCurrentIndex(1)
    assert page.supplier_table.select_id("乙方")
    page.keys_button.click()
    keys: Any = stock.window.page()
    assert keys.title() == "Card keys"
    assert keys.table.rows.rowCount() == 5
    second = _import(stock, steam, "DDDD", 2, supplier="乙方", batch="R&D")
    stock.page("reports")
    page.supplier_table.select_id("乙方")
    page.keys_button.click()
    menu = page.findChild(QMenu, "supplier_batches_menu")
    actions = menu.actions()
    assert actions[0].data() == second
    assert actions[0].text().startswith("R&&D")
    actions[0].trigger()
    assert keys.table.rows.rowCount() == 2
    menu.close()


def test_the_export_holds_the_report_in_the_order_of_the_table(stock: StockWindow, steam: int, tmp_path: Path) -> None:
    stock.add_product("AAA", name="丁")
    page = stock.page("reports")
    header = page.table.horizontalHeader()
    code = [column.key for column in page.table.rows.columns].index("code")
    for expected in (["AAA", "STEAM"], ["STEAM", "AAA"]):
        header.sectionClicked.emit(code)
        assert texts_of(page.table, "code") == expected
        page.export_button.click()
        dialog = stock.dialog(ExportDialog)
        path = tmp_path / f"{expected[0]}.csv"
        dialog.path_edit.setText(str(path))
        dialog.export_button.click()
        assert [line.split(",")[0] for line in path.read_text("utf-8-sig").splitlines()[1:]] == expected
        dialog.reject()
    page.tabs.setCurrentIndex(1)
    page.export_button.click()
    dialog = stock.dialog(ExportDialog)
    assert Path(dialog.path_edit.text()).name.startswith("suppliers-")
    dialog.reject()


def test_every_column_can_be_sorted_both_ways(stock: StockWindow, steam: int) -> None:
    stock.add_product("EMPTY", name="甲")
    page = stock.page("reports")
    for index, table in enumerate((page.stock_table, page.supplier_table)):
        page.tabs.setCurrentIndex(index)
        for number, column in enumerate(table.rows.columns):
            assert column.sort_key, column.key
            for _ in range(2):
                table.horizontalHeader().sectionClicked.emit(number)
                assert table.rows.rowCount() == 2


def test_an_empty_shop_says_what_to_do(stock: StockWindow) -> None:
    page = stock.page("reports")
    assert page.stock_table.empty_state.isVisible()
    assert page.totals_label.text() == ""
    page.tabs.setCurrentIndex(1)
    assert page.supplier_table.empty_state.isVisible()


def test_reports_stand_after_what_is_done_and_before_the_rules() -> None:
    names = [entry.name for entry in PAGES]
    assert names[names.index("reports") - 1 : names.index("reports") + 2] == ["disputes", "reports", "policies"]
