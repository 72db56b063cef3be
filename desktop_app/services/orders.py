"""Orders: entered, paid, delivered, redeemed, completed; locked and unlocked; and what happened to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from desktop_app.domain.errors import BadInputError, RefusedError
from desktop_app.domain.states import OrderState, PaymentChannel, TopupState, UnitState
from desktop_app.services import deliveries, order_import, redemptions
from desktop_app.services.buyers import Target
from desktop_app.services.context import Context
from desktop_app.services.deliveries import Delivery
from desktop_app.services.form_fields import FieldName, amount_field, line_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_entry import OrderDraft, enter_order
from desktop_app.services.order_import import Cancelled, OrderImportLine, OrderImportPreview, Progress
from desktop_app.services.order_lines import (
    OrderDetail,
    OrderFilter,
    OrderLine,
    RedemptionRecord,
    UnitLine,
    find_order,
    find_order_by_number,
    orders_listing,
    read_order_detail,
    read_order_lines,
    unit_lines,
)
from desktop_app.services.timeline import EventLine, events_of_order
from desktop_app.services.verdicts import refresh_due
from desktop_app.storage.tables import OrderRow

__all__ = [
    "Delivery",
    "OrderDetail",
    "OrderDraft",
    "OrderFilter",
    "OrderImportLine",
    "OrderImportPreview",
    "OrderLine",
    "Orders",
    "RedemptionRecord",
    "Target",
    "UnitLine",
    "read_order_detail",
    "unit_lines",
]

_PAID = FieldName("The amount paid", "实付金额")
_REFERENCE = FieldName("The payment reference", "支付流水号")
_REASON = FieldName("The reason", "原因")


class Orders:
    """The orders of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def listing(self, where: OrderFilter, sort: Sort | None = None) -> Listing[OrderLine]:
        """Orders, newest first unless sorted by order_no product state paid_fen refunded_fen ordered_at paid_at
        shipped_at channel."""
        return orders_listing(self._context, where, sort)

    def line(self, order_id: int) -> OrderLine:
        """One order as a list shows it, without its units; :class:`NotFoundError`."""
        with self._context.read() as session:
            find_order(session, order_id)
            return read_order_lines(self._context, session, [order_id])[0]

    def detail(self, order_id: int) -> OrderDetail:
        """Everything about one order."""
        with self._context.read() as session:
            return read_order_detail(self._context, session, order_id)

    def by_number(self, order_no: str) -> OrderDetail:
        """The same for an order number; :class:`NotFoundError` when the shop has no such order."""
        with self._context.read() as session:
            order = find_order_by_number(session, order_no)
            return read_order_detail(self._context, session, order.id)

    def timeline(self, order_id: int) -> list[EventLine]:
        """Everything that happened to the order, oldest first."""
        with self._context.read() as session:
            find_order(session, order_id)
            return events_of_order(session, order_id)

    # ---- entering

    def add(self, draft: OrderDraft) -> int:
        """Enter one order; the policy of its time is kept with it. Returns its id."""
        with self._context.write() as session:
            order_id = enter_order(self._context, session, draft)
        self._context.announce("orders")
        return order_id

    def preview_import(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        channel: str | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> OrderImportPreview:
        """What would become of each line of a CSV file of orders; see :func:`order_import.preview_orders`."""
        return order_import.preview_orders(
            self._context, path, encoding=encoding, channel=channel, progress=progress, cancelled=cancelled
        )

    def import_orders(
        self, preview: OrderImportPreview, *, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> int:
        """Enter all good lines of the preview in one transaction. Returns how many."""
        return order_import.import_orders(self._context, preview, progress=progress, cancelled=cancelled)

    # ---- life of an order

    def mark_paid(
        self,
        order_id: int,
        paid_fen: int,
        paid_at: datetime,
        payment_channel: PaymentChannel,
        payment_ref: str = "",
    ) -> None:
        """Record the payment of an unpaid order: all money received, in fen."""
        context = self._context
        amount_field(_PAID, paid_fen, least=1)
        reference = line_field(_REFERENCE, payment_ref)
        with context.write() as session:
            order = find_order(session, order_id)
            _require_state(order, OrderState.UNPAID, "paid", "记录付款")
            if not order.ordered_at <= paid_at <= context.clock():
                raise BadInputError(
                    "The time of payment is before the order or in the future.",
                    "支付时间早于下单时间，或晚于现在，请核对。",
                )
            order.state = OrderState.PAID
            order.paid_fen = paid_fen
            order.paid_at = paid_at
            order.payment_channel = PaymentChannel(payment_channel)
            order.payment_ref = reference
            self._keep(
                session,
                order,
                "order.paid",
                paid_fen=paid_fen,
                paid_at=paid_at,
                payment_channel=order.payment_channel,
                reference=reference,
            )
        context.announce("orders", "requests")

    def deliver(self, order_id: int, *, received: bool = True) -> Delivery:
        """Ship the order with the oldest sellable keys; see :func:`desktop_app.services.deliveries.deliver`."""
        return deliveries.deliver(self._context, order_id, received=received)

    def delivered_text(self, order_id: int) -> Delivery:
        """The delivered keys and the texts for the buyer once more; logged."""
        return deliveries.delivered_again(self._context, order_id)

    def confirm_delivered(self, order_id: int, at: datetime) -> None:
        """Record when the buyer got what was sent."""
        deliveries.confirm_delivered(self._context, order_id, at)

    def redeem(
        self,
        unit_id: int,
        *,
        redeemed_at: datetime | None,
        code: str,
        target: str,
        source: str,
        stated_by: str,
        note: str = "",
        partially: bool = False,
        remaining_fen: int | None = None,
        evidence: Sequence[redemptions.RecordEvidence] = (),
    ) -> int:
        """Record a redemption, or correct the record; see :func:`desktop_app.services.redemptions.redeem`."""
        return redemptions.redeem(
            self._context,
            unit_id,
            redeemed_at=redeemed_at,
            code=code,
            target=target,
            source=source,
            stated_by=stated_by,
            note=note,
            partially=partially,
            remaining_fen=remaining_fen,
            evidence=evidence,
        )

    def set_unit_state(
        self,
        unit_id: int,
        *,
        state: UnitState | None = None,
        topup: TopupState | None = None,
        official_not_activated: bool | None = None,
        remaining_fen: int | None = None,
        face_fen: int | None = None,
        balance_verified: bool | None = None,
    ) -> None:
        """Record what is known of a unit; None leaves a fact as it is."""
        redemptions.set_unit_state(
            self._context,
            unit_id,
            state=state,
            topup=topup,
            official_not_activated=official_not_activated,
            remaining_fen=remaining_fen,
            face_fen=face_fen,
            balance_verified=balance_verified,
        )

    def complete(self, order_id: int, at: datetime | None = None) -> None:
        """The buyer confirmed the order (确认收货, seed B22), now unless ``at`` says when."""
        context = self._context
        with context.write() as session:
            order = find_order(session, order_id)
            _require_state(order, OrderState.SHIPPED, "completed", "确认完成")
            now = context.clock()
            moment = at or now
            if not (order.shipped_at or order.ordered_at) <= moment <= now:
                raise BadInputError(
                    "The buyer cannot have confirmed before the order was shipped, nor in the future.",
                    "确认时间不能早于发货时间，也不能晚于现在。",
                )
            order.state = OrderState.COMPLETED
            order.completed_at = moment
            self._keep(session, order, "order.completed", completed_at=moment)
        context.announce("orders", "requests")

    def lock(self, order_id: int, reason: str) -> None:
        """Lock an order (锁单, seed B24, B26): nothing is delivered and the clocks of its requests pause."""
        self._set_lock(order_id, reason, locked=True)

    def unlock(self, order_id: int, reason: str) -> None:
        """Unlock an order, after an identity check or a false alarm (seed B26)."""
        self._set_lock(order_id, reason, locked=False)

    def cancel_unpaid(self, order_id: int, reason: str) -> None:
        """Cancel an order that was never paid (seed A13, B8); a paid one is cancelled by deciding a request."""
        context = self._context
        text = line_field(_REASON, reason)
        with context.write() as session:
            order = find_order(session, order_id)
            _require_state(order, OrderState.UNPAID, "cancelled without a request", "直接取消")
            order.state = OrderState.CANCELLED
            order.cancelled_at = context.clock()
            self._keep(session, order, "order.cancelled", reason=text)
        context.announce("orders", "requests")

    # ---- inside

    def _set_lock(self, order_id: int, reason: str, *, locked: bool) -> None:
        context = self._context
        text = line_field(_REASON, reason, required=True)
        with context.write() as session:
            order = find_order(session, order_id)
            if order.locked is locked:
                raise RefusedError(
                    "Order {order_no} is locked already." if locked else "Order {order_no} is not locked.",
                    "订单 {order_no} 已经锁定。" if locked else "订单 {order_no} 没有锁定。",
                    order_no=order.order_no,
                )
            order.locked = locked
            order.lock_reason = text if locked else ""
            self._keep(session, order, "order.locked" if locked else "order.unlocked", reason=text)
        context.announce("orders", "requests")

    def _keep(self, session: Session, order: OrderRow, kind: str, **facts: object) -> None:
        session.add(order)
        session.flush()
        refresh_due(self._context, session, order.id)
        self._context.record(
            session, kind, "orders", order.id, order_id=order.id, facts={"order_no": order.order_no, **facts}
        )


_WORDS = {
    OrderState.UNPAID: ("unpaid", "待支付"),
    OrderState.PAID: ("paid and not shipped", "已支付未发货"),
    OrderState.SHIPPED: ("shipped", "已发货"),
    OrderState.COMPLETED: ("completed", "交易完成"),
    OrderState.CANCELLED: ("cancelled", "已取消"),
}


def _require_state(order: OrderRow, state: OrderState, step_en: str, step_zh: str) -> None:
    if order.state is not state:
        raise RefusedError(
            "Order {order_no} is {state}: only an order that is {needed} can be {step}.",
            "订单 {order_no} 的状态是“{state_zh}”：只有“{needed_zh}”的订单可以{step_zh}。",
            order_no=order.order_no,
            state=_WORDS[order.state][0],
            needed=_WORDS[state][0],
            step=step_en,
            state_zh=_WORDS[order.state][1],
            needed_zh=_WORDS[state][1],
            step_zh=step_zh,
        )
