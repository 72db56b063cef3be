"""Leaving at a bad moment: work under way is asked about, nothing is left half done, and nothing keeps the window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import ShopError
from desktop_app.paths import resources
from desktop_app.services import Shop
from desktop_app.ui.closing import ClosingDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.opening import Opening
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.services.sealed_shop import make_shop


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "shop"
    make_shop(folder, keys=8, protection="file", password=None).close()
    return folder


@pytest.fixture
def window(qtbot: QtBot, jobs: Jobs) -> Iterator[MainWindow]:
    made = MainWindow(jobs)
    made.show()
    yield made
    made.leave()


@pytest.fixture
def shop(qtbot: QtBot, window: MainWindow, folder: Path) -> Any:
    opening = Opening(window, window.jobs, folder)
    with qtbot.waitSignal(opening.opened):
        opening.start()
    assert window.shop is not None
    qtbot.waitUntil(lambda: not window.jobs.running)
    return window.shop


class Stubborn:
    """Work that goes on until it is let go, or is told to stop."""

    def __init__(self, *, heeds: bool) -> None:
        self._heeds = heeds
        self.let_go = threading.Event()
        self.was_cancelled = False

    def __call__(self, progress: Progress) -> None:
        while not self.let_go.wait(0.005):
            if self._heeds and progress.cancelled():
                self.was_cancelled = True
                progress.stop_if_cancelled()


def _question(window: MainWindow) -> ConfirmDialog:
    (question,) = [one for one in window.findChildren(ConfirmDialog) if one.isVisible()]
    return question


def test_work_under_way_is_asked_about_and_goes_on_when_the_merchant_stays(
    qtbot: QtBot, window: MainWindow, shop: Any
) -> None:
    work = Stubborn(heeds=True)
    window.jobs.run(window, work, title="Importing the keys")
    qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    question = _question(window)
    text = question.findChild(QWidget, "confirm_text")
    assert "Importing the keys" in text.text()
    assert not window.close(), "asked once, however often it is closed"
    assert _question(window) is question
    question.reject()
    assert window.isVisible()
    assert not work.was_cancelled
    work.let_go.set()
    qtbot.waitUntil(lambda: not window.jobs.running)
    assert window.shop is shop


def test_work_that_is_stopped_is_waited_for_and_then_comes_the_backup(
    qtbot: QtBot, window: MainWindow, shop: Any, folder: Path
) -> None:
    stopped: list[ShopError] = []
    work = Stubborn(heeds=True)
    window.jobs.run(window, work, failed=stopped.append, title="Importing the keys")
    assert not window.close()
    _question(window).confirm_button.click()
    qtbot.waitUntil(lambda: window.is_closed)
    assert work.was_cancelled
    assert len(stopped) == 1, "its dialog heard that it was stopped"
    assert not window.isVisible()
    again = Shop.open(folder, window=True)
    assert [line.reason for line in again.backups.list()] == ["closing"]
    again.close()


def test_what_does_not_stop_is_shown_and_can_be_left_or_waited_for(qtbot: QtBot, window: MainWindow, shop: Any) -> None:
    work = Stubborn(heeds=False)
    window.jobs.run(window, work, title="Writing")
    window.close()
    _question(window).confirm_button.click()
    qtbot.waitUntil(lambda: window.findChild(ClosingDialog) is not None)
    waiting = window.findChild(ClosingDialog)
    assert waiting is not None
    assert waiting.text() == "Stopping: Writing…"
    qtbot.keyClick(waiting, Qt.Key.Key_Return)
    assert not waiting.isVisible()
    work.let_go.set()
    qtbot.waitUntil(lambda: not window.jobs.running)
    QApplication.processEvents()
    assert window.isVisible(), "the merchant stayed"
    assert window.shop is shop


def test_without_waiting_the_window_goes_and_the_shop_is_as_after_a_sudden_death(
    qtbot: QtBot, window: MainWindow, shop: Any
) -> None:
    work = Stubborn(heeds=False)
    window.jobs.run(window, work, title="Writing")
    window.close()
    _question(window).confirm_button.click()
    qtbot.waitUntil(lambda: window.findChild(ClosingDialog) is not None)
    window.close()
    window.close()
    assert window.is_closed
    assert not window.isVisible()
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    work.let_go.set()
    qtbot.waitUntil(lambda: not window.jobs.running)
    shop.close()


def test_small_work_that_is_slow_to_stop_is_not_asked_about(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    work = Stubborn(heeds=False)
    window.jobs.run(window, work)
    assert not window.close()
    assert window.isVisible()
    work.let_go.set()
    qtbot.waitUntil(lambda: window.is_closed)
    assert not window.isVisible()


def test_a_dialog_that_is_open_goes_with_the_window(qtbot: QtBot, window: MainWindow, shop: Any) -> None:
    window.import_keys()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert window.leave()
    assert not dialog.isVisible(), "it would stand alone on the screen, and keep the program"


def test_what_is_begun_while_the_backup_is_made_keeps_the_window(qtbot: QtBot, window: MainWindow, shop: Any) -> None:
    window.close()
    window.import_keys()  # before the window says that it closes
    said: Any = window.findChild(QWidget, "status_message")
    qtbot.waitUntil(lambda: "stays open" in said.text())
    qtbot.waitUntil(lambda: not window.jobs.running)
    assert window.isVisible()
    assert window.shop is shop


@pytest.mark.parametrize("moment", ["at_once", "while_it_opens", "when_it_is_open"])
def test_closing_while_the_shop_opens_leaves_it_closed(
    qtbot: QtBot, window: MainWindow, folder: Path, moment: str
) -> None:
    opening = Opening(window, window.jobs, folder)
    close = QTimer(window, singleShot=True, interval=0)
    close.timeout.connect(window.close)
    if moment == "while_it_opens":
        # told on the window's own thread when the work begins: no machine is too fast for that
        window.jobs.changed.connect(lambda: opening._tidying.isActive() and close.start())
    elif moment == "when_it_is_open":
        opening.opened.connect(close.start)
    opening.start()
    if moment == "at_once":
        window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.waitUntil(lambda: not window.jobs.running)
    for _ in range(20):
        QApplication.processEvents()
    assert window.shop is None
    again = Shop.open(folder, window=True)  # refused while it is open
    again.close()


def test_the_key_to_leave_is_in_the_help() -> None:
    for language in ("en", "zh"):
        assert "Ctrl+Q" in (resources() / "help" / language / "01-desk.md").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_closes_the_shop_and_raises_nowhere(folder: Path, tmp_path: Path, name: str, status: int) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "opened\n"
            child.send_signal(getattr(signal, name))
            out, err = child.communicate(timeout=120)
        finally:
            child.kill()
    assert child.returncode == status, err
    assert "Traceback" not in err
    assert out == "closed\n"


_CHILD = """
import signal
import sys
from pathlib import Path
# a shell lets what it starts in the background ignore Ctrl+C, and so does all that this starts
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from desktop_app.services import Shop
from desktop_app.ui import app, opening
close = Shop.close
def told(shop):
    close(shop)
    print("closed", flush=True)
Shop.close = told
start = opening.Opening.start
def started(self):
    self.opened.connect(lambda _shop: print("opened", flush=True))
    start(self)
opening.Opening.start = started
sys.exit(app.run(Path(sys.argv[1])))
"""
