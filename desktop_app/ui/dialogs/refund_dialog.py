"""One step of a refund: it was paid out, it arrived, or it failed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import RefundState
from desktop_app.services.refunds import RefundLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.labels import label, money
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.inputs import DateTimeEdit
from desktop_app.ui.widgets.message_strip import MessageStrip


class RefundDialog(QDialog):
    """Takes the refund to ``state``; ``saved`` carries its id after the service accepted the step."""

    saved = Signal(object)

    def __init__(
        self, parent: QWidget, shop: Any, window: WindowContext, refund: RefundLine, state: RefundState
    ) -> None:
        super().__init__(parent)
        self.setObjectName("refund_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._shop = shop
        self._refund = refund
        self._state = state
        title, button = {
            RefundState.PAID: (self.tr("The refund was paid out"), self.tr("Mark paid")),
            RefundState.ARRIVED: (self.tr("The refund arrived"), self.tr("Mark arrived")),
            RefundState.FAILED: (self.tr("The refund failed"), self.tr("Mark failed")),
        }[state]
        self.setWindowTitle(title)
        self.message = MessageStrip("refund_message", closable=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(plain_label(title, role="title"))
        layout.addWidget(
            plain_label(
                self.tr("{amount} for order {order_no}, through {route}").format(
                    amount=money(refund.amount_fen), order_no=refund.order_no, route=label(refund.route)
                ),
                role="muted",
                name="refund_about",
                wrap=True,
            )
        )
        self.reference_edit = QLineEdit(refund.reference)
        self.reference_edit.setObjectName("reference_edit")
        self.reference_edit.setAccessibleName(self.tr("Reference of the payment"))
        self.reference_edit.setPlaceholderText(self.tr("The number WeChat Pay or Alipay shows for the refund"))
        self.moment_edit = DateTimeEdit(self.tr("When"), "moment_edit", window.zone())
        self.moment_edit.set_moment(window.now())
        self.note_edit = QPlainTextEdit(refund.note)
        self.note_edit.setObjectName("note_edit")
        self.note_edit.setAccessibleName(self.tr("What went wrong"))
        self.note_edit.setPlaceholderText(self.tr("What went wrong, e.g. the buyer's account was closed"))
        self.note_edit.setTabChangesFocus(True)
        self.note_edit.setFixedHeight(84)
        shown: tuple[tuple[str, QWidget, tuple[RefundState, ...]], ...] = (
            (self.tr("Reference"), self.reference_edit, (RefundState.PAID,)),
            (self.tr("When"), self.moment_edit, (RefundState.PAID, RefundState.ARRIVED)),
            (self.tr("What went wrong"), self.note_edit, (RefundState.FAILED,)),
        )
        first: QWidget | None = None
        for text, field, states in shown:
            if state in states:
                layout.addWidget(plain_label(text, role="muted"))
                layout.addWidget(field)
                first = first or field
            else:
                field.setParent(self)
                field.hide()
        layout.addWidget(self.message)
        layout.addSpacing(4)
        kind = "danger" if state is RefundState.FAILED else "primary"
        self.save_button = push_button(button, "save_button", self._save, kind=kind)
        self.save_button.setDefault(True)
        layout.addLayout(row_of(1, push_button(self.tr("Cancel"), "cancel_button", self.reject), self.save_button))
        if first is not None:
            first.setFocus()

    def _save(self) -> None:
        refunds, refund_id = self._shop.refunds, self._refund.id
        try:
            if self._state is RefundState.PAID:
                refunds.mark_paid(refund_id, self.reference_edit.text(), self.moment_edit.moment())
            elif self._state is RefundState.ARRIVED:
                refunds.mark_arrived(refund_id, self.moment_edit.moment())
            else:
                refunds.mark_failed(refund_id, self.note_edit.toPlainText())
        except ShopError as error:
            self.message.show_error(error)
            return
        self.saved.emit(refund_id)
        self.accept()
