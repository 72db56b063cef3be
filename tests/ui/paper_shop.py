"""A shop in a real window for proofs, refunds, rules and settings; its password costs no time."""

from __future__ import annotations

from pathlib import Path

from desktop_app.services import Shop
from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.jobs import Jobs
from tests.ui.request_shop import RequestWindow

PASSWORD = "correct horse 9"


class PaperWindow(RequestWindow):
    """Begins on the proofs of a shop with a channel, a product and eight keys."""

    page_names = ("proofs", "refunds", "requests", "orders", "keys", "policies", "settings")

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        super().__init__(folder, jobs)
        self.open_shop()

    def _create(self, folder: Path) -> tuple[Shop, str]:
        return Shop.create(
            folder,
            protection="password",
            password=PASSWORD,
            actor="林默",
            clock=self.clock,
            cost=Argon2Cost(16, 2, 1),
        )

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

    def refunded_in_parts(self, order_no: str) -> list[int]:
        """Approved requests for each of the two units of an order; the ids of their refunds."""
        self.sell(order_no, deliver=False, quantity=2, paid_fen=19700)
        found = []
        for ref in ("1", "2"):
            request_id = self.ask_back(order_no, unit_refs=(ref,))
            decided = self.shop.requests.approve(request_id, token=self.shop.requests.preview(request_id).token)
            assert decided.refund_id is not None
            found.append(decided.refund_id)
        return found
