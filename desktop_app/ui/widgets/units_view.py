"""The units of an order: one line each, and what is known of the chosen one."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.states import OrderState, UnitState
from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderDetail, RedemptionRecord, UnitLine
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.unit_dialogs import missing_words, unit_word
from desktop_app.ui.labels import money, tone, when
from desktop_app.ui.row_model import Column, ListSource, RowSource
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.row_table import ROW_HEIGHT, RowTable

MOST_ROWS = 6


class UnitsView(QWidget):
    """Asks the page for every step by a signal that carries the UnitLine."""

    redemption_wanted = Signal(object)
    facts_wanted = Signal(object)
    proof_wanted = Signal(object)

    def __init__(self, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("units_view")
        self._zone = zone
        self._order: OrderDetail | None = None
        self._missing = {
            "redeemed_at": self.tr("time"),
            "code": self.tr("code"),
            "target": self.tr("target"),
            "source": self.tr("source"),
        }
        self.table = RowTable(
            "units_table",
            self.tr("Units of the order"),
            (
                Column("ref", "#", lambda unit: unit.ref, width=48),
                Column("key", self.tr("Key"), lambda unit: unit.key_masked, mono=True, width=190),
                Column("state", self.tr("State"), unit_word, tone=_tone, width=120),
            ),
            self._open_units,
        )
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.row_chosen.connect(self._show_unit)
        self._facts = FactsGrid("unit_facts")
        for name, title in (
            ("redeemed_at", self.tr("Redeemed at")),
            ("code", self.tr("Redemption code")),
            ("target", self.tr("Target")),
            ("source", self.tr("Source")),
            ("stated_by", self.tr("Who says so")),
            ("missing", self.tr("Missing")),
            ("earlier", self.tr("Corrected")),
            ("price", self.tr("Paid for it")),
            ("balance", self.tr("Balance")),
            ("official", self.tr("Issuer's record")),
            ("delivered", self.tr("Delivered")),
            ("refunded", self.tr("Refund")),
            ("proof", self.tr("Proof")),
            ("note", self.tr("Note")),
        ):
            self._facts.add(name, title)
        self.redeem_button = push_button(self.tr("Record redemption…"), "redeem_button", self._redeem)
        self.facts_button = push_button(self.tr("Facts…"), "unit_facts_button", self._set_facts)
        self.proof_button = push_button(self.tr("Proof"), "unit_proof_button", self._prove, icon="file-badge")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Units"), role="section"))
        layout.addWidget(self.table)
        layout.addWidget(self._facts)
        layout.addLayout(row_of(self.redeem_button, self.facts_button, self.proof_button, 1))

    def show_order(self, order: OrderDetail, zone: ZoneInfo) -> None:
        self._zone = zone
        is_same = self._order is not None and self._order.line.id == order.line.id
        self._order = order
        count = min(len(order.units), MOST_ROWS)
        header = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(header + count * ROW_HEIGHT + 10)
        if not is_same:
            self.table.clearSelection()
        self.table.reload()
        self.table.settle()
        if self.table.current_row() is None and order.units:
            self.table.select_row(0)
        self._show_unit(self.table.current_row())

    def unit(self) -> UnitLine | None:
        """The chosen unit."""
        row: UnitLine | None = self.table.current_row()
        return row

    def _open_units(self, _sort: Sort | None) -> RowSource[UnitLine]:
        return ListSource(() if self._order is None else self._order.units)

    def _show_unit(self, unit: UnitLine | None) -> None:
        order = self._order
        for widget in (self._facts, self.redeem_button, self.facts_button, self.proof_button):
            widget.setVisible(unit is not None)
        if unit is None or order is None:
            return
        record = unit.redemption
        of_record = ("redeemed_at", "code", "target", "source", "stated_by", "missing", "earlier", "note")
        values = dict.fromkeys(of_record, "")
        if record is not None:
            values |= {
                "redeemed_at": when(record.redeemed_at, self._zone, seconds=True),
                "code": record.code,
                "target": record.target_masked,
                "source": record.source,
                "stated_by": record.stated_by,
                "missing": missing_words(unit, self._missing),
                "earlier": "\n".join(self._earlier(old) for old in reversed(unit.earlier)),
                "note": record.note,
            }
        values |= {
            "price": money(unit.net_fen) if len(order.units) > 1 else "",
            "balance": self._balance(unit),
            "official": self.tr("not activated") if unit.official_not_activated else "",
            "delivered": self._delivered(unit),
            "refunded": self.tr("refunded") if unit.refunded else "",
            "proof": unit.proof_no,
        }
        for name, value in values.items():
            self._facts.set_value(name, value, Tone.WARN if name == "missing" else None)
        shipped = order.line.state in (OrderState.SHIPPED, OrderState.COMPLETED) and unit.state != UnitState.UNSHIPPED
        self.redeem_button.setText(self.tr("Record redemption…") if record is None else self.tr("Correct redemption…"))
        self.redeem_button.setEnabled(shipped)
        self.facts_button.setEnabled(shipped)
        self.proof_button.setEnabled(record is not None)

    def _earlier(self, record: RedemptionRecord) -> str:
        """A record that a later one corrected: it stays to be seen."""
        parts = (when(record.redeemed_at, self._zone, seconds=True), record.code, record.source, record.stated_by)
        said = self.tr("recorded {at}").format(at=when(record.recorded_at, self._zone))
        return "  ·  ".join(part for part in (*parts, said) if part)

    def _balance(self, unit: UnitLine) -> str:
        if unit.remaining_fen is None or unit.face_fen is None:
            return "" if unit.face_fen is None else self.tr("face value {face}").format(face=money(unit.face_fen))
        text = self.tr("{left} of {face} left").format(left=money(unit.remaining_fen), face=money(unit.face_fen))
        return self.tr("{balance}, checked").format(balance=text) if unit.balance_verified else text

    def _delivered(self, unit: UnitLine) -> str:
        if unit.delivered_at is None:
            return ""
        return self.tr("{at} by {who}").format(at=when(unit.delivered_at, self._zone), who=unit.delivered_by)

    def _redeem(self) -> None:
        if self.unit() is not None:
            self.redemption_wanted.emit(self.unit())

    def _set_facts(self) -> None:
        if self.unit() is not None:
            self.facts_wanted.emit(self.unit())

    def _prove(self) -> None:
        if self.unit() is not None:
            self.proof_wanted.emit(self.unit())


def _tone(unit: UnitLine) -> Tone:
    if unit.topup is not None and unit.state is UnitState.UNUSED:
        return tone(unit.topup)
    return tone(unit.state)
