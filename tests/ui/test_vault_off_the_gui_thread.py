"""Nothing that derives a key stops the window: the event loop is watched while the real Argon2 works."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pytestqt.qtbot import QtBot

from desktop_app.storage import vault_slots
from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.dialogs.password_dialog import PasswordDialog
from desktop_app.ui.dialogs.recovery_code_dialog import RecoveryCodeDialog
from desktop_app.ui.dialogs.rotation_dialog import RotationDialog
from desktop_app.ui.dialogs.unlock_dialog import UnlockDialog
from desktop_app.ui.dialogs.way_in_dialog import WayInDialog
from desktop_app.ui.jobs import Jobs
from tests.ui.event_loop import Heartbeat
from tests.ui.paper_shop import PASSWORD, PaperWindow

LONGEST = 0.15
"""Seconds of the processor that one round of the event loop may cost: a derivation costs more."""


class _Watch:
    """The real Argon2, and what the event loop did while it worked."""

    def __init__(self) -> None:
        self.heart: Heartbeat | None = None
        self.threads: list[int] = []
        self.rounds: list[int] = []
        self._argon2 = vault_slots.Argon2id

    def __call__(self, **parameters: Any) -> SimpleNamespace:
        return SimpleNamespace(derive_into=partial(self._derive, self._argon2(**parameters)))

    def _derive(self, argon2: Argon2id, secret: bytes, key: bytearray) -> None:
        before = 0 if self.heart is None else self.heart.rounds
        argon2.derive_into(secret, key)
        self.threads.append(threading.get_ident())
        self.rounds.append(0 if self.heart is None else self.heart.rounds - before)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    watch = _Watch()
    monkeypatch.setattr(vault_slots, "Argon2id", watch)
    return watch


@pytest.fixture
def at(tmp_path: Path, jobs: Jobs) -> PaperWindow:
    made = PaperWindow(tmp_path / "shop", jobs)
    vault = made.shop.context.vault
    # as costly as a good machine would make it: half a second and more
    made.shop.vault._save(vault.password_slot(PASSWORD, Argon2Cost(256, 3, 4)))
    return made


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
    watch: _Watch,
    step: Callable[[PaperWindow], tuple[Callable[[], object], Callable[[], bool]]],
) -> None:
    begin, ended = step(at)
    qtbot.wait(50)  # the dialog is drawn first
    watch.heart = Heartbeat()
    begin()
    qtbot.waitUntil(ended)
    watch.heart.stop()
    assert watch.threads, "the key was not derived at all"
    assert threading.get_ident() not in watch.threads
    # half a second and more of work, or the longer on a busy machine
    assert min(watch.rounds) >= 5
    assert watch.heart.longest < LONGEST
