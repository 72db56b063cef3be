"""How far one piece of work is, beside what started it, with a button that stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.ui.jobs import Job, Report
from desktop_app.ui.widgets.basics import plain_label, push_button


class WorkBar(QWidget):
    """Hidden until :meth:`begin`; the owner calls :meth:`end` when it has the answer."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._job: Job | None = None
        self._title = ""
        self.is_busy = False
        self._text = plain_label(name=f"{name}_text")
        self._bar = QProgressBar()
        self._bar.setObjectName(f"{name}_progress")
        self._bar.setTextVisible(False)
        self.cancel_button = push_button(self.tr("Cancel"), f"{name}_cancel", self.cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._text)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self.cancel_button)
        self.hide()

    def begin(self, title: str) -> None:
        """Call before the job starts: its answer may be there when ``run`` returns."""
        self._title = title
        self._job = None
        self.is_busy = True
        self._bar.setAccessibleName(title)
        self._bar.setRange(0, 0)
        self._text.setText(f"{title}…")
        self.cancel_button.setEnabled(True)
        self.show()

    def follow(self, job: Job) -> None:
        if self.is_busy:
            self._job = job
            job.progressed.connect(self._show)

    def end(self) -> None:
        self.is_busy = False
        self._job = None
        self.hide()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.cancel_button.setEnabled(False)
            self._text.setText(self.tr("Stopping…"))

    def _show(self, report: Report) -> None:
        if not self.is_busy or not report.total or (self._job is not None and self._job.is_cancelling):
            return
        self._bar.setRange(0, 1000)
        self._bar.setValue(min(1000, report.done * 1000 // report.total))
        share = min(100, report.done * 100 // report.total)
        self._text.setText(self.tr("{title}: {percent} %").format(title=self._title, percent=share))
