"""The first step of an import of card keys: which product, which keys, and what holds for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop_app.services.key_import import ImportOptions
from desktop_app.ui.dialogs.file_field import FileField
from desktop_app.ui.dialogs.form_dialog import FieldGrid, line_edit
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import plain_label, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.exact_paste import ExactPasteEdit
from desktop_app.ui.widgets.inputs import MoneyEdit
from desktop_app.ui.widgets.item_combo import ItemCombo

ENCODINGS = (None, "utf-8", "gb18030", "utf-16-le", "utf-16-be")


class KeySourceStep(QWidget):
    """Asks only; the dialog around it makes the preview."""

    changed = Signal()
    """Another product or other keys: an earlier preview is out of date."""

    def __init__(self, shop: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self.product_combo = ItemCombo(self.tr("Product"), "import_product_combo")
        self.product_combo.setMinimumContentsLength(24)
        self.file_radio = QRadioButton(self.tr("From a file"))
        self.file_radio.setObjectName("import_file_radio")
        self.paste_radio = QRadioButton(self.tr("Pasted text"))
        self.paste_radio.setObjectName("import_paste_radio")
        self.file_radio.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.file_radio)
        group.addButton(self.paste_radio)
        self.file = FileField(
            self,
            "import",
            self.tr("File of card keys"),
            self.tr("Drop a text, CSV, Excel or dump file here, or choose one"),
            title=self.tr("A file of card keys"),
            filters=(self.tr("Lists of keys (*.txt *.csv *.tsv *.xlsx *.sql)"), self.tr("All files (*)")),
        )
        self.encoding_combo = Combo()
        self.encoding_combo.setObjectName("import_encoding_combo")
        for text in (self.tr("Detect the encoding"), "UTF-8", "GB18030 / GBK", "UTF-16 LE", "UTF-16 BE"):
            self.encoding_combo.addItem(text)
        self.paste_edit = ExactPasteEdit()
        self.paste_edit.setObjectName("import_paste_edit")
        self.paste_edit.setAccessibleName(self.tr("Card keys, one on each line"))
        self.paste_edit.setPlaceholderText(self.tr("One key on each line"))
        self.paste_edit.setFont(mono_font())
        self.paste_edit.setTabChangesFocus(True)
        self.paste_edit.setMinimumHeight(120)
        self.batch_edit = line_edit(
            "import_batch_edit", self.tr("Batch name"), placeholder=self.tr("By product and day"), longest=80
        )
        self.supplier_edit = line_edit("import_supplier_edit", self.tr("Supplier"), longest=120)
        self.invoice_edit = line_edit("import_invoice_edit", self.tr("Invoice number"), longest=120)
        self.cost_edit = MoneyEdit(self.tr("Cost per key"), "import_cost_edit")
        self.cost_edit.setPlaceholderText(self.tr("As in the file"))
        self.expiry_edit = line_edit(
            "import_expiry_edit", self.tr("Last usable day"), placeholder="2027-12-31", longest=10
        )
        self.note_edit = line_edit("import_note_edit", self.tr("Note"), longest=2000)
        self._build()
        self._show_way()
        group.buttonToggled.connect(self._on_way_changed)
        self.file.changed.connect(self.changed)
        self.paste_edit.textChanged.connect(self._tell)
        self.product_combo.item_chosen.connect(self._tell)
        self.encoding_combo.currentIndexChanged.connect(self._tell)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        first = FieldGrid()
        first.add_field(self.tr("Product"), self.product_combo)
        layout.addLayout(first)
        layout.addLayout(row_of(self.file_radio, self.paste_radio, 1, spacing=18))
        self._file_part = QWidget()
        file_grid = FieldGrid()
        file_grid.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        chooser = QHBoxLayout(holder)
        chooser.setContentsMargins(0, 0, 0, 0)
        chooser.addWidget(self.file.edit, 1)
        chooser.addWidget(self.file.button)
        file_grid.add_field(self.tr("File"), holder)
        file_grid.add_field(self.tr("Encoding"), self.encoding_combo)
        self._file_part.setLayout(file_grid)
        layout.addWidget(self._file_part)
        layout.addWidget(self.paste_edit, 1)
        layout.addWidget(plain_label(self.tr("For all keys of this batch"), role="section"))
        left, right = FieldGrid(), FieldGrid()
        left.add_field(self.tr("Batch name"), self.batch_edit)
        left.add_field(self.tr("Supplier"), self.supplier_edit)
        right.add_field(self.tr("Cost per key"), self.cost_edit)
        right.add_field(self.tr("Last usable day"), self.expiry_edit)
        columns = QHBoxLayout()
        columns.setSpacing(24)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        layout.addLayout(columns)
        left.add_field(self.tr("Invoice number"), self.invoice_edit)
        right.add_field(self.tr("Note"), self.note_edit)
        layout.addStretch(0)

    def load_products(self, product_id: int | None) -> None:
        """Offer the products that hold keys, those on sale first."""
        lines = [line for line in self._shop.products.names() if line.holds_keys]
        lines.sort(key=lambda line: not line.active)
        self.product_combo.set_items((line.id, f"{line.name}  ·  {line.code}") for line in lines)
        if product_id is not None:
            self.product_combo.set_item(product_id)

    def set_path(self, path: Path) -> None:
        self.file_radio.setChecked(True)
        self.file.set_path(path)

    def set_text(self, text: str) -> None:
        """Pasted keys, exactly."""
        self.paste_radio.setChecked(True)
        self.paste_edit.set_exact(text)

    def source(self) -> Path | str | None:
        """The file, or the pasted text; None when nothing was given."""
        if self.file_radio.isChecked():
            return self.file.path()
        return self.paste_edit.exact_text() or None

    def encoding(self) -> str | None:
        return ENCODINGS[self.encoding_combo.currentIndex()]

    def options(self) -> ImportOptions:
        """Raises BadInputError for a cost that is no amount; the service checks the rest."""
        return ImportOptions(
            batch=self.batch_edit.text(),
            supplier=self.supplier_edit.text(),
            cost_fen=self.cost_edit.fen_or_none(),
            expires_on=self.expiry_edit.text().strip() or None,
            note=self.note_edit.text(),
            invoice_no=self.invoice_edit.text(),
        )

    def _show_way(self) -> None:
        from_file = self.file_radio.isChecked()
        self._file_part.setVisible(from_file)
        self.paste_edit.setVisible(not from_file)

    def _on_way_changed(self, *_: object) -> None:
        self._show_way()
        self._tell()

    def _tell(self, *_: object) -> None:
        self.changed.emit()
