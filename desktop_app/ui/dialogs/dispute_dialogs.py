"""Dialogs around a dispute: the buyer appeals, the dossier went out, an answer came, it ended.

Each asks the service itself and stays open with the service's sentence when that refuses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.states import DisputeOutcome, DisputeStepKind, EscalationTarget, RequestState
from desktop_app.services.disputes import DisputeLine, Ended
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.labels import label
from desktop_app.ui.widgets.basics import plain_label
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo


class _DisputeForm(FormDialog):
    """Time, case number and note, which every step of a dispute has."""

    def __init__(
        self, parent: QWidget, window: WindowContext, name: str, title: str, action_text: str, about: str
    ) -> None:
        super().__init__(parent, name, title, action_text, introduction=about)
        self.moment_edit = DateTimeEdit(self.tr("When"), "moment_edit", window.zone())
        self.moment_edit.set_moment(window.now())
        self._proposed = self.moment_edit.moment()
        self.reference_edit = line_edit(
            "reference_edit", self.tr("Case number"), placeholder=self.tr("Number given there, when there is one")
        )
        self.note_edit = note_edit("dispute_note_edit", self.tr("Note"), height=80)

    def moment(self) -> datetime | None:
        """What was chosen; None for now, because the field shows whole seconds only."""
        chosen = self.moment_edit.moment()
        return None if chosen == self._proposed else chosen

    def _add_common(self) -> None:
        self.fields.add_field(self.tr("When"), self.moment_edit)
        self.fields.add_field(self.tr("Case number"), self.reference_edit)
        self.fields.add_field(self.tr("Note"), self.note_edit)


class AppealDialog(_DisputeForm):
    """The buyer disputes a decision; ``opened`` carries the id of the dispute."""

    opened = Signal(object)

    def __init__(self, parent: QWidget, shop: Any, window: WindowContext, request_id: int, request_no: str) -> None:
        super().__init__(
            parent,
            window,
            "appeal_dialog",
            self.tr("The buyer appeals against {request}").format(request=request_no),
            self.tr("Record"),
            self.tr("The decision stands until the dispute ends. If the buyer wins, the refund is opened again."),
        )
        self._shop = shop
        self._request_id = request_id
        self.target_combo = EnumCombo(self.tr("Where it went"), "target_combo", EscalationTarget)
        self.fields.add_field(self.tr("Goes to"), self.target_combo)
        self._add_common()

    def apply(self) -> None:
        target = self.target_combo.code()
        assert target is not None
        self.opened.emit(
            self._shop.disputes.open_appeal(
                self._request_id,
                target,
                opened_at=self.moment(),
                reference=self.reference_edit.text(),
                note=self.note_edit.toPlainText(),
            )
        )


class DisputeStepDialog(_DisputeForm):
    """The dossier was sent, or an answer came."""

    def __init__(
        self, parent: QWidget, shop: Any, window: WindowContext, dispute: DisputeLine, kind: DisputeStepKind
    ) -> None:
        sent = kind is DisputeStepKind.SENT
        about = self.tr("{request}, {target}").format(request=dispute.request_no, target=label(dispute.target))
        if sent and not dispute.dossier_no:
            about += "\n" + self.tr("No dossier was made here yet; record it all the same when something was sent.")
        super().__init__(
            parent,
            window,
            "dispute_step_dialog",
            self.tr("The dossier was sent") if sent else self.tr("An answer came"),
            self.tr("Record"),
            about,
        )
        self._shop = shop
        self._dispute = dispute
        self._is_sent = sent
        self.reference_edit.setText(dispute.reference)
        self._add_common()

    def apply(self) -> None:
        disputes = self._shop.disputes
        record = disputes.record_sent if self._is_sent else disputes.record_answered
        record(
            self._dispute.id,
            at=self.moment(),
            reference=self.reference_edit.text(),
            note=self.note_edit.toPlainText(),
        )


class OutcomeDialog(_DisputeForm):
    """How a dispute ended and what follows; ``ended`` carries what the service changed."""

    ended = Signal(object)
    """Ended"""

    def __init__(self, parent: QWidget, shop: Any, window: WindowContext, dispute: DisputeLine) -> None:
        super().__init__(
            parent,
            window,
            "outcome_dialog",
            self.tr("Outcome of the dispute"),
            self.tr("Record"),
            self.tr("{request}, {target}").format(request=dispute.request_no, target=label(dispute.target)),
        )
        self._shop = shop
        self._dispute = dispute
        self.outcome_combo = EnumCombo(self.tr("Outcome"), "outcome_combo", DisputeOutcome)
        self.outcome_combo.code_chosen.connect(self._show_consequence)
        self.reopen_box = QCheckBox(self.tr("Money was agreed: open the refund again"))
        self.reopen_box.setObjectName("reopen_box")
        self._consequence = plain_label(role="muted", name="outcome_consequence", wrap=True)
        self.reference_edit.setText(dispute.reference)
        self.fields.add_field(self.tr("Outcome"), self.outcome_combo)
        self._add_common()
        row = self.fields.rowCount()
        self.fields.addWidget(self.reopen_box, row, 1)
        self.fields.addWidget(self._consequence, row + 1, 0, 1, 2)
        self._show_consequence()

    def apply(self) -> None:
        outcome = self.outcome_combo.code()
        assert outcome is not None
        reopens = True if self.reopen_box.isVisibleTo(self) and self.reopen_box.isChecked() else None
        ended: Ended = self._shop.disputes.record_outcome(
            self._dispute.id,
            outcome,
            at=self.moment(),
            reference=self.reference_edit.text(),
            note=self.note_edit.toPlainText(),
            reopen=reopens,
        )
        self.ended.emit(ended)

    def _show_consequence(self, *_: object) -> None:
        outcome = self.outcome_combo.code()
        decided = self._dispute.request_state is RequestState.DECIDED
        self.reopen_box.setVisible(decided and outcome is DisputeOutcome.SETTLED)
        if outcome is DisputeOutcome.BUYER_WON:
            text = (
                self.tr("The refund is opened again as a new request, for you to decide with this outcome at hand.")
                if decided
                else self.tr("The request is still open: decide it with this outcome at hand.")
            )
        elif outcome is DisputeOutcome.SHOP_WON:
            text = self.tr("The decision stands.") if decided else self.tr("The request is still to be decided.")
        else:
            text = ""
        self._consequence.setText(text)
        self._consequence.setVisible(bool(text))
