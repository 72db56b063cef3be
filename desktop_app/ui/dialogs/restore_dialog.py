"""What is in a backup and what restoring it would do, before anything is done."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.errors import ConflictError, ShopError
from desktop_app.services.restoring import RestorePreview, preview_restore
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Job, Jobs, Progress
from desktop_app.ui.labels import language, when
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import ask_folder, last_folder
from desktop_app.ui.widgets.screen_fit import follow_text

_ZONE = ZoneInfo("Asia/Shanghai")


class RestoreDialog(QDialog):
    """``chosen`` carries the backup, the folder it is to go to, and whether what speaks against it was accepted."""

    chosen = Signal(object, object, bool)

    def __init__(self, path: Path, data_dir: Path, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("restore_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Restore a backup"))
        self.setModal(True)
        self.setMinimumWidth(560)
        self._path = path
        self._data_dir = data_dir
        self._preview: RestorePreview | None = None
        self.facts = FactsGrid("restore_facts", key_width=130)
        for key, title in (
            ("shop", self.tr("Shop")),
            ("made", self.tr("Made")),
            ("last", self.tr("Last event")),
            ("signed", self.tr("Signature")),
            ("lost", self.tr("Not in it")),
        ):
            self.facts.add(key, title)
            self.facts.set_value(key, "")
        self.message = MessageStrip("restore_message", closable=False)
        self.findings = QPlainTextEdit()
        self.findings.setObjectName("restore_findings")
        self.findings.setAccessibleName(self.tr("What speaks against this backup"))
        self.findings.setReadOnly(True)
        self.findings.setFixedHeight(96)
        self.findings.hide()
        self.consequence = plain_label(name="restore_consequence", wrap=True)
        self.restore_button = push_button(self.tr("Restore"), "restore_now", self._restore, kind="primary")
        self.elsewhere_button = push_button(self.tr("Into another folder…"), "restore_elsewhere", self._ask_elsewhere)
        cancel = push_button(self.tr("Cancel"), "restore_cancel", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(path.name, role="title", wrap=True))
        layout.addWidget(self.facts)
        layout.addWidget(self.message)
        layout.addWidget(self.findings)
        layout.addWidget(self.consequence)
        layout.addLayout(row_of(self.elsewhere_button, 1, cancel, self.restore_button))
        for button in (self.restore_button, self.elsewhere_button):
            button.setEnabled(False)
        self.message.say(self.tr("Looking into the backup…"))

        def work(progress: Progress) -> RestorePreview:
            return preview_restore(path, data_dir, cancelled=progress.cancelled)

        self._job: Job = jobs.run(self, work, self._show, self._on_failed)

    def _show(self, preview: RestorePreview) -> None:
        self._preview = preview
        facts, lost = preview.facts, preview.lost
        self.message.clear()
        self.facts.set_value("shop", facts.shop_name or facts.shop_uuid)
        self.facts.set_value("made", when(facts.made_at, _ZONE) if facts.made_at else self.tr("not known"))
        self.facts.set_value(
            "last", self.tr("{when} (events: {count})").format(when=when(facts.last_at, _ZONE), count=f"{facts.seq:,}")
        )
        if facts.signed:
            self.facts.set_value("signed", self.tr("genuine"), Tone.OK)
        else:
            self.facts.set_value("signed", self.tr("none: the shop was locked, or the backup is not whole"))
        if lost is not None:
            self.facts.set_value(
                "lost",
                self.tr("later events: {count}, from {first} to {last}").format(
                    count=f"{lost.count:,}", first=when(lost.first_at, _ZONE), last=when(lost.last_at, _ZONE)
                ),
                Tone.WARN,
            )
        if preview.findings:
            chinese = language() == "zh"
            self.findings.setPlainText("\n".join(finding[chinese] for finding in preview.findings))
            self.findings.show()
            self.message.say(
                self.tr("Something speaks against this backup. Use it only without a better one."), Tone.BAD
            )
            self.restore_button.setText(self.tr("Restore it all the same"))
        if preview.replaces:
            self.consequence.setText(
                self.tr(
                    "The present shop is moved aside whole, into a folder “replaced-…” in {folder}. The restored one "
                    "opens with the password of the time of the backup."
                ).format(folder=preview.folder)
            )
        else:
            self.consequence.setText(
                self.tr("It is put into {folder} and opens with the password of the time of the backup.").format(
                    folder=preview.folder
                )
            )
        self.restore_button.setEnabled(True)
        self.elsewhere_button.setEnabled(True)

    def _on_failed(self, error: ShopError) -> None:
        self.message.show_error(error)
        # a backup of another shop is good for a folder of its own
        self.elsewhere_button.setEnabled(isinstance(error, ConflictError))

    def _restore(self) -> None:
        self._choose(self._data_dir)

    def _ask_elsewhere(self) -> None:
        ask_folder(self, self.tr("Choose an empty folder for the restored shop"), last_folder(), self._choose)

    def _choose(self, folder: Path) -> None:
        if folder != self._data_dir and (folder / "shop.db").exists():
            self.message.say(self.tr("There is a shop in this folder: choose an empty one."), Tone.BAD)
            return
        accepted = self._preview is not None and bool(self._preview.findings)
        self.accept()
        self.chosen.emit(self._path, folder, accepted)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def done(self, result: int) -> None:
        self._job.cancel()
        super().done(result)
