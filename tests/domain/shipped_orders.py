"""Orders of game cards that were paid, shipped and delivered at one moment, to be asked back afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop_app.domain.refunds import Order, Redemption, Unit
from desktop_app.domain.states import FeeDisclosure, OrderState, ProductKind

ORDERED = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COMPLETE = Redemption(ORDERED, "HX-1", "10001", "供应商激活记录")


def order_of(
    *units: Unit,
    kind: ProductKind = ProductKind.GAME_CARD,
    state: OrderState = OrderState.SHIPPED,
    refunded_fen: int = 0,
) -> Order:
    return Order(
        product_kind=kind,
        state=state,
        ordered_at=ORDERED,
        paid_fen=sum(unit.net_fen for unit in units),
        units=units,
        fee_disclosure=FeeDisclosure.CLEAR,
        paid_at=ORDERED,
        shipped_at=ORDERED,
        delivered_at=ORDERED,
        refunded_fen=refunded_fen,
    )
