"""How a list of keys was read, each part of it changeable: encoding, layout, delimiter, header, sheet, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from desktop_app.services.inventory import ColumnChoiceError, ImportPreview, KeyLayout
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
LAYOUTS = ("lines", "table")
DELIMITERS = (",", "\t", ";")
_KEY_PARTS = ("number", "password")
_ACROSS = 4


class KeyLayoutPanel(QWidget):
    """Shows; the dialog around it reads anew when ``layout_changed`` carries another KeyLayout."""

    layout_changed = Signal(object)
    forget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_layout_panel")
        self._choices = KeyLayout()
        self._roles: Mapping[str, int] = {}
        self._delimiter: str | None = None
        self._has_header = True
        self._is_showing = False
        self.encoding_combo = self._combo(
            "layout_encoding_combo",
            self.tr("Encoding"),
            ("UTF-8", "GB18030 / GBK", "UTF-16 LE", "UTF-16 BE"),
            self._on_encoding,
        )
        self.layout_combo = self._combo(
            "layout_layout_combo",
            self.tr("Layout"),
            (self.tr("One key on each line"), self.tr("Rows and columns")),
            self._on_layout,
        )
        self.layout_combo.setMinimumContentsLength(19)
        self.delimiter_combo = self._combo(
            "layout_delimiter_combo",
            self.tr("Between the columns"),
            (self.tr("Comma"), self.tr("Tab"), self.tr("Semicolon")),
            self._on_delimiter,
        )
        self.header_box = QCheckBox(self.tr("The first row names the columns"))
        self.header_box.setObjectName("layout_header_box")
        self.header_box.toggled.connect(self._on_header)
        self.sheet_combo = self._combo("layout_sheet_combo", self.tr("Sheet"), (), self._on_sheet)
        self.goods_combo = self._combo("layout_goods_combo", self.tr("Cards of"), (), self._on_goods)
        self._goods: list[str | None] = []
        self._remembered = plain_label(role="muted", name="layout_remembered")
        self.forget_button = push_button(
            self.tr("Forget it"), "layout_forget_button", self.forget_wanted.emit, kind="link"
        )
        self._fields: dict[Combo, QWidget] = {}
        first = [
            self._field(self.tr("Encoding"), self.encoding_combo),
            self._field(self.tr("Layout"), self.layout_combo),
            self._field(self.tr("Between the columns"), self.delimiter_combo),
            self._field(self.tr("Sheet"), self.sheet_combo),
            self._field(self.tr("Cards of"), self.goods_combo),
        ]
        self.role_combos: dict[str, Combo] = {}
        self._columns_part = QWidget()
        grid = QGridLayout(self._columns_part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        for number, (role, title) in enumerate(
            (
                ("key", self.tr("Card key")),
                ("number", self.tr("Card number")),
                ("password", self.tr("Password")),
                ("note", self.tr("Note")),
                ("face", self.tr("Face value")),
                ("expiry", self.tr("Last usable day")),
                ("cost", self.tr("Cost per key")),
                ("status", self.tr("Sold or not")),
            )
        ):
            combo = self._combo(f"layout_{role}_combo", title, (), partial(self._on_role, role))
            self.role_combos[role] = combo
            grid.addWidget(self._field(title, combo), number // _ACROSS, number % _ACROSS)
        for column in range(_ACROSS):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(*first, 1, spacing=12))
        layout.addWidget(self._columns_part)
        layout.addLayout(row_of(self.header_box, 1, self._remembered, self.forget_button))

    # what is shown

    def show_preview(self, preview: ImportPreview) -> None:
        """How ``preview`` was read."""
        self._begin(preview.choices, preview.roles, preview.delimiter, preview.has_header)
        is_file = preview.path is not None and bool(preview.encoding)
        self._show_encoding(preview.encoding if is_file else None)
        self._show_frame(preview.layout == "table", preview.delimiter, preview.sheet, preview.sheets)
        self._goods = [None, *preview.goods]
        self.goods_combo.clear()
        self.goods_combo.addItems([self.tr("All"), *(name or "?" for name in preview.goods)])
        chosen = preview.choices.goods
        self.goods_combo.setCurrentIndex(self._goods.index(chosen) if chosen in self._goods else 0)
        self._fields[self.goods_combo].setVisible(len(preview.goods) > 1)
        self._show_columns(preview.columns)
        self._is_showing = False

    def show_choice(self, error: ColumnChoiceError, choices: KeyLayout, *, is_file: bool) -> None:
        """Nothing could be read before a column is chosen."""
        self._begin(choices, choices.roles or {}, error.delimiter, error.has_header)
        self._show_encoding((choices.encoding or ENCODINGS[0]) if is_file and not error.sheets else None)
        self._show_frame(True, error.delimiter, error.sheet, error.sheets)
        self._fields[self.goods_combo].hide()
        self._show_columns(error.columns)
        self._is_showing = False

    def show_remembered(self, is_remembered: bool | None) -> None:
        """Whether it was read as the product's last list; None: nothing is remembered."""
        self._remembered.setText(
            self.tr("Read as the last list of this product.")
            if is_remembered
            else self.tr("How this product's last list was read is remembered.")
        )
        self._remembered.setVisible(is_remembered is not None)
        self.forget_button.setVisible(is_remembered is not None)

    # inside

    def _combo(self, name: str, title: str, texts: Sequence[str], on_chosen: object) -> Combo:
        combo = Combo()
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        combo.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(14)
        combo.addItems(list(texts))
        combo.currentIndexChanged.connect(on_chosen)
        return combo

    def _field(self, title: str, combo: Combo) -> QWidget:
        holder = QWidget()
        label = plain_label(title, role="muted")
        label.setBuddy(combo)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(combo)
        self._fields[combo] = holder
        return holder

    def _begin(self, choices: KeyLayout, roles: Mapping[str, int], delimiter: str | None, has_header: bool) -> None:
        self._is_showing = True
        self._choices = choices
        self._roles = roles
        self._delimiter = delimiter
        self._has_header = has_header

    def _show_encoding(self, encoding: str | None) -> None:
        self._fields[self.encoding_combo].setVisible(encoding is not None)
        if encoding is not None:
            self.encoding_combo.setCurrentIndex(ENCODINGS.index(encoding.removesuffix("-sig")))

    def _show_frame(self, is_table: bool, delimiter: str | None, sheet: str, sheets: Sequence[str]) -> None:
        self.layout_combo.setCurrentIndex(LAYOUTS.index("table" if is_table else "lines"))
        self._fields[self.layout_combo].setVisible(not sheets)
        self._fields[self.delimiter_combo].setVisible(delimiter is not None)
        if delimiter is not None:
            self.delimiter_combo.setCurrentIndex(DELIMITERS.index(delimiter))
        self._fields[self.sheet_combo].setVisible(len(sheets) > 1)
        self.sheet_combo.clear()
        self.sheet_combo.addItems(list(sheets))
        self.sheet_combo.setCurrentIndex(sheets.index(sheet) if sheet in sheets else -1)
        # a dump always names its columns
        self.header_box.setVisible(is_table and (delimiter is not None or bool(sheets)))
        self.header_box.setChecked(self._has_header)
        self._columns_part.setVisible(is_table)

    def _show_columns(self, columns: Sequence[str]) -> None:
        names = [name.strip() or str(number) for number, name in enumerate(columns, 1)]
        if not self._has_header:
            names = [self.tr("Column {number}").format(number=number) for number in range(1, len(columns) + 1)]
        for role, combo in self.role_combos.items():
            combo.clear()
            combo.addItems(["—", *names])
            place = self._roles.get(role)
            combo.setCurrentIndex(0 if place is None or place >= len(names) else place + 1)

    # what the merchant changes

    def _tell(self, choices: KeyLayout) -> None:
        self._choices = choices
        self.layout_changed.emit(choices)

    def _on_encoding(self, number: int) -> None:
        if not self._is_showing:
            self._tell(replace(self._choices, encoding=ENCODINGS[number]))

    def _on_layout(self, number: int) -> None:
        if not self._is_showing:
            self._tell(KeyLayout(encoding=self._choices.encoding, layout=LAYOUTS[number]))

    def _on_delimiter(self, number: int) -> None:
        if not self._is_showing:
            self._tell(
                replace(
                    self._choices, layout="table", delimiter=DELIMITERS[number], header=None, roles=None, goods=None
                )
            )

    def _on_header(self, is_on: bool) -> None:
        if not self._is_showing:
            self._tell(
                replace(
                    self._choices,
                    layout="table",
                    delimiter=self._delimiter,
                    header=is_on,
                    roles=dict(self._roles) or None,
                )
            )

    def _on_sheet(self, number: int) -> None:
        if not self._is_showing:
            self._tell(KeyLayout(sheet=self.sheet_combo.itemText(number)))

    def _on_goods(self, number: int) -> None:
        if not self._is_showing:
            self._tell(replace(self._choices, goods=self._goods[number]))

    def _on_role(self, role: str, number: int) -> None:
        """A column means one thing, and the key is one column or a number with its password."""
        if self._is_showing:
            return
        roles = {name: place for name, place in self._roles.items() if name != role and place != number - 1}
        if number:
            for other in _KEY_PARTS if role == "key" else ("key",) if role in _KEY_PARTS else ():
                roles.pop(other, None)
            roles[role] = number - 1
        self._roles = roles
        self._tell(
            replace(
                self._choices,
                layout="table",
                delimiter=self._delimiter,
                header=self._has_header,
                roles=roles,
            )
        )
