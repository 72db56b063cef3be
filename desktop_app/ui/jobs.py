"""Long work off the GUI thread, with progress and cancel.

A job's work runs in a worker thread and must touch no widget. Its answer comes back on the GUI thread, and only
if its owner still lives. A :class:`ShopError` goes to the owner's ``failed``; anything else is a bug and goes to
``sys.excepthook``.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from desktop_app.domain.errors import CancelledError, ShopError

T = TypeVar("T")

MIN_REPORT_SECONDS = 0.05
"""At most twenty progress reports a second reach the GUI thread."""


class Report(NamedTuple):
    """How far a job is; ``total`` 0 means unknown."""

    done: int
    total: int
    text: str


class Progress:
    """What the work is given: say how far you are, and stop when asked. Safe to use from the worker thread."""

    def __init__(self, tell: Callable[[Report], None], is_wanted: Callable[[], bool] = lambda: True) -> None:
        self._tell = tell
        self._is_wanted = is_wanted
        self._cancelled = threading.Event()
        self._told_at = 0.0

    def report(self, done: int, total: int, text: str = "") -> None:
        """Tell how far the work is. Cheap to call per row: reports in between are dropped, the last is kept."""
        now = time.monotonic()
        if now - self._told_at >= MIN_REPORT_SECONDS or (total and done >= total):
            self._told_at = now
            self._tell(Report(done, total, text))

    def cancelled(self) -> bool:
        """Whether the merchant asked to stop or the owner is gone; ask at every chunk and then leave."""
        return self._cancelled.is_set() or not self._is_wanted()

    def stop_if_cancelled(self) -> None:
        """Raise :class:`CancelledError` when the merchant asked to stop."""
        if self.cancelled():
            raise CancelledError("Cancelled. Nothing was changed.", "已取消，没有做任何更改。")

    def cancel(self) -> None:
        self._cancelled.set()


class Job(QObject):
    """One piece of running work; lives on the GUI thread."""

    progressed = Signal(object)
    """Report"""
    ended = Signal()
    """After the answer or the error was handed over, and also when it was cancelled or its owner is gone."""

    _reported = Signal(object)
    _answered = Signal(object)

    def __init__(
        self,
        owner: QObject,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[ShopError], None] | None,
        title: str,
    ) -> None:
        super().__init__()
        self.title = title
        self.progress = Progress(self._reported.emit, self.owner_lives)
        self.last_report: Report | None = None
        self.is_cancelling = False
        # asked, not told: PySide6 crashes when `destroyed` of one Python object reaches another that is going too
        self._owner = owner
        self._work = work
        self._done = done
        self._failed = failed
        # queued by name: the emitting thread is a worker, and the receiver a bound method of a QObject
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop; it stops at its next chunk."""
        self.is_cancelling = True
        self.progress.cancel()

    def owner_lives(self) -> bool:
        return shiboken6.isValid(self._owner)

    def run_in_worker(self) -> None:
        """Do the work and send the answer; called in a worker thread."""
        try:
            answer: object = self._work(self.progress)
        except Exception as error:  # handed over to the GUI thread, where a bug reaches the excepthook
            self._answered.emit((False, error))
        else:
            self._answered.emit((True, answer))

    def deliver(self, ok: bool, answer: Any) -> ShopError | None:
        """Hand the answer to the owner; returns a ShopError that nobody wanted to hear."""
        if ok:
            if self._done is not None and self.owner_lives():
                self._done(answer)
            return None
        if not isinstance(answer, ShopError):
            raise answer
        if not self.owner_lives():
            return None
        if self._failed is None:
            return None if isinstance(answer, CancelledError) else answer
        self._failed(answer)
        return None

    def _on_reported(self, report: Report) -> None:
        self.last_report = report
        self.progressed.emit(report)

    def _on_answered(self, answer: tuple[bool, Any]) -> None:
        runner = self.parent()
        unheard: ShopError | None = None
        try:
            unheard = self.deliver(*answer)
        except Exception:
            sys.excepthook(*sys.exc_info())
        self.ended.emit()
        if isinstance(runner, Jobs):
            runner.forget(self, unheard)


class Jobs(QObject):
    """Runs jobs; one per window."""

    changed = Signal()
    """A job was started or ended: :attr:`running` differs."""
    failed_unheard = Signal(object)
    """ShopError of a job whose owner gave no ``failed``; the window shows it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Job] = []
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(4)

    def run(
        self,
        owner: QObject,
        work: Callable[[Progress], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[ShopError], None] | None = None,
        title: str = "",
    ) -> Job:
        """Start ``work``; ``done`` and ``failed`` are called on the GUI thread while ``owner`` lives.

        ``title`` is what the progress strip shows; without it the job runs unseen.
        """
        job = Job(owner, work, done, failed, title)
        job.setParent(self)
        self.running.append(job)
        self.changed.emit()
        self._pool.start(job.run_in_worker)
        return job

    def forget(self, job: Job, unheard: ShopError | None) -> None:
        """Called by a job that ended."""
        self.running.remove(job)
        job.deleteLater()
        self.changed.emit()
        if unheard is not None:
            self.failed_unheard.emit(unheard)

    def cancel_all(self, wait_ms: int = 10_000) -> bool:
        """Ask every job to stop and wait for the workers; false when one is still busy. For closing the window."""
        for job in list(self.running):
            job.cancel()
        return self._pool.waitForDone(wait_ms)


class ImmediateJobs(Jobs):
    """Does the work at once in the calling thread: for tests, and for the headless round of ``run``."""

    def run(
        self,
        owner: QObject,
        work: Callable[[Progress], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[ShopError], None] | None = None,
        title: str = "",
    ) -> Job:
        job = Job(owner, work, done, failed, title)
        try:
            answer: Any = work(job.progress)
        except ShopError as error:
            unheard = job.deliver(False, error)
            if unheard is not None:
                self.failed_unheard.emit(unheard)
        else:
            job.deliver(True, answer)
        return job
