from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.services import Change, Shop
from desktop_app.ui.actions import page_action
from desktop_app.ui.bug_reports import BugReporter
from desktop_app.ui.dialogs.unlock_dialog import UnlockDialog
from desktop_app.ui.idle_lock import IdleLock
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.opening import Opening
from desktop_app.ui.page_stack import PageStack
from desktop_app.ui.page_table import PAGES, PageEntry
from desktop_app.ui.screen_lock import ScreenLock
from desktop_app.ui.widgets.help_dialog import HelpDialog


class Room(QWidget):
    """A page that notes what the window asks of it."""

    def __init__(self, shop: Any, jobs: Any, window: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.window_context = window
        self.made_in = parent
        self.reloads: list[frozenset[str] | None] = []
        self.opened: list[object] = []
        self.wanted: dict[str, object] = {}
        self.ran: list[str] = []
        self.approve = page_action(self, "Approve", "approve_action", "A", self._approve)
        self.edit = QLineEdit()
        self.combo = QComboBox()
        self.combo.addItems(["one", "two"])
        layout = QVBoxLayout(self)
        layout.addWidget(self.edit)
        layout.addWidget(self.combo)

    def title(self) -> str:
        return "Room"

    def reload(self, change: Change | None) -> None:
        self.reloads.append(None if change is None else change.areas)

    def open_item(self, item: object) -> None:
        self.opened.append(item)

    def apply_filter(self, **wanted: object) -> None:
        self.wanted = wanted

    def start_import(self) -> None:
        self.ran.append("import")

    def page_actions(self) -> dict[str, QAction]:
        return {"A": self.approve}

    def _approve(self) -> None:
        self.ran.append("approve")


ROOMS = tuple(PageEntry(name, name.title(), "inbox", __name__, "Room") for name in ("requests", "orders", "keys"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made, _code = Shop.create(tmp_path / "shop", protection="file")
    yield made
    made.close()


@pytest.fixture
def window(qtbot: QtBot, immediate_jobs: ImmediateJobs, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    # the page table names modules to import; this one is imported by pytest under a name of its own
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Room.__module__])
    made = MainWindow(immediate_jobs, pages=ROOMS)
    qtbot.addWidget(made)
    return made


def room(window: MainWindow, name: str) -> Room:
    window.navigate(name)
    page = window.page()
    assert isinstance(page, Room)
    return page


def test_the_window_stands_before_there_is_a_shop(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.first_painted):
        window.show()
    assert window.page() is None
    assert not window.import_button.isEnabled()
    window.import_keys()
    window.toggle_lock()
    window.navigate("orders")
    assert window.page() is None


def test_pages_are_made_when_they_are_entered(window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    assert list(window._stack.pages) == ["requests"]
    window.navigate("orders", 7, state="paid")
    page = window.page()
    assert page.opened == [7]
    assert page.wanted == {"state": "paid"}
    assert page.reloads == [None]
    assert window.windowTitle() == "Room – Kamidesk"
    assert window.navigation.currentItem().text() == "Orders"


def test_a_page_is_made_in_its_place(window: MainWindow, shop: Shop) -> None:
    """Or Qt would dress all that is on it anew when it is put there."""
    window.attach(shop)
    assert isinstance(room(window, "orders").made_in, PageStack)


def test_choosing_in_the_navigation_shows_the_page(window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    window.navigation.choose("keys")
    assert window.page() is window._stack.pages["keys"]
    window.navigation.clearSelection()
    assert window.page() is window._stack.pages["keys"]


def test_changes_reach_the_page_on_screen_now_and_the_others_when_shown(window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    requests, orders = room(window, "requests"), room(window, "orders")
    shop.context.announce("orders", "keys")
    shop.context.announce("requests")
    assert orders.reloads == [None, {"orders", "keys"}, {"requests"}]
    assert requests.reloads == [None]
    window.navigate("requests")
    assert requests.reloads == [None, {"orders", "keys", "requests"}]
    window.navigate("orders")
    assert len(orders.reloads) == 3


def test_a_change_made_in_a_worker_arrives_on_the_gui_thread(qtbot: QtBot, window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    page = room(window, "orders")
    worker = threading.Thread(target=shop.context.announce, args=("orders",))
    worker.start()
    worker.join()
    assert page.reloads == [None], "not in the worker's thread"
    qtbot.waitUntil(lambda: page.reloads == [None, {"orders"}])


def test_letters_run_the_actions_of_the_page_but_not_while_typing(qtbot: QtBot, window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    window.show()
    page = room(window, "requests")
    qtbot.waitUntil(window.isActiveWindow)
    window.navigation.setFocus()
    qtbot.keyClick(window.navigation, Qt.Key.Key_A)
    assert page.ran == ["approve"]
    page.edit.setFocus()
    qtbot.keyClick(page.edit, Qt.Key.Key_A)
    assert page.edit.text() == "a"
    page.combo.setFocus()
    qtbot.keyClick(page.combo, Qt.Key.Key_A)
    page.approve.setEnabled(False)
    window.navigation.setFocus()
    qtbot.keyClick(window.navigation, Qt.Key.Key_A)
    assert page.ran == ["approve"]
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.search_box.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert window.page().ran == ["import"]


def test_locking_takes_the_copied_key_away_and_unlocking_asks(qtbot: QtBot, window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    assert window.lock_button.text() == "Lock"
    window.secrets.put("ABCD")
    window.toggle_lock()
    assert not shop.is_unlocked
    assert window.lock_button.text() == "Unlock"
    assert QGuiApplication.clipboard().text() == ""
    with qtbot.waitSignal(window.unlock_wanted):
        window.toggle_lock()


def test_the_window_comes_back_as_it_was(qtbot: QtBot, window: MainWindow, immediate_jobs: ImmediateJobs) -> None:
    window.resize(960, 640)
    window.show()
    window.close()
    assert QSettings().value("window/geometry") is not None
    again = MainWindow(immediate_jobs, pages=ROOMS)
    qtbot.addWidget(again)
    again.show()
    assert again.height() == 640


def test_closing_closes_the_shop(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    made, _code = Shop.create(tmp_path / "shop", protection="file")
    window.attach(made)
    window.show()
    window.close()
    assert window.shop is None
    again = Shop.open(tmp_path / "shop", window=True)
    again.close()


def test_everything_usable_has_a_name(window: MainWindow, shop: Shop) -> None:
    window.attach(shop)
    window.show()
    for button in window.findChildren(QPushButton):
        assert button.objectName()
        assert button.isHidden() or button.text() or button.accessibleName()
    for edit in (window.search_box, window.navigation):
        assert edit.objectName()
        assert edit.accessibleName()


def test_pages_of_the_product_are_named_once() -> None:
    names = [entry.name for entry in PAGES]
    assert len(set(names)) == len(names)
    assert names[0] == "desk"


def test_first_run_makes_a_shop_and_shows_the_code_once(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    opening = Opening(window, window.jobs, tmp_path / "new")
    window.show()
    opening.start()
    dialog = window.findChild(QDialog, "setup_dialog")
    dialog.findChild(QLineEdit, "password_edit").setText("correct horse")
    dialog.findChild(QPushButton, "create_button").click()
    assert not Shop.exists(tmp_path / "new"), "the repeated password differs"
    dialog.findChild(QLineEdit, "repeat_edit").setText("correct horse")
    dialog.findChild(QPushButton, "create_button").click()
    code = dialog.findChild(QLabel, "recovery_code").text()
    assert len(code) >= 20
    start = dialog.findChild(QPushButton, "start_button")
    assert not start.isEnabled()
    dialog.reject()
    assert dialog.isVisible(), "the code cannot be shown another time"
    dialog.findChild(QLineEdit, "retype_code").setText(code)
    start.click()
    assert window.shop is not None
    assert window.shop.is_unlocked
    window.lock()
    window.toggle_lock()
    unlock = window.findChild(QDialog, "unlock_dialog")
    field = unlock.findChild(QLineEdit, "password_edit")
    field.setText("wrong")
    unlock.findChild(QPushButton, "unlock_button").click()
    assert not window.shop.is_unlocked
    assert unlock.findChild(QLabel, "unlock_message_text").text()
    field.setText("correct horse")
    unlock.findChild(QPushButton, "unlock_button").click()
    assert window.shop.is_unlocked
    assert window.lock_button.text() == "Lock"


def test_a_shop_that_does_not_open_says_why(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    made, _code = Shop.create(tmp_path / "shop", protection="file")
    made.close()
    holder = Shop.open(tmp_path / "shop", window=True)
    Opening(window, window.jobs, tmp_path / "shop").start()
    assert window.shop is None
    assert window.findChild(QLabel, "opening_text").text()
    holder.close()
    window.findChild(QPushButton, "opening_button").click()
    assert window.shop is not None


def test_help_opens_without_blocking(window: MainWindow) -> None:
    window.show_help()
    assert window.findChild(HelpDialog).isVisible()


def test_a_bug_is_logged_and_shown_once(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "kamidesk.log"
    reporter = BugReporter(log, window.dialog_parent, lambda: "1.0")

    def stumble() -> None:
        try:
            _ = {}["no such key"]
        except KeyError:
            reporter.hook(*sys.exc_info())  # type: ignore[arg-type]

    stumble()
    stumble()
    assert log.read_text(encoding="utf-8").count("no such key") >= 2
    shown = [dialog for dialog in window.findChildren(QDialog) if dialog.objectName() == "text_dialog"]
    assert len(shown) == 1
    assert str(log) in shown[0].findChild(QLabel, "dialog_introduction").text()


def test_who_comes_back_after_a_while_goes_on_where_they_were(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    made, code = Shop.create(tmp_path / "shop", protection="password", password="correct horse")
    made.close()
    opening = Opening(window, window.jobs, tmp_path / "shop")
    window.show()
    opening.start()
    unlock = window.findChild(QDialog, "unlock_dialog")
    unlock.findChild(QPushButton, "other_way_button").click()
    unlock.findChild(QLineEdit, "password_edit").setText(code)
    unlock.findChild(QPushButton, "unlock_button").click()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    form = QDialog(window)
    edit = QLineEdit(form)
    form.open()
    edit.setText("half typed")
    idle = opening.findChild(IdleLock)
    idle._on_timeout()
    assert not window.shop.is_unlocked
    assert window.findChild(QDialog, "unlock_dialog") is None, "nobody is there to be asked"
    idle._watch(form.windowHandle())
    QTest.keyClick(form.windowHandle(), Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "unlock_dialog") is not None)
    assert window.findChild(QDialog, "unlock_dialog").parent() is form
    assert edit.text() == "half typed"


def test_who_works_with_the_keys_of_the_page_alone_is_not_away(qtbot: QtBot, window: MainWindow, shop: Shop) -> None:
    """A key that runs a shortcut never becomes a key press."""
    window.attach(shop)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    idle = IdleLock(window)
    idle.set_minutes(1)
    idle._watch(window.windowHandle())
    for key, keys in (
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
    ):
        idle._timer.stop()
        QTest.keyClick(window.windowHandle(), key, keys)
        assert idle._timer.isActive()
    assert room(window, "requests").ran == ["approve"], "and it is a shortcut"
    idle._on_timeout()
    with qtbot.waitSignal(idle.returned):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)


def test_unlocking_that_has_begun_cannot_be_left(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    made, _ = Shop.create(tmp_path / "shop", protection="password", password="correct horse")
    made.lock()
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = UnlockDialog(made, jobs, parent)
    dialog.open()
    dialog.password_edit.setText("wrong horse and cart")
    dialog.unlock_button.click()
    dialog.reject()
    assert dialog.isVisible(), "else it would open although somebody said that it stays locked"
    qtbot.waitUntil(lambda: bool(dialog.message.text()))
    dialog.reject()
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: not jobs.running)
    made.close()


def test_the_shop_locks_with_the_screen_unless_the_merchant_says_no(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    made, _ = Shop.create(tmp_path / "shop", protection="file")
    made.close()
    opening = Opening(window, window.jobs, tmp_path / "shop")
    window.show()
    opening.start()
    settings = window.shop.settings
    screen = opening._window.findChild(ScreenLock)
    settings.save(replace(settings.get(), lock_with_screen=False))
    screen.went_away.emit()
    assert window.shop.is_unlocked
    settings.save(replace(settings.get(), lock_with_screen=True))
    screen.went_away.emit()
    assert not window.shop.is_unlocked
    # the first key of whoever comes back opens it again, by the key file without a word
    idle = opening.findChild(IdleLock)
    idle._watch(window.windowHandle())
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: bool(window.shop.is_unlocked))


def test_a_shop_with_a_key_file_opens_again_without_a_word(window: MainWindow, tmp_path: Path) -> None:
    made, code = Shop.create(tmp_path / "shop", protection="file")
    made.close()
    opening = Opening(window, window.jobs, tmp_path / "shop")
    opening.start()
    window.lock()
    window.toggle_lock()
    assert window.shop.is_unlocked
    window.lock()
    for key in (tmp_path / "shop").glob("*.key"):
        key.unlink()
    window.toggle_lock()
    unlock = window.findChild(QDialog, "unlock_dialog")
    unlock.findChild(QLineEdit, "password_edit").setText(code)
    unlock.findChild(QPushButton, "unlock_button").click()
    assert window.shop.is_unlocked


@pytest.mark.parametrize(("folder", "told"), [("OneDrive", True), ("shops", False)])
def test_a_data_folder_that_a_cloud_copies_is_told(window: MainWindow, tmp_path: Path, folder: str, told: bool) -> None:
    made, _ = Shop.create(tmp_path / folder / "shop", protection="file")
    made.close()
    Opening(window, window.jobs, tmp_path / folder / "shop").start()
    assert ("OneDrive" in window.findChild(QLabel, "status_message").text()) is told


def test_a_page_under_the_mouse_is_marked_until_the_mouse_leaves(qtbot: QtBot, window: MainWindow) -> None:
    window.show()
    pages = window.navigation
    place = pages.visualItemRect(pages.item(1)).center()
    before = pages.viewport().grab().toImage()
    QTest.mouseMove(pages.viewport(), place)
    qtbot.waitUntil(lambda: pages.hovered_row == 1)
    assert pages.viewport().grab().toImage() != before
    QCoreApplication.sendEvent(pages, QEvent(QEvent.Type.Leave))
    assert pages.hovered_row == -1
    assert pages.viewport().grab().toImage() == before


def test_what_is_asked_before_the_shop_is_there_is_not_done_without_it(window: MainWindow) -> None:
    window.navigate("orders")
    window.navigation.choose("keys")
    assert window.page() is None
