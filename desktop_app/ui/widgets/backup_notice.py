"""A line on the desk when no backup can be made, or when the last one would not hold."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.services.backups import BackupState
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import language
from desktop_app.ui.widgets.message_strip import MessageStrip

_AREAS = frozenset({"backups", "settings"})


class BackupNotice(MessageStrip):
    """Hidden while all is well."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("backup_notice", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window

    def reload(self, change: Change | None) -> None:
        """Ask in a worker: the folder may be on a slow disk, or away."""
        if change is None or change.areas & _AREAS:
            backups = self._shop.backups
            self._jobs.run(self, lambda _progress: backups.state(), self._show, self._window.show_error)

    def _show(self, state: BackupState) -> None:
        chinese = language() == "zh"
        if state.problem is not None:
            self.say(self.tr("No backup: {problem}").format(problem=state.problem[chinese]), Tone.WARN)
        elif state.trial_findings:
            self.say(
                self.tr("The last backup is doubtful: {problem}").format(problem=state.trial_findings[0][chinese]),
                Tone.BAD,
            )
        else:
            self.clear()
