"""A shop in a real window for proofs, refunds, rules and settings; its password costs no time."""

from __future__ import annotations

from pathlib import Path

from desktop_app.services import Shop
from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES
from tests.services.desk import Clock
from tests.ui.request_shop import RequestWindow

PASSWORD = "correct horse 9"
PAGE_NAMES = ("proofs", "refunds", "requests", "orders", "keys", "policies", "settings")


class PaperWindow(RequestWindow):
    """Begins on the proofs of a shop with a channel, a product and eight keys."""

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        self.clock = Clock()
        self.shop, self.recovery_code = Shop.create(
            folder,
            protection="password",
            password=PASSWORD,
            actor="林默",
            clock=self.clock,
            cost=Argon2Cost(16, 2, 1),
        )
        self.window = MainWindow(
            jobs, pages=tuple(entry for entry in PAGES if entry.name in PAGE_NAMES), clock=self.clock
        )
        self.window.resize(1280, 800)
        self.window.attach(self.shop)
        self.window.show()
        self.product_id = 0
        self.open_shop()

    def redeemed(self, order_no: str = "DD20261122001", **more: object) -> int:
        """A delivered order whose unit was redeemed; the id of the unit."""
        order_id = self.sell(order_no)
        self.redeem(order_id, **more)
        return int(self.shop.orders.detail(order_id).units[0].id)

    def refunded(self, order_no: str = "DD20261122001") -> int:
        """An approved request; the id of its refund."""
        self.sell(order_no)
        request_id = self.ask_back(order_no)
        preview = self.shop.requests.preview(request_id)
        decided = self.shop.requests.approve(request_id, token=preview.token)
        assert decided.refund_id is not None
        return decided.refund_id
