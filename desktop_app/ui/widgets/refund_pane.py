"""One refund with its facts, a note of the merchant's own, and its next steps."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop_app.domain.states import RefundState
from desktop_app.services.refunds import RefundLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.refund_dialog import RefundDialog
from desktop_app.ui.labels import day, label, money, tone, when
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip

_CAN_BE_PAID = (RefundState.DUE, RefundState.FAILED)
_CAN_ARRIVE = (RefundState.DUE, RefundState.PAID)
_CAN_FAIL = (RefundState.DUE, RefundState.PAID)


class RefundPane(DetailPane):
    """Shows the refund that is chosen and takes its steps."""

    def __init__(self, shop: Any, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("refund_pane", self.tr("The chosen refund"), parent=parent)
        self._shop = shop
        self._window = window
        self._refund: RefundLine | None = None
        self._build()

    def _build(self) -> None:
        self._amount = plain_label(role="amount", name="refund_amount", selectable=True)
        self._pill = Pill("refund_state")
        self._late = Pill("refund_late")
        self._facts = FactsGrid("refund_facts", key_width=88)
        for key, text in (
            ("request", self.tr("Request")),
            ("order", self.tr("Order")),
            ("route", self.tr("Route")),
            ("created", self.tr("Decided")),
            ("expected", self.tr("Expected by")),
            ("paid", self.tr("Paid at")),
            ("reference", self.tr("Reference")),
            ("arrived", self.tr("Arrived at")),
            ("reconciled", self.tr("In a statement")),
        ):
            self._facts.add(key, text)
        self.request_button = push_button(
            self.tr("Open the request"), "open_request_button", self._open_request, kind="link"
        )
        self.order_button = push_button(self.tr("Open the order"), "refund_order_button", self._open_order, kind="link")
        self.note_edit = QPlainTextEdit()
        self.note_edit.setObjectName("refund_note")
        self.note_edit.setAccessibleName(self.tr("Note"))
        self.note_edit.setPlaceholderText(self.tr("A note of your own"))
        self.note_edit.setTabChangesFocus(True)
        self.note_edit.setFixedHeight(76)
        self.note_edit.textChanged.connect(self._on_note_edited)
        self.note_button = push_button(self.tr("Save note"), "save_note_button", self._save_note)
        self.message = MessageStrip("refunds_message")
        self.paid_button = push_button(
            self.tr("Mark paid"), "mark_paid_button", self.mark_paid, kind="primary", tooltip="A"
        )
        self.arrived_button = push_button(self.tr("Arrived"), "mark_arrived_button", self.mark_arrived)
        self.failed_button = push_button(self.tr("Failed"), "mark_failed_button", self.mark_failed, kind="danger")
        content = self.content
        self._hint = plain_label(
            self.tr("Choose a refund to see it and to take its next step."), role="muted", wrap=True
        )
        content.addWidget(self._hint)
        content.addLayout(row_of(self._amount, self._pill, self._late, 1))
        content.addWidget(self._facts)
        content.addLayout(row_of(self.request_button, self.order_button, 1))
        content.addSpacing(4)
        self._note_title = plain_label(self.tr("Note"), role="muted")
        content.addWidget(self._note_title)
        content.addWidget(self.note_edit)
        content.addLayout(row_of(1, self.note_button))
        content.addWidget(self.message)
        content.addStretch(1)
        self.footer.addLayout(row_of(self.paid_button, self.arrived_button, 1, self.failed_button))

    def show_refund(self, row: RefundLine | None) -> None:
        """None: nothing is chosen."""
        if row is None or self._refund is None or row.id != self._refund.id:
            self.message.clear()
            self._set_note("" if row is None else row.note)
        elif self.note_edit.toPlainText() == self._refund.note:
            # another note came in and none was being typed
            self._set_note(row.note)
        self._refund = row
        shown = row is not None
        self._hint.setVisible(not shown)
        for widget in (
            self._amount,
            self._facts,
            self.request_button,
            self.order_button,
            self._note_title,
            self.note_edit,
            self.note_button,
        ):
            widget.setVisible(shown)
        state = None if row is None else row.state
        self.paid_button.setEnabled(state in _CAN_BE_PAID)
        self.arrived_button.setEnabled(state in _CAN_ARRIVE)
        self.failed_button.setEnabled(state in _CAN_FAIL)
        self._on_note_edited()
        if row is None:
            self._pill.set_state("", Tone.NEUTRAL)
            self._late.set_state("", Tone.NEUTRAL)
            return
        zone = self._window.zone()
        self._amount.setText(money(row.amount_fen))
        self._pill.set_state(label(row.state), tone(row.state))
        self._late.set_state(self.tr("Overdue") if row.is_overdue else "", Tone.BAD)
        for key, value in (
            ("request", row.request_no),
            ("order", row.order_no),
            ("route", label(row.route)),
            ("created", when(row.created_at, zone)),
            ("expected", expected_text(row, zone)),
            ("paid", when(row.paid_at, zone)),
            ("reference", row.reference),
            ("arrived", when(row.arrived_at, zone)),
            ("reconciled", self.tr("yes") if row.reconciled else self.tr("not yet")),
        ):
            self._facts.set_value(key, value)

    def _set_note(self, text: str) -> None:
        if self.note_edit.toPlainText() != text:
            self.note_edit.setPlainText(text)

    def _on_note_edited(self) -> None:
        refund = self._refund
        self.note_button.setEnabled(refund is not None and self.note_edit.toPlainText().strip() != refund.note)

    def _save_note(self) -> None:
        refund = self._refund
        if refund is None:
            return
        text = self.note_edit.toPlainText()
        attempt(
            self,
            lambda: self._shop.refunds.set_note(refund.id, text),
            lambda _answer: self._window.say(self.tr("The note was saved.")),
            self.message.show_error,
            lambda waits: self._window.say(waits, Tone.WARN),
        )

    def mark_paid(self) -> None:
        self._take_step(RefundState.PAID)

    def mark_arrived(self) -> None:
        self._take_step(RefundState.ARRIVED)

    def mark_failed(self) -> None:
        self._take_step(RefundState.FAILED)

    def _take_step(self, state: RefundState) -> None:
        if self._refund is not None:
            dialog = RefundDialog(self._window.dialog_parent(), self._shop, self._window, self._refund, state)
            dialog.saved.connect(self._on_step_saved)
            dialog.open()

    def _on_step_saved(self, refund_id: object) -> None:
        refund: RefundLine = self._shop.refunds.get(refund_id)
        self._window.say(
            self.tr("{amount} for order {order_no}: {state}").format(
                amount=money(refund.amount_fen), order_no=refund.order_no, state=label(refund.state)
            ),
            tone(refund.state),
        )

    def _open_request(self) -> None:
        if self._refund is not None:
            self._window.navigate("requests", self._refund.request_id)

    def _open_order(self) -> None:
        if self._refund is not None:
            self._window.navigate("orders", self._refund.order_id)


def expected_text(refund: RefundLine, zone: ZoneInfo) -> str:
    """The day by which the buyer should have the money."""
    text = day(refund.expected_at, zone)
    if refund.is_overdue:
        return QCoreApplication.translate("RefundPane", "{day} (overdue)").format(day=text)
    if refund.estimated:
        return QCoreApplication.translate("RefundPane", "{day} (estimated)").format(day=text)
    return text
