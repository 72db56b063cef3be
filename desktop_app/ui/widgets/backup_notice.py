"""A line on the desk when no backup can be made, or when the last one would not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import language
from desktop_app.ui.widgets.message_strip import MessageStrip

if TYPE_CHECKING:
    from desktop_app.services.backups import BackupState

_AREAS = frozenset({"backups", "settings"})


class BackupNotice(MessageStrip):
    """Hidden while all is well, and before there is a shop."""

    def __init__(self, shop: Any | None, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("backup_notice", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window

    def take_shop(self, shop: Any) -> None:
        """The shop that was not open yet when this was made."""
        self._shop = shop

    def reload(self, change: Change | None) -> None:
        """Ask in a worker: the folder may be on a slow disk, or away."""
        if self._shop is not None and (change is None or change.areas & _AREAS):
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
