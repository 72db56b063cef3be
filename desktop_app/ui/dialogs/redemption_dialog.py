"""One redemption record by hand: when, by which code, for whom, who says so, and what shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.masking import mask
from desktop_app.domain.states import EvidenceKind, UnitState
from desktop_app.services.orders import OrderDetail, UnitLine
from desktop_app.services.redemptions import RecordEvidence
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_file, dropped_files
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.pictures import png_of
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo, MoneyEdit

_KINDS = (EvidenceKind.OFFICIAL_ACTIVATION_RECORD, EvidenceKind.BACKEND_LOG)


class RedemptionDialog(FormDialog):
    """Records a redemption; with a record that is there already it corrects it, and both stay."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, order: OrderDetail, unit: UnitLine) -> None:
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
        self.setAcceptDrops(True)
        self._shop = shop
        self._jobs = jobs
        self._unit = unit
        self._pieces: list[RecordEvidence] = []
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
        self.fields.add_field(self.tr("Evidence"), self._evidence_part())
        self.fields.add_field(self.tr("Kind"), self.kind_combo)
        self._show_evidence()
        self.code_edit.setFocus()

    def _evidence_part(self) -> QWidget:
        self.choose_button = push_button(self.tr("Choose…"), "record_evidence_choose", self._choose)
        self.paste_button = push_button(self.tr("Paste"), "record_evidence_paste", self.paste_evidence)
        self.remove_button = push_button(self.tr("Remove"), "record_evidence_remove", self._remove, kind="link")
        self._evidence_label = plain_label(role="muted", name="record_evidence_label", wrap=True)
        self.kind_combo: EnumCombo[EvidenceKind] = EnumCombo(
            self.tr("Kind of evidence"), "record_evidence_kind", _KINDS
        )
        self.kind_combo.set_code(_KINDS[0])
        part = QWidget()
        row = row_of(self.choose_button, self.paste_button, self._evidence_label, self.remove_button)
        row.setStretch(2, 1)
        part.setLayout(row)
        return part

    def add_evidence(self, paths: Sequence[Path]) -> None:
        """Files that show what the record says; they are read and sealed when it is recorded."""
        self._pieces += [RecordEvidence(path=path, name=path.name) for path in paths]
        self._show_evidence()

    def paste_evidence(self) -> None:
        """The picture on the clipboard, such as a screenshot that was just taken."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self.message.say(self.tr("There is no picture on the clipboard."), Tone.WARN)
            return
        try:
            self._pieces.append(RecordEvidence(data=png_of(image)))
        except ShopError as error:
            self.message.show_error(error)
        self._show_evidence()

    def _choose(self) -> None:
        filters = (self.tr("Pictures and documents (*.png *.jpg *.jpeg *.webp *.pdf)"), self.tr("All files (*)"))
        choose_file(self, self.tr("What shows the redemption"), filters, lambda path: self.add_evidence([path]))

    def _remove(self) -> None:
        self._pieces.clear()
        self._show_evidence()

    def _show_evidence(self) -> None:
        names = [piece.name or self.tr("pasted picture") for piece in self._pieces]
        self._evidence_label.setText(", ".join(names) or self.tr("Drop a screenshot here"))
        self.remove_button.setVisible(bool(names))
        self.kind_combo.setEnabled(bool(names))

    def submit(self) -> None:
        """Record in a worker: sealing the evidence takes a moment."""
        self.message.clear()
        try:
            values = self.values()
        except ShopError as error:
            self.message.show_error(error)
            return
        orders, unit_id = self._shop.orders, self._unit.id

        def work(_progress: Progress) -> int:
            record_id: int = orders.redeem(unit_id, **values)
            return record_id

        self.hold(True)
        self._jobs.run(self, work, lambda _record: self.accept(), self._on_refused)

    def _on_refused(self, error: ShopError) -> None:
        self.hold(False)
        self.message.show_error(error)

    def values(self) -> dict[str, Any]:
        """What the fields say, as the service takes it."""
        partially = self.partial_box.isChecked()
        kind = self.kind_combo.code() or _KINDS[0]
        return {
            "redeemed_at": self.moment_edit.moment() if self.known_box.isChecked() else None,
            "code": self.code_edit.text(),
            "target": self.target_edit.text(),
            "source": self.source_edit.text(),
            "stated_by": self.stated_edit.text(),
            "note": self.note_edit.toPlainText(),
            "partially": partially,
            "remaining_fen": self.remaining_edit.fen_or_none() if partially else None,
            "evidence": tuple(RecordEvidence(piece.path, piece.data, piece.name, kind) for piece in self._pieces),
        }

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_files(event)
        if paths:
            event.acceptProposedAction()
            self.add_evidence(paths)

    @staticmethod
    def _box(name: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setAccessibleName(text)
        return box
