"""Backups by themselves: every half hour when something changed, when the window closes, and a trial once a month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from desktop_app.domain.errors import ConflictError, ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Job, Jobs, Progress

EVERY_MS = 30 * 60_000
AGAIN_MS = 60_000
"""After other work was in the way."""
TRIAL_MS = 5 * 60_000
"""After the start, when the merchant has begun to work."""


class BackupRunner(QObject):
    """One per window; :meth:`may_close` is asked before the window closes."""

    def __init__(self, window: Any, jobs: Jobs) -> None:
        super().__init__(window)
        self._window: WindowContext = window
        self._jobs = jobs
        self._shop: Any | None = None
        self._close: Callable[[], object] = window.close
        self._job: Job | None = None
        self._is_closing = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.make_if_changed)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.make_if_changed)
        self._trial = QTimer(self, singleShot=True, interval=TRIAL_MS)
        self._trial.timeout.connect(self.try_newest)

    def follow(self, shop: Any | None) -> None:
        """The shop that was opened; None: it was closed."""
        self._shop = shop
        self._is_closing = False
        for timer in (self._timer, self._trial):
            timer.stop()
            if shop is not None:
                timer.start()

    def make_if_changed(self) -> None:
        """Unless an import or other long work is under way: then in a minute."""
        shop = self._shop
        if shop is None or self._job is not None:
            return
        if any(job.title for job in self._jobs.running):
            self._again.start()
            return
        self._run(lambda cancelled: shop.backups.make_if_changed("timer", cancelled=cancelled), self._on_failed)

    def try_newest(self) -> None:
        """The monthly trial, when it is due."""
        shop = self._shop
        if shop is None or self._job is not None:
            return
        if any(job.title for job in self._jobs.running):
            self._trial.start()
            return
        self._run(lambda cancelled: shop.backups.try_newest(cancelled=cancelled), lambda _error: None)

    def may_close(self) -> bool:
        """Whether the window may close now; else a backup is made, and then it closes by itself.

        Who closes it a second time does not wait for the backup.
        """
        shop = self._shop
        if shop is None or self._is_closing:
            return True
        self._is_closing = True
        self._window.say(self._told_closing(), Tone.INFO)
        self._job = None
        self._run(
            lambda cancelled: shop.backups.make_if_changed("closing", cancelled=cancelled),
            self._on_closed,
            self._on_closed,
        )
        return False

    def _told_closing(self) -> str:
        return self.tr("Making a backup, then Kamidesk closes. Close again to leave without it.")

    def _run(
        self,
        work: Callable[[Callable[[], bool]], Any],
        failed: Callable[[ShopError], None],
        done: Callable[[Any], None] | None = None,
    ) -> None:
        def in_worker(progress: Progress) -> Any:
            return work(progress.cancelled)

        def on_done(answer: Any) -> None:
            self._job = None
            if done is not None:
                done(answer)

        def on_failed(error: ShopError) -> None:
            self._job = None
            failed(error)

        self._job = self._jobs.run(self, in_worker, on_done, on_failed)
        if self._job not in self._jobs.running:
            self._job = None

    def _on_failed(self, error: ShopError) -> None:
        if isinstance(error, ConflictError):
            self._again.start()
        else:
            self._window.show_error(error)

    def _on_closed(self, _answer: object) -> None:
        """What failed is remembered by the shop and told at the next start."""
        self._close()
