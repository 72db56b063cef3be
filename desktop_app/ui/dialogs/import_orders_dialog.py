"""Orders from a CSV file: a preview line by line, then all good lines at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.exchange.order_files import order_template
from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderImportLine, OrderImportPreview
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_file, choose_target, dropped_file, write_template
from desktop_app.ui.dialogs.form_dialog import line_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language
from desktop_app.ui.row_model import Column, ListSource, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.item_combo import ItemCombo
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.work_bar import WorkBar


class ImportOrdersDialog(QDialog):
    """``imported`` carries how many orders were entered."""

    imported = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext) -> None:
        super().__init__(window.dialog_parent())
        self.setObjectName("import_orders_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import orders"))
        self.setModal(True)
        self.setAcceptDrops(True)
        self.resize(860, 580)
        self._shop = shop
        self._jobs = jobs
        self._preview: OrderImportPreview | None = None
        self.path_edit = line_edit(
            "orders_path_edit",
            self.tr("CSV file of orders"),
            placeholder=self.tr("Drop a CSV file here, or choose one"),
            longest=4000,
        )
        self.path_edit.textChanged.connect(self._on_path_changed)
        self.path_edit.returnPressed.connect(self.make_preview)
        self.choose_button = push_button(self.tr("Choose…"), "orders_choose_button", self._choose, icon="folder-open")
        self.template_button = push_button(
            self.tr("Save a template…"), "orders_template_button", self._ask_template, icon="file-down"
        )
        self.preview_button = push_button(self.tr("Preview"), "orders_preview_button", self.make_preview)
        channel_label = plain_label(self.tr("Sales channel of an export that does not name it (acg-faka)"))
        self.channel_combo = ItemCombo(
            channel_label.text(), "orders_channel_combo", any_text=self.tr("As the file says")
        )
        self._channels = {line.id: line.name for line in shop.policies.channels()}
        self.channel_combo.set_items(self._channels.items())
        self.channel_combo.item_chosen.connect(self._on_channel_chosen)
        self._summary = plain_label(name="orders_preview_summary", role="section", wrap=True)
        self.problems_box = QCheckBox(self.tr("Only lines that cannot be entered"))
        self.problems_box.setObjectName("only_problems_box")
        self.problems_box.setAccessibleName(self.problems_box.text())
        self.problems_box.toggled.connect(self._reload)
        self.table = RowTable(
            "orders_preview_table",
            self.tr("Lines of the file"),
            (
                Column("row", self.tr("Line"), lambda row: f"{row.row:,}", width=72),
                Column("order_no", self.tr("Order"), lambda row: row.order_no, width=200),
                Column(
                    "verdict",
                    self.tr("Verdict"),
                    self._verdict,
                    tone=lambda row: Tone.OK if row.ok else Tone.BAD,
                    width=130,
                ),
                Column("why", self.tr("Why"), _why, width=400, tooltip=_why),
            ),
            self._open_source,
            row_id=lambda row: row.row,
        )
        # a reason is longer than its column
        self._reason = plain_label(name="orders_line_reason", wrap=True, selectable=True)
        self.table.row_chosen.connect(self._show_reason)
        self.confirm_box = QCheckBox(self.tr("I looked at the lines: they read correctly"))
        self.confirm_box.setObjectName("confirm_encoding_box")
        self.confirm_box.setAccessibleName(self.confirm_box.text())
        self.confirm_box.toggled.connect(self._show_buttons)
        self.message = MessageStrip("orders_import_message")
        self.work = WorkBar("orders_import_work")
        self.import_button = push_button("", "orders_import_button", self.import_orders, kind="primary")
        close = push_button(self.tr("Close"), "orders_import_close", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("Import orders"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "One order on each line, under the headings of the template. Nothing is entered before you have "
                    "seen what becomes of each line."
                ),
                role="muted",
                wrap=True,
            )
        )
        layout.addLayout(row_of(self.path_edit, self.choose_button, self.preview_button))
        layout.addLayout(row_of(channel_label, self.channel_combo, 1))
        layout.addWidget(self._summary)
        layout.addLayout(row_of(self.problems_box, 1, self.template_button))
        layout.addWidget(self.table, 1)
        layout.addWidget(self._reason)
        layout.addWidget(self.confirm_box)
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addLayout(row_of(close, 1, self.import_button))
        self._forget()

    def start(self, path: Path | None = None) -> None:
        self.open()
        if path is not None:
            self._set_path(path)

    # steps

    def make_preview(self) -> None:
        text = self.path_edit.text().strip()
        if not text:
            self.message.say(self.tr("Choose the file first."), Tone.WARN)
            return
        path, orders = Path(text), self._shop.orders
        channel_id = self.channel_combo.item_id()
        channel = None if channel_id is None else self._channels[channel_id]

        def work(progress: Progress) -> OrderImportPreview:
            preview: OrderImportPreview = orders.preview_import(
                path, channel=channel, progress=progress.report, cancelled=progress.cancelled
            )
            return preview

        self._forget()
        self._begin(self.tr("Reading the orders"))
        job = self._jobs.run(self, work, self._on_preview, self._on_failed, title=self.tr("Reading the orders"))
        self.work.follow(job)

    def import_orders(self) -> None:
        preview, orders = self._preview, self._shop.orders
        if preview is None:
            return

        def work(progress: Progress) -> int:
            count: int = orders.import_orders(preview, progress=progress.report, cancelled=progress.cancelled)
            return count

        self._begin(self.tr("Entering the orders"))
        job = self._jobs.run(self, work, self._on_imported, self._on_failed, title=self.tr("Entering the orders"))
        self.work.follow(job)

    def _on_preview(self, preview: OrderImportPreview) -> None:
        self._preview = preview
        self._end()
        self._summary.setText(
            self.tr("{new} can be entered, {known} are in the shop already, {bad} have a problem").format(
                new=f"{preview.new_count:,}", known=f"{preview.duplicate_count:,}", bad=f"{preview.problem_count:,}"
            )
        )
        self.problems_box.setVisible(preview.new_count < len(preview.lines))
        self.confirm_box.setChecked(False)
        self.confirm_box.setVisible(preview.needs_confirmation)
        if preview.needs_confirmation:
            self.message.say(
                self.tr("The file was read as {encoding}, which is a guess: confirm it below.").format(
                    encoding=preview.encoding.upper()
                ),
                Tone.WARN,
            )
        elif preview.ignored_columns:
            self.message.say(
                self.tr("Columns that are not read: {columns}").format(columns=", ".join(preview.ignored_columns))
            )
        self._reload()
        self._show_buttons()

    def _on_imported(self, count: int) -> None:
        self._forget()
        self._end()
        self.path_edit.clear()
        self.message.say(self.tr("{count} orders were entered.").format(count=f"{count:,}"), Tone.OK)
        self.imported.emit(count)

    def _on_failed(self, error: ShopError) -> None:
        self._end()
        if isinstance(error, CancelledError):
            self.message.say(self.tr("Cancelled: no order was entered."))
        else:
            self.message.show_error(error)

    def _begin(self, title: str) -> None:
        self.message.clear()
        self.work.begin(title)
        self._show_buttons()

    def _end(self) -> None:
        self.work.end()
        self._show_buttons()

    def _forget(self) -> None:
        self._preview = None
        self._summary.clear()
        self.problems_box.setChecked(False)
        self.problems_box.hide()
        self.confirm_box.hide()
        self._reload()
        self._show_buttons()

    # what is shown

    def _open_source(self, _sort: Sort | None) -> RowSource[OrderImportLine]:
        lines = () if self._preview is None else self._preview.lines
        if self.problems_box.isChecked():
            lines = tuple(line for line in lines if not line.ok)
        return ListSource(lines)

    def _reload(self, *_: object) -> None:
        self.table.set_empty(
            self.tr("No file yet"), self.tr("Choose a CSV file; the template shows the headings that are read.")
        )
        self.table.reload()

    def _show_reason(self, row: OrderImportLine | None) -> None:
        self._reason.setText("" if row is None else _why(row))

    def _verdict(self, row: OrderImportLine) -> str:
        return self.tr("Can be entered") if row.ok else self.tr("Left out")

    def _show_buttons(self, *_: object) -> None:
        preview, busy = self._preview, self.work.is_busy
        count = 0 if preview is None else preview.new_count
        confirmed = preview is None or not preview.needs_confirmation or self.confirm_box.isChecked()
        self.import_button.setText(self.tr("Enter {count} orders").format(count=f"{count:,}"))
        self.import_button.setEnabled(not busy and count > 0 and confirmed)
        for widget in (self.preview_button, self.choose_button, self.path_edit, self.channel_combo):
            widget.setEnabled(not busy)

    def _on_path_changed(self, _text: str) -> None:
        self._forget()

    def _on_channel_chosen(self, _channel_id: object) -> None:
        """What becomes of the lines depends on it."""
        self._forget()
        self.message.clear()
        if self.path_edit.text().strip():
            self.make_preview()

    def _set_path(self, path: Path) -> None:
        self.path_edit.setText(str(path))
        self.make_preview()

    def _choose(self) -> None:
        choose_file(
            self,
            self.tr("A CSV file of orders"),
            (self.tr("CSV (*.csv *.tsv *.txt)"), self.tr("All files (*)")),
            self._set_path,
        )

    def _ask_template(self) -> None:
        choose_target(self, self.tr("Save a template"), "orders.csv", ("CSV (*.csv)",), self.save_template)

    def save_template(self, path: Path) -> None:
        """The headings that are read and one example, for a spreadsheet."""
        write_template(path, order_template(language()), self.message)

    # Qt's side

    def reject(self) -> None:
        """Escape stops the work first."""
        if self.work.is_busy:
            self.work.cancel()
        else:
            super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.work.is_busy and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event)
        if path is not None and not self.work.is_busy:
            self._set_path(path)


def _why(row: OrderImportLine) -> str:
    return row.zh if language() == "zh" else row.en
