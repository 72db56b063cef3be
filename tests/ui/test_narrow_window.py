"""The smallest window: a tool bar becomes two lines there, and no button of it is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.widgets.basics import row_of
from desktop_app.ui.widgets.folding_row import FoldingRow
from tests.ui.paper_shop import PaperWindow

LEAST = (960, 600)
"""As the window has it."""


def test_a_row_folds_where_it_must_and_stretches_again(qtbot: QtBot) -> None:
    buttons = [QPushButton(text) for text in ("Export…", "Import…", "Redemptions…", "New order")]
    row = FoldingRow("bar", row_of(*buttons[:2], 1), row_of(1, *buttons[2:]))
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    layout.addWidget(row)
    page.resize(900, 200)
    page.show()
    assert not row.is_folded()
    assert page.minimumSizeHint().width() < row.sizeHint().width(), "one line is asked for of nobody"
    page.resize(page.minimumSizeHint().width(), 200)
    qtbot.waitUntil(row.is_folded)
    qtbot.waitUntil(lambda: buttons[3].y() > buttons[0].y())
    assert all(button.width() >= button.sizeHint().width() for button in buttons)
    page.resize(900, 200)
    qtbot.waitUntil(lambda: not row.is_folded())
    buttons[0].setText("Export all that this list shows into one large file… " * 3)
    qtbot.waitUntil(row.is_folded)


@pytest.mark.parametrize("name", ["orders", "requests", "policies"])
def test_no_button_of_a_page_is_cut_off(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path, name: str) -> None:
    at = PaperWindow(tmp_path / "shop", immediate_jobs)
    at.refunded()
    at.redeemed("DD20261122002")
    at.ask_back("DD20261122002")
    window = at.window
    window.resize(*LEAST)
    window.show()
    page = at.page(name)
    qtbot.waitUntil(lambda: window.width() <= LEAST[0] and page.isVisible())

    def cut() -> list[str]:
        found = []
        for button in page.findChildren(QPushButton):
            if button.isVisible() and button.objectName():
                left = button.mapTo(page, QPoint(0, 0)).x()
                if button.width() < button.sizeHint().width() or left + button.width() > page.width():
                    found.append(button.objectName())
        return found

    qtbot.waitUntil(lambda: not cut())
