"""What is known of one unit of an order: its redemption, and the facts around it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox

from desktop_app.domain.states import UNIT_MOVES, ProductKind, TopupState, UnitState
from desktop_app.services.buyers import mask
from desktop_app.services.orders import OrderDetail, UnitLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo, MoneyEdit


class RedemptionDialog(FormDialog):
    """Records a redemption; with a record that is there already it corrects it, and both stay."""

    def __init__(self, shop: Any, window: WindowContext, order: OrderDetail, unit: UnitLine) -> None:
        old = unit.redemption
        if old is None:
            introduction = self.tr(
                "Unit {ref} of order {order_no}. What is not known stays empty; a proof needs time, code, target and "
                "source."
            )
        else:
            introduction = self.tr(
                "Unit {ref} of order {order_no}. The record of {at} stays in the log and is named as corrected."
            )
        zone = window.zone()
        recorded = old.recorded_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if old else ""
        super().__init__(
            window.dialog_parent(),
            "redemption_dialog",
            self.tr("Record a redemption") if old is None else self.tr("Correct the redemption record"),
            self.tr("Record"),
            introduction=introduction.format(ref=unit.ref, order_no=order.line.order_no, at=recorded),
            width=580,
        )
        self._shop = shop
        self._unit = unit
        self.known_box = self._box("time_known_box", self.tr("The time is known"))
        self.known_box.setChecked(old is None or old.redeemed_at is not None)
        self.moment_edit = DateTimeEdit(self.tr("Redeemed at"), "redeemed_at_edit", zone)
        self.moment_edit.set_moment(old.redeemed_at if old and old.redeemed_at else window.now())
        self.moment_edit.setEnabled(self.known_box.isChecked())
        self.known_box.toggled.connect(self.moment_edit.setEnabled)
        self.code_edit = line_edit(
            "redemption_code_edit",
            self.tr("Redemption code"),
            text=old.code if old else "",
            placeholder=self.tr("Receipt or activation number, not the card key"),
        )
        account = order.target.account if shop.is_unlocked else ""
        is_same = old is None or (account and old.target_masked == mask(account))
        self.target_edit = line_edit(
            "redemption_target_edit",
            self.tr("Target"),
            text=account if is_same else "",
            placeholder=self.tr("Account or phone number")
            if old is None
            else self.tr("Type it again ({masked})").format(masked=old.target_masked),
        )
        self.source_edit = line_edit(
            "redemption_source_edit",
            self.tr("Source"),
            text=old.source if old else "",
            placeholder=self.tr("Where the record comes from, e.g. the issuer's back end"),
        )
        self.stated_edit = line_edit(
            "stated_by_edit",
            self.tr("Who says so"),
            text=old.stated_by if old else "",
            placeholder=self.tr("You, if empty"),
        )
        self.partial_box = self._box("partially_box", self.tr("Only a part of the balance was used"))
        self.partial_box.setChecked(unit.state is UnitState.PARTIALLY_USED)
        self.remaining_edit = MoneyEdit(self.tr("What remains"), "remaining_edit")
        self.remaining_edit.setPlaceholderText(self.tr("Unknown"))
        self.remaining_edit.set_fen(unit.remaining_fen)
        self.remaining_edit.setEnabled(self.partial_box.isChecked())
        self.partial_box.toggled.connect(self.remaining_edit.setEnabled)
        self.note_edit = note_edit("redemption_note_edit", self.tr("Note"), text=old.note if old else "", height=52)
        self.fields.add_field(self.tr("Redeemed at"), self.moment_edit)
        self.fields.add_field("", self.known_box)
        self.fields.add_field(self.tr("Redemption code"), self.code_edit)
        self.fields.add_field(self.tr("Target"), self.target_edit)
        self.fields.add_field(self.tr("Source"), self.source_edit)
        self.fields.add_field(self.tr("Who says so"), self.stated_edit)
        self.fields.add_field("", self.partial_box)
        self.fields.add_field(self.tr("What remains"), self.remaining_edit)
        self.fields.add_field(self.tr("Note"), self.note_edit)
        self.code_edit.setFocus()

    def apply(self) -> None:
        partially = self.partial_box.isChecked()
        self._shop.orders.redeem(
            self._unit.id,
            redeemed_at=self.moment_edit.moment() if self.known_box.isChecked() else None,
            code=self.code_edit.text(),
            target=self.target_edit.text(),
            source=self.source_edit.text(),
            stated_by=self.stated_edit.text(),
            note=self.note_edit.toPlainText(),
            partially=partially,
            remaining_fen=self.remaining_edit.fen_or_none() if partially else None,
        )

    @staticmethod
    def _box(name: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setAccessibleName(text)
        return box


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
