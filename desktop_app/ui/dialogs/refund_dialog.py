"""One step of a refund: it was paid out, it arrived, or it failed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.states import RefundState
from desktop_app.services.refunds import RefundLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.labels import label, money
from desktop_app.ui.widgets.inputs import DateTimeEdit


class RefundDialog(FormDialog):
    """Takes the refund to ``state``; ``saved`` carries its id after the service accepted the step."""

    saved = Signal(object)

    def __init__(
        self, parent: QWidget, shop: Any, window: WindowContext, refund: RefundLine, state: RefundState
    ) -> None:
        title, button = {
            RefundState.PAID: (self.tr("The refund was paid out"), self.tr("Mark paid")),
            RefundState.ARRIVED: (self.tr("The refund arrived"), self.tr("Mark arrived")),
            RefundState.FAILED: (self.tr("The refund failed"), self.tr("Mark failed")),
        }[state]
        about = self.tr("{amount} for order {order_no}, through {route}").format(
            amount=money(refund.amount_fen), order_no=refund.order_no, route=label(refund.route)
        )
        super().__init__(
            parent,
            "refund_dialog",
            title,
            button,
            introduction=about,
            width=480,
            danger=state is RefundState.FAILED,
        )
        self._shop = shop
        self._refund = refund
        self._state = state
        self.reference_edit = line_edit(
            "reference_edit",
            self.tr("Reference of the payment"),
            text=refund.reference,
            placeholder=self.tr("The number WeChat Pay or Alipay shows for the refund"),
        )
        self.moment_edit = DateTimeEdit(self.tr("When"), "moment_edit", window.zone())
        self.moment_edit.set_moment(window.now())
        self.note_edit = note_edit(
            "note_edit",
            self.tr("What went wrong"),
            text=refund.note,
            placeholder=self.tr("What went wrong, e.g. the buyer's account was closed"),
            height=84,
        )
        self.fields.add_field(self.tr("Reference"), self.reference_edit)
        self.fields.add_field(self.tr("When"), self.moment_edit)
        self.fields.add_field(self.tr("What went wrong"), self.note_edit)
        self.fields.set_field_visible(self.reference_edit, state is RefundState.PAID)
        self.fields.set_field_visible(self.moment_edit, state is not RefundState.FAILED)
        self.fields.set_field_visible(self.note_edit, state is RefundState.FAILED)
        first = {RefundState.PAID: self.reference_edit, RefundState.FAILED: self.note_edit}.get(state, self.moment_edit)
        first.setFocus()

    def apply(self) -> None:
        refunds, refund_id = self._shop.refunds, self._refund.id
        if self._state is RefundState.PAID:
            refunds.mark_paid(refund_id, self.reference_edit.text(), self.moment_edit.moment())
        elif self._state is RefundState.ARRIVED:
            refunds.mark_arrived(refund_id, self.moment_edit.moment())
        else:
            refunds.mark_failed(refund_id, self.note_edit.toPlainText())
        self.saved.emit(refund_id)
