"""A payment statement: choosing it shows at once which refund each line is; nothing is stored before the button."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.domain.reconciliation import LineVerdict
from desktop_app.services.listing import Sort
from desktop_app.services.statement_import import StatementImport, StatementPreview, StatementPreviewLine
from desktop_app.services.statement_matching import MATCHES
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import dropped_file
from desktop_app.ui.dialogs.file_field import FileField
from desktop_app.ui.dialogs.form_dialog import FormDialog
from desktop_app.ui.jobs import Job, Jobs, Progress
from desktop_app.ui.labels import label, language, money, when
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.screen_fit import resize_within_screen

_TONES = {
    LineVerdict.REFERENCE: Tone.OK,
    LineVerdict.AMOUNT_AND_TIME: Tone.OK,
    LineVerdict.AMBIGUOUS: Tone.WARN,
    LineVerdict.DIFFERENCE: Tone.BAD,
    LineVerdict.NO_REFUND: Tone.WARN,
    LineVerdict.MALFORMED: Tone.BAD,
}
_CONCERNS = frozenset(LineVerdict) - {LineVerdict.NOT_OURS, LineVerdict.KNOWN}
"""What the list shows first: a statement is mostly sales."""


class StatementImportDialog(FormDialog):
    """``imported`` carries the :class:`StatementImport`. A match can be left open before it is stored."""

    imported = Signal(object)

    def __init__(
        self, parent: QWidget, shop: Any, jobs: Jobs, window: WindowContext, *, path: Path | None = None
    ) -> None:
        super().__init__(parent, "statement_import_dialog", self.tr("Import a statement"), self.tr("Import"), width=860)
        resize_within_screen(self, 960, 640)
        self.setAcceptDrops(True)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._preview: StatementPreview | None = None
        self._left_open: set[int] = set()
        self._job: Job | None = None
        self.file = FileField(
            self,
            "statement",
            self.tr("Statement file"),
            self.tr("Statement of Alipay or WeChat Pay: CSV, TXT, XLSX or ZIP"),
            title=self.tr("Import a statement"),
            filters=(self.tr("Statements (*.csv *.txt *.xlsx *.zip)"), self.tr("All files (*)")),
        )
        self.file.changed.connect(self._forget)
        self.file.named.connect(self._read)
        self._about = plain_label(role="muted", name="statement_about", wrap=True)
        self._summary = plain_label(role="section", name="statement_summary", wrap=True)
        self.filter_combo = Combo()
        self.filter_combo.setObjectName("statement_filter")
        self.filter_combo.setAccessibleName(self.tr("Which lines"))
        self.filter_combo.currentIndexChanged.connect(self._reload)
        self.leave_button = push_button(self.tr("Leave open"), "statement_leave_button", self._toggle_open)
        self.table = RowTable(
            "statement_preview_lines",
            self.tr("Lines of the statement"),
            self._columns(),
            self._open,
            row_id=lambda line: line.row,
        )
        self.table.set_empty(
            self.tr("Choose a statement"),
            self.tr("Import the file as it was downloaded; a spreadsheet rounds its long numbers."),
            self.tr("Choose…"),
            self.file.choose,
        )
        self.table.setMinimumHeight(320)
        self.table.row_chosen.connect(self._show_leave)
        self.fields.add_field(self.tr("File"), self.file.edit)
        self.fields.addWidget(self.file.button, self.fields.rowCount() - 1, 2)
        for widget in (self._about, self._summary):
            self.fields.addWidget(widget, self.fields.rowCount(), 0, 1, 3)
        self.fields.addLayout(row_of(self.filter_combo, 1, self.leave_button), self.fields.rowCount(), 0, 1, 3)
        self.fields.addWidget(self.table, self.fields.rowCount(), 0, 1, 3)
        # Enter reads the file that was typed; it must not import the one before
        self.submit_button.setDefault(False)
        self._show(None)
        if path is not None:
            self.file.set_path(path)

    def _read(self, path: Path) -> None:
        """Look at a file in a worker."""
        self._forget()
        shop = self._shop

        def work(progress: Progress) -> StatementPreview:
            preview: StatementPreview = shop.reconciliation.preview(
                path, progress=progress.report, cancelled=progress.cancelled
            )
            return preview

        def done(preview: StatementPreview) -> None:
            # another file may have been named meanwhile
            if self.file.path() == path:
                self._show(preview)

        self._start(work, done, self.tr("Reading the statement"))

    def submit(self) -> None:
        """Look at the file that was named; with its lines on show, store them in a worker."""
        preview = self._preview
        if preview is None:
            self.file.name_typed()
            return
        shop, left_open = self._shop, frozenset(self._left_open)

        def work(progress: Progress) -> StatementImport:
            done: StatementImport = shop.reconciliation.import_statement(
                preview, leave_open=left_open, progress=progress.report, cancelled=progress.cancelled
            )
            return done

        self.submit_button.setEnabled(False)
        self._start(work, self._on_imported, self.tr("Importing the statement"))

    def _start(self, work: Any, done: Any, title: str) -> None:
        self._job = None
        job = self._jobs.run(self, work, done, self._on_failed, title)
        if job in self._jobs.running:
            self._job = job

    def reject(self) -> None:
        """Escape stops the work first."""
        job, self._job = self._job, None
        if job is not None and job in self._jobs.running:
            job.cancel()
        else:
            super().reject()

    def _on_imported(self, done: StatementImport) -> None:
        self.imported.emit(done)
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self._show(None if not isinstance(error, CancelledError) else self._preview)
        self.message.show_error(error)

    def _show(self, preview: StatementPreview | None) -> None:
        self._preview = preview
        self._left_open.clear()
        for widget in (self._about, self._summary):
            widget.setVisible(preview is not None)
        self._fill_filter()
        if preview is not None:
            self._about.setText(self._about_text(preview))
            self._summary.setText(self._summary_text(preview))
        self._reload()
        self._show_button()

    def _about_text(self, preview: StatementPreview) -> str:
        parts = [preview.format_zh if language() == "zh" else preview.format_en, preview.account, preview.encoding]
        if preview.from_at is not None and preview.to_at is not None:
            zone = self._window.zone()
            parts.append(f"{when(preview.from_at, zone)} – {when(preview.to_at, zone)}")
        text = "  ·  ".join(part for part in parts if part)
        if preview.is_cut:
            text += "\n" + self.tr("The file says {stated} lines and has {count}: it may be cut.").format(
                stated=preview.stated_count, count=len(preview.lines)
            )
        if preview.is_imported:
            text += "\n" + self.tr("This file was imported before.")
        return text

    def _summary_text(self, preview: StatementPreview) -> str:
        return self.tr("{lines} lines: {new} new, {known} known, {bad} malformed; {matched} refunds matched").format(
            lines=f"{len(preview.lines):,}",
            new=f"{preview.new_count:,}",
            known=f"{preview.counts.get(LineVerdict.KNOWN, 0):,}",
            bad=f"{preview.counts.get(LineVerdict.MALFORMED, 0):,}",
            matched=f"{preview.matched_count:,}",
        )

    def _fill_filter(self) -> None:
        self.filter_combo.blockSignals(True)
        self.filter_combo.clear()
        self.filter_combo.addItem(self.tr("What concerns refunds"), None)
        self.filter_combo.addItem(self.tr("All lines"), "all")
        counts = {} if self._preview is None else self._preview.counts
        for verdict in LineVerdict:
            if counts.get(verdict):
                self.filter_combo.addItem(f"{label(verdict)}  {counts[verdict]:,}", verdict.value)
        self.filter_combo.blockSignals(False)
        self.filter_combo.setEnabled(self._preview is not None)

    def _show_button(self) -> None:
        preview = self._preview
        if preview is None:
            self.submit_button.setText(self.tr("Preview"))
            self.submit_button.setEnabled(self.file.path() is not None)
            return
        count = preview.matched_count - len(self._left_open)
        self.submit_button.setText(self.tr("Import and match {count} refunds").format(count=count))
        self.submit_button.setEnabled(not preview.is_imported)

    # the lines

    def _columns(self) -> list[Column[StatementPreviewLine]]:
        return [
            Column("row", self.tr("Line"), lambda line: str(line.row), width=56),
            Column("verdict", self.tr("Result"), self._verdict_text, tone=self._verdict_tone, width=160),
            Column("text", self.tr("What it is"), _text, tooltip=_text, width=330),
            Column("at", self.tr("Time"), lambda line: when(line.at, self._window.zone()), width=136),
            Column(
                "amount",
                self.tr("Amount"),
                lambda line: "" if line.kind is None else money(line.amount_fen),
                align=Qt.AlignmentFlag.AlignRight,
                width=92,
            ),
            Column("kind", self.tr("Kind"), lambda line: label(line.kind) if line.kind else "", width=110),
            Column("number", self.tr("Number"), lambda line: line.number, width=150),
        ]

    def _verdict_text(self, line: StatementPreviewLine) -> str:
        return self.tr("left open") if line.row in self._left_open else label(line.verdict)

    def _verdict_tone(self, line: StatementPreviewLine) -> Tone:
        return Tone.NEUTRAL if line.row in self._left_open else _TONES.get(line.verdict, Tone.NEUTRAL)

    def _open(self, _sort: Sort | None) -> ListSource[StatementPreviewLine]:
        preview = self._preview
        if preview is None:
            return ListSource(())
        chosen = self.filter_combo.currentData()
        if chosen == "all":
            return ListSource(preview.lines)
        wanted = _CONCERNS if chosen is None else {LineVerdict(chosen)}
        return ListSource(tuple(line for line in preview.lines if line.verdict in wanted))

    def _reload(self, *_: object) -> None:
        if self._preview is not None:
            self.table.set_empty(self.tr("No such line"), self.tr("No line of this file concerns a refund like that."))
        self.table.reload()
        self._show_leave(self.table.current_row())

    def _show_leave(self, line: StatementPreviewLine | None) -> None:
        self.leave_button.setEnabled(line is not None and line.verdict in MATCHES)
        is_open = line is not None and line.row in self._left_open
        self.leave_button.setText(self.tr("Match after all") if is_open else self.tr("Leave open"))

    def _toggle_open(self) -> None:
        line = self.table.current_row()
        if line is not None:
            self._left_open ^= {line.row}
            self.table.reload()
            self._show_leave(line)
            self._show_button()

    def _forget(self) -> None:
        """Another file is named: what was read of the one before must not be imported."""
        self.message.clear()
        self._show(None)

    # Qt's side

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.file.set_path(path)


def _text(line: StatementPreviewLine) -> str:
    return line.zh if language() == "zh" else line.en
