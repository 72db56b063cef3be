"""The services under test, and the steps of other services that a test only needs done."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from sqlmodel import col, select

from desktop_app.domain.states import FeeDisclosure, KeyState, OrderState, PlatformKind, ProductKind, UnitState
from desktop_app.services.context import Context
from desktop_app.services.inventory import ImportOptions, Inventory
from desktop_app.services.policies import Policies, PolicyDraft
from desktop_app.services.products import ProductDraft, Products
from desktop_app.storage.tables import CardKeyRow, DeliveryRow, OrderRow, UnitRow

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8))).astimezone(UTC)


@dataclass
class Clock:
    """The time of a test: Sunday noon in Shanghai, a worked day before nothing in particular."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> datetime:
        self.now += timedelta(**parts)
        return self.now


@dataclass
class Desk:
    """The services under test around one open shop; ``changes`` are the areas announced so far."""

    context: Context
    clock: Clock
    inventory: Inventory
    products: Products
    changes: list[frozenset[str]] = field(default_factory=list)

    def product(self, code: str = "STEAM50", **more: object) -> int:
        values: dict[str, object] = {"name": f"商品 {code}", "kind": ProductKind.GAME_CARD, **more}
        return self.products.add(ProductDraft(code=code, **values))  # type: ignore[arg-type]

    def stock(self, product_id: int, *keys: str, **options: object) -> list[int]:
        """Import ``keys`` as one batch; their ids in the order of the keys."""
        preview = self.inventory.preview_text("\n".join(keys), product_id)
        result = self.inventory.import_keys(preview, ImportOptions(**options))  # type: ignore[arg-type]
        assert result.new_count == len(keys)
        with self.context.read() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT id FROM card_keys WHERE batch_id = ? ORDER BY line", (result.batch_id,)
            )
            return [row[0] for row in rows]

    def events(self, kind: str | None = None) -> list[dict[str, object]]:
        """Bodies of the log, oldest first."""
        with self.context.read() as session:
            bodies = session.connection().exec_driver_sql("SELECT body FROM events ORDER BY seq").scalars().all()
        found = [json.loads(body) for body in bodies]
        return [event for event in found if kind in (None, event["kind"])]

    def scalar(self, sql: str, *values: object) -> object:
        with self.context.read() as session:
            return session.connection().exec_driver_sql(sql, values).scalar()

    def execute(self, sql: str, *values: object) -> None:
        """Put rows of another service's tables in place."""
        with self.context.write() as session:
            session.connection().exec_driver_sql(sql, values)

    def deliver(self, key_id: int, order_no: str, *, refunded: bool = False) -> int:
        """An order of one unit that got this key; its id."""
        policies = Policies(self.context)
        channels = policies.channels()
        if not channels:
            policies.add_channel("淘宝小店", PlatformKind.THIRD_PARTY, PolicyDraft())
            channels = policies.channels()
        now = self.clock()
        with self.context.write() as session:
            key = session.exec(select(CardKeyRow).where(col(CardKeyRow.id) == key_id)).one()
            order = OrderRow(
                order_no=order_no,
                channel_id=channels[0].id,
                policy_id=channels[0].policy_id,
                product_id=key.product_id,
                state=OrderState.SHIPPED,
                fee_disclosure=FeeDisclosure.CLEAR,
                ordered_at=now,
                created_at=now,
            )
            session.add(order)
            session.flush()
            unit = UnitRow(
                order_id=order.id,
                position=0,
                ref="1",
                list_fen=0,
                net_fen=0,
                state=UnitState.UNUSED,
                refunded=refunded,
                card_key_id=key_id,
            )
            session.add(unit)
            session.flush()
            session.add(DeliveryRow(unit_id=unit.id, card_key_id=key_id, delivered_at=now, delivered_by="林默"))
            key.state, key.state_at = KeyState.DELIVERED, now
            session.add(key)
            self.context.record(session, "order.delivered", "orders", order.id, order_id=order.id)
            order_id = order.id
        return order_id
