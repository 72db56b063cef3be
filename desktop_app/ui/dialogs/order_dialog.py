"""Entering an order by hand."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.refund_inputs import MAX_QUANTITY
from desktop_app.domain.states import FeeDisclosure, PaymentChannel, ProductKind
from desktop_app.services.orders import OrderDraft, Target
from desktop_app.services.policies import ChannelLine
from desktop_app.services.products import ProductName
from desktop_app.ui import row_loader
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FieldGrid, FormDialog, line_edit, note_edit, number_spin
from desktop_app.ui.labels import label, money, percent
from desktop_app.ui.row_loader import Load
from desktop_app.ui.widgets.basics import icon_button, plain_label, row_of
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo, MoneyEdit
from desktop_app.ui.widgets.item_combo import ItemCombo

TARGET_FIELDS = {
    ProductKind.GAME_CARD: ("game", "account", "server", "role"),
    ProductKind.PHONE_TOPUP: ("account", "recharge_type"),
    ProductKind.MEMBERSHIP: ("account", "recharge_type"),
    ProductKind.GIFT_PACK: ("game", "account", "server", "role"),
    ProductKind.OTHER: ("account",),
}
"""What is asked for whom an order is, by what is sold (seed A37)."""


class OrderDialog(FormDialog):
    """``saved`` carries the id of the order."""

    saved = Signal(int)

    def __init__(
        self, shop: Any, window: WindowContext, channels: list[ChannelLine], products: list[ProductName]
    ) -> None:
        super().__init__(
            window.dialog_parent(), "order_dialog", self.tr("New order"), self.tr("Enter the order"), width=880
        )
        self._shop = shop
        self._window = window
        self._channels = {line.id: line for line in channels}
        self._products = {line.id: line for line in products}
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(14)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        self.body.insertLayout(2, columns)
        left.addLayout(self._order_fields())
        left.addStretch(1)
        right.addLayout(self._payment_fields())
        right.addLayout(self._buyer_fields())
        right.addStretch(1)
        self.channel_combo.set_items((line.id, line.name) for line in channels)
        self.product_combo.set_items((line.id, f"{line.name}  ·  {line.code}") for line in products)
        self._connect()
        self._on_channel_chosen(self.channel_combo.item_id())
        self._on_product_chosen(self.product_combo.item_id())
        self._on_paid_toggled(self.paid_box.isChecked())
        self.number_edit.setFocus()

    # building

    def _order_fields(self) -> FieldGrid:
        self.number_edit = line_edit(
            "order_no_edit", self.tr("Order number"), placeholder=self.tr("As on the platform"), longest=64
        )
        self.number_button = icon_button(
            "refresh-cw", self.tr("Make up a number"), "make_number_button", self._make_number
        )
        holder = QWidget()
        line = row_of(self.number_edit, self.number_button, spacing=4)
        holder.setLayout(line)
        self.channel_combo = ItemCombo(self.tr("Channel"), "order_channel_combo")
        self.product_combo = ItemCombo(self.tr("Product"), "order_product_combo")
        self.quantity_spin = number_spin("quantity_spin", self.tr("Quantity"), 1, MAX_QUANTITY, 1)
        self.list_edit = MoneyEdit(self.tr("Price of one"), "list_price_edit")
        self.discount_edit = MoneyEdit(self.tr("Discount of the order"), "discount_edit")
        now = self._window.now()
        self.ordered_edit = DateTimeEdit(self.tr("Ordered at"), "ordered_at_edit", self._window.zone())
        self.ordered_edit.set_moment(now)
        self.disclosure_combo: EnumCombo[FeeDisclosure] = EnumCombo(
            self.tr("Fee shown at the purchase"),
            "disclosure_combo",
            FeeDisclosure,
            any_text=self.tr("As the policy says"),
        )
        self.promise_box = QCheckBox(self.tr("The seller promised something in writing"))
        self.promise_box.setObjectName("promise_box")
        self.promise_box.setAccessibleName(self.promise_box.text())
        self.note_edit = note_edit("order_note_edit", self.tr("Note"), height=56)
        self._stock = plain_label(role="muted", name="order_stock", wrap=True)
        self._policy = plain_label(role="muted", name="order_policy", wrap=True)
        fields = FieldGrid()
        fields.add_field(self.tr("Order number"), holder)
        fields.add_field(self.tr("Channel"), self.channel_combo)
        fields.addWidget(self._policy, fields.rowCount(), 1)
        fields.add_field(self.tr("Product"), self.product_combo)
        fields.addWidget(self._stock, fields.rowCount(), 1)
        fields.add_field(self.tr("Quantity"), self.quantity_spin)
        fields.add_field(self.tr("Price of one"), self.list_edit)
        fields.add_field(self.tr("Discount"), self.discount_edit)
        fields.add_field(self.tr("Ordered at"), self.ordered_edit)
        fields.add_field(self.tr("Fee shown"), self.disclosure_combo)
        fields.add_field("", self.promise_box)
        fields.add_field(self.tr("Note"), self.note_edit)
        return fields

    def _payment_fields(self) -> FieldGrid:
        self.paid_box = QCheckBox(self.tr("The buyer has paid"))
        self.paid_box.setObjectName("paid_box")
        self.paid_box.setAccessibleName(self.paid_box.text())
        self.paid_box.setChecked(True)
        self.paid_edit = MoneyEdit(self.tr("Amount paid"), "paid_edit")
        self.payment_combo: EnumCombo[PaymentChannel] = EnumCombo(
            self.tr("Paid by"), "payment_channel_combo", PaymentChannel
        )
        self.payment_ref_edit = line_edit("payment_ref_edit", self.tr("Payment reference"))
        self.paid_at_edit = DateTimeEdit(self.tr("Paid at"), "paid_at_edit", self._window.zone())
        self.paid_at_edit.set_moment(self._window.now())
        fields = FieldGrid()
        fields.add_heading(self.tr("Payment"))
        fields.add_field("", self.paid_box)
        fields.add_field(self.tr("Amount paid"), self.paid_edit)
        fields.add_field(self.tr("Paid by"), self.payment_combo)
        fields.add_field(self.tr("Reference"), self.payment_ref_edit)
        fields.add_field(self.tr("Paid at"), self.paid_at_edit)
        return fields

    def _buyer_fields(self) -> FieldGrid:
        self.buyer_edit = line_edit("buyer_edit", self.tr("Buyer"), placeholder=self.tr("Name or contact"))
        self.target_edits = {
            "recharge_type": line_edit("target_recharge_type_edit", self.tr("Type of top-up")),
            "game": line_edit("target_game_edit", self.tr("Game")),
            "account": line_edit("target_account_edit", self.tr("Account")),
            "server": line_edit("target_server_edit", self.tr("Server")),
            "role": line_edit("target_role_edit", self.tr("Role")),
        }
        self._buyer_grid = FieldGrid()
        self._buyer_grid.add_heading(self.tr("Buyer and target"))
        self._buyer_grid.add_field(self.tr("Buyer"), self.buyer_edit)
        for edit in self.target_edits.values():
            self._buyer_grid.add_field(edit.accessibleName(), edit)
        return self._buyer_grid

    def _connect(self) -> None:
        self.channel_combo.item_chosen.connect(self._on_channel_chosen)
        self.product_combo.item_chosen.connect(self._on_product_chosen)
        self.paid_box.toggled.connect(self._on_paid_toggled)
        self.quantity_spin.valueChanged.connect(self._propose_paid)
        self.list_edit.textChanged.connect(self._propose_paid)
        self.discount_edit.textChanged.connect(self._propose_paid)

    # what follows from what

    def _make_number(self) -> None:
        stamp = self._window.now().astimezone(self._window.zone()).strftime("%Y%m%d%H%M%S")
        self.number_edit.setText(f"DD{stamp}")

    def _on_channel_chosen(self, channel_id: int | None) -> None:
        channel = self._channels.get(channel_id or 0)
        if channel is not None:
            self._policy.setText(
                self.tr("{kind}: fee {fee}, {hours} h to ask for a refund").format(
                    kind=label(channel.platform_kind), fee=percent(channel.fee_bp), hours=channel.window_hours
                )
            )

    def _on_product_chosen(self, product_id: int | None) -> None:
        product = self._products.get(product_id or 0)
        if product is None:
            return
        self.list_edit.set_fen(product.price_fen)
        if product.kind is ProductKind.PHONE_TOPUP:
            self._stock.setText(self.tr("Carried out by the operator, without a key"))
        else:
            self._count_stock(product.id)
        asked = TARGET_FIELDS[product.kind]
        for name, edit in self.target_edits.items():
            self._buyer_grid.set_field_visible(edit, name in asked)

    def _count_stock(self, product_id: int) -> None:
        """Takes a moment in a large stock, and the form is filled in meanwhile."""
        shop = self._shop
        self._stock.clear()

        def counted(load: Load) -> None:
            if product_id == self.product_combo.item_id() and load.error is None:
                self._stock.setText(self.tr("{count} in stock").format(count=f"{load.value:,}"))

        load = row_loader.start(self, lambda: shop.products.get(product_id).in_stock, counted)
        if load.wait(row_loader.PATIENCE_SECONDS):
            counted(load)

    def _on_paid_toggled(self, paid: bool) -> None:
        for field in (self.paid_edit, self.payment_combo, self.payment_ref_edit, self.paid_at_edit):
            field.setEnabled(paid)
        self._propose_paid()

    def _propose_paid(self, *_: object) -> None:
        """What is to be paid, until the merchant writes something else."""
        try:
            total_fen = self.list_edit.fen() * self.quantity_spin.value() - (self.discount_edit.fen_or_none() or 0)
        except BadInputError:
            return
        if total_fen < 0:
            return
        self.paid_edit.setPlaceholderText(money(total_fen))
        if not self.paid_edit.isModified():
            self.paid_edit.set_fen(total_fen)

    # doing it

    def apply(self) -> None:
        paid = self.paid_box.isChecked()
        asked = TARGET_FIELDS[self._products[self.product_combo.item_id() or 0].kind]
        draft = OrderDraft(
            order_no=self.number_edit.text(),
            channel_id=self.channel_combo.item_id() or 0,
            product_id=self.product_combo.item_id() or 0,
            quantity=self.quantity_spin.value(),
            list_fen=self.list_edit.fen(),
            discount_fen=self.discount_edit.fen_or_none() or 0,
            paid_fen=self.paid_edit.fen() if paid else 0,
            payment_channel=self.payment_combo.code() or PaymentChannel.OTHER,
            payment_ref=self.payment_ref_edit.text() if paid else "",
            ordered_at=self.ordered_edit.moment(),
            paid_at=self.paid_at_edit.moment() if paid else None,
            fee_disclosure=self.disclosure_combo.code(),
            buyer=self.buyer_edit.text(),
            target=Target(**{name: self.target_edits[name].text() for name in asked}),
            written_promise=self.promise_box.isChecked(),
            note=self.note_edit.toPlainText(),
        )
        self.saved.emit(self._shop.orders.add(draft))

    def submit(self) -> None:
        if not self.number_edit.text().strip():
            self.ask_for(self.number_edit, self.tr("Enter the number of the order."))
        else:
            super().submit()
