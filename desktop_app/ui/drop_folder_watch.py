"""Looks into the drop folder every few seconds, off the GUI thread, and says what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text, language

if TYPE_CHECKING:
    from desktop_app.services.request_intake import IntakeReport

EVERY_MS = 5_000


class DropFolderWatch(QObject):
    """Lives as long as the page that made it, which the window makes first."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QObject) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._is_looking = False
        self._told = ""
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Take what is there now, unless the last look still goes on."""
        if self._is_looking:
            return
        self._is_looking = True
        shop = self._shop

        def work(_progress: Progress) -> IntakeReport:
            report: IntakeReport = shop.requests.take_from_drop_folder()
            return report

        self._jobs.run(self, work, self._on_taken, self._on_failed)

    def _on_taken(self, report: IntakeReport) -> None:
        self._is_looking = False
        self._told = ""
        parts = []
        if report.received:
            parts.append(self.tr("Came in through the drop folder: {count}.").format(count=report.received))
        if report.problems:
            file, english, chinese = report.problems[0]
            reason = chinese if language() == "zh" else english
            parts.append(self.tr("{file} was put aside: {reason}").format(file=file, reason=reason))
        if len(report.problems) > 1:
            parts.append(self.tr("And {count} more files.").format(count=len(report.problems) - 1))
        if parts:
            self._window.say(" ".join(parts), Tone.WARN if report.problems else Tone.OK)

    def _on_failed(self, error: ShopError) -> None:
        """A folder that cannot be read is told once, not every five seconds."""
        self._is_looking = False
        text = error_text(error)
        if text != self._told:
            self._told = text
            self._window.show_error(error)
