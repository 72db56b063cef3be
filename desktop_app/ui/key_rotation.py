"""Goes on with an unfinished replacement of keys: by itself after unlocking, and when the merchant says so."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.errors import CancelledError, LockedError, ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs, Progress


class KeyRotation(QObject):
    """One per window. The job has a title, so that the window shows how far it is and lets it be paused."""

    changed = Signal()
    """It began, ended, or was paused."""

    def __init__(self, window: Any, jobs: Jobs) -> None:
        super().__init__(window)
        self._window: WindowContext = window
        self._jobs = jobs
        self._shop: Any | None = None
        self._was_unlocked = False
        self.is_running = False

    def follow(self, shop: Any | None) -> None:
        """The shop was opened, locked or unlocked; None: it was closed."""
        self._shop = shop
        unlocked = shop is not None and bool(shop.is_unlocked)
        came, self._was_unlocked = unlocked and not self._was_unlocked, unlocked
        if came:
            self.go_on()

    def go_on(self) -> None:
        """Continue where it stopped; nothing happens when there is nothing to continue."""
        shop = self._shop
        if shop is None or self.is_running or not shop.is_unlocked or shop.vault.rotation() is None:
            return

        def work(progress: Progress) -> Any | None:
            return shop.vault.continue_rotation(progress=progress.report, cancelled=progress.cancelled)

        self.is_running = True
        self._jobs.run(self, work, self._on_done, self._on_failed, self.tr("Replacing the keys"))
        self.changed.emit()

    def _on_done(self, result: Any | None) -> None:
        self.is_running = False
        self.changed.emit()
        if result is None:
            return
        if result.damaged:
            self._window.say(
                self.tr(
                    "The keys were replaced; {count} values were damaged before and do not open: see the log."
                ).format(count=len(result.damaged)),
                Tone.WARN,
            )
        else:
            self._window.say(
                self.tr("The keys were replaced: {count} card keys are sealed anew.").format(
                    count=f"{result.card_keys:,}"
                ),
                Tone.OK,
            )

    def _on_failed(self, error: ShopError) -> None:
        self.is_running = False
        self.changed.emit()
        if isinstance(error, LockedError):
            return  # the next unlocking goes on
        if isinstance(error, CancelledError):
            self._window.say(self.tr("Paused. Continue in the settings, or at the next unlocking."))
        else:
            self._window.show_error(error)
