"""A dialog that does one piece of work at a time, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.jobs import Job, Jobs, Progress
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.work_bar import WorkBar

T = TypeVar("T")


class WorkDialog(QDialog):
    """A subclass lays out ``message`` and ``work``, and shows in :meth:`show_state` what can be done now."""

    def __init__(self, parent: QWidget | None, name: str, part: str, title: str, jobs: Jobs) -> None:
        """``name`` is the dialog's, ``part`` what the names of its fields and buttons begin with."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setModal(True)
        self._jobs = jobs
        self.message = MessageStrip(f"{part}_message")
        self.work = WorkBar(f"{part}_work")

    def run_work(
        self,
        title: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[ShopError], None] | None = None,
    ) -> Job:
        """Begin; ``done`` or ``failed`` gets the answer and calls :meth:`end_work`.

        Without ``failed`` an error is a bug of the work: it has a way of its own to tell.
        """
        self.message.clear()
        self.work.begin(title)
        self.show_state()
        job = self._jobs.run(self, work, done, failed, title)
        self.work.follow(job)
        return job

    def end_work(self) -> None:
        self.work.end()
        self.show_state()

    def show_state(self) -> None:
        """Work began or ended."""

    def reject(self) -> None:
        """Escape stops the work first; the dialog stays, so that it can say what became of it."""
        if self.work.is_busy:
            self.work.cancel()
        else:
            super().reject()
