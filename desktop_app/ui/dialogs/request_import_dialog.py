"""Requests from a CSV or JSON file: look first, then all good lines at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.listing import Sort
from desktop_app.services.request_intake import RequestImportLine, RequestImportPreview
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_field import FileField
from desktop_app.ui.dialogs.form_dialog import FormDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label
from desktop_app.ui.widgets.row_table import RowTable


class RequestImportDialog(FormDialog):
    """Choosing a file shows at once what it would bring; nothing is stored before the button says how many."""

    imported = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, parent: QWidget, *, path: Path | None = None) -> None:
        super().__init__(parent, "request_import_dialog", self.tr("Import requests"), self.tr("Import"), width=700)
        self.resize(760, 560)
        self._shop = shop
        self._jobs = jobs
        self._preview: RequestImportPreview | None = None
        self.file = FileField(
            self,
            "import",
            self.tr("File with requests"),
            self.tr("CSV or JSON file"),
            title=self.tr("Import requests"),
            filters=(self.tr("Requests (*.csv *.json)"), self.tr("All files (*)")),
        )
        self.file.changed.connect(self._forget)
        self.file.named.connect(self._read)
        self._summary = plain_label(role="section", name="import_summary", wrap=True)
        self.table = RowTable(
            "request_import_lines",
            self.tr("Lines of the file"),
            self._columns(),
            self._open,
            row_id=lambda line: line.row,
        )
        self.table.set_empty(
            self.tr("Choose a file"),
            self.tr("Each line or object is one request: id, order_no, reason, text, requested_at, units, evidence."),
            self.tr("Choose…"),
            self.file.choose,
        )
        self.table.setMinimumHeight(380)
        self.fields.add_field(self.tr("File"), self.file.edit)
        self.fields.addWidget(self.file.button, self.fields.rowCount() - 1, 2)
        self.fields.addWidget(self._summary, self.fields.rowCount(), 0, 1, 3)
        self.fields.addWidget(self.table, self.fields.rowCount(), 0, 1, 3)
        self.confirm_box = QCheckBox(self.tr("The encoding is a guess; I looked at the lines: they read correctly"))
        self.confirm_box.setObjectName("confirm_encoding_box")
        self.confirm_box.toggled.connect(self._show_button)
        self.fields.addWidget(self.confirm_box, self.fields.rowCount(), 0, 1, 3)
        # Enter reads the file that was typed; it must not import the one before
        self.submit_button.setDefault(False)
        self._show(None)
        if path is not None:
            self.file.set_path(path)

    def _read(self, path: Path) -> None:
        """Look at a file; its lines are judged in a worker."""
        self._forget()
        shop = self._shop

        def work(_progress: Progress) -> RequestImportPreview:
            preview: RequestImportPreview = shop.requests.preview_import(path)
            return preview

        def done(preview: RequestImportPreview) -> None:
            # another file may have been named meanwhile
            if self.file.path() == path:
                self._show(preview)

        self._jobs.run(self, work, done, self._on_failed, self.tr("Reading the file"))

    def submit(self) -> None:
        """Look at the file that was named; with its lines on show, store the good ones in a worker."""
        preview = self._preview
        if preview is None:
            self.file.name_typed()
            return
        if not preview.new_count:
            return
        shop = self._shop

        def work(_progress: Progress) -> int:
            return int(shop.requests.import_requests(preview))

        self.submit_button.setEnabled(False)
        self._jobs.run(self, work, self._on_imported, self._on_failed, self.tr("Importing requests"))

    def _on_imported(self, count: int) -> None:
        self.imported.emit(count)
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self._show(None)
        self.message.show_error(error)

    def _show(self, preview: RequestImportPreview | None) -> None:
        self._preview = preview
        self.confirm_box.setChecked(False)
        self.confirm_box.setVisible(preview is not None and preview.needs_confirmation)
        self._show_button()
        self._summary.setVisible(preview is not None)
        if preview is not None:
            self._summary.setText(
                self.tr("{new} new, {known} received before, {bad} with problems").format(
                    new=preview.new_count, known=preview.duplicate_count, bad=preview.problem_count
                )
            )
        self.table.reload()

    def _show_button(self) -> None:
        preview = self._preview
        if preview is None:
            self.submit_button.setText(self.tr("Preview"))
            self.submit_button.setEnabled(self.file.path() is not None)
            return
        confirmed = self.confirm_box.isChecked() or not preview.needs_confirmation
        self.submit_button.setText(self.tr("Import {count} requests").format(count=preview.new_count))
        self.submit_button.setEnabled(preview.new_count > 0 and confirmed)

    def _columns(self) -> list[Column[RequestImportLine]]:
        return [
            Column("row", self.tr("Line"), lambda line: str(line.row), width=60),
            Column("verdict", self.tr("Result"), self._result, tone=_tone, width=130),
            Column("order_no", self.tr("Order no."), lambda line: line.order_no, width=150),
            Column("external_id", self.tr("Id"), lambda line: line.external_id, width=110),
            Column("text", self.tr("What is wrong"), _problem, width=300, tooltip=_problem),
        ]

    def _result(self, line: RequestImportLine) -> str:
        if line.ok:
            return self.tr("new")
        return self.tr("received before") if line.is_duplicate else self.tr("problem")

    def _open(self, _sort: Sort | None) -> ListSource[RequestImportLine]:
        return ListSource(() if self._preview is None else self._preview.lines)

    def _forget(self) -> None:
        """Another file is named: what was read of the one before must not be imported."""
        self.message.clear()
        self._show(None)


def _tone(line: RequestImportLine) -> Tone:
    if line.ok:
        return Tone.OK
    return Tone.NEUTRAL if line.is_duplicate else Tone.BAD


def _problem(line: RequestImportLine) -> str:
    return line.zh if language() == "zh" else line.en
