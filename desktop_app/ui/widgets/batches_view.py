"""The batches of one product, and what can be done with the chosen one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.services.batches import BatchLine
from desktop_app.services.listing import Sort
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.batch_dialog import BatchDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import day, money
from desktop_app.ui.row_model import Column, ListSource, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.row_table import RowTable

PASTED = "paste"
"""What a batch keeps as its source when its keys came from no file."""


class BatchesView(QWidget):
    """``failed`` carries the ShopError of an undo that was refused."""

    failed = Signal(object)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batches_view")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._product_id: int | None = None
        right = Qt.AlignmentFlag.AlignRight
        self.table = RowTable(
            "batches_table",
            self.tr("Batches of this product"),
            (
                Column("batch_name", self.tr("Batch"), self._name, width=150),
                Column("in_stock", self.tr("Left"), _left_text, right, width=88),
                Column("imported_at", self.tr("Imported"), self._imported_day, width=96),
                Column("expires_on", self.tr("Usable until"), lambda row: row.expires_on or "", width=96),
                Column("supplier", self.tr("Supplier"), lambda row: row.supplier, width=120),
                Column("cost", self.tr("Cost"), _cost_text, right, width=80),
                Column("invoice_no", self.tr("Invoice"), lambda row: row.invoice_no, width=120),
                Column("source", self.tr("From"), self._source, width=150),
            ),
            self._open_source,
        )
        self.table.setMinimumHeight(170)
        self.table.set_empty(self.tr("No batch yet"), self.tr("Import keys for this product first."))
        self.table.row_chosen.connect(self._show)
        self.table.row_activated.connect(self._show_keys)
        self.keys_button = push_button(self.tr("Its keys"), "batch_keys_button", self._show_keys)
        self.facts_button = push_button(self.tr("Facts…"), "batch_facts_button", self._change)
        self.undo_button = push_button(self.tr("Undo the import…"), "undo_import_button", self._undo, kind="danger")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Batches"), role="section"))
        layout.addWidget(self.table, 1)
        layout.addLayout(row_of(self.keys_button, self.facts_button, 1, self.undo_button))
        self._show(None)

    def show_product(self, product_id: int | None) -> None:
        """Read the batches of a product anew."""
        if product_id != self._product_id:
            self.table.clearSelection()
        self._product_id = product_id
        self.table.reload()

    def _source(self, row: BatchLine) -> str:
        return self.tr("pasted") if row.source == PASTED else row.source

    def _open_source(self, _sort: Sort | None) -> RowSource[BatchLine]:
        product_id, inventory = self._product_id, self._shop.inventory
        # how many keys are left of each takes a moment to count in a large stock
        return ListSource(()) if product_id is None else ListSource(lambda: inventory.batches(product_id))

    def _show(self, batch: BatchLine | None) -> None:
        self.keys_button.setEnabled(batch is not None)
        for button in (self.facts_button, self.undo_button):
            button.setEnabled(batch is not None and batch.undone_at is None)

    def _name(self, batch: BatchLine) -> str:
        return batch.name if batch.undone_at is None else self.tr("{name} (undone)").format(name=batch.name)

    def _imported_day(self, batch: BatchLine) -> str:
        return day(batch.imported_at, self._window.zone())

    def _show_keys(self, *_: object) -> None:
        batch = self.table.current_row()
        if batch is not None:
            self._window.navigate("keys", batch_id=batch.id)

    def _change(self) -> None:
        batch = self.table.current_row()
        if batch is not None:
            BatchDialog(self._shop, self._window.dialog_parent(), batch).open()

    def _undo(self) -> None:
        batch: BatchLine | None = self.table.current_row()
        if batch is None:
            return
        dialog = ConfirmDialog(
            self._window.dialog_parent(),
            self.tr("Undo the import of {batch}").format(batch=batch.name),
            [
                self.tr("All {count} keys of the batch are deleted; they can be imported again.").format(
                    count=f"{batch.new_count:,}"
                ),
                self.tr("It is refused when one of them left the stock, if only for a while."),
                self.tr("The batch and the log stay."),
            ],
            self.tr("Undo the import"),
            ask_reason=True,
        )
        dialog.confirmed.connect(lambda reason: self._run_undo(batch, reason))
        dialog.open()

    def _run_undo(self, batch: BatchLine, reason: str) -> None:
        inventory = self._shop.inventory

        def work(progress: Progress) -> int:
            count: int = inventory.undo_import(batch.id, reason, progress=progress.report, cancelled=progress.cancelled)
            return count

        self._jobs.run(self, work, self._on_undone, self.failed.emit, title=self.tr("Undoing the import"))

    def _on_undone(self, count: int) -> None:
        self._window.say(self.tr("The import was undone; {count} keys are gone.").format(count=f"{count:,}"), Tone.OK)


def _left_text(row: BatchLine) -> str:
    return f"{row.in_stock:,} / {row.new_count:,}"


def _cost_text(row: BatchLine) -> str:
    return "" if row.cost_fen is None else money(row.cost_fen)
