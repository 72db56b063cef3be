"""Backups by themselves: every half hour when something changed, when the window closes, and a trial once a month."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from desktop_app.domain.errors import ConflictError, ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.jobs import Job, Jobs, Progress

EVERY_MS = 30 * 60_000
AGAIN_MS = 60_000
"""After other work was in the way."""
TRIAL_MS = 5 * 60_000
"""After the start, when the merchant has begun to work."""


class BackupRunner(QObject):
    """One per window; :meth:`make_last` is what closing waits for."""

    def __init__(self, window: Any, jobs: Jobs) -> None:
        super().__init__(window)
        self._window: WindowContext = window
        self._jobs = jobs
        self._shop: Any | None = None
        self._job: Job | None = None
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.make_if_changed)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.make_if_changed)
        self._trial = QTimer(self, singleShot=True, interval=TRIAL_MS)
        self._trial.timeout.connect(self.try_newest)

    def follow(self, shop: Any | None) -> None:
        """The shop that was opened; None: it was closed."""
        self._shop = shop
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

    @property
    def has_shop(self) -> bool:
        return self._shop is not None

    def make_last(self, done: Callable[[], object]) -> None:
        """Before the window closes, when anything changed; ``done`` is called also when there could be none."""
        shop = self._shop
        if shop is None:
            done()
            return
        if self._job is not None:
            # two at once are refused, and this one began before the last changes
            self._job.ended.connect(partial(self.make_last, done))
            self._job.cancel()
            return
        self._run(
            lambda cancelled: shop.backups.make_if_changed("closing", cancelled=cancelled),
            lambda _error: done(),
            lambda _line: done(),
        )

    def _run(
        self,
        work: Callable[[Callable[[], bool]], Any],
        failed: Callable[[ShopError], object],
        done: Callable[[Any], object] | None = None,
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
