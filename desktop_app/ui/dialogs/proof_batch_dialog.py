"""Many proofs at once: which ones, where their files go, how far it is, and what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop_app.domain.errors import CancelledError
from desktop_app.services.proof_batches import BatchOutcome, NoProof
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import ask_folder, last_folder, open_folder, remember_folder
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.screen_fit import follow_text
from desktop_app.ui.widgets.work_bar import WorkBar


class ProofBatchDialog(QDialog):
    """Issues the proofs of redeemed units, or copies proofs that are issued; stays open to tell what became of it."""

    print_wanted = Signal(object)
    """List of the ids of the proofs that the merchant wants to print now."""

    def __init__(
        self,
        parent: QWidget,
        shop: Any,
        jobs: Jobs,
        *,
        issues: bool,
        selected: tuple[int, Callable[[], list[int]]],
        shown: tuple[int, Callable[[], list[int]]],
    ) -> None:
        """``issues``: the ids are those of units that get a proof, else those of issued proofs. ``selected`` and
        ``shown`` are how many rows of the list are selected and shown, and what reads their ids in a worker."""
        super().__init__(parent)
        self.setObjectName("proof_batch_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(620)
        self._shop = shop
        self._jobs = jobs
        self._issues = issues
        self._selected, self._shown = selected, shown
        self._folder: Path | None = None
        self.outcome: BatchOutcome | None = None
        self.setWindowTitle(self.tr("Issue several proofs") if issues else self.tr("Files of several proofs"))
        self._build()
        self._on_target()

    def _build(self) -> None:
        self.selected_choice = self._choice(
            self.tr("The {count} selected").format(count=self._selected[0]), "batch_selected"
        )
        self.shown_choice = self._choice(
            self.tr("All {count} that the list shows").format(count=f"{self._shown[0]:,}"), "batch_shown"
        )
        self._which = self._group(self.selected_choice, self.shown_choice)
        self.selected_choice.setEnabled(self._selected[0] > 0)
        (self.selected_choice if self._selected[0] > 1 else self.shown_choice).setChecked(True)
        self.keep_choice = self._choice(self.tr("Keep them in the shop"), "batch_keep")
        self.folder_choice = self._choice(self.tr("Also as separate files in a folder"), "batch_folder")
        self.file_choice = self._choice(self.tr("Also as one file for the printer"), "batch_one_file")
        self._target = self._group(self.keep_choice, self.folder_choice, self.file_choice)
        if not self._issues:
            self.keep_choice.hide()
            self.folder_choice.setText(self.tr("Separate files in a folder"))
            self.file_choice.setText(self.tr("One file for the printer"))
        (self.keep_choice if self._issues else self.folder_choice).setChecked(True)
        self._target.buttonToggled.connect(self._on_target)
        self.path_edit = QLineEdit()
        self.path_edit.setObjectName("batch_path")
        self.browse_button = push_button(self.tr("Browse…"), "batch_browse", self._browse)
        self.note = plain_label(role="muted", name="batch_note", wrap=True)
        self.message = MessageStrip("batch_message", closable=False)
        self.left_table = RowTable(
            "batch_left_table",
            self.tr("Without a proof"),
            self._left_columns(),
            lambda _sort: self._left(),
            row_id=lambda row: (row.order_no, row.unit_ref),
        )
        self.left_table.setMinimumHeight(170)
        self.left_table.hide()
        self.work = WorkBar("batch_work")
        self.close_button = push_button(self.tr("Cancel"), "batch_close", self.reject)
        self.folder_button = push_button(
            self.tr("Open folder"), "batch_open_folder", self._open_folder, icon="folder-open"
        )
        self.print_button = push_button(self.tr("Print…"), "batch_print", self._print, icon="printer")
        self.start_button = push_button(
            self.tr("Issue") if self._issues else self.tr("Write the files"),
            "batch_start",
            self._start,
            kind="primary",
            icon="stamp" if self._issues else "save",
        )
        self.start_button.setDefault(True)
        self.folder_button.hide()
        self.print_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(plain_label(self.windowTitle(), role="title"))
        if self._issues:
            layout.addWidget(
                plain_label(
                    self.tr(
                        "Each unit gets a proof with its own number and signature. A unit whose record is not "
                        "complete, or whose evidence is damaged, is left out and named below."
                    ),
                    role="muted",
                    wrap=True,
                )
            )
        for widget in (self.selected_choice, self.shown_choice):
            layout.addWidget(widget)
        layout.addSpacing(6)
        for widget in (self.keep_choice, self.folder_choice, self.file_choice):
            layout.addWidget(widget)
        layout.addLayout(row_of(self.path_edit, self.browse_button))
        layout.addWidget(self.note)
        layout.addWidget(self.message)
        layout.addWidget(self.left_table, 1)
        layout.addWidget(self.work)
        layout.addLayout(row_of(self.folder_button, self.print_button, 1, self.close_button, self.start_button))

    @staticmethod
    def _choice(text: str, name: str) -> QRadioButton:
        button = QRadioButton(text)
        button.setObjectName(name)
        return button

    def _group(self, *buttons: QRadioButton) -> QButtonGroup:
        group = QButtonGroup(self)
        for button in buttons:
            group.addButton(button)
        return group

    def _left_columns(self) -> list[Column[NoProof]]:
        return [
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=170),
            Column("unit_ref", self.tr("Unit"), lambda row: row.unit_ref, width=52),
            Column(
                "reason",
                self.tr("Reason"),
                lambda row: error_text(row.error),
                tooltip=lambda row: error_text(row.error),
                width=340,
            ),
        ]

    def _left(self) -> ListSource[NoProof]:
        return ListSource(self.outcome.failed if self.outcome is not None else ())

    # where to

    def _on_target(self, *_: object) -> None:
        has_path = not self.keep_choice.isChecked()
        self.path_edit.setVisible(has_path)
        self.browse_button.setVisible(has_path)
        self.note.setVisible(has_path)
        if self.file_choice.isChecked():
            self.path_edit.setText(str(last_folder() / self._default_name()))
            self.path_edit.setAccessibleName(self.tr("File for the printer"))
            self.note.setText(
                self.tr(
                    "The file for the printer carries no signature itself: on paper, the code of each proof verifies. "
                    "Whoever wants the electronic proof gets its own signed file."
                )
            )
        else:
            self.path_edit.setText(str(last_folder()))
            self.path_edit.setAccessibleName(self.tr("Folder for the files"))
            self.note.setText(self.tr("Each file is named after its proof and carries its own signature."))

    def _default_name(self) -> str:
        return self.tr("proofs") + ".pdf"

    def _browse(self) -> None:
        if self.file_choice.isChecked():
            name = Path(self.path_edit.text()).name or self._default_name()
            choose_target(self, self.tr("File for the printer"), name, [self.tr("PDF (*.pdf)")], self._take_path)
        else:
            ask_folder(self, self.tr("Folder for the files"), last_folder(), self._take_path)

    def _take_path(self, path: Path) -> None:
        self.path_edit.setText(str(path))

    # working

    def _start(self) -> None:
        if self.work.is_busy:
            return
        folder = one_file = None
        if not self.keep_choice.isChecked():
            path = Path(self.path_edit.text().strip())
            to_folder = self.folder_choice.isChecked()
            if not path.is_absolute() or not (path if to_folder else path.parent).is_dir():
                self.message.say(self.tr("Choose a folder that exists."), Tone.BAD)
                self.path_edit.setFocus()
                return
            folder, one_file = (path, None) if to_folder else (None, path)
            self._folder = folder or path.parent
            remember_folder(self._folder)
        read_ids = (self._selected if self.selected_choice.isChecked() else self._shown)[1]
        batches = self._shop.proof_batches
        run = batches.issue if self._issues else batches.collect

        def work(progress: Progress) -> BatchOutcome:
            outcome: BatchOutcome = run(
                read_ids(),
                folder=folder,
                one_file=one_file,
                progress=progress.report,
                cancelled=progress.cancelled,
            )
            return outcome

        self.message.clear()
        title = self.tr("Issuing") if self._issues else self.tr("Writing")
        self.work.begin(title)
        self._enable(False)
        self.work.follow(self._jobs.run(self, work, self._on_done, title=self.windowTitle()))

    def _enable(self, is_free: bool) -> None:
        for group in (self._which, self._target):
            for button in group.buttons():
                button.setEnabled(is_free)
        for widget in (self.path_edit, self.browse_button, self.start_button):
            widget.setEnabled(is_free)

    def _on_done(self, outcome: BatchOutcome) -> None:
        self.work.end()
        self.outcome = outcome
        stopped = outcome.stopped_by
        is_over = stopped is None and not outcome.failed
        self.message.say(self._told(outcome), Tone.OK if is_over else Tone.WARN)
        self.left_table.setVisible(bool(outcome.failed))
        self.left_table.reload()
        self.folder_button.setVisible(bool(outcome.files or outcome.pages))
        self.print_button.setVisible(bool(outcome.proof_ids))
        self.close_button.setText(self.tr("Close"))
        self._enable(stopped is not None)
        self.start_button.setVisible(stopped is not None)
        self.start_button.setText(self.tr("Go on"))

    def _told(self, outcome: BatchOutcome) -> str:
        told = []
        if outcome.stopped_by is not None:
            rest = outcome.wanted - len(outcome.proof_ids) - (len(outcome.failed) if self._issues else 0)
            reason = (
                self.tr("Stopped.")
                if isinstance(outcome.stopped_by, CancelledError)
                else error_text(outcome.stopped_by)
            )
            told.append(self.tr("{reason} Not done yet: {count}.").format(reason=reason, count=max(rest, 0)))
        if self._issues:
            told.append(self.tr("Issued: {count}.").format(count=outcome.issued))
            if outcome.known:
                told.append(self.tr("Had a proof before: {count}.").format(count=outcome.known))
        if outcome.failed:
            told.append(
                (self.tr("Left out: {count}.") if self._issues else self.tr("Not copied: {count}.")).format(
                    count=len(outcome.failed)
                )
            )
        if outcome.no_stamp:
            told.append(self.tr("Without a time stamp: {count}.").format(count=outcome.no_stamp))
        if outcome.files:
            told.append(self.tr("Files: {count}.").format(count=outcome.files))
        if outcome.pages:
            told.append(self.tr("Pages for the printer: {count}.").format(count=outcome.pages))
        return " ".join(told)

    def _open_folder(self) -> None:
        if self._folder is not None:
            open_folder(self._folder)

    def _print(self) -> None:
        if self.outcome is not None:
            self.print_wanted.emit(list(self.outcome.proof_ids))
            self.accept()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def reject(self) -> None:
        """Escape while it works stops the work; the dialog closes at the next one."""
        if self.work.is_busy:
            self.work.cancel()
        else:
            super().reject()
