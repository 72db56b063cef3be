"""Adding a product and changing it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop_app.domain.states import IssueOrder, ProductKind
from desktop_app.services.products import ProductDraft, ProductLine
from desktop_app.ui.dialogs.form_dialog import FieldGrid, FormDialog, line_edit, note_edit, number_spin
from desktop_app.ui.widgets.inputs import EnumCombo, MoneyEdit

LARGEST_THRESHOLD = 10_000_000
LARGEST_USE_LIMIT = 1_000_000


class ProductDialog(FormDialog):
    """``saved`` carries the id of the product."""

    saved = Signal(int)

    def __init__(self, shop: Any, parent: QWidget, product: ProductLine | None = None) -> None:
        title = self.tr("Add a product") if product is None else self.tr("Change the product")
        super().__init__(parent, "product_dialog", title, self.tr("Save"), width=900)
        self._shop = shop
        self._product = product
        draft = product or ProductDraft(code="", name="", kind=ProductKind.GAME_CARD)
        self.code_edit = line_edit(
            "code_edit", self.tr("Product code"), text=draft.code, placeholder="STEAM-100", longest=40
        )
        self.name_edit = line_edit("name_edit", self.tr("Name"), text=draft.name, longest=120)
        self.kind_combo = EnumCombo(self.tr("Kind"), "kind_combo", ProductKind)
        self.kind_combo.set_code(draft.kind)
        self.face_edit = MoneyEdit(self.tr("Face value"), "face_edit")
        self.face_edit.setPlaceholderText(self.tr("None"))
        self.face_edit.set_fen(draft.face_fen)
        self.price_edit = MoneyEdit(self.tr("Price"), "price_edit")
        self.price_edit.set_fen(draft.price_fen)
        self.threshold_spin = number_spin(
            "threshold_spin", self.tr("Low stock at"), 0, LARGEST_THRESHOLD, draft.low_stock_threshold
        )
        self.threshold_spin.setSpecialValueText(self.tr("No warning"))
        self.fold_case_box = self._box("fold_case_box", self.tr("“abc” and “ABC” are the same key"), draft.fold_case)
        self.fold_hyphens_box = self._box(
            "fold_hyphens_box", self.tr("“AB-CD” and “ABCD” are the same key"), draft.fold_hyphens
        )
        self.issue_combo = EnumCombo(self.tr("Keys are issued"), "issue_combo", IssueOrder)
        self.issue_combo.set_code(draft.issue_order)
        self.reusable_box = self._box("reusable_box", self.tr("A key is delivered again and again"), draft.reusable)
        self.limit_spin = number_spin("limit_spin", self.tr("Use limit"), 0, LARGEST_USE_LIMIT, draft.use_limit or 0)
        self.limit_spin.setSpecialValueText(self.tr("Without end"))
        self.active_box = self._box("active_box", self.tr("On sale"), draft.active)
        self.note_edit = note_edit("note_edit", self.tr("Note"), text=draft.note)
        self.fields.add_field(self.tr("Product code"), self.code_edit)
        self.fields.add_field(self.tr("Name"), self.name_edit)
        self.fields.add_field(
            self.tr("Kind"), self.kind_combo, self.tr("A phone top-up is carried out and holds no keys.")
        )
        self.fields.add_field(self.tr("Price"), self.price_edit)
        self.fields.add_field(self.tr("Face value"), self.face_edit)
        self.fields.add_field(
            self.tr("Low stock at"), self.threshold_spin, self.tr("Warn when so many keys or fewer can be sold.")
        )
        self.fields.add_field("", self.active_box)
        self.fields.add_field(self.tr("Note"), self.note_edit)
        keys = FieldGrid()
        keys.add_field(self.tr("Comparing keys"), self.fold_case_box)
        keys.add_field("", self.fold_hyphens_box, self.tr("Cannot be changed once the product has keys."))
        keys.add_field(self.tr("Keys are issued"), self.issue_combo)
        keys.add_field(self.tr("Reusable"), self.reusable_box, self.tr("Cannot be changed once the product has keys."))
        keys.add_field(self.tr("Use limit"), self.limit_spin, self.tr("How often one key can be delivered."))
        keys.setRowStretch(keys.rowCount(), 1)
        # beside the others: below them the buttons would be under the edge of a small screen
        self.body.removeItem(self.fields)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(self.fields, 1)
        columns.addLayout(keys, 1)
        self.body.insertLayout(1, columns)
        self.kind_combo.code_chosen.connect(self._on_kind_chosen)
        self.reusable_box.toggled.connect(self.limit_spin.setEnabled)
        self._on_kind_chosen(draft.kind)
        self.code_edit.setFocus()

    def apply(self) -> None:
        price_fen = self.price_edit.fen_or_none()
        draft = ProductDraft(
            code=self.code_edit.text(),
            name=self.name_edit.text(),
            kind=self.kind_combo.code() or ProductKind.OTHER,
            face_fen=self.face_edit.fen_or_none(),
            price_fen=price_fen or 0,
            low_stock_threshold=self.threshold_spin.value(),
            fold_case=self.fold_case_box.isChecked(),
            fold_hyphens=self.fold_hyphens_box.isChecked(),
            note=self.note_edit.toPlainText(),
            active=self.active_box.isChecked(),
            issue_order=self.issue_combo.code() or IssueOrder.OLDEST,
            reusable=self.reusable_box.isChecked(),
            use_limit=(self.limit_spin.value() or None) if self.reusable_box.isChecked() else None,
        )
        if self._product is None:
            product_id = self._shop.products.add(draft)
        else:
            product_id = self._product.id
            self._shop.products.change(product_id, draft)
        self.saved.emit(product_id)

    def _on_kind_chosen(self, kind: ProductKind | None) -> None:
        holds_keys = kind is not ProductKind.PHONE_TOPUP
        for field in (
            self.threshold_spin,
            self.fold_case_box,
            self.fold_hyphens_box,
            self.issue_combo,
            self.reusable_box,
        ):
            field.setEnabled(holds_keys)
        self.limit_spin.setEnabled(holds_keys and self.reusable_box.isChecked())

    @staticmethod
    def _box(name: str, text: str, checked: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setChecked(checked)
        box.setAccessibleName(text)
        return box
