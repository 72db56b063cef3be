"""What is known of a batch of keys beyond the keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.services.batches import BatchDraft, BatchLine
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.widgets.inputs import MoneyEdit


class BatchDialog(FormDialog):
    """Corrects supplier, invoice, cost, last usable day and note of a batch."""

    def __init__(self, shop: Any, parent: QWidget, batch: BatchLine) -> None:
        super().__init__(
            parent,
            "batch_dialog",
            self.tr("Batch {name}").format(name=batch.name),
            self.tr("Save"),
            introduction=self.tr("Another last usable day counts for all its keys at once."),
        )
        self._shop = shop
        self._batch = batch
        self.supplier_edit = line_edit("batch_supplier_edit", self.tr("Supplier"), text=batch.supplier, longest=120)
        self.invoice_edit = line_edit(
            "batch_invoice_edit", self.tr("Invoice number"), text=batch.invoice_no, longest=120
        )
        self.cost_edit = MoneyEdit(self.tr("Cost per key"), "batch_cost_edit")
        self.cost_edit.setPlaceholderText(self.tr("Unknown"))
        self.cost_edit.set_fen(batch.cost_fen)
        self.expiry_edit = line_edit(
            "batch_expiry_edit",
            self.tr("Last usable day"),
            text=batch.expires_on or "",
            placeholder="2027-12-31",
            longest=10,
        )
        self.note_edit = note_edit("batch_note_edit", self.tr("Note"), text=batch.note)
        self.fields.add_field(self.tr("Supplier"), self.supplier_edit)
        self.fields.add_field(self.tr("Invoice number"), self.invoice_edit)
        self.fields.add_field(self.tr("Cost per key"), self.cost_edit)
        self.fields.add_field(self.tr("Last usable day"), self.expiry_edit)
        self.fields.add_field(self.tr("Note"), self.note_edit)
        self.supplier_edit.setFocus()

    def apply(self) -> None:
        self._shop.inventory.change_batch(
            self._batch.id,
            BatchDraft(
                supplier=self.supplier_edit.text(),
                invoice_no=self.invoice_edit.text(),
                cost_fen=self.cost_edit.fen_or_none(),
                expires_on=self.expiry_edit.text().strip() or None,
                note=self.note_edit.toPlainText(),
            ),
        )
