"""Delivering an order: what will leave the stock, then the keys and the text for the buyer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import ProductKind
from desktop_app.services.orders import Delivery, OrderDetail
from desktop_app.services.products import ProductLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.form_dialog import FormDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, language
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton
from desktop_app.ui.widgets.dialogs import SecretDialog
from desktop_app.ui.widgets.tab_bar import name_scroll_buttons

MOST_UNITS = 1000
"""No order has more."""


class DeliverDialog(FormDialog):
    """``delivered`` carries the Delivery."""

    delivered = Signal(object)

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, order: OrderDetail, product: ProductLine) -> None:
        line = order.line
        if line.product_kind is ProductKind.PHONE_TOPUP:
            introduction = self.tr("The top-up of order {order_no} counts as under way from now on; no key is needed.")
        elif product.reusable:
            introduction = self.tr(
                "Order {order_no} gets {count} keys of “{product}” ({stock} can be sold now). They are used again and "
                "again, and leave the stock when their use limit is reached."
            )
        else:
            introduction = self.tr(
                "{count} keys of “{product}”, {issue_order}, leave the stock ({stock} can be sold now) and belong to "
                "order {order_no}. A key that was shown is not sold again without the issuer's record."
            )
        super().__init__(
            window.dialog_parent(),
            "deliver_dialog",
            self.tr("Deliver the order"),
            self.tr("Deliver"),
            introduction=introduction.format(
                issue_order=label(product.issue_order).lower(),
                count=line.quantity,
                product=line.product_name,
                stock=f"{product.in_stock:,}",
                order_no=line.order_no,
            ),
        )
        self._shop = shop
        self._jobs = jobs
        self._order_id = line.id
        self.received_box = QCheckBox(self.tr("The buyer gets them now (the time of receipt is recorded)"))
        self.received_box.setObjectName("received_box")
        self.received_box.setAccessibleName(self.received_box.text())
        self.received_box.setChecked(True)
        self.fields.addWidget(self.received_box, 0, 0, 1, 2)
        missing = 0 if line.product_kind is ProductKind.PHONE_TOPUP else line.quantity - _can_serve(product)
        if missing > 0:
            self.message.say(
                self.tr("The stock is {missing} keys short: import keys first.").format(missing=missing),
                Tone.WARN,
            )
        self.submit_button.setFocus()

    def submit(self) -> None:
        """Many keys take a while to open, so a worker delivers."""
        orders, order_id, received = self._shop.orders, self._order_id, self.received_box.isChecked()

        def work(_progress: Progress) -> Delivery:
            delivery: Delivery = orders.deliver(order_id, received=received)
            return delivery

        self.message.clear()
        self.hold(True)
        self._jobs.run(self, work, self._on_delivered, self._on_failed)

    def _on_delivered(self, delivery: Delivery) -> None:
        self.delivered.emit(delivery)
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self.hold(False)
        self.message.show_error(error)


class DeliveryDialog(SecretDialog):
    """The delivered keys and the text for the buyer, to copy; what is copied leaves the clipboard again."""

    def __init__(self, window: WindowContext, delivery: Delivery) -> None:
        super().__init__(window.dialog_parent())
        self.setObjectName("delivery_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Order {order_no}").format(order_no=delivery.order_no))
        self.setModal(True)
        self.resize(640, 520)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self._heading(delivery), role="title", name="delivery_heading", wrap=True))
        if delivery.keys:
            self.keys_edit = self._text("delivered_keys", self.tr("Card keys"), "\n".join(delivery.keys))
            self.keys_edit.setFont(mono_font(11))
            self.keys_edit.setMaximumHeight(44 + 22 * min(len(delivery.keys), 6))
            copy = CopyButton(
                self.tr("Copy the keys"), "copy_keys_button", self.keys_edit.toPlainText, secret=window.secrets
            )
            layout.addLayout(row_of(plain_label(self.tr("Card keys"), role="section"), 1, copy))
            layout.addWidget(self.keys_edit)
        layout.addWidget(plain_label(self.tr("Text for the buyer"), role="section"))
        self.tabs = QTabWidget()
        self.tabs.setObjectName("delivery_texts")
        self.tabs.setAccessibleName(self.tr("Text for the buyer"))
        for code, name, text in (("zh", "中文", delivery.text_zh), ("en", "English", delivery.text_en)):
            self.tabs.addTab(self._buyer_text(window, code, name, text), name)
        self.tabs.tabBar().setObjectName("delivery_texts_tabs")
        name_scroll_buttons(self.tabs.tabBar())
        self.tabs.setCurrentIndex(0 if language() == "zh" else 1)
        layout.addWidget(self.tabs, 1)
        close = push_button(self.tr("Close"), "close_button", self.accept, kind="primary")
        layout.addLayout(row_of(1, close))

    def _heading(self, delivery: Delivery) -> str:
        if not delivery.keys:
            return self.tr("Order {order_no} is under way").format(order_no=delivery.order_no)
        return self.tr("{count} keys for order {order_no}").format(count=len(delivery.keys), order_no=delivery.order_no)

    def _buyer_text(self, window: WindowContext, code: str, name: str, text: str) -> QWidget:
        edit = self._text(f"buyer_text_{code}", self.tr("Text for the buyer, {language}").format(language=name), text)
        copy = CopyButton(self.tr("Copy the text"), f"copy_text_{code}_button", edit.toPlainText, secret=window.secrets)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.addWidget(edit, 1)
        layout.addLayout(row_of(1, copy))
        return page

    @staticmethod
    def _text(name: str, title: str, text: str) -> QPlainTextEdit:
        edit = QPlainTextEdit(text)
        edit.setObjectName(name)
        edit.setAccessibleName(title)
        edit.setReadOnly(True)
        edit.setTabChangesFocus(True)
        return edit


def _can_serve(product: ProductLine) -> int:
    """How many units the stock is enough for, before those of this order that were delivered already."""
    if not product.reusable:
        return product.in_stock
    if product.uses_left is None:
        return MOST_UNITS if product.in_stock else 0
    return product.uses_left
