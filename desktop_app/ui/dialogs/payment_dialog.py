"""Recording when and how an order was paid, and when the buyer got it."""

from __future__ import annotations

from typing import Any

from desktop_app.domain.states import PaymentChannel
from desktop_app.services.orders import OrderDetail
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.labels import money
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo, MoneyEdit


class MarkPaidDialog(FormDialog):
    """The money received for an unpaid order."""

    def __init__(self, shop: Any, window: WindowContext, order: OrderDetail) -> None:
        due_fen = sum(unit.net_fen for unit in order.units)
        super().__init__(
            window.dialog_parent(),
            "mark_paid_dialog",
            self.tr("Record the payment"),
            self.tr("Mark as paid"),
            introduction=self.tr("Order {order_no}: {amount} is to be paid.").format(
                order_no=order.line.order_no, amount=money(due_fen)
            ),
        )
        self._shop = shop
        self._order_id = order.line.id
        self.paid_edit = MoneyEdit(self.tr("Amount paid"), "paid_edit")
        self.paid_edit.set_fen(due_fen)
        self.paid_at_edit = DateTimeEdit(self.tr("Paid at"), "paid_at_edit", window.zone())
        self.paid_at_edit.set_moment(max(window.now().replace(microsecond=0), order.line.ordered_at))
        self.payment_combo: EnumCombo[PaymentChannel] = EnumCombo(
            self.tr("Paid by"), "payment_channel_combo", PaymentChannel
        )
        self.payment_combo.set_code(order.payment_channel)
        self.reference_edit = line_edit("payment_ref_edit", self.tr("Payment reference"), text=order.payment_ref)
        self.fields.add_field(self.tr("Amount paid"), self.paid_edit)
        self.fields.add_field(self.tr("Paid at"), self.paid_at_edit)
        self.fields.add_field(self.tr("Paid by"), self.payment_combo)
        self.fields.add_field(self.tr("Reference"), self.reference_edit)
        self.paid_edit.setFocus()

    def apply(self) -> None:
        self._shop.orders.mark_paid(
            self._order_id,
            self.paid_edit.fen(),
            self.paid_at_edit.moment(),
            self.payment_combo.code() or PaymentChannel.OTHER,
            self.reference_edit.text(),
        )


class MomentDialog(FormDialog):
    """When something happened: the buyer got the goods, or confirmed the order."""

    def __init__(self, shop: Any, window: WindowContext, order: OrderDetail, *, confirms: bool) -> None:
        """``confirms``: the buyer confirmed (the order is completed); otherwise the goods only arrived."""
        if confirms:
            title, action = self.tr("Complete the order"), self.tr("Complete")
            introduction = self.tr(
                "The buyer confirmed the receipt of order {order_no}. From then on a refund for a change of mind is "
                "no longer due."
            )
        else:
            title, action = self.tr("Record the receipt"), self.tr("Record")
            introduction = self.tr(
                "The buyer got the goods of order {order_no}; whether they were used is another fact."
            )
        super().__init__(
            window.dialog_parent(),
            "complete_dialog" if confirms else "received_dialog",
            title,
            action,
            introduction=introduction.format(order_no=order.line.order_no),
        )
        self._shop = shop
        self._order_id = order.line.id
        self._confirms = confirms
        self.moment_edit = DateTimeEdit(self.tr("When"), "moment_edit", window.zone())
        self._proposed = window.now()
        self.moment_edit.set_moment(self._proposed)
        self.fields.add_field(self.tr("When"), self.moment_edit)
        self.moment_edit.setFocus()

    def apply(self) -> None:
        moment = self.moment_edit.moment()
        if moment == self._proposed.replace(microsecond=0):
            # the field drops the part of a second in which the order may have been shipped
            moment = self._proposed
        if self._confirms:
            self._shop.orders.complete(self._order_id, moment)
        else:
            self._shop.orders.confirm_delivered(self._order_id, moment)
