"""What can be done with an order: each step opens its dialog, which asks the service itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.orders import Delivery, OrderDetail, UnitLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.delivery_dialog import DeliverDialog, DeliveryDialog
from desktop_app.ui.dialogs.payment_dialog import MarkPaidDialog, MomentDialog
from desktop_app.ui.dialogs.redemption_dialog import RedemptionDialog
from desktop_app.ui.dialogs.unit_dialogs import UnitFactsDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.dialogs import ConfirmDialog


class OrderSteps(QObject):
    """The steps of the orders page; after one the services announce what changed."""

    done = Signal(str)
    """What was done, in a sentence."""
    failed = Signal(object)
    """ShopError of a step without a dialog of its own."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window

    def mark_paid(self, order: OrderDetail) -> None:
        dialog = MarkPaidDialog(self._shop, self._window, order)
        dialog.accepted.connect(lambda: self.done.emit(self.tr("The payment is recorded.")))
        dialog.open()

    def deliver(self, order: OrderDetail) -> None:
        try:
            product = self._shop.products.get(order.line.product_id)
        except ShopError as error:
            self.failed.emit(error)
            return
        dialog = DeliverDialog(self._shop, self._jobs, self._window, order, product)
        dialog.delivered.connect(self._on_delivered)
        dialog.open()

    def show_keys(self, order: OrderDetail) -> None:
        """The delivered keys once more; that they were shown is logged."""
        orders, order_id = self._shop.orders, order.line.id

        def work(_progress: Progress) -> Delivery:
            delivery: Delivery = orders.delivered_text(order_id)
            return delivery

        self._jobs.run(self, work, self._show_delivery, self.failed.emit)

    def confirm_received(self, order: OrderDetail) -> None:
        dialog = MomentDialog(self._shop, self._window, order, confirms=False)
        dialog.accepted.connect(lambda: self.done.emit(self.tr("The receipt is recorded.")))
        dialog.open()

    def complete(self, order: OrderDetail) -> None:
        dialog = MomentDialog(self._shop, self._window, order, confirms=True)
        dialog.accepted.connect(lambda: self.done.emit(self.tr("The order is completed.")))
        dialog.open()

    def lock(self, order: OrderDetail) -> None:
        self._ask_reason(
            self.tr("Lock order {order_no}").format(order_no=order.line.order_no),
            [
                self.tr("Nothing is delivered while the order is locked."),
                self.tr("The clocks of its open requests stand still."),
            ],
            self.tr("Lock the order"),
            lambda reason: self._shop.orders.lock(order.line.id, reason),
            self.tr("The order is locked."),
        )

    def unlock(self, order: OrderDetail) -> None:
        self._ask_reason(
            self.tr("Unlock order {order_no}").format(order_no=order.line.order_no),
            [
                self.tr("It was locked because: {reason}").format(reason=order.lock_reason),
                self.tr("It can be delivered again, and the clocks of its open requests run on."),
            ],
            self.tr("Unlock the order"),
            lambda reason: self._shop.orders.unlock(order.line.id, reason),
            self.tr("The order is unlocked."),
            danger=False,
        )

    def cancel(self, order: OrderDetail) -> None:
        self._ask_reason(
            self.tr("Cancel order {order_no}").format(order_no=order.line.order_no),
            [
                self.tr("The order was never paid, so there is nothing to refund."),
                self.tr("A cancelled order cannot be paid or delivered any more."),
            ],
            self.tr("Cancel the order"),
            lambda reason: self._shop.orders.cancel_unpaid(order.line.id, reason),
            self.tr("The order is cancelled."),
        )

    def redeem(self, order: OrderDetail, unit: UnitLine) -> None:
        dialog = RedemptionDialog(self._shop, self._jobs, self._window, order, unit)
        dialog.accepted.connect(lambda: self.done.emit(self.tr("The redemption is recorded.")))
        dialog.open()

    def set_facts(self, order: OrderDetail, unit: UnitLine) -> None:
        dialog = UnitFactsDialog(self._shop, self._window, order, unit)
        dialog.accepted.connect(lambda: self.done.emit(self.tr("The facts are recorded.")))
        dialog.open()

    # inside

    def _on_delivered(self, delivery: Delivery) -> None:
        self.done.emit(self.tr("Order {order_no} is delivered.").format(order_no=delivery.order_no))
        self._show_delivery(delivery)

    def _show_delivery(self, delivery: Delivery) -> None:
        if self._shop.is_unlocked:
            DeliveryDialog(self._window, delivery).open()
        else:  # it locked while they were being opened
            self._window.say(self.tr("The shop is locked: unlock it, then show the keys from the order."), Tone.WARN)

    def _ask_reason(
        self,
        title: str,
        lines: list[str],
        action: str,
        step: Callable[[str], None],
        sentence: str,
        *,
        danger: bool = True,
    ) -> None:
        def confirmed(reason: str) -> None:
            attempt(
                self,
                lambda: step(reason),
                lambda _answer: self.done.emit(sentence),
                self.failed.emit,
                lambda text: self._window.say(text, Tone.WARN),
            )

        dialog = ConfirmDialog(self._window.dialog_parent(), title, lines, action, danger=danger, ask_reason=True)
        dialog.confirmed.connect(confirmed)
        dialog.open()
