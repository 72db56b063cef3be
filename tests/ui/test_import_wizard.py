"""The import follows what the merchant changes, and the window takes lists from wherever they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.services.inventory import KeyFilter, KeyVerdict, NewKeys
from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from tests.csv_files import read_back
from tests.ui.stock_shop import KEYS, StockWindow, stock_window, texts_of


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[StockWindow]:
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


def drop(target: QWidget, *paths: Path) -> QDropEvent:
    """Drop files on a widget as the desktop does it; the first event is what the window is asked."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    target.dragEnterEvent(enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys)
    target.dropEvent(event)
    return event


def paste(field: QWidget, qtbot: QtBot) -> None:
    """Ctrl+V, and let go of Ctrl: Qt would hold it down for the next test."""
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyRelease(field, Qt.Key.Key_Control)


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported(stock: StockWindow) -> list[str]:
    """The keys of the shop in clear."""
    lines = stock.shop.inventory.listing(KeyFilter()).page(0, 100)
    return sorted(stock.shop.inventory.reveal(line.id) for line in lines)


def wizard(stock: StockWindow, path: Path) -> ImportKeysDialog:
    stock.window.import_keys()
    dialog = stock.dialog(ImportKeysDialog)
    dialog.source.set_path(path)
    dialog.make_preview()
    return dialog


def test_files_dropped_on_any_page_are_taken_one_after_the_other(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    files = [write(tmp_path, f"{number}.txt", KEYS[number] + "\n") for number in range(3)]
    stock.page("orders")
    drop(stock.window, *files)
    dialog = stock.dialog(ImportKeysDialog)
    assert stock.window.page() is stock.page("keys")
    for number in range(3):
        assert dialog.source.file.path() == files[number]
        dialog.make_preview()
        dialog.next_button.click()
        assert "1 new keys" in dialog.result_label.text()
        if number < 2:
            assert files[number + 1].name in dialog.back_button.text()
            dialog.back_button.click()
    assert dialog.back_button.text() == "Import more"
    assert imported(stock) == sorted(KEYS[:3])


def test_a_file_dropped_on_the_dialog_waits_while_keys_are_looked_at(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    first, second = (write(tmp_path, f"{number}.txt", KEYS[number]) for number in range(2))
    dialog = wizard(stock, first)
    drop(dialog, second)
    assert dialog.source.file.path() == first
    assert "1" in stock.child(QLabel, "import_hint", dialog).text()


def test_several_lines_pasted_on_the_keys_page_are_an_import(stock: StockWindow, qtbot: QtBot) -> None:
    product_id = stock.add_product()
    page = stock.page("keys")
    page.product_combo.set_item(product_id)
    text = f"{KEYS[0]}\r\nTWO\u00a0WORDS-1\r\nCUT\u2028KEY-1"
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("one line only")
    page.search_box.setFocus()
    paste(page.search_box, qtbot)
    assert stock.dialogs() == []
    clipboard.setText(text)
    paste(page.search_box, qtbot)
    dialog = stock.dialog(ImportKeysDialog)
    assert dialog.preview.table.rows.rowCount() == 3
    # a text document would have made two keys of the last line and a space of the hard space
    assert texts_of(dialog.preview.table, "verdict") == ["New", "New", "Malformed"]
    dialog.next_button.click()
    assert imported(stock) == sorted([KEYS[0], "TWO\u00a0WORDS-1"])


def test_a_guessed_encoding_is_judged_by_the_words_that_it_makes(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    dialog = wizard(stock, write(tmp_path, "a.txt", f"充值卡 {KEYS[0]}\n", "gb18030"))
    said = dialog.preview.encoding_message.text()
    assert "“充值卡”" in said
    assert KEYS[0] not in said
    assert not dialog.next_button.isEnabled()
    dialog.preview.confirm_box.setChecked(True)
    dialog.next_button.click()
    assert imported(stock) == [f"充值卡 {KEYS[0]}"]


def test_the_lines_to_look_at_can_be_shown_alone(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    text = f"{KEYS[0]}\n卡号----密码\n{KEYS[1]}\u200b\nAB\u202eCD\n{KEYS[1]}\n"
    dialog = wizard(stock, write(tmp_path, "a.txt", text))
    button = dialog.preview.filter.button(NewKeys.UNUSUAL)
    assert button.text().split() == ["Unusual", "2"]
    button.setChecked(True)
    table = dialog.preview.table
    assert texts_of(table, "number") == ["2", "3"]
    assert texts_of(table, "verdict") == ["New", "New"]
    assert "heading" in texts_of(table, "detail")[0]
    dialog.back_button.click()
    dialog.source.set_path(write(tmp_path, "b.txt", KEYS[2]))
    dialog.make_preview()
    assert button.isHidden()


def test_the_columns_are_shown_and_the_preview_follows_each_change(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    text = "账号,密码,备注,进价\nacc-0001,pw-0001,first,8.80\nacc-0002,pw-0002,second,8.80\n"
    dialog = wizard(stock, write(tmp_path, "a.csv", text))
    panel, table = dialog.preview.layout_panel, dialog.preview.table
    roles = {role: combo.currentText() for role, combo in panel.role_combos.items() if combo.currentIndex()}
    assert roles == {"number": "账号", "password": "密码", "note": "备注", "cost": "进价"}
    assert panel.delimiter_combo.currentText() == "Comma"
    assert panel.header_box.isChecked()
    panel.role_combos["key"].setCurrentIndex(2)
    assert panel.role_combos["number"].currentIndex() == 0
    assert (panel.role_combos["key"].currentText(), table.rows.rowCount()) == ("密码", 2)
    panel.layout_combo.setCurrentIndex(0)
    assert table.rows.rowCount() == 3
    assert not panel.role_combos["key"].isVisible()
    panel.layout_combo.setCurrentIndex(1)
    panel.role_combos["number"].setCurrentIndex(0)
    panel.role_combos["password"].setCurrentIndex(1)
    dialog.next_button.click()
    assert imported(stock) == ["acc-0001", "acc-0002"]


def test_a_choice_that_is_needed_is_asked_and_remembered_until_forgotten(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    first = write(tmp_path, "a.csv", "serial;owner;memo\nAAAA-0001;x;m\n")
    dialog = wizard(stock, first)
    panel = dialog.preview.layout_panel
    assert "no column" in dialog.message.text()
    assert not dialog.next_button.isEnabled()
    assert [panel.role_combos["key"].itemText(at) for at in range(4)] == ["—", "serial", "owner", "memo"]
    assert not panel.forget_button.isVisible()
    panel.role_combos["key"].setCurrentIndex(1)
    assert not dialog.message.isVisible()
    dialog.next_button.click()
    dialog.back_button.click()
    dialog.source.set_path(write(tmp_path, "b.csv", "serial;owner;memo\nAAAA-0002;x;m\n"))
    dialog.make_preview()
    assert dialog.next_button.text() == "Import 1 keys"
    assert "last list" in stock.child(QLabel, "layout_remembered", dialog).text()
    panel.forget_button.click()
    assert "no column" in dialog.message.text()
    assert not dialog.next_button.isEnabled()


def test_an_encoding_that_does_not_fit_leaves_nothing_to_import(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    dialog = wizard(stock, write(tmp_path, "gbk.txt", "激活码甲乙-0001\n", "gb18030"))
    panel = dialog.preview.layout_panel
    assert panel.encoding_combo.currentText() == "GB18030 / GBK"
    panel.encoding_combo.setCurrentIndex(0)
    assert dialog.message.isVisible()
    assert not dialog.next_button.isEnabled()
    assert dialog.preview.table.rows.rowCount() == 0
    panel.encoding_combo.setCurrentIndex(1)
    assert dialog.preview.table.rows.rowCount() == 1


def test_a_file_of_several_products_says_so_and_is_narrowed(stock: StockWindow, tmp_path: Path) -> None:
    stock.add_product()
    header = "所属商品,卡密内容,创建时间"
    dialog = wizard(stock, write(tmp_path, "a.csv", f"{header}\n甲,AAAA-0001,\n乙,BBBB-0001,\n乙,BBBB-0002,\n"))
    panel = dialog.preview.layout_panel
    assert "products" in dialog.preview.encoding_message.text()
    panel.goods_combo.setCurrentIndex(2)
    assert dialog.preview.filter.button(KeyVerdict.NEW).text().endswith("2")
    assert dialog.next_button.text() == "Import 2 keys" or not dialog.next_button.isEnabled()
    stock.child(QCheckBox, "confirm_encoding_box", dialog).setChecked(True)
    dialog.next_button.click()
    assert imported(stock) == ["BBBB-0001", "BBBB-0002"]


def test_only_the_last_of_several_changes_is_shown(qtbot: QtBot, tmp_path: Path, jobs: Jobs) -> None:
    with stock_window(tmp_path / "shop", jobs) as stock:
        stock.add_product()
        rows = "\n".join(f"a-{number:06d},b-{number:06d},c-{number:06d}" for number in range(20_000))
        dialog = wizard(stock, write(tmp_path, "big.csv", rows))
        qtbot.waitUntil(lambda: dialog.preview.table.rows.rowCount() == 20_000)
        panel = dialog.preview.layout_panel
        panel.layout_combo.setCurrentIndex(1)
        qtbot.waitUntil(lambda: not dialog.work.is_busy)
        shown: list[Any] = []
        dialog.preview.ready_changed.connect(lambda: shown.append(dict(panel._roles)))
        for column in (1, 2, 3):
            panel.role_combos["key"].setCurrentIndex(column)
        assert not dialog.next_button.isEnabled()
        qtbot.waitUntil(lambda: not dialog.work.is_busy)
        assert panel.role_combos["key"].currentIndex() == 3
        assert shown == [{"key": 2}]
        dialog.next_button.click()
        qtbot.waitUntil(lambda: dialog.result_label.text() != "")
        key = stock.shop.inventory.find("c-000007")
        assert key is not None
        dialog.reject()


def test_the_report_is_saved_from_the_preview(
    stock: StockWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock.add_product()
    dialog = wizard(stock, write(tmp_path, "a.txt", f"{KEYS[0]}\n{KEYS[0]}\n{KEYS[1]}\n"))
    monkeypatch.setattr(QFileDialog, "open", lambda self: None)
    target = tmp_path / "report.csv"
    for verdict, count in ((None, 3), (KeyVerdict.DUPLICATE_IN_FILE, 1)):
        dialog.preview.filter.button(verdict).click()
        stock.child(QPushButton, "preview_report_button", dialog).click()
        chooser = dialog.findChildren(QFileDialog)[-1]
        chooser.fileSelected.emit(str(target))
        assert len(list(read_back(target))) == count + 1
    assert "1 lines" in dialog.message.text()
