"""A shop that sells: one channel, one product, and the few steps that most tests of orders begin with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from desktop_app.domain.states import PlatformKind, ReasonCode
from desktop_app.services.orders import OrderDraft, Orders
from desktop_app.services.policies import Policies, PolicyDraft
from desktop_app.services.proofs import Proofs
from desktop_app.services.refunds import Refunds
from desktop_app.services.reports import Reports
from desktop_app.services.request_entry import RequestDraft
from desktop_app.services.requests import Requests
from tests.services.desk import Desk

KEYS = ("AAAA-1111-2222-0001", "AAAA-1111-2222-0002", "AAAA-1111-2222-0003", "AAAA-1111-2222-0004")


class OrderDesk:
    """Services around the shop of ``desk``; ``product_id`` and ``channel_id`` are there from the start."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.context = desk.context
        self.clock = desk.clock
        self.orders = Orders(desk.context)
        self.proofs = Proofs(desk.context)
        self.requests = Requests(desk.context, self.proofs)
        self.refunds = Refunds(desk.context)
        self.reports = Reports(desk.context)
        self.policies = Policies(desk.context)
        self.product_id = desk.product("STEAM50", face_fen=5000)
        draft = PolicyDraft(fee_bp=500, refund_policy="未核销可退", fee_note="退款收取 5% 手续费")
        self.channel_id = self.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, draft)
        self.clock.advance(hours=1)

    def draft(self, order_no: str = "A1", **more: object) -> OrderDraft:
        values: dict[str, object] = {
            "order_no": order_no,
            "channel_id": self.channel_id,
            "product_id": self.product_id,
            "quantity": 1,
            "list_fen": 5000,
            "paid_fen": 5000,
            "ordered_at": self.clock() - timedelta(minutes=10),
            "paid_at": self.clock() - timedelta(minutes=9),
        }
        return OrderDraft(**{**values, **more})  # type: ignore[arg-type]

    def paid(self, order_no: str = "A1", **more: object) -> int:
        return self.orders.add(self.draft(order_no, **more))

    def delivered(self, order_no: str = "A1", *, keys: tuple[str, ...] = KEYS[:1], **more: object) -> int:
        self.desk.stock(self.product_id, *keys)
        order_id = self.paid(order_no, quantity=len(keys), **more)
        self.orders.deliver(order_id)
        return order_id

    def unit_ids(self, order_id: int) -> list[int]:
        return [unit.id for unit in self.orders.detail(order_id).units]

    def redeem(self, unit_id: int, **more: object) -> int:
        values: dict[str, object] = {
            "redeemed_at": self.clock(),
            "code": "RX-88412093",
            "target": "player_qing@163.com",
            "source": "供应商激活记录",
            "stated_by": "供应商",
        }
        return self.orders.redeem(unit_id, **{**values, **more})  # type: ignore[arg-type]

    def ask_back(self, order_no: str = "A1", **more: object) -> int:
        """A request; the buyer changed their mind unless ``more`` says otherwise."""
        values: dict[str, object] = {"requested_at": self.clock(), "reason": ReasonCode.CHANGE_OF_MIND, **more}
        return self.requests.add(RequestDraft(order_no, **values))  # type: ignore[arg-type]

    def refunded(self, order_no: str = "A1") -> int:
        """An order paid and not delivered whose cancellation was approved; the id of its refund."""
        self.paid(order_no)
        request_id = self.ask_back(order_no)
        decided = self.requests.approve(request_id, token=self.requests.preview(request_id).token)
        assert decided.refund_id is not None
        return decided.refund_id


@contextmanager
def query_plans(desk: Desk) -> Iterator[list[str]]:
    """How SQLite runs the SELECTs of the block; filled in at its end."""
    seen: list[str] = []

    def note(sql: str) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            seen.append(sql)

    def watch(told: Callable[[str], None] | None) -> None:
        for open_session in (desk.context.read, desk.context.write):
            with open_session() as session:
                driver = session.connection().connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.set_trace_callback(told)  # also of what SQLAlchemy does not see

    plans: list[str] = []
    watch(note)
    try:
        yield plans
    finally:
        watch(None)
    with desk.context.read() as session:
        for sql in seen:
            rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
            plans.append(f"{sql}\n" + "\n".join(row[3] for row in rows))
