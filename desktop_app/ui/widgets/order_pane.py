"""One order: what it is, for whom, under which policy, its units, what happened, and what can be done now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from desktop_app.domain.states import OrderState, ProductKind
from desktop_app.services.evidence import EvidenceLine
from desktop_app.services.orders import OrderDetail
from desktop_app.services.timeline import EventLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import label, money, percent, tone, when
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.evidence_view import EvidencePlace, EvidenceView
from desktop_app.ui.widgets.timeline_view import TimelineView
from desktop_app.ui.widgets.units_view import UnitsView


class OrderPane(DetailPane):
    """Shows an OrderDetail; every step is asked of the page by ``step_wanted``."""

    step_wanted = Signal(str)
    """``mark_paid`` ``deliver`` ``show_keys`` ``confirm_received`` ``complete`` ``lock`` ``unlock`` ``cancel``
    ``new_request`` ``requests``"""

    def __init__(self, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("order_pane", self.tr("Order"), parent=parent)
        self.setMinimumWidth(390)
        self._window = window
        self._order: OrderDetail | None = None
        self._number = plain_label(role="title", name="order_number", selectable=True)
        self._about = plain_label(role="muted", name="order_about", wrap=True, selectable=True)
        self._amount = plain_label(role="amount", name="order_amount", selectable=True)
        self._pill = Pill("order_state_pill")
        self._locked = Pill("order_locked_pill")
        self._facts = self._grid()
        self.units = UnitsView(window.zone())
        self.requests_button = push_button(
            "", "order_requests_button", self._ask("requests"), kind="link", icon="inbox"
        )
        self.evidence = EvidenceView("order_", with_request=True)
        self.timeline = TimelineView("order_timeline")
        for widget in (self._number, self._about):
            self.content.addWidget(widget)
        self.content.addLayout(row_of(self._amount, 1, self._locked, self._pill))
        self.content.addWidget(self._facts)
        self.content.addLayout(row_of(self.requests_button, 1))
        self.content.addWidget(self.units)
        self.content.addSpacing(4)
        self.content.addWidget(self.evidence)
        self.content.addSpacing(4)
        self.content.addWidget(plain_label(self.tr("What happened"), role="section"))
        self.content.addWidget(self.timeline)
        self._steps: dict[str, QPushButton] = {
            name: push_button(text, f"order_{name}_button", self._ask(name), kind=kind, icon=icon)
            for name, text, kind, icon in (
                ("mark_paid", self.tr("Mark paid…"), "primary", "banknote"),
                ("deliver", self.tr("Deliver…"), "primary", "truck"),
                ("show_keys", self.tr("Show keys again"), "", "eye"),
                ("confirm_received", self.tr("Received…"), "", ""),
                ("complete", self.tr("Complete…"), "", "circle-check"),
                ("new_request", self.tr("New request…"), "", "inbox"),
                ("lock", self.tr("Lock…"), "", "lock"),
                ("unlock", self.tr("Unlock…"), "", "lock-open"),
                ("cancel", self.tr("Cancel the order…"), "danger", ""),
            )
        }
        self._buttons = QGridLayout()
        self._buttons.setSpacing(8)
        for button in self._steps.values():
            # a button that is shown without a parent would be a window of its own
            self._buttons.addWidget(button, 0, 0)
        self.footer.addLayout(self._buttons)

    def step_button(self, name: str) -> QPushButton:
        return self._steps[name]

    def value(self, name: str) -> str:
        """A fact as it is shown."""
        return self._facts.value(name)

    def shows(self, order_id: int) -> bool:
        return self._order is not None and self._order.line.id == order_id

    def show_order(self, order: OrderDetail, evidence: Sequence[EvidenceLine], timeline: Sequence[EventLine]) -> None:
        """Show an order that was just read."""
        is_other = not self.shows(order.line.id)
        self._order = order
        line, zone = order.line, self._window.zone()
        self._number.setText(line.order_no)
        self._about.setText(
            self.tr("{product} × {quantity}  ·  {channel}").format(
                product=line.product_name, quantity=line.quantity, channel=line.channel_name
            )
        )
        self._amount.setText(money(line.paid_fen))
        self._pill.set_state(label(line.state), tone(line.state))
        self._locked.set_state(self.tr("Locked") if line.locked else "", Tone.BAD)
        self._show_facts(order)
        count = len(order.request_ids)
        self.requests_button.setVisible(count > 0)
        self.requests_button.setText(
            self.tr("Requests: {count}, open: {open}").format(count=count, open=line.open_requests)
        )
        self.units.show_order(order, zone)
        self.evidence.show_pieces(evidence, zone, can_add=True)
        self.timeline.set_events(timeline, zone)
        self._arrange(order)
        if is_other:
            self.scroll_area.verticalScrollBar().setValue(0)

    def evidence_place(self) -> EvidencePlace | None:
        """Where new evidence of the order itself belongs."""
        return None if self._order is None else EvidencePlace(self._order.line.id, None)

    # inside

    def _grid(self) -> FactsGrid:
        facts = FactsGrid("order_facts")
        for name, title in (
            ("lock_reason", self.tr("Locked because")),
            ("price", self.tr("Price")),
            ("refunded", self.tr("Refunded")),
            ("payment", self.tr("Payment")),
            ("ordered_at", self.tr("Ordered")),
            ("paid_at", self.tr("Paid")),
            ("shipped_at", self.tr("Delivered")),
            ("delivered_at", self.tr("Received")),
            ("completed_at", self.tr("Completed")),
            ("cancelled_at", self.tr("Cancelled")),
            ("buyer", self.tr("Buyer")),
            ("target", self.tr("Target")),
            ("policy", self.tr("Policy")),
            ("disclosure", self.tr("Fee shown")),
            ("promise", self.tr("Promise")),
            ("source", self.tr("From")),
            ("note", self.tr("Note")),
        ):
            facts.add(name, title)
        return facts

    def _show_facts(self, order: OrderDetail) -> None:
        line, zone, target = order.line, self._window.zone(), order.target
        list_fen = sum(unit.list_fen for unit in order.units)
        price = money(list_fen)
        if order.discount_fen:
            price = self.tr("{price}, {discount} off").format(price=price, discount=money(order.discount_fen))
        payment = label(order.payment_channel)
        values = {
            "lock_reason": order.lock_reason,
            "price": price,
            "refunded": money(line.refunded_fen) if line.refunded_fen else "",
            "payment": f"{payment}  {order.payment_ref}" if order.payment_ref else payment,
            "ordered_at": when(line.ordered_at, zone),
            "paid_at": when(line.paid_at, zone),
            "shipped_at": when(line.shipped_at, zone),
            "delivered_at": when(order.delivered_at, zone),
            "completed_at": when(order.completed_at, zone),
            "cancelled_at": when(order.cancelled_at, zone),
            "buyer": order.buyer,
            "target": "  ·  ".join(
                part for part in (target.game, target.recharge_type, target.account, target.server, target.role) if part
            ),
            "policy": self.tr("version {version}: fee {fee}, {hours} h").format(
                version=order.policy_version, fee=percent(order.fee_bp), hours=order.window_hours
            ),
            "disclosure": label(order.fee_disclosure),
            "promise": self.tr("in writing") if order.written_promise else "",
            "source": order.source if order.source not in ("", "hand") else "",
            "note": order.note,
        }
        for name, value in values.items():
            self._facts.set_value(name, value, Tone.BAD if name == "lock_reason" else None)

    def _arrange(self, order: OrderDetail) -> None:
        """Two buttons a line; the next step of the order has the first line for itself."""
        state, has_keys = order.line.state, order.line.product_kind is not ProductKind.PHONE_TOPUP
        delivered = state in (OrderState.SHIPPED, OrderState.COMPLETED)
        is_shown = {
            "mark_paid": state is OrderState.UNPAID,
            "deliver": state is OrderState.PAID,
            "show_keys": delivered and has_keys,
            "confirm_received": delivered and order.line.shipped_at is not None and order.delivered_at is None,
            "complete": state is OrderState.SHIPPED,
            "new_request": state not in (OrderState.UNPAID, OrderState.CANCELLED),
            "lock": not order.line.locked and state is not OrderState.CANCELLED,
            "unlock": order.line.locked,
            "cancel": state is OrderState.UNPAID,
        }
        for button in self._steps.values():
            self._buttons.removeWidget(button)
        place = 0
        for name, button in self._steps.items():
            if name in ("mark_paid", "deliver") and is_shown[name]:
                self._buttons.addWidget(button, 0, 0, 1, 2)
                place = 2
            elif is_shown[name]:
                self._buttons.addWidget(button, place // 2, place % 2)
                place += 1
            button.setVisible(is_shown[name])

    def _ask(self, name: str) -> Callable[[], None]:
        return lambda: self.step_wanted.emit(name)
