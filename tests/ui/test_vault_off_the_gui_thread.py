"""Nothing that derives a key stops the window: the event loop is watched while the real Argon2 works."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.dialogs.password_dialog import PasswordDialog
from desktop_app.ui.dialogs.recovery_code_dialog import RecoveryCodeDialog
from desktop_app.ui.dialogs.rotation_dialog import RotationDialog
from desktop_app.ui.dialogs.unlock_dialog import UnlockDialog
from desktop_app.ui.dialogs.way_in_dialog import WayInDialog
from desktop_app.ui.jobs import Jobs
from tests.ui.paper_shop import PASSWORD, PaperWindow

LONGEST = 0.05
TRIES = 4
"""A machine that does much else at once holds any program up now and then; one undisturbed try is the proof."""


class _Beat(QObject):
    """The longest time for which the event loop did not come round."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=2)
        self._timer.timeout.connect(self.beat)
        self._timer.start()

    def beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now


@pytest.fixture
def at(tmp_path: Path, jobs: Jobs) -> PaperWindow:
    made = PaperWindow(tmp_path / "shop", jobs)
    vault = made.shop.context.vault
    # as costly as a good machine would make it: half a second and more
    made.shop.vault._save(vault.password_slot(PASSWORD, Argon2Cost(256, 3, 4)))
    return made


def _watched(qtbot: QtBot, begin: Callable[[], object], ended: Callable[[], bool]) -> tuple[float, float]:
    """The longest block and how long it took in all."""
    beat = _Beat()
    started = time.perf_counter()
    begin()
    qtbot.waitUntil(ended, timeout=30_000)
    beat.beat()
    return beat.longest, time.perf_counter() - started


def _wrong_unlock(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = UnlockDialog(at.shop, at.window.jobs, at.window)
    dialog.open()
    dialog.password_edit.setText("wrong")
    return dialog.unlock_button.click, lambda: bool(dialog.message.text())


def _wrong_change(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = PasswordDialog(at.window, at.shop, at.window.jobs)
    dialog.open()
    dialog.old_edit.setText("wrong")
    return dialog.submit, lambda: bool(dialog.message.text())


def _change(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = PasswordDialog(at.window, at.shop, at.window.jobs)
    dialog.open()
    for edit, text in ((dialog.old_edit, PASSWORD), (dialog.new_edit, PASSWORD), (dialog.repeat_edit, PASSWORD)):
        edit.setText(text)
    changed: list[bool] = []
    dialog.changed.connect(lambda: changed.append(True))
    return dialog.submit, lambda: bool(changed)


def _new_code(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = RecoveryCodeDialog(at.window, at.shop, at.window.jobs, at.window)
    dialog.open()
    dialog.password_edit.setText(PASSWORD)
    return dialog.make_button.click, lambda: bool(dialog.code.code_label.text())


def _way_in(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = WayInDialog(at.window, at.shop, at.window.jobs, lambda: None, title="t", introduction="i", action_text="a")
    dialog.open()
    dialog.password_edit.setText("wrong")
    return dialog.submit, lambda: bool(dialog.message.text())


def _rotation(at: PaperWindow) -> tuple[Callable[[], object], Callable[[], bool]]:
    dialog = RotationDialog(at.window, at.shop, at.window.jobs, at.window)
    dialog.open()
    dialog.password_edit.setText(PASSWORD)
    return dialog.next_button.click, lambda: bool(dialog.code.code_label.text())


@pytest.mark.parametrize("step", [_wrong_unlock, _wrong_change, _change, _new_code, _way_in, _rotation])
def test_the_event_loop_comes_round(
    qtbot: QtBot,
    at: PaperWindow,
    step: Callable[[PaperWindow], tuple[Callable[[], object], Callable[[], bool]]],
) -> None:
    blocks = []
    for _ in range(TRIES):
        begin, ended = step(at)
        qtbot.wait(50)  # the dialog is drawn first
        longest, whole = _watched(qtbot, begin, ended)
        assert whole > 2 * LONGEST, "the key was not derived at all"
        blocks.append(round(longest * 1000))
        if longest < LONGEST:
            break
    assert min(blocks) < LONGEST * 1000, blocks
