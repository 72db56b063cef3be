"""How a list of redemptions was read: encoding, sheet, header, and which column is what; each can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from desktop_app.exchange.key_columns import ColumnChoiceError
from desktop_app.exchange.redemption_lines import ListColumn
from desktop_app.exchange.redemption_lists import (
    ListLayout,
    RedemptionList,
)
from desktop_app.ui.widgets.basics import plain_label, row_of
from desktop_app.ui.widgets.combo import Combo

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_ACROSS = 5


class RedemptionColumns(QWidget):
    """The dialog around it reads anew when ``layout_changed`` carries another ListLayout."""

    layout_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("redemption_columns")
        self._layout = ListLayout()
        self._roles: Mapping[str, int] = {}
        self._has_header = True
        self._is_showing = False
        self.encoding_combo = self._combo("list_encoding_combo", self.tr("Encoding"), self._on_encoding)
        self.encoding_combo.addItems(["UTF-8", "GB18030 / GBK", "UTF-16 LE", "UTF-16 BE"])
        self.sheet_combo = self._combo("list_sheet_combo", self.tr("Sheet"), self._on_sheet)
        self.header_box = QCheckBox(self.tr("The first row names the columns"))
        self.header_box.setObjectName("list_header_box")
        self.header_box.toggled.connect(self._on_header)
        self._encoding_field = self._field(self.tr("Encoding"), self.encoding_combo)
        self._sheet_field = self._field(self.tr("Sheet"), self.sheet_combo)
        self.role_combos: dict[str, Combo] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        for number, (role, title) in enumerate(
            (
                (ListColumn.KEY, self.tr("Card key")),
                (ListColumn.NUMBER, self.tr("Card number")),
                (ListColumn.ORDER_NO, self.tr("Order number")),
                (ListColumn.UNIT, self.tr("Unit")),
                (ListColumn.ACCOUNT, self.tr("Topped-up account")),
                (ListColumn.REDEEMED_AT, self.tr("Redeemed at")),
                (ListColumn.CODE, self.tr("Redemption code")),
                (ListColumn.TARGET, self.tr("Target")),
                (ListColumn.SOURCE, self.tr("Source")),
                (ListColumn.STATUS, self.tr("Activated or not")),
            )
        ):
            combo = self._combo(f"list_{role.value}_combo", title, partial(self._on_role, role.value))
            self.role_combos[role.value] = combo
            grid.addWidget(self._field(title, combo), number // _ACROSS, number % _ACROSS)
        for column in range(_ACROSS):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(grid)
        layout.addLayout(row_of(self._encoding_field, self._sheet_field, self.header_box, 1, spacing=12))

    def show_list(self, found: RedemptionList, layout: ListLayout) -> None:
        """How ``found`` was read."""
        self._show(layout, found.roles, found.columns, found.has_header, found.encoding, found.sheet, found.sheets)

    def show_choice(self, error: ColumnChoiceError, layout: ListLayout) -> None:
        """Nothing could be matched before a column is chosen."""
        encoding = "" if error.sheets else layout.encoding or ENCODINGS[0]
        self._show(layout, layout.roles or {}, error.columns, error.has_header, encoding, error.sheet, error.sheets)

    # inside

    def _show(
        self,
        layout: ListLayout,
        roles: Mapping[str, int],
        columns: Sequence[str],
        has_header: bool,
        encoding: str,
        sheet: str,
        sheets: Sequence[str],
    ) -> None:
        self._is_showing = True
        self._layout, self._roles, self._has_header = layout, dict(roles), has_header
        plain = encoding.removesuffix("-sig")
        self._encoding_field.setVisible(bool(plain))
        self.encoding_combo.setCurrentIndex(ENCODINGS.index(plain) if plain in ENCODINGS else -1)
        self._sheet_field.setVisible(len(sheets) > 1)
        self.sheet_combo.clear()
        self.sheet_combo.addItems(list(sheets))
        self.sheet_combo.setCurrentIndex(sheets.index(sheet) if sheet in sheets else -1)
        self.header_box.setChecked(has_header)
        names = [
            name.strip() if has_header and name.strip() else self.tr("Column {number}").format(number=number)
            for number, name in enumerate(columns, 1)
        ]
        for role, combo in self.role_combos.items():
            combo.clear()
            combo.addItems(["—", *names])
            place = self._roles.get(role)
            combo.setCurrentIndex(0 if place is None or place >= len(names) else place + 1)
        self._is_showing = False

    def _combo(self, name: str, title: str, on_chosen: object) -> Combo:
        combo = Combo()
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        combo.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(9)
        combo.currentIndexChanged.connect(on_chosen)
        return combo

    @staticmethod
    def _field(title: str, combo: Combo) -> QWidget:
        field = QWidget()
        layout = QVBoxLayout(field)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        label = plain_label(title, role="muted")
        label.setBuddy(combo)
        layout.addWidget(label)
        layout.addWidget(combo)
        return field

    def _on_encoding(self, number: int) -> None:
        if not self._is_showing:
            self.layout_changed.emit(ListLayout(encoding=ENCODINGS[number]))

    def _on_sheet(self, number: int) -> None:
        if not self._is_showing:
            self.layout_changed.emit(ListLayout(sheet=self.sheet_combo.itemText(number)))

    def _on_header(self, is_on: bool) -> None:
        if not self._is_showing:
            # columns that were named mean something else when the first row is no header
            roles = None if is_on else dict(self._roles) or None
            self._tell(header=is_on, roles=roles)

    def _on_role(self, role: str, number: int) -> None:
        """A column means one thing."""
        if self._is_showing:
            return
        roles = {name: place for name, place in self._roles.items() if name != role and place != number - 1}
        if number:
            roles[role] = number - 1
        self._tell(header=self._has_header, roles=roles)

    def _tell(self, *, header: bool, roles: Mapping[str, int] | None) -> None:
        old = self._layout
        self.layout_changed.emit(ListLayout(old.encoding, old.delimiter, header, roles, old.sheet))
