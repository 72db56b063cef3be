"""Orders from a CSV file: a preview line by line, then all good lines at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.domain.errors import ShopError
from desktop_app.exchange.order_files import order_template
from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderImportLine, OrderImportPreview
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_import_dialog import FileImportDialog, FileKind
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language
from desktop_app.ui.row_model import Column, ListSource, RowSource
from desktop_app.ui.widgets.basics import plain_label, row_of
from desktop_app.ui.widgets.item_combo import ItemCombo
from desktop_app.ui.widgets.row_table import RowTable


class ImportOrdersDialog(FileImportDialog):
    """``imported`` carries how many orders were entered."""

    imported = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext) -> None:
        super().__init__(
            window.dialog_parent(),
            "import_orders_dialog",
            "orders",
            self.tr("Import orders"),
            jobs,
            FileKind(
                label=self.tr("CSV file of orders"),
                placeholder=self.tr("Drop a CSV file here, or choose one"),
                choose_title=self.tr("A CSV file of orders"),
                filters=(self.tr("CSV (*.csv *.tsv *.txt)"), self.tr("All files (*)")),
                template_name="orders.csv",
                template=order_template(language()),
            ),
        )
        self.resize(860, 580)
        self._shop = shop
        self._preview: OrderImportPreview | None = None
        channel_label = plain_label(self.tr("Sales channel of an export that does not name it (acg-faka)"))
        self.channel_combo = ItemCombo(
            channel_label.text(), "orders_channel_combo", any_text=self.tr("As the file says")
        )
        self._channels = {line.id: line.name for line in shop.policies.channels()}
        self.channel_combo.set_items(self._channels.items())
        self.channel_combo.item_chosen.connect(self._on_channel_chosen)
        self._summary = plain_label(name="orders_preview_summary", role="section", wrap=True)
        self.problems_box = self.check_box("only_problems_box", self.tr("Only lines that cannot be entered"))
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
        self.table.row_chosen.connect(self._show_reason)
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
        layout.addLayout(row_of(self.file.edit, self.file.button, self.preview_button))
        layout.addLayout(row_of(channel_label, self.channel_combo, 1))
        layout.addWidget(self._summary)
        layout.addLayout(row_of(self.problems_box, 1, self.template_button))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.reason)
        layout.addWidget(self.confirm_box)
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addLayout(row_of(self.close_button, 1, self.import_button))
        self.forget()

    # steps

    def make_preview(self) -> None:
        path, orders = self.named_file(), self._shop.orders
        if path is None:
            return
        channel_id = self.channel_combo.item_id()
        channel = None if channel_id is None else self._channels[channel_id]

        def work(progress: Progress) -> OrderImportPreview:
            preview: OrderImportPreview = orders.preview_import(
                path, channel=channel, progress=progress.report, cancelled=progress.cancelled
            )
            return preview

        self.forget()
        self.run_work(self.tr("Reading the orders"), work, self._on_preview, self._on_failed)

    def import_lines(self) -> None:
        preview, orders = self._preview, self._shop.orders
        if preview is None:
            return

        def work(progress: Progress) -> int:
            count: int = orders.import_orders(preview, progress=progress.report, cancelled=progress.cancelled)
            return count

        self.run_work(self.tr("Entering the orders"), work, self._on_imported, self._on_failed)

    def _on_preview(self, preview: OrderImportPreview) -> None:
        self._preview = preview
        self.end_work()
        self._summary.setText(
            self.tr("{new} can be entered, {known} are in the shop already, {bad} have a problem").format(
                new=f"{preview.new_count:,}", known=f"{preview.duplicate_count:,}", bad=f"{preview.problem_count:,}"
            )
        )
        self.problems_box.setVisible(preview.new_count < len(preview.lines))
        self.ask_whether_it_reads(preview.needs_confirmation, preview.encoding, preview.ignored_columns)
        self._reload()
        self.show_state()

    def _on_imported(self, count: int) -> None:
        self.forget()
        self.end_work()
        self.file.edit.clear()
        self.message.say(self.tr("{count} orders were entered.").format(count=f"{count:,}"), Tone.OK)
        self.imported.emit(count)

    def _on_failed(self, error: ShopError) -> None:
        self.say_failed(error, self.tr("Cancelled: no order was entered."))

    def forget(self) -> None:
        self._preview = None
        self._summary.clear()
        self.problems_box.setChecked(False)
        self.problems_box.hide()
        self.confirm_box.hide()
        self._reload()
        self.show_state()

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
        self.reason.setText("" if row is None else _why(row))

    def _verdict(self, row: OrderImportLine) -> str:
        return self.tr("Can be entered") if row.ok else self.tr("Left out")

    def show_state(self) -> None:
        preview, busy = self._preview, self.work.is_busy
        count = 0 if preview is None else preview.new_count
        confirmed = preview is None or not preview.needs_confirmation or self.confirm_box.isChecked()
        self.import_button.setText(self.tr("Enter {count} orders").format(count=f"{count:,}"))
        self.import_button.setEnabled(not busy and count > 0 and confirmed)
        for widget in (self.preview_button, self.file.button, self.file.edit, self.channel_combo):
            widget.setEnabled(not busy)

    def _on_channel_chosen(self, _channel_id: object) -> None:
        """What becomes of the lines depends on it."""
        self.forget()
        self.message.clear()
        if self.file.path() is not None:
            self.make_preview()


def _why(row: OrderImportLine) -> str:
    return row.zh if language() == "zh" else row.en
