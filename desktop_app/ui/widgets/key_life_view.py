"""Who got a key and what came of it, each line a way to the order, request, refund or proof."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.services.inventory import KeyLife
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.labels import label, money, when
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button


class KeyLifeView(QWidget):
    """The facts of the batch and the lines that follow from deliveries."""

    def __init__(self, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_life")
        self._window = window
        self._facts = FactsGrid("key_life_facts")
        for name, title in (
            ("supplier", self.tr("Supplier")),
            ("invoice", self.tr("Invoice number")),
            ("cost", self.tr("Cost")),
            ("imported", self.tr("Imported")),
        ):
            self._facts.add(name, title)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._facts)
        layout.addLayout(self._lines)

    def show_life(self, life: KeyLife) -> None:
        zone = self._window.zone()
        facts = self._facts
        facts.set_value("supplier", life.supplier)
        facts.set_value("invoice", life.invoice_no)
        facts.set_value("cost", "" if life.cost_fen is None else money(life.cost_fen))
        facts.set_value("imported", f"{when(life.imported_at, zone)}  ·  {life.imported_by}  ·  {life.source}")
        self._clear()
        for delivery in life.deliveries:
            text = self.tr("Order {order_no}").format(order_no=delivery.order_no)
            note = "" if delivery.is_held else self.tr("taken back or replaced")
            if delivery.is_reissue:
                note = self.tr("sent as a replacement")
            self._add(
                text,
                (delivery.buyer, when(delivery.delivered_at, zone), delivery.delivered_by, note),
                partial(self._window.navigate, "orders", order_no=delivery.order_no),
            )
        hidden = life.delivered_times - len(life.deliveries)
        if hidden:
            self._say(self.tr("{count} earlier deliveries are not listed.").format(count=f"{hidden:,}"))
        for redemption in life.redemptions:
            parts = (when(redemption.redeemed_at, zone), redemption.code, redemption.target, redemption.source)
            self._say("  ·  ".join(filter(None, (self.tr("Redeemed"), *parts, redemption.stated_by))))
        for request in life.requests:
            reason = "" if request.reason is None else label(request.reason)
            self._add(
                self.tr("Request {request_no}").format(request_no=request.request_no),
                (label(request.state), reason, when(request.requested_at, zone)),
                partial(self._window.navigate, "requests", request.id),
            )
        for refund in life.refunds:
            self._add(
                self.tr("Refund {amount}").format(amount=money(refund.unit_fen)),
                (label(refund.state), refund.request_no, when(refund.arrived_at or refund.expected_at, zone)),
                partial(self._window.navigate, "refunds", refund.id),
            )
        for proof in life.proofs:
            self._add(
                self.tr("Proof {proof_no}").format(proof_no=proof.proof_no),
                (when(proof.issued_at, zone),),
                partial(self._window.navigate, "proofs", proof.id),
            )

    def texts(self) -> list[str]:
        """What the lines say, in their order."""
        found: list[str] = []
        for at in range(self._lines.count()):
            item = self._lines.itemAt(at)
            widget: Any = None if item is None else item.widget()
            if widget is not None:
                found.append(widget.text())
        return found

    def _add(self, title: str, parts: tuple[str, ...], on_click: Callable[[], object]) -> None:
        self._lines.addWidget(push_button(title, f"life_link_{self._lines.count()}", on_click, kind="link"))
        self._say("  ·  ".join(filter(None, parts)))

    def _say(self, text: str) -> None:
        name = f"life_text_{self._lines.count()}"
        self._lines.addWidget(plain_label(text, role="muted", name=name, wrap=True, selectable=True))

    def _clear(self) -> None:
        while self._lines.count():
            item = self._lines.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
