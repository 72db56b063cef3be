"""Make a dossier: for whom, where to, in which language; then where it is and what is missing in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.domain.states import EscalationTarget
from desktop_app.services.dossiers import MadeDossier
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import LANGUAGES
from desktop_app.ui.dialogs.form_dialog import FormDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text
from desktop_app.ui.widgets.basics import push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.places import ask_folder, last_folder, open_folder, remember_folder
from desktop_app.ui.widgets.work_bar import WorkBar


class DossierDialog(FormDialog):
    """Stays open after the work to say where the files are; ``made`` carries the :class:`MadeDossier`."""

    made = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        shop: Any,
        jobs: Jobs,
        request_id: int,
        request_no: str,
        *,
        target: EscalationTarget | None = None,
        escalation_id: int | None = None,
    ) -> None:
        """``target`` and ``escalation_id`` are given when it is made for a dispute that is on record."""
        super().__init__(
            parent,
            "dossier_dialog",
            self.tr("Dossier for {request}").format(request=request_no),
            self.tr("Make the dossier"),
            introduction=self.tr(
                "One archive and one PDF with everything on record: cover letter, request, ruling, decision, policy, "
                "correspondence, evidence, proofs and the log. Keys, accounts and the buyer are masked; files that "
                "people attached are handed on as they are, identity documents are not. A dispute is recorded when "
                "there is none yet."
            ),
            width=600,
        )
        self._shop = shop
        self._jobs = jobs
        self._request_id = request_id
        self._escalation_id = escalation_id
        self._folder: Path | None = None
        self.target_combo = EnumCombo(self.tr("For whom"), "target_combo", EscalationTarget)
        if target is not None:
            self.target_combo.set_code(target)
            self.target_combo.setEnabled(escalation_id is None)
        self.folder_edit = QLineEdit(str(last_folder()))
        self.folder_edit.setObjectName("dossier_folder")
        self.folder_edit.setAccessibleName(self.tr("Folder for the files"))
        self.browse_button = push_button(self.tr("Browse…"), "dossier_browse", self._browse)
        self.language_combo = Combo()
        self.language_combo.setObjectName("dossier_language")
        self.language_combo.setAccessibleName(self.tr("Language of the paper"))
        for code, name in LANGUAGES:
            self.language_combo.addItem(name, code)
        folder = QWidget()
        folder.setObjectName("dossier_folder_row")
        folder.setLayout(row_of(self.folder_edit, self.browse_button))
        self.fields.add_field(self.tr("For"), self.target_combo)
        self.fields.add_field(self.tr("Folder"), folder)
        self.fields.add_field(
            self.tr("Language"), self.language_combo, self.tr("The cover letter is Chinese in any case.")
        )
        self.work_bar = WorkBar("dossier_work")
        self.open_button = push_button(self.tr("Open folder"), "dossier_open_folder", self._open, icon="folder-open")
        self.open_button.hide()
        self.close_button = self.findChildren(QPushButton, "cancel_button")[0]
        self.body.insertWidget(self.body.indexOf(self.message), self.work_bar)
        self.body.insertLayout(self.body.indexOf(self.message) + 1, row_of(self.open_button, 1))

    def submit(self) -> None:
        """The button starts the work; the dialog closes by its other button."""
        folder = Path(self.folder_edit.text().strip())
        target = self.target_combo.code()
        assert target is not None
        if not folder.is_absolute() or not folder.is_dir():
            self.ask_for(self.folder_edit, self.tr("Choose a folder that exists."))
            return
        shop, request_id, escalation_id = self._shop, self._request_id, self._escalation_id
        language = str(self.language_combo.currentData())

        def work(progress: Progress) -> MadeDossier:
            made: MadeDossier = shop.dossiers.make(
                request_id,
                target,
                folder,
                escalation_id=escalation_id,
                language=language,
                progress=progress.report,
                cancelled=progress.cancelled,
            )
            return made

        self.message.clear()
        self.work_bar.begin(self.tr("Making the dossier"))
        self._enable(False)
        self.work_bar.follow(self._jobs.run(self, work, self._on_made, self._on_failed, self.tr("Making the dossier")))

    def reject(self) -> None:
        """Escape and Cancel stop the work first."""
        if self.work_bar.is_busy:
            self.work_bar.cancel()
        else:
            super().reject()

    def _on_made(self, made: MadeDossier) -> None:
        self.work_bar.end()
        self._folder = made.zip_path.parent
        remember_folder(self._folder)
        text = self.tr("{number} is made: {archive} and {paper}.").format(
            number=made.line.dossier_no, archive=made.zip_path.name, paper=made.pdf_path.name
        )
        if made.problems:
            text += "\n" + self.tr("Missing or altered, and said so in it: {files}").format(
                files=", ".join(made.problems)
            )
        self.message.say(text, Tone.WARN if made.problems else Tone.OK)
        self.submit_button.hide()
        self.close_button.setText(self.tr("Close"))
        self.open_button.show()
        self.open_button.setFocus()
        self.made.emit(made)

    def _on_failed(self, error: ShopError) -> None:
        self.work_bar.end()
        self._enable(True)
        self.message.say(error_text(error), Tone.INFO if isinstance(error, CancelledError) else Tone.BAD)

    def _enable(self, ready: bool) -> None:
        for widget in (self.folder_edit, self.browse_button, self.language_combo, self.submit_button):
            widget.setEnabled(ready)
        self.target_combo.setEnabled(ready and self._escalation_id is None)

    def _browse(self) -> None:
        ask_folder(self, self.tr("Folder for the files"), Path(self.folder_edit.text()), self._take_folder)

    def _take_folder(self, folder: Path) -> None:
        self.folder_edit.setText(str(folder))

    def _open(self) -> None:
        if self._folder is not None:
            open_folder(self._folder)
