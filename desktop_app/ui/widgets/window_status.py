"""The line at the foot of the window: which shop, what was just done, what is under way, whether keys can be read."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStatusBar

from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.widgets.basics import plain_label, set_tone
from desktop_app.ui.widgets.progress_strip import ProgressStrip

SAID_MS = 12_000


class WindowStatus(QStatusBar):
    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("status_bar")
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self._folder = plain_label(name="status_file")
        self._said = plain_label(name="status_message")
        self._vault = plain_label(name="status_vault")
        self.addWidget(self._folder)
        self.addWidget(self._said, 1)
        self.addPermanentWidget(ProgressStrip(jobs))
        self.addPermanentWidget(self._vault)
        self._said_timer = QTimer(self, singleShot=True, interval=SAID_MS)
        self._said_timer.timeout.connect(self._said.clear)

    def say(self, text: str, tone: Tone) -> None:
        """For a while."""
        self._said.setText(text)
        set_tone(self._said, None if tone is Tone.NEUTRAL else tone)
        self._said_timer.start()

    def show_folder(self, folder: str, tooltip: str) -> None:
        self._folder.setText(folder)
        self._folder.setToolTip(tooltip)

    def show_vault(self, text: str) -> None:
        self._vault.setText(text)
