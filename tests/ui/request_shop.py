"""A shop with requests in a real window, for the desk and the inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from desktop_app.domain.states import EvidenceKind, PlatformKind, ReasonCode
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.requests import RequestDraft
from tests.ui.stock_shop import KEYS, StockWindow


class RequestWindow(StockWindow):
    """Begins on the desk of an empty shop; :meth:`sell` and :meth:`ask_back` fill it."""

    page_names = ("desk", "requests", "orders", "keys", "products", "proofs", "refunds", "reports")
    product_id = 0

    def open_shop(self, kind: PlatformKind = PlatformKind.THIRD_PARTY) -> None:
        """A channel that takes 5 %, a product, eight keys."""
        self.shop.policies.add_channel("星河卡盟", kind, PolicyDraft(fee_bp=500, fee_note="退款收取 5% 手续费"))
        self.clock.advance(hours=1)
        self.product_id = self.add_product()
        self.stock(self.product_id, *KEYS)

    def sell(self, order_no: str = "DD20261122001", *, deliver: bool = True, **more: Any) -> int:
        order_id = self.add_order(self.product_id, order_no, **more)
        if deliver:
            self.shop.orders.deliver(order_id)
        return order_id

    def redeem(self, order_id: int, **more: Any) -> None:
        unit = self.shop.orders.detail(order_id).units[0]
        values = {
            "redeemed_at": self.clock() - timedelta(minutes=1),
            "code": "RX-88412093",
            "target": "player_qing@163.com",
            "source": "供应商激活记录",
            "stated_by": "供应商",
            **more,
        }
        self.shop.orders.redeem(unit.id, **values)

    def ask_back(self, order_no: str = "DD20261122001", **more: Any) -> int:
        """A request with the evidence that a change of mind wants."""
        values: dict[str, Any] = {
            "reason": ReasonCode.CHANGE_OF_MIND,
            "requested_at": self.clock(),
            "evidence": (EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT),
            **more,
        }
        return self.shop.requests.add(RequestDraft(order_no=order_no, **values))

    def inbox(self, request_id: int | None = None) -> Any:
        """The requests page, with a request chosen."""
        page = self.page("requests")
        if request_id is not None:
            page.open_item(request_id)
        return page
