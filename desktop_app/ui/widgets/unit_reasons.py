"""The units of an order: which are asked about, and a reason of their own for some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from desktop_app.domain.states import ReasonCode
from desktop_app.services.orders import UnitLine
from desktop_app.ui.labels import label, money
from desktop_app.ui.widgets.inputs import EnumCombo

MAX_COMBOS = 60
"""So many units get a choice of their own; more make the dialog slow and nobody fills them in by hand."""
_ROW = 40


class UnitReasons(QTableWidget):
    """A row per unit; with ``selectable`` a tick says whether it is asked about."""

    def __init__(self, *, selectable: bool, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setObjectName("units_table")
        self.setAccessibleName(self.tr("Units of the order"))
        self._selectable = selectable
        self._combos: dict[str, EnumCombo[ReasonCode]] = {}
        self.setHorizontalHeaderLabels([self.tr("Unit"), self.tr("State"), self.tr("Price"), self.tr("Own reason")])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.setMinimumHeight(150)

    def show_units(self, units: Sequence[UnitLine]) -> None:
        """Replace the rows; every unit is asked about at first."""
        self.clearContents()
        self._combos.clear()
        self.setRowCount(len(units))
        for row, unit in enumerate(units):
            ref = QTableWidgetItem(unit.ref)
            if self._selectable:
                ref.setFlags(ref.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                ref.setCheckState(Qt.CheckState.Checked)
            self.setItem(row, 0, ref)
            self.setItem(row, 1, QTableWidgetItem(label(unit.state)))
            self.setItem(row, 2, QTableWidgetItem(money(unit.net_fen)))
            if row < MAX_COMBOS and len(units) > 1:
                combo = EnumCombo(
                    self.tr("Reason of unit {ref}").format(ref=unit.ref),
                    f"unit_reason_{unit.ref}",
                    ReasonCode,
                    any_text=self.tr("As the request"),
                )
                self._combos[unit.ref] = combo
                self.setCellWidget(row, 3, combo)
        self.setFixedHeight(min(max(len(units), 1), 5) * _ROW + 52)

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
        refs = []
        for row in range(self.rowCount()):
            item = self.item(row, 0)
            if item is not None and (not self._selectable or item.checkState() is Qt.CheckState.Checked):
                refs.append(item.text())
        return tuple(refs)

    def has_all(self) -> bool:
        return len(self.chosen()) == self.rowCount()
