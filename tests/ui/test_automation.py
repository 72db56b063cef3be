"""What a program that drives the window over the accessibility bus relies on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.states import ProductKind
from desktop_app.services import Shop
from desktop_app.services.products import ProductDraft
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES
from desktop_app.ui.widgets.combo import Combo

_USABLE = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)
# drawn off screen, a list that drops down cannot take the keyboard
_no_popups = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(tmp_path: Path, immediate_jobs: ImmediateJobs, qtbot: QtBot) -> Iterator[MainWindow]:
    shop, _code = Shop.create(tmp_path / "shop", protection="file")
    made = MainWindow(immediate_jobs)
    qtbot.addWidget(made)
    made.attach(shop)
    for page in PAGES:
        made.navigate(page.name)
    made.show()
    yield made
    made.detach()
    shop.close()


def own(widget: QWidget) -> bool:
    """Not a part that Qt put inside one of our widgets."""
    parent = widget.parentWidget()
    inside = False
    while parent is not None:
        inside = inside or isinstance(parent, QAbstractSpinBox | QComboBox | QLineEdit)
        parent = parent.parentWidget()
    return not inside and not widget.objectName().startswith("qt_") and type(widget).__name__ != "QHeaderView"


def test_every_widget_that_can_be_used_has_a_name_of_its_own(window: MainWindow) -> None:
    usable = [widget for kind in _USABLE for widget in window.findChildren(kind) if own(widget)]
    names = Counter(widget.objectName() for widget in usable)
    assert [name for name, count in names.items() if count > 1 or not name] == []
    assert len(names) > 100


@pytest.fixture
def combo(qtbot: QtBot) -> Combo:
    made = Combo()
    made.addItems(["one", "two", "three"])
    qtbot.addWidget(made)
    made.show()
    return made


def select(combo: QComboBox, row: int) -> None:
    """As the accessibility bus does it: the line is selected in the list, nothing else happens."""
    index = combo.model().index(row, 0)
    combo.view().selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)


@_no_popups
def test_selecting_a_line_from_outside_chooses_it(combo: Combo) -> None:
    told: list[int] = []
    combo.activated.connect(told.append)
    select(combo, 2)
    assert (combo.currentText(), told) == ("three", [2])
    combo.setCurrentIndex(0)
    select(combo, 2)
    assert (combo.currentText(), told) == ("three", [2, 2])
    combo.showPopup()
    select(combo, 1)
    assert (combo.currentText(), told) == ("two", [2, 2, 1])
    assert not combo.view().isVisible()


@_no_popups
def test_arrow_keys_in_the_open_list_only_look_around(combo: Combo, qtbot: QtBot) -> None:
    combo.showPopup()
    qtbot.keyClick(combo.view(), Qt.Key.Key_Down)
    assert combo.view().currentIndex().row() == 1
    assert combo.currentText() == "one"
    qtbot.keyClick(combo.view(), Qt.Key.Key_Escape)
    assert combo.currentText() == "one"
    combo.showPopup()
    qtbot.keyClick(combo.view(), Qt.Key.Key_Down)
    qtbot.keyClick(combo.view(), Qt.Key.Key_Return)
    assert combo.currentText() == "two"


def test_filling_a_list_anew_chooses_nothing(combo: Combo) -> None:
    told: list[int] = []
    combo.activated.connect(told.append)
    combo.setCurrentIndex(2)
    combo.clear()
    combo.addItems(["four", "five"])
    assert combo.currentText() == "four"
    assert told == []


def test_an_empty_table_says_over_the_bus_what_it_says_on_the_screen(window: MainWindow) -> None:
    window.navigate("orders")
    table = window.page().table
    assert "order" in table.accessibleDescription().lower()


def test_a_row_that_is_selected_from_outside_is_looked_at(window: MainWindow) -> None:
    shop = window.shop
    assert shop is not None
    for number in range(3):
        shop.products.add(ProductDraft(code=f"P{number}", name=f"P{number}", kind=ProductKind.GAME_CARD))
    window.navigate("products")
    table = window.page().table
    told: list[str] = []
    table.row_chosen.connect(lambda row: told.append("" if row is None else row.code))
    codes = [table.rows.row(number).code for number in range(3)]
    for number in (2, 0, 1):
        # as QAccessibleTable does it
        table.clearSelection()
        flag = QItemSelectionModel.SelectionFlag
        table.selectionModel().select(table.rows.index(number, 0), flag.Select | flag.Rows)
        assert table.current_row().code == codes[number]
    assert [code for code in told if code] == [codes[2], codes[0], codes[1]]


def test_a_filter_that_is_toggled_without_a_click_counts(window: MainWindow) -> None:
    window.navigate("requests")
    page = window.page()
    button = page.findChild(QAbstractButton, "scope_decided")
    button.toggle()
    assert page.current_filter().scope == "decided"
