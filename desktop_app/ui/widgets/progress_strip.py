"""Running jobs: what, how far, and a button to stop them."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.ui.jobs import Job, Jobs, Report
from desktop_app.ui.widgets.basics import icon_button, plain_label

SHOW_AFTER_MS = 300
"""Shorter work never flickers in the status bar."""


class ProgressStrip(QWidget):
    """Shows the oldest titled job that runs; hidden otherwise. Lives in the status bar, or beside its cause."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("progress_strip")
        self._jobs = jobs
        self._job: Job | None = None
        self._text = plain_label(name="progress_text")
        self._bar = QProgressBar()
        self._bar.setObjectName("progress_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._cancel = icon_button("x", self.tr("Cancel this work"), "progress_cancel", self._on_cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(8)
        layout.addWidget(self._text)
        layout.addWidget(self._bar)
        layout.addWidget(self._cancel)
        self._timer = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._timer.timeout.connect(self.show)
        self.hide()
        jobs.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        job = next((job for job in self._jobs.running if job.title), None)
        if job is self._job:
            return
        self._job = job
        if job is None:
            self._timer.stop()
            self.hide()
            return
        self._cancel.setEnabled(True)
        self._show(job.last_report or Report(0, 0, ""))
        job.progressed.connect(self._show)
        if not self.isVisible():
            self._timer.start()

    def _show(self, report: Report) -> None:
        job = self._job
        if job is None or (self.sender() is not None and isinstance(self.sender(), Job) and self.sender() is not job):
            return
        self._bar.setRange(0, 1000 if report.total else 0)
        if report.total:
            self._bar.setValue(min(1000, report.done * 1000 // report.total))
        self._bar.setAccessibleName(job.title)
        self._text.setText(self._words(job, report))

    def _words(self, job: Job, report: Report) -> str:
        if job.is_cancelling:
            return self.tr("{title}: stopping…").format(title=job.title)
        if report.text:
            return f"{job.title}: {report.text}"
        if report.total:
            return self.tr("{title}: {done} of {total}").format(
                title=job.title, done=f"{report.done:,}", total=f"{report.total:,}"
            )
        return f"{job.title}…"

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._cancel.setEnabled(False)
            self._text.setText(self._words(self._job, self._job.last_report or Report(0, 0, "")))
