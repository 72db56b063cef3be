"""A supplier's or an operator's list of redemptions: a verdict on every line, then all records at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout

from desktop_app.domain.errors import ShopError
from desktop_app.exchange.key_columns import ColumnChoiceError
from desktop_app.exchange.redemption_lists import ListLayout, list_template
from desktop_app.services.listing import Sort
from desktop_app.services.redemption_import import LIST_SOURCES, ListKind, ListOptions, RedemptionImportResult
from desktop_app.services.redemption_matching import ListVerdict
from desktop_app.services.redemption_preview import VERDICT_WORDS, RedemptionLine, RedemptionPreview
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.dialogs.file_import_dialog import FileImportDialog, FileKind
from desktop_app.ui.dialogs.form_dialog import line_edit
from desktop_app.ui.dialogs.redemption_columns import RedemptionColumns
from desktop_app.ui.jobs import Job, Jobs, Progress
from desktop_app.ui.labels import language, when
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.screen_fit import resize_within_screen
from desktop_app.ui.widgets.verdict_filter import VerdictFilter

_TONES = {
    ListVerdict.NEW: Tone.OK,
    ListVerdict.COMPLETES: Tone.OK,
    ListVerdict.KNOWN: Tone.NEUTRAL,
    ListVerdict.CONFLICT: Tone.WARN,
    ListVerdict.IN_STOCK: Tone.BAD,
    ListVerdict.NOT_DELIVERED: Tone.WARN,
    ListVerdict.NOT_REDEEMED: Tone.NEUTRAL,
    ListVerdict.IMPOSSIBLE_TIME: Tone.BAD,
    ListVerdict.UNMATCHED: Tone.WARN,
    ListVerdict.MALFORMED: Tone.BAD,
}
_KINDS = tuple(ListKind)


class ImportRedemptionsDialog(FileImportDialog):
    """``imported`` carries the RedemptionImportResult."""

    imported = Signal(object)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext) -> None:
        super().__init__(
            window.dialog_parent(),
            "import_redemptions_dialog",
            "redemptions",
            self.tr("Import redemption records"),
            jobs,
            FileKind(
                label=self.tr("List of redemptions"),
                placeholder=self.tr("Drop a CSV, TXT or XLSX list here, or choose one"),
                choose_title=self.tr("A list of redemptions"),
                filters=(self.tr("Lists (*.csv *.tsv *.txt *.xlsx)"), self.tr("All files (*)")),
                template_name="redemptions.csv",
                template=list_template(language()),
            ),
        )
        resize_within_screen(self, 1060, 760)
        self._shop = shop
        self._zone = window.zone()
        self._preview: RedemptionPreview | None = None
        self._reading: Job | None = None
        self._asked = 0
        self._build_source()
        self._build_preview()
        self.report_button = push_button(
            self.tr("Save what did not match…"), "redemptions_report_button", self._ask_report, icon="file-down"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.addWidget(plain_label(self.tr("Import redemption records"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "A list of what was activated or has arrived: by card key, order number or topped-up account. The "
                    "list itself is kept as evidence of each record."
                ),
                role="muted",
                wrap=True,
            )
        )
        layout.addLayout(row_of(self.file.edit, self.file.button, self.preview_button, self.columns_button))
        layout.addLayout(self._options)
        layout.addWidget(self.columns)
        layout.addLayout(row_of(self.filter, 1))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.reason)
        for box in (self.correct_box, self.quarantine_box, self.confirm_box):
            layout.addWidget(box)
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addLayout(row_of(self.close_button, self.template_button, 1, self.report_button, self.import_button))
        self.forget()

    def _build_source(self) -> None:
        self.kind_combo = Combo()
        self.kind_combo.setObjectName("redemptions_kind_combo")
        self.kind_combo.setAccessibleName(self.tr("Who wrote the list"))
        self.kind_combo.addItems([_words(LIST_SOURCES[kind]) for kind in _KINDS])
        self.kind_combo.currentIndexChanged.connect(self._show_source_hint)
        self.source_edit = line_edit("redemptions_source_edit", self.tr("Source"))
        self.stated_edit = line_edit(
            "redemptions_stated_edit",
            self.tr("Who says so"),
            placeholder=self.tr("Name of the supplier or operator; you, if empty"),
        )
        self._options = QGridLayout()
        self._options.setHorizontalSpacing(12)
        for column, (title, field) in enumerate(
            (
                (self.tr("Who wrote the list"), self.kind_combo),
                (self.tr("Source, as a proof names it"), self.source_edit),
                (self.tr("Who says so"), self.stated_edit),
            )
        ):
            label = plain_label(title, role="muted")
            label.setBuddy(field)
            self._options.addWidget(label, 0, column)
            self._options.addWidget(field, 1, column)
            self._options.setColumnStretch(column, 1)
        self._show_source_hint()
        self.columns = RedemptionColumns()
        self.columns.layout_changed.connect(self._read)
        self.columns_button = push_button(self.tr("Columns…"), "redemptions_columns_button", kind="choice")
        self.columns_button.setToolTip(self.tr("How the list is read, and which column is what"))
        self.columns_button.setCheckable(True)
        self.columns_button.toggled.connect(self.columns.setVisible)

    def _build_preview(self) -> None:
        self.filter = VerdictFilter(
            "redemptions",
            {verdict: _words(VERDICT_WORDS[verdict]) for verdict in ListVerdict},
            always=ListVerdict.NEW,
        )
        self.table = RowTable(
            "redemptions_preview_table",
            self.tr("Lines of the list"),
            (
                Column("number", self.tr("Line"), lambda row: f"{row.number:,}", width=56),
                Column("named", self.tr("Key or account"), lambda row: row.named, mono=True, width=180),
                Column("order", self.tr("Order"), _order, width=190),
                Column(
                    "at", self.tr("Redeemed at"), lambda row: when(row.redeemed_at, self._zone, seconds=True), width=160
                ),
                Column("code", self.tr("Redemption code"), lambda row: row.code, mono=True, width=170),
                Column(
                    "verdict",
                    self.tr("Verdict"),
                    lambda row: _words(VERDICT_WORDS[row.verdict]),
                    tone=lambda row: _TONES[row.verdict],
                    width=110,
                ),
                Column("why", self.tr("Why"), _why, width=380, tooltip=_why),
            ),
            self._open_source,
            row_id=lambda row: row.number,
        )
        self.table.set_empty(
            self.tr("No list yet"), self.tr("Choose a list; the template shows the headings that are read.")
        )
        self.table.setMinimumHeight(190)
        self.table.row_chosen.connect(self._show_reason)
        self.filter.changed.connect(self._show_filtered)
        self.correct_box = self.check_box("redemptions_correct_box", "")
        self.quarantine_box = self.check_box("redemptions_quarantine_box", "")

    # steps

    def make_preview(self) -> None:
        self._read(ListLayout())

    def _read(self, layout: ListLayout) -> None:
        path, redemptions = self.named_file(), self._shop.redemptions
        if path is None:
            return
        if self._reading is not None:
            self._reading.cancel()
        self._asked += 1

        def work(progress: Progress) -> RedemptionPreview:
            preview: RedemptionPreview = redemptions.preview_list(
                path, layout, progress=progress.report, cancelled=progress.cancelled
            )
            return preview

        # what stood there was read otherwise: it must not be imported
        self._preview = None
        self._reading = self.run_work(
            self.tr("Matching the list"),
            work,
            partial(self._on_preview, self._asked),
            partial(self._on_unread, self._asked, layout),
        )

    def import_lines(self) -> None:
        preview, redemptions = self._preview, self._shop.redemptions
        if preview is None or self.work.is_busy:
            return
        options = ListOptions(
            kind=_KINDS[self.kind_combo.currentIndex()],
            source=self.source_edit.text(),
            stated_by=self.stated_edit.text(),
            correct=self.correct_box.isChecked(),
            quarantine=self.quarantine_box.isChecked(),
        )

        def work(progress: Progress) -> RedemptionImportResult:
            result: RedemptionImportResult = redemptions.import_list(
                preview, options, progress=progress.report, cancelled=progress.cancelled
            )
            return result

        self.run_work(self.tr("Recording the redemptions"), work, self._on_imported, self._on_failed)

    # answers

    def _on_preview(self, asked: int, preview: RedemptionPreview) -> None:
        if asked != self._asked:
            return  # asked otherwise meanwhile
        self._preview = preview
        self.end_work()
        self.columns.show_list(preview.file, preview.layout)
        self.columns_button.show()
        corrections, alarms = preview.correctable_count, preview.count(ListVerdict.IN_STOCK)
        self._offer(
            self.correct_box,
            corrections,
            self.tr("Correct {count} records that say otherwise; the old ones stay and are named"),
        )
        self._offer(
            self.quarantine_box,
            alarms,
            self.tr("Quarantine {count} keys in stock that the list says are used"),
        )
        self.quarantine_box.setChecked(alarms > 0)
        self.ask_whether_it_reads(preview.needs_confirmation, preview.file.encoding, preview.file.ignored)
        self._show_lines()
        self.show_state()

    def _on_unread(self, asked: int, layout: ListLayout, error: ShopError) -> None:
        if asked != self._asked:
            return
        self._show_lines()
        if isinstance(error, ColumnChoiceError):
            self.end_work()
            self.columns.show_choice(error, layout)
            self.columns_button.show()
            self.columns_button.setChecked(True)
            self.message.show_error(error)
        else:
            self._on_failed(error)

    def _on_imported(self, result: RedemptionImportResult) -> None:
        self.end_work()
        # the preview holds keys in clear
        self.file.edit.clear()
        self.forget()
        self.message.say(
            self.tr(
                "Recorded: {recorded} of {lines} lines ({corrected} corrections); recorded already: {known}; "
                "conflicts: {conflicts}; no match: {unmatched}; malformed: {malformed}; keys quarantined: "
                "{quarantined}."
            ).format(
                recorded=f"{result.recorded_count:,}",
                lines=f"{result.line_count:,}",
                corrected=f"{result.corrected_count:,}",
                known=f"{result.known_count:,}",
                conflicts=f"{result.conflict_count:,}",
                unmatched=f"{result.unmatched_count:,}",
                malformed=f"{result.malformed_count:,}",
                quarantined=f"{result.quarantined_count:,}",
            ),
            Tone.OK,
        )
        self.imported.emit(result)

    def _on_failed(self, error: ShopError) -> None:
        self.say_failed(error, self.tr("Cancelled: nothing was recorded."))

    def forget(self) -> None:
        self._preview = None
        self.columns_button.hide()
        self.columns_button.setChecked(False)
        self.columns.hide()
        for box in (self.correct_box, self.quarantine_box, self.confirm_box):
            box.hide()
            box.setChecked(False)
        self._show_lines()
        self.show_state()

    # what is shown

    @staticmethod
    def _offer(box: QCheckBox, count: int, text: str) -> None:
        box.setText(text.format(count=f"{count:,}"))
        box.setAccessibleName(box.text())
        box.setChecked(False)
        box.setVisible(count > 0)

    def _show_lines(self) -> None:
        self.filter.show_preview(self._preview)
        self.reason.clear()
        self.table.reload()

    def _show_filtered(self) -> None:
        self.table.reload()
        self.table.scrollToTop()

    def _open_source(self, _sort: Sort | None) -> RowSource[RedemptionLine]:
        return self.filter.lines()

    def _show_reason(self, row: RedemptionLine | None) -> None:
        self.reason.setText("" if row is None else _why(row))

    def _show_source_hint(self, *_: object) -> None:
        self.source_edit.setPlaceholderText(LIST_SOURCES[_KINDS[self.kind_combo.currentIndex()]].zh)

    def show_state(self) -> None:
        preview, busy = self._preview, self.work.is_busy
        count = 0 if preview is None else preview.record_count(correct=self.correct_box.isChecked())
        has_alarms = preview is not None and self.quarantine_box.isChecked()
        confirmed = preview is None or not preview.needs_confirmation or self.confirm_box.isChecked()
        self.import_button.setText(self.tr("Record {count} redemptions").format(count=f"{count:,}"))
        self.import_button.setEnabled(not busy and (count > 0 or has_alarms) and confirmed)
        self.report_button.setEnabled(preview is not None and not busy)
        for widget in (self.preview_button, self.file.button, self.file.edit):
            widget.setEnabled(not busy)

    def _ask_report(self) -> None:
        preview = self._preview
        if preview is not None:
            name = self.tr("{file}-not-matched.csv").format(file=Path(preview.file.source).stem)
            choose_target(
                self,
                self.tr("Where the report goes"),
                name,
                (self.tr("CSV (*.csv)"),),
                partial(self.save_report, preview),
            )

    def save_report(self, preview: RedemptionPreview, path: Path) -> None:
        """Write the lines that did not match, in a worker."""
        redemptions = self._shop.redemptions

        def work(progress: Progress) -> int:
            lines: int = redemptions.save_report(
                preview, path, language(), progress=progress.report, cancelled=progress.cancelled
            )
            return lines

        self.run_work(self.tr("Writing the report"), work, partial(self._on_report, path), self._on_failed)

    def _on_report(self, path: Path, lines: int) -> None:
        self.end_work()
        self.message.say(
            self.tr("The report of {count} lines is in {file}.").format(count=f"{lines:,}", file=path.name), Tone.OK
        )


def _order(row: RedemptionLine) -> str:
    return f"{row.order_no} #{row.ref}" if row.ref else row.order_no


def _why(row: RedemptionLine) -> str:
    return row.why_zh if language() == "zh" else row.why_en


def _words(pair: tuple[str, str]) -> str:
    return pair[language() == "zh"]
