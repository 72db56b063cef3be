"""Shops of earlier versions, opened, unlocked and walked through in the window; keys that were left half replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import CancelledError
from desktop_app.services import Shop
from desktop_app.ui.dialogs.unlock_dialog import UnlockDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.opening import Opening
from desktop_app.ui.page_table import PAGES
from tests.services.sealed_shop import CHEAP, PASSWORD, everything, make_shop

FIXTURES = Path(__file__).parent.parent / "fixtures"
SECOND = "second horse battery"


def _opened(qtbot: QtBot, jobs: Jobs, folder: Path, password: str) -> MainWindow:
    """The window after the password was typed into the dialog that asks for it."""
    window = MainWindow(jobs)
    window.show()
    opening = Opening(window, jobs, folder)
    with qtbot.waitSignal(opening.opened):
        opening.start()
    qtbot.waitUntil(lambda: window.findChild(UnlockDialog) is not None)
    dialog = window.findChild(UnlockDialog)
    assert dialog is not None
    edit, button = dialog.findChild(QLineEdit, "password_edit"), dialog.findChild(QPushButton, "unlock_button")
    assert edit is not None
    assert button is not None
    edit.setText(password)
    button.click()
    qtbot.waitUntil(lambda: window.shop is not None and bool(window.shop.is_unlocked))
    return window


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_shop_of_an_earlier_version_is_updated_and_every_page_shows_it(
    qtbot: QtBot, jobs: Jobs, tmp_path: Path, version: int
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir(mode=0o700)
    shutil.copy(FIXTURES / f"shop_v{version}.db", folder / "shop.db")
    window = _opened(qtbot, jobs, folder, PASSWORD)
    for entry in PAGES:
        window.navigate(entry.name)
        qtbot.waitUntil(lambda: not jobs.running)
    assert window.shop is not None
    assert window.shop.reports.counts().open_requests == 1
    assert bool(list((folder / "backups").glob("*.db"))) == (version < 3), "a backup before the update"
    window.leave()


def test_keys_that_were_left_half_replaced_are_replaced_after_the_password_is_typed(
    qtbot: QtBot, jobs: Jobs, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    shop = make_shop(folder, keys=40)
    wanted = everything(shop)
    shop.vault.start_rotation(shop.vault.prepare_rotation(PASSWORD, SECOND, cost=CHEAP))
    with pytest.raises(CancelledError):
        shop.vault.continue_rotation(cancelled=lambda: True)
    shop.close()
    window = _opened(qtbot, jobs, folder, SECOND)
    said = window.findChild(QLabel, "status_message")
    assert said is not None
    qtbot.waitUntil(lambda: "The keys were replaced" in said.text())
    again = window.shop
    assert isinstance(again, Shop)
    assert again.vault.rotation() is None
    found = everything(again)
    assert {name: found[name] for name in wanted if name.startswith("key ")} == {
        name: value for name, value in wanted.items() if name.startswith("key ")
    }
    window.leave()
