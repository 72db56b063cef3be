"""The units of an order with a tick and a reason of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QScrollArea, QWidget

from desktop_app.domain.states import ReasonCode
from desktop_app.services.orders import UnitLine
from desktop_app.ui.labels import label, money
from desktop_app.ui.widgets.basics import plain_label
from desktop_app.ui.widgets.inputs import EnumCombo

MAX_COMBOS = 60
"""So many units get a choice of their own; more make the dialog slow and nobody fills them in by hand."""
_ROW = 40
_SHOWN = 5


class UnitReasons(QScrollArea):
    """A line per unit; with ``selectable`` a tick says whether it is asked about.

    Boxes rather than a table: assistive technology reaches neither ticks nor choices inside the cells of one.
    """

    def __init__(self, *, selectable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unit_reasons")
        self.setAccessibleName(self.tr("Units of the order"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._selectable = selectable
        self._refs: tuple[str, ...] = ()
        self._ticks: dict[str, QCheckBox] = {}
        self._combos: dict[str, EnumCombo[ReasonCode]] = {}
        self.show_units(())

    def show_units(self, units: Sequence[UnitLine]) -> None:
        """Replace the lines; every unit is asked about at first."""
        inner = QWidget()
        inner.setProperty("plain", "true")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._refs = tuple(unit.ref for unit in units)
        self._ticks.clear()
        self._combos.clear()
        for row, unit in enumerate(units):
            text = f"{unit.ref}  ·  {label(unit.state)}  ·  {money(unit.net_fen)}"
            grid.addWidget(self._tick(unit.ref, text) if self._selectable else plain_label(text), row, 0)
            if row < MAX_COMBOS and len(units) > 1:
                grid.addWidget(self._combo(unit.ref), row, 1)
            grid.setRowMinimumHeight(row, _ROW - grid.verticalSpacing())
        self.setWidget(inner)
        self.setFixedHeight(min(max(len(units), 1), _SHOWN) * _ROW + 4)

    def _tick(self, ref: str, text: str) -> QCheckBox:
        box = self._ticks[ref] = QCheckBox(text)
        box.setObjectName(f"unit_{ref}")
        box.setChecked(True)
        return box

    def _combo(self, ref: str) -> EnumCombo[ReasonCode]:
        combo = self._combos[ref] = EnumCombo(
            self.tr("Reason of unit {ref}").format(ref=ref),
            f"unit_reason_{ref}",
            ReasonCode,
            any_text=self.tr("Reason as the request"),
        )
        return combo

    def set_reasons(self, reasons: Mapping[str, ReasonCode]) -> None:
        for ref, reason in reasons.items():
            if ref in self._combos:
                self._combos[ref].set_code(reason)

    def reasons(self) -> dict[str, ReasonCode]:
        """The units that have a reason of their own, of those asked about."""
        asked = set(self.chosen())
        found = {ref: combo.code() for ref, combo in self._combos.items() if ref in asked}
        return {ref: code for ref, code in found.items() if code is not None}

    def chosen(self) -> tuple[str, ...]:
        """The units asked about."""
        return tuple(ref for ref in self._refs if ref not in self._ticks or self._ticks[ref].isChecked())

    def has_all(self) -> bool:
        return len(self.chosen()) == len(self._refs)
