"""A table as a CSV file: where to, in which language, and for card keys whether in clear."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.key_lines import KeyFilter
from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.jobs import Job, Jobs, Progress, Report
from desktop_app.ui.labels import error_text, language
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import last_folder, open_folder, remember_folder
from desktop_app.ui.widgets.screen_fit import follow_text

LANGUAGES = (("zh", "中文"), ("en", "English"))


def export_table(
    parent: QWidget,
    shop: Any,
    jobs: Jobs,
    what: str,
    where: object | None = None,
    sort: Sort | None = None,
    chosen: tuple[int, Callable[[], list[int]]] | None = None,
) -> ExportDialog:
    """Open the dialog that writes a table to a CSV file.

    ``what`` is one of :data:`desktop_app.services.exports.EXPORTS`, ``where`` the filter of the page and ``sort`` its
    order, so that the file holds exactly the rows of the table. ``chosen``, for card keys: how many are selected, and
    what reads their ids on a worker thread.
    """
    dialog = ExportDialog(parent, shop, jobs, what, where, sort, chosen)
    dialog.open()
    return dialog


class ExportDialog(QDialog):
    """Stays open after the export to say where the file is; ``exported`` carries its path."""

    exported = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        shop: Any,
        jobs: Jobs,
        what: str,
        where: object | None,
        sort: Sort | None,
        chosen: tuple[int, Callable[[], list[int]]] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export to CSV"))
        self.setMinimumWidth(560)
        self._shop = shop
        self._jobs = jobs
        self._what = what
        self._where = where
        self._sort = sort
        self._chosen_count = 0 if chosen is None else chosen[0]
        self._read_chosen = None if chosen is None else chosen[1]
        self._job: Job | None = None
        self._written: Path | None = None
        # only a password can be asked for again; without one the choice itself is the confirmation
        self._asks_password = "password" in shop.protections()
        self._build()
        self._on_reveal_changed()

    def _build(self) -> None:
        self.path_edit = QLineEdit(str(last_folder() / self._proposed_name()))
        self.path_edit.setObjectName("export_path")
        self.path_edit.setAccessibleName(self.tr("File to write"))
        self._browse = push_button(self.tr("Browse…"), "export_browse", self._choose_path)
        self.language_combo = QComboBox()
        self.language_combo.setObjectName("export_language")
        self.language_combo.setAccessibleName(self.tr("Language of the headings"))
        for code, name in LANGUAGES:
            self.language_combo.addItem(name, code)
        self.language_combo.setCurrentIndex([code for code, _ in LANGUAGES].index(language()))
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.addRow(plain_label(self.tr("File"), role="muted"), row_of(self.path_edit, self._browse))
        form.addRow(plain_label(self.tr("Headings"), role="muted"), row_of(self.language_combo, 1))

        self.chosen_box = QCheckBox(self.tr("Only the {count} chosen keys").format(count=f"{self._chosen_count:,}"))
        self.chosen_box.setObjectName("export_chosen")
        # one chosen key is the one that was looked at
        self.chosen_box.setChecked(self._chosen_count > 1)
        self.reveal_box = QCheckBox(self.tr("Write the card keys in clear"))
        self.reveal_box.setObjectName("export_reveal")
        self.reveal_box.toggled.connect(self._on_reveal_changed)
        self.password_edit = QLineEdit()
        self.password_edit.setObjectName("export_password")
        self.password_edit.setAccessibleName(self.tr("Password of the shop"))
        self.password_edit.setPlaceholderText(self.tr("Password of the shop"))
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._reveal_note = plain_label(role="muted", name="export_reveal_note", wrap=True)

        self._bar = QProgressBar()
        self._bar.setObjectName("export_progress")
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self._bar.setTextVisible(False)
        self._progress_text = plain_label(role="muted", name="export_progress_text")
        self.message = MessageStrip("export_message", closable=False)
        self.open_button = push_button(
            self.tr("Open folder"), "export_open_folder", self._open_folder, icon="folder-open"
        )
        self.open_button.hide()
        self.cancel_button = push_button(self.tr("Cancel"), "export_cancel", self._on_cancel)
        self.export_button = push_button(
            self.tr("Export"), "export_start", self._start, kind="primary", icon="file-down"
        )
        self.export_button.setDefault(True)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self._heading(), role="title", name="export_title"))
        layout.addWidget(
            plain_label(
                self.tr("The rows of the table, with its filter and its order, for spreadsheets and programs (UTF-8)."),
                role="muted",
                wrap=True,
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.chosen_box)
        self.chosen_box.setVisible(self._chosen_count > 0)
        for widget in (self.reveal_box, self.password_edit, self._reveal_note):
            layout.addWidget(widget)
            widget.setVisible(self._what == "keys")
        layout.addLayout(row_of(self._progress_text, self._bar, spacing=12))
        layout.addWidget(self.message)
        layout.addSpacing(4)
        layout.addLayout(row_of(self.open_button, 1, self.cancel_button, self.export_button))
        self._show_running(False)

    def _heading(self) -> str:
        return {
            "keys": self.tr("Export card keys"),
            "orders": self.tr("Export orders"),
            "requests": self.tr("Export requests and decisions"),
            "refunds": self.tr("Export refunds"),
            "unmatched": self.tr("Export what did not match"),
            "proofs": self.tr("Export the list of proofs"),
            "prints": self.tr("Export the print log"),
            "events": self.tr("Export the event log"),
            "stock": self.tr("Export the stock report"),
            "suppliers": self.tr("Export the suppliers' failure rates"),
        }[self._what]

    def _proposed_name(self) -> str:
        zone = ZoneInfo(self._shop.settings.get().time_zone)
        now = self._shop.context.clock().astimezone(zone)
        return f"{self._what}-{now:%Y%m%d-%H%M%S}.csv"

    def _choose_path(self) -> None:
        name = Path(self.path_edit.text()).name or self._proposed_name()
        kinds = [self.tr("CSV (*.csv)"), self.tr("Excel workbook (*.xlsx)")]
        if self._what == "keys":
            kinds.append(self.tr("Keys in stock in clear, one a line (*.txt)"))
        choose_target(self, self.tr("Export"), name, kinds, self._take_path)

    def _take_path(self, path: Path) -> None:
        self.path_edit.setText(str(path))

    def _on_reveal_changed(self, *_: object) -> None:
        wanted = self.reveal_box.isChecked()
        self.reveal_box.setEnabled(self._shop.is_unlocked)
        self.password_edit.setVisible(wanted and self._asks_password)
        if not self._shop.is_unlocked:
            note = self.tr("The shop is locked: keys are written as fingerprints.")
        elif wanted:
            note = self.tr("Whoever has the file can use the keys. The log keeps who exported them and when.")
        else:
            note = self.tr("Without this the keys are masked, as in the table.")
        self._reveal_note.setText(note)
        if self.password_edit.isVisible():
            self.password_edit.setFocus()

    def _start(self) -> None:
        text = self.path_edit.text().strip()
        path = Path(text)
        if not text or not path.is_absolute() or not path.parent.is_dir():
            self.message.say(self.tr("Choose a file in a folder that exists."), Tone.BAD)
            self.path_edit.setFocus()
            return
        if not path.suffix:
            path = path.with_suffix(".csv")
            self.path_edit.setText(str(path))
        reveal = self._what == "keys" and self.reveal_box.isChecked()
        password = self.password_edit.text() if reveal and self._asks_password else None
        shop, what, where, sort = self._shop, self._what, self._where, self._sort
        chosen = str(self.language_combo.currentData())
        read_chosen = self._read_chosen if self.chosen_box.isChecked() else None

        def work(progress: Progress) -> int:
            if password is not None:
                # deriving the key takes its time on purpose
                shop.confirm_password(password)
            count: int = shop.reports.export(
                what,
                path,
                where=where if read_chosen is None else KeyFilter(key_ids=tuple(read_chosen())),
                sort=sort,
                language=chosen,
                reveal=reveal,
                progress=progress.report,
                cancelled=progress.cancelled,
            )
            return count

        def done(count: int) -> None:
            self._on_exported(path, count)

        self.message.clear()
        self._show_running(True)
        job = self._jobs.run(self, work, done, self._on_failed, self._heading())
        if self._is_running:
            self._job = job
            job.progressed.connect(self._on_progressed)

    def _on_progressed(self, report: Report) -> None:
        self._bar.setRange(0, report.total)
        self._bar.setValue(report.done)
        self._progress_text.setText(
            self.tr("{done} of {total} rows").format(done=f"{report.done:,}", total=f"{report.total:,}")
        )

    def _on_exported(self, path: Path, count: int) -> None:
        self._show_running(False)
        self._written = path
        remember_folder(path.parent)
        self.message.say(self.tr("{count} rows were written to {path}.").format(count=f"{count:,}", path=path), Tone.OK)
        self.password_edit.clear()
        self.open_button.show()
        self.export_button.hide()
        self.cancel_button.setText(self.tr("Close"))
        self.cancel_button.setFocus()
        self.exported.emit(path)

    def _on_failed(self, error: ShopError) -> None:
        self._show_running(False)
        self.message.say(error_text(error), Tone.INFO if isinstance(error, CancelledError) else Tone.BAD)
        if self.password_edit.isVisible():
            self.password_edit.selectAll()

    def _show_running(self, running: bool) -> None:
        self._is_running = running
        if not running:
            self._job = None
        self._bar.setRange(0, 0)
        self._progress_text.clear()
        self._bar.setVisible(running)
        self._progress_text.setVisible(running)
        for widget in (self.path_edit, self._browse, self.language_combo, self.password_edit, self.export_button):
            widget.setEnabled(not running)
        self.reveal_box.setEnabled(not running and self._shop.is_unlocked)
        self.cancel_button.setEnabled(True)

    def _open_folder(self) -> None:
        if self._written is not None:
            open_folder(self._written.parent)

    def _on_cancel(self) -> None:
        if self._job is None:
            self.reject()
        else:
            self._job.cancel()
            self.cancel_button.setEnabled(False)
            self._progress_text.setText(self.tr("Stopping…"))

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def reject(self) -> None:
        """Escape while it runs stops the export; the dialog closes at the next one."""
        if self._job is not None:
            self._on_cancel()
        else:
            super().reject()
