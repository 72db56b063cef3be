"""Lists of redemptions in a real window: dropped, looked at, chosen, recorded; and records with their screenshots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop_app.domain.states import EvidenceKind, KeyState, UnitState
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.redemption_matching import ListVerdict
from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog
from desktop_app.ui.dialogs.import_redemptions_dialog import ImportRedemptionsDialog
from desktop_app.ui.dialogs.redemption_dialog import RedemptionDialog
from desktop_app.ui.jobs import ImmediateJobs
from tests.ui.stock_shop import KEYS, StockWindow, stock_window, texts_of
from tests.ui.test_import_wizard import drop

HEADER = "卡密,激活时间,流水号,激活账号"


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[StockWindow]:
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


@pytest.fixture
def sold(stock: StockWindow) -> int:
    """One delivered order of one key, the others in stock."""
    stock.add_channel()
    product_id = stock.add_product()
    stock.stock(product_id, *KEYS)
    order_id = stock.add_order(product_id)
    stock.shop.orders.deliver(order_id)
    stock.clock.advance(minutes=5)
    return order_id


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "activated.csv"
    path.write_bytes("\n".join((header, *rows)).encode(encoding))
    return path


def test_a_dropped_list_is_looked_at_and_recorded(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    path = write(tmp_path, f"{KEYS[0]},,RX1,甲", f"{KEYS[1]},,RX2,", "NOBODYS-KEY,,RX3,")
    stock.page("products")
    drop(stock.window, path)
    dialog = stock.dialog(ImportRedemptionsDialog)
    assert stock.window.page() is stock.page("orders")
    assert texts_of(dialog.table, "verdict") == ["New record", "In stock!", "No match"]
    assert KEYS[0] not in texts_of(dialog.table, "named")
    assert dialog.quarantine_box.isVisible()
    assert dialog.quarantine_box.isChecked()
    assert dialog.correct_box.isHidden()
    dialog.filter.button(ListVerdict.IN_STOCK).setChecked(True)
    assert texts_of(dialog.table, "number") == ["3"]
    dialog.stated_edit.setText("老周")
    dialog.import_button.click()
    [unit] = stock.shop.orders.detail(sold).units
    assert unit.redemption is not None
    assert (unit.state, unit.redemption.stated_by) == (UnitState.REDEEMED, "老周")
    assert stock.shop.inventory.listing(KeyFilter(state=KeyState.QUARANTINED)).count() == 1
    assert dialog.table.rows.rowCount() == 0
    assert not dialog.import_button.isEnabled()


def test_other_files_are_still_taken_for_card_keys(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("NEW-KEY-1\n", "utf-8")
    drop(stock.window, path)
    assert isinstance(stock.dialog(ImportKeysDialog), ImportKeysDialog)
    assert "import_redemptions_dialog" not in stock.dialogs()


def test_a_list_dropped_on_the_keys_goes_to_the_orders(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    drop(stock.page("keys"), write(tmp_path, f"{KEYS[0]},,RX1,甲"))
    assert texts_of(stock.dialog(ImportRedemptionsDialog).table, "verdict") == ["New record"]


def test_a_conflict_is_corrected_only_when_it_is_ticked(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    [unit] = stock.shop.orders.detail(sold).units
    stock.shop.orders.redeem(unit.id, redeemed_at=None, code="OLD", target="甲", source="后台", stated_by="")
    page = stock.page("orders")
    page.import_redemptions(write(tmp_path, f"{KEYS[0]},,NEW,"))
    dialog = stock.dialog(ImportRedemptionsDialog)
    assert not dialog.import_button.isEnabled()
    assert dialog.correct_box.isVisible()
    dialog.correct_box.setChecked(True)
    dialog.import_button.click()
    [unit] = stock.shop.orders.detail(sold).units
    assert unit.redemption is not None
    assert (unit.redemption.code, [record.code for record in unit.earlier]) == ("NEW", ["OLD"])
    page.open_item(sold)
    assert "OLD" in page.pane.units.findChild(QLabel, "unit_facts_earlier").text()


def test_a_guessed_encoding_waits_for_the_merchant(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    stock.page("orders").import_redemptions(write(tmp_path, f"{KEYS[0]},,RX1,甲", encoding="gb18030"))
    dialog = stock.dialog(ImportRedemptionsDialog)
    assert dialog.confirm_box.isVisible()
    assert not dialog.import_button.isEnabled()
    dialog.confirm_box.setChecked(True)
    assert dialog.import_button.isEnabled()


def test_columns_are_chosen_where_the_header_says_nothing(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    stock.page("orders").import_redemptions(write(tmp_path, f"RX1,{KEYS[0]}", header="甲,乙"))
    dialog = stock.dialog(ImportRedemptionsDialog)
    assert dialog.columns.isVisible()
    dialog.columns.header_box.setChecked(True)
    dialog.columns.role_combos["key"].setCurrentIndex(2)
    assert texts_of(dialog.table, "verdict") == ["New record"]
    dialog.columns.role_combos["code"].setCurrentIndex(1)
    assert texts_of(dialog.table, "code") == ["RX1"]


def test_the_report_and_the_template_are_written(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    stock.page("orders").import_redemptions(write(tmp_path, "NOBODYS-KEY,,RX3,"))
    dialog = stock.dialog(ImportRedemptionsDialog)
    dialog.template_button.click()
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    chooser.fileSelected.emit(str(tmp_path / "template.csv"))
    assert (tmp_path / "template.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    chooser.close()
    preview = stock.shop.redemptions.preview_list(tmp_path / "activated.csv")
    dialog.save_report(preview, tmp_path / "report.csv")
    assert "RX3" in (tmp_path / "report.csv").read_text("utf-8-sig")


def test_a_record_takes_files_and_a_pasted_screenshot(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    page = stock.page("orders")
    page.open_item(sold)
    page.pane.units.redeem_button.click()
    dialog = stock.dialog(RedemptionDialog)
    shot = tmp_path / "后台.png"
    shot.write_bytes(b"\x89PNG\r\n\x1a\n1")
    drop(dialog, shot)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QGuiApplication.clipboard().setImage(image)
    dialog.paste_button.click()
    dialog.kind_combo.set_code(EvidenceKind.BACKEND_LOG)
    dialog.code_edit.setText("RX1")
    dialog.submit_button.click()
    [unit] = stock.shop.orders.detail(sold).units
    assert unit.redemption is not None
    with stock.shop.context.read() as session:
        rows = session.connection().exec_driver_sql("SELECT redemption_id, kind, name FROM evidence ORDER BY id").all()
    assert [tuple(row)[:2] for row in rows] == [(unit.redemption.id, "backend_log")] * 2
    assert rows[0][2] == "后台.png"


def test_a_refused_record_keeps_the_form(stock: StockWindow, sold: int, tmp_path: Path) -> None:
    page = stock.page("orders")
    page.open_item(sold)
    page.pane.units.redeem_button.click()
    dialog = stock.dialog(RedemptionDialog)
    empty = tmp_path / "empty.png"
    empty.touch()
    dialog.add_evidence([empty])
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert dialog.submit_button.isEnabled()
    assert "empty.png" in dialog.message.text()
