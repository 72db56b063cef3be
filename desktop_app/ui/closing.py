"""Leaving the shop: asks about work that is under way, stops it, makes the last backup, and then closes the window."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QProgressBar, QVBoxLayout, QWidget

from desktop_app.ui.backup_runner import BackupRunner
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.screen_fit import follow_text

SHOW_AFTER_MS = 250
"""A small shop is backed up sooner: nothing flashes up."""


class Closing(QObject):
    """One per window; :meth:`may_close` is asked before the window closes. Nothing here holds the window up."""

    def __init__(self, window: Any, jobs: Jobs, backups: BackupRunner) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._backups = backups
        self._question: ConfirmDialog | None = None
        self._waiting: ClosingDialog | None = None
        self._below: QWidget | None = None
        """The dialog that was open when the closing began."""
        self._shows = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._shows.timeout.connect(self._show_waiting)
        self.is_begun = False
        self._is_stopping = False
        self._round = 0
        jobs.changed.connect(self._go_on)

    def may_close(self) -> bool:
        """Whether the window may close now; else it closes by itself in the end, unless the merchant says no.

        Who closes it a second time waits neither for the backup nor for work that does not stop.
        """
        if self.is_begun:
            return True
        if self._question is not None:
            return False
        self._below = QApplication.activeModalWidget()
        if self._titles():
            self._ask()
            return False
        if not self._backups.has_shop:
            return True
        self._begin()
        return False

    def _titles(self) -> str:
        return ", ".join(dict.fromkeys(job.title for job in self._jobs.running if job.title))

    def _ask(self) -> None:
        question = self._question = ConfirmDialog(
            self._below or self._window,
            self.tr("Work is under way"),
            [
                self.tr("Still at it: {work}.").format(work=self._titles()),
                self.tr("Closing stops it; nothing is left half done."),
            ],
            self.tr("Stop it and close"),
        )
        question.confirmed.connect(lambda _reason: self._begin())
        question.finished.connect(self._on_answered)
        question.open()

    def _on_answered(self) -> None:
        self._question = None

    def _begin(self) -> None:
        """Stop the work; what comes next waits until it has stopped."""
        self.is_begun = self._is_stopping = True
        self._round += 1
        for job in self._jobs.running:
            if job.title:
                job.cancel()
        self._shows.start()
        # when there is nothing to stop; a step of its own, as the caller has not answered yet
        QTimer.singleShot(0, self, self._go_on)

    def _go_on(self) -> None:
        if not self._is_stopping or self._titles():
            return
        self._is_stopping = False
        if not self._backups.has_shop:
            self._end(self._round)
            return
        if self._waiting is not None:
            self._waiting.show_text(self._told())
        self._backups.make_last(partial(self._end, self._round))

    def _show_waiting(self) -> None:
        if self._is_something_new():
            self._stay_open()
            return
        waiting = self._waiting = ClosingDialog(QApplication.activeModalWidget() or self._window)
        waiting.show_text(self._told())
        waiting.leave_wanted.connect(self._window.close)
        waiting.rejected.connect(self._stay)
        waiting.open()

    def _is_something_new(self) -> bool:
        return QApplication.activeModalWidget() not in (None, self._waiting, self._below)

    def _told(self) -> str:
        if self._is_stopping:
            return self.tr("Stopping: {work}…").format(work=self._titles())
        return self.tr("Making a backup, then Kamidesk closes.")

    def _stay(self) -> None:
        """The merchant goes on working; what was stopped stays so, and the backup is made all the same."""
        self._shows.stop()
        self._waiting = None
        self.is_begun = self._is_stopping = False

    def _end(self, begun_as: int) -> None:
        """The backup is made; what failed is remembered by the shop and told at the next start."""
        if not self.is_begun or begun_as != self._round:
            return
        if self._titles() or self._is_something_new():
            self._stay_open()
            return
        self._window.close()

    def _stay_open(self) -> None:
        """The merchant went on in the moment before the window said that it closes."""
        self._window.say(self.tr("Kamidesk stays open: something new was begun."))
        self._stay()


class ClosingDialog(QDialog):
    """What is waited for. ``leave_wanted``: the merchant does not wait; Escape: back to work."""

    leave_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("closing_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Kamidesk closes"))
        self.setModal(True)
        self.setMinimumWidth(440)
        self._text = plain_label(name="closing_text", wrap=True)
        bar = QProgressBar()
        bar.setObjectName("closing_progress")
        bar.setAccessibleName(self.windowTitle())
        bar.setTextVisible(False)
        bar.setRange(0, 0)
        leave = push_button(self.tr("Close without waiting"), "closing_leave", self.leave_wanted.emit)
        stay = push_button(self.tr("Stay"), "closing_stay", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.windowTitle(), role="title"))
        layout.addWidget(self._text)
        layout.addWidget(bar)
        layout.addSpacing(4)
        layout.addLayout(row_of(1, leave, stay))
        # Return must not leave without the backup
        stay.setDefault(True)
        stay.setFocus()

    def show_text(self, text: str) -> None:
        self._text.setText(text)

    def text(self) -> str:
        return self._text.text()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled
