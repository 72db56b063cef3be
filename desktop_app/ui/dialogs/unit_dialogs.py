"""What is known of one unit of an order besides its redemption."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox

from desktop_app.domain.states import UNIT_MOVES, ProductKind, TopupState, UnitState
from desktop_app.services.orders import OrderDetail, UnitLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.inputs import EnumCombo, MoneyEdit


class UnitFactsDialog(FormDialog):
    """What was found out about a unit: use, top-up, the issuer's record, the balance."""

    def __init__(self, shop: Any, window: WindowContext, order: OrderDetail, unit: UnitLine) -> None:
        super().__init__(
            window.dialog_parent(),
            "unit_facts_dialog",
            self.tr("Facts of unit {ref}").format(ref=unit.ref),
            self.tr("Save"),
            introduction=self.tr("What you found out; open requests of the order are judged by it at once."),
            width=560,
        )
        self._shop = shop
        self._unit = unit
        self.state_combo: EnumCombo[UnitState] = EnumCombo(self.tr("Use"), "unit_state_combo", _states(unit))
        self.state_combo.set_code(unit.state)
        self.state_combo.setEnabled(unit.state not in (UnitState.UNSHIPPED, UnitState.REDEEMED))
        self.topup_combo: EnumCombo[TopupState] = EnumCombo(self.tr("Top-up"), "topup_combo", TopupState)
        self.official_box = QCheckBox(self.tr("The issuer's record says: not activated"))
        self.official_box.setObjectName("official_not_activated_box")
        self.official_box.setAccessibleName(self.official_box.text())
        self.official_box.setChecked(unit.official_not_activated)
        self.face_edit = MoneyEdit(self.tr("Face value"), "face_edit")
        self.face_edit.set_fen(unit.face_fen)
        self.face_edit.setPlaceholderText(self.tr("Unknown"))
        self.remaining_edit = MoneyEdit(self.tr("What remains"), "remaining_edit")
        self.remaining_edit.set_fen(unit.remaining_fen)
        self.remaining_edit.setPlaceholderText(self.tr("Unknown"))
        self.verified_box = QCheckBox(self.tr("I checked the balance with the issuer"))
        self.verified_box.setObjectName("balance_verified_box")
        self.verified_box.setAccessibleName(self.verified_box.text())
        self.verified_box.setChecked(unit.balance_verified)
        self._is_topup = order.line.product_kind is ProductKind.PHONE_TOPUP
        self.fields.add_field(self.tr("Use"), self.state_combo)
        if self._is_topup:
            self.topup_combo.set_code(unit.topup or TopupState.CHARGING)
            self.topup_combo.setEnabled(unit.topup is not None)
            self.fields.add_field(self.tr("Top-up"), self.topup_combo)
        self.fields.add_field("", self.official_box)
        self.fields.add_field(self.tr("Face value"), self.face_edit)
        self.fields.add_field(self.tr("What remains"), self.remaining_edit)
        self.fields.add_field("", self.verified_box)
        self.state_combo.setFocus()

    def apply(self) -> None:
        unit = self._unit
        state = self.state_combo.code()
        topup = self.topup_combo.code() if self._is_topup and unit.topup is not None else None
        official, verified = self.official_box.isChecked(), self.verified_box.isChecked()
        face_fen, remaining_fen = self.face_edit.fen_or_none(), self.remaining_edit.fen_or_none()
        # only what is new: an untouched fact is not stated anew
        self._shop.orders.set_unit_state(
            unit.id,
            state=None if state is unit.state else state,
            topup=None if topup is unit.topup else topup,
            official_not_activated=None if official == unit.official_not_activated else official,
            face_fen=None if face_fen == unit.face_fen else face_fen,
            remaining_fen=None if remaining_fen == unit.remaining_fen else remaining_fen,
            balance_verified=None if verified == unit.balance_verified else verified,
        )


def _states(unit: UnitLine) -> list[UnitState]:
    """What the use can be set to by hand: redeemed takes a record, and shipping a delivery."""
    moves = UNIT_MOVES[unit.state] - {UnitState.UNSHIPPED, UnitState.REDEEMED}
    return [state for state in UnitState if state is unit.state or state in moves]


def missing_words(unit: UnitLine, words: dict[str, str]) -> str:
    """Which facts the redemption record of ``unit`` lacks, in ``words`` by their names."""
    record = unit.redemption
    return "" if record is None else ", ".join(words[name] for name in record.missing)


def unit_word(unit: UnitLine) -> str:
    """The state of a unit as its pill says it: the top-up's where there is one."""
    if unit.topup is not None and unit.state is UnitState.UNUSED:
        return label(unit.topup)
    return label(unit.state)
