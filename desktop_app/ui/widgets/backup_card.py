"""Where the backups are, how they stand, and making, trying and restoring them by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.backup_checks import BackupFacts
from desktop_app.services.backups import BackupLine, BackupState
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language, when
from desktop_app.ui.widgets.basics import Card, FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import ask_folder, open_folder
from desktop_app.ui.widgets.setting_fields import SettingFields


class BackupCard(Card):
    """One of the settings: the folder is saved with the others."""

    def __init__(
        self, shop: Any, jobs: Jobs, window: WindowContext, fields: SettingFields, parent: QWidget | None = None
    ) -> None:
        super().__init__("backup_card", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._folder_edit = fields.backup_folder
        self._state: BackupState | None = None
        self.facts = FactsGrid("backup_facts", key_width=110)
        self.facts.add("last", self.tr("Last backup"))
        self.facts.add("trial", self.tr("Last verified"))
        self.facts.add("folder", self.tr("Folder"))
        self.message = MessageStrip("backup_message")
        self.make_button = push_button(self.tr("Back up now"), "backup_make", self.make, kind="primary", icon="archive")
        self.verify_button = push_button(self.tr("Verify the last"), "backup_verify", self.verify, icon="shield-check")
        self.restore_button = push_button(
            self.tr("Restore a backup…"), "backup_restore", window.restore_backup, icon="undo-2"
        )
        choose = push_button(self.tr("Choose…"), "choose_backup_folder", self._choose)
        choose.setAccessibleName(self.tr("Choose the backup folder"))
        open_button = push_button(self.tr("Open"), "open_backup_folder", self._open, icon="folder-open")
        open_button.setAccessibleName(self.tr("Open the backup folder"))
        self.body.addWidget(plain_label(self.tr("Backups"), role="section"))
        self.body.addWidget(
            plain_label(
                self.tr(
                    "Made by itself every half hour and on closing, when something changed. A folder on another disk "
                    "also survives the loss of this one. A backup opens with the password of its time."
                ),
                role="muted",
                wrap=True,
            )
        )
        self.body.addLayout(row_of(self._folder_edit, choose, open_button))
        self.body.addWidget(fields.error_label("backup_folder"))
        self.body.addWidget(self.facts)
        self.body.addWidget(self.message)
        self.body.addLayout(row_of(self.make_button, self.verify_button, self.restore_button, 1))

    def reload(self) -> None:
        """Ask in a worker: the folder may be on a slow disk, or away."""
        backups = self._shop.backups
        self._jobs.run(self, lambda _progress: backups.state(), self._show, self._window.show_error)

    def _show(self, state: BackupState) -> None:
        self._state = state
        zone, chinese = self._window.zone(), language() == "zh"
        if state.made_at is None:
            self.facts.set_value("last", self.tr("none yet"), Tone.WARN)
        else:
            text = self.tr("{when}, nothing changed since") if not state.is_changed else self.tr("{when}")
            self.facts.set_value("last", text.format(when=when(state.made_at, zone)), Tone.OK)
        if state.trial_at is None:
            self.facts.set_value("trial", self.tr("not yet; once a month by itself"))
        elif state.trial_findings:
            found = state.trial_findings[0][chinese]
            self.facts.set_value("trial", f"{when(state.trial_at, zone)}: {found}", Tone.BAD)
        else:
            text = self.tr("{when}: sound").format(when=when(state.trial_at, zone))
            self.facts.set_value("trial", text, Tone.OK)
        self.facts.set_value(
            "folder", self.tr("{folder} (backups: {count})").format(folder=state.folder, count=state.count)
        )
        data_dir = self._shop.data_dir
        self._folder_edit.setPlaceholderText(str(data_dir / "backups"))
        self.verify_button.setEnabled(state.last is not None)
        if state.problem is not None:
            self.message.say(state.problem[chinese], Tone.WARN)

    def make(self) -> None:
        """Make a backup now."""
        backups = self._shop.backups
        self._run(lambda cancelled: backups.make(cancelled=cancelled), self._on_made, self.tr("Making a backup"))

    def verify(self) -> None:
        """Verify the newest backup now."""
        backups = self._shop.backups
        self._run(
            lambda cancelled: backups.try_newest(only_due=False, cancelled=cancelled),
            self._on_verified,
            self.tr("Verifying the backup"),
        )

    def _on_made(self, line: BackupLine) -> None:
        if line.problem is not None:
            self.message.say(line.problem[language() == "zh"], Tone.BAD)
        elif line.missing:
            self.message.say(
                self.tr("Made, but files are missing in the shop itself: {count}. Check the shop.").format(
                    count=line.missing
                ),
                Tone.WARN,
            )
        elif line.is_signed:
            self.message.say(self.tr("The backup is made and checked."), Tone.OK)
        else:
            self.message.say(self.tr("The backup is made and checked; locked, the shop could not sign it."), Tone.OK)

    def _on_verified(self, facts: BackupFacts | None) -> None:
        if facts is not None and facts.is_sound:
            self.message.say(self.tr("The last backup is sound."), Tone.OK)
        elif facts is not None:
            self.message.say(facts.findings[0][language() == "zh"], Tone.BAD)

    def _run(self, work: Callable[[Callable[[], bool]], Any], done: Callable[[Any], None], title: str) -> None:
        def in_worker(progress: Progress) -> Any:
            return work(progress.cancelled)

        def finished(answer: Any) -> None:
            self._set_busy(False)
            done(answer)

        def failed(error: ShopError) -> None:
            self._set_busy(False)
            self.message.show_error(error)

        self.message.clear()
        self._set_busy(True)
        self._jobs.run(self, in_worker, finished, failed, title)

    def _set_busy(self, busy: bool) -> None:
        for button in (self.make_button, self.restore_button):
            button.setEnabled(not busy)
        self.verify_button.setEnabled(not busy and self._state is not None and self._state.last is not None)

    def _choose(self) -> None:
        start = Path(self._folder_edit.text() or str(Path.home()))
        ask_folder(self._window.dialog_parent(), self.tr("Choose the backup folder"), start, self._take)

    def _take(self, path: Path) -> None:
        self._folder_edit.setText(str(path))

    def _open(self) -> None:
        if self._state is not None:
            open_folder(self._state.folder)
