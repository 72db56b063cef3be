"""Delivery (发货): keys leave the stock and pass to the buyer (seed B11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, RefusedError
from desktop_app.domain.masking import mask
from desktop_app.domain.states import KeyState, OrderState, ProductKind, TopupState, UnitState
from desktop_app.services.buyers import target_of
from desktop_app.services.context import Context, chunks
from desktop_app.services.issuing import issue_keys
from desktop_app.services.order_lines import find_order
from desktop_app.services.verdicts import OPEN_STATES, refresh_due
from desktop_app.storage.tables import CardKeyRow, DeliveryRow, OrderRow, ProductRow, RequestRow, UnitRow


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes to the buyer: the keys, and a text in each language with the keys inside."""

    order_id: int
    order_no: str
    keys: tuple[str, ...]
    text_zh: str
    text_en: str


def deliver(context: Context, order_id: int, *, received: bool) -> Delivery:
    """Ship a paid order: all of its units or none.

    ``received``: the buyer has seen the keys (``delivered_at``); otherwise they were only sent (``shipped_at``).
    Top-ups ship without a key and are under way from then on. :class:`RefusedError` when the order is locked, not
    paid, cancelled or delivered already, or when the stock is short (nothing is taken then).
    """
    with context.write() as session:
        order = find_order(session, order_id)
        _require_deliverable(order)
        _require_no_open_request(session, order)
        product = session.get_one(ProductRow, order.product_id)
        units = [unit for unit in units_of(session, order_id) if not _is_settled(unit)]
        if not units:
            raise RefusedError(
                "Nothing of order {order_no} is left to deliver.",
                "订单 {order_no} 没有需要发货的单件。",
                order_no=order.order_no,
            )
        now = context.clock()
        keys: list[tuple[int, str]] = []
        if product.kind is not ProductKind.PHONE_TOPUP:
            keys = issue_keys(context, session, order.product_id, len(units))
        for index, unit in enumerate(units):
            unit.state = UnitState.UNUSED
            if keys:
                unit.card_key_id = keys[index][0]
            else:
                unit.topup = TopupState.CHARGING
            session.add(unit)
            session.add(
                DeliveryRow(unit_id=unit.id, card_key_id=unit.card_key_id, delivered_at=now, delivered_by=context.actor)
            )
        order.state = OrderState.SHIPPED
        order.shipped_at = now
        if received:
            order.delivered_at = now
        session.add(order)
        session.flush()
        refresh_due(context, session, order_id)
        context.record(
            session,
            "order.delivered",
            "orders",
            order_id,
            order_id=order_id,
            facts={
                "order_no": order.order_no,
                "quantity": len(units),
                "key_ids": [key_id for key_id, _ in keys],
                "delivered_at": order.delivered_at,
            },
        )
        delivery = _delivery(context, order, product, [key for _, key in keys])
    context.announce("orders", "keys", "products", "requests")
    return delivery


def delivered_again(context: Context, order_id: int) -> Delivery:
    """The keys of an order that was delivered, to send them once more; the look is logged."""
    with context.write() as session:
        order = find_order(session, order_id)
        if order.state not in (OrderState.SHIPPED, OrderState.COMPLETED):
            raise RefusedError(
                "Order {order_no} has not been delivered.", "订单 {order_no} 尚未发货。", order_no=order.order_no
            )
        product = session.get_one(ProductRow, order.product_id)
        keys = _keys_with_buyer(context, session, order_id)
        context.record(
            session,
            "key.revealed",
            "orders",
            order_id,
            order_id=order_id,
            facts={"order_no": order.order_no, "quantity": len(keys)},
        )
        return _delivery(context, order, product, keys)


def confirm_delivered(context: Context, order_id: int, at: datetime) -> None:
    """Record when the buyer got what was sent; it is a fact of its own, neither redeemed nor completed."""
    with context.write() as session:
        order = find_order(session, order_id)
        if order.shipped_at is None or order.state not in (OrderState.SHIPPED, OrderState.COMPLETED):
            raise RefusedError(
                "Order {order_no} has not been delivered.", "订单 {order_no} 尚未发货。", order_no=order.order_no
            )
        if order.delivered_at is not None:
            raise RefusedError(
                "Order {order_no} is already recorded as received.",
                "订单 {order_no} 已记录为买家收到。",
                order_no=order.order_no,
            )
        if not order.shipped_at <= at <= context.clock():
            raise BadInputError(
                "The buyer cannot have received it before it was shipped, nor in the future.",
                "收到时间不能早于发货时间，也不能晚于现在。",
            )
        order.delivered_at = at
        session.add(order)
        session.flush()
        refresh_due(context, session, order_id)
        context.record(
            session,
            "order.delivered",
            "orders",
            order_id,
            order_id=order_id,
            facts={"order_no": order.order_no, "delivered_at": at},
        )
    context.announce("orders", "requests")


def units_of(session: Session, order_id: int) -> Sequence[UnitRow]:
    """The units of an order in its order."""
    return session.exec(select(UnitRow).where(col(UnitRow.order_id) == order_id).order_by(col(UnitRow.position))).all()


def _require_no_open_request(session: Session, order: OrderRow) -> None:
    # what was asked back counts as it stood when it was asked (seed B9): handing out the key now would spoil that
    statement = select(RequestRow.request_no).where(
        col(RequestRow.order_id) == order.id, col(RequestRow.state).in_(OPEN_STATES)
    )
    request_no = session.exec(statement).first()
    if request_no is not None:
        raise RefusedError(
            "The buyer asks to cancel order {order_no} (request {request_no}): decide that or have it withdrawn first.",
            "买家正在申请取消订单 {order_no}（申请 {request_no}）：请先处理该申请，或由买家撤回。",
            order_no=order.order_no,
            request_no=request_no,
        )


def _require_deliverable(order: OrderRow) -> None:
    if order.locked:
        raise RefusedError(
            "Order {order_no} is locked ({reason}): unlock it before delivering.",
            "订单 {order_no} 已锁定（{reason}）：请先解锁再发货。",
            order_no=order.order_no,
            reason=order.lock_reason,
        )
    if order.state is OrderState.PAID:
        return
    if order.state is OrderState.UNPAID:
        raise RefusedError(
            "Order {order_no} is not paid: record the payment before delivering.",
            "订单 {order_no} 尚未支付：请先记录付款再发货。",
            order_no=order.order_no,
        )
    if order.state is OrderState.CANCELLED:
        raise RefusedError(
            "Order {order_no} is cancelled and cannot be delivered.",
            "订单 {order_no} 已取消，不能发货。",
            order_no=order.order_no,
        )
    raise RefusedError(
        "Order {order_no} was delivered already: show its keys again instead.",
        "订单 {order_no} 已经发过货：如需再次查看，请使用“查看已发卡密”。",
        order_no=order.order_no,
    )


def _is_settled(unit: UnitRow) -> bool:
    return unit.refunded or unit.state is not UnitState.UNSHIPPED


def _keys_with_buyer(context: Context, session: Session, order_id: int) -> list[str]:
    ids = [unit.card_key_id for unit in units_of(session, order_id) if unit.card_key_id is not None]
    keys: dict[int, str] = {}
    for part in chunks(ids):
        rows = session.exec(
            select(CardKeyRow, ProductRow.uid)
            .join(ProductRow, col(ProductRow.id) == col(CardKeyRow.product_id))
            # a key that was taken back is not the buyer's any more; a reusable one stays in stock while he has it
            .where(
                col(CardKeyRow.id).in_(part),
                or_(
                    col(CardKeyRow.state).in_((KeyState.DELIVERED, KeyState.REDEEMED)),
                    and_(col(ProductRow.reusable), col(CardKeyRow.state) == KeyState.IN_STOCK),
                ),
            )
        )
        for key, product_uid in rows:
            keys[key.id] = context.vault.open_card(key.tag, key.sealed, product_uid).decode()
    return [keys[key_id] for key_id in ids if key_id in keys]


def _delivery(context: Context, order: OrderRow, product: ProductRow, keys: Sequence[str]) -> Delivery:
    if product.kind is ProductKind.PHONE_TOPUP:
        account = mask(target_of(context.vault, order).account) if context.vault.is_unlocked else ""
        zh, en = _topup_texts(order.order_no, product.name, account)
    else:
        zh, en = _key_texts(order.order_no, product.name, keys)
    return Delivery(order.id, order.order_no, tuple(keys), zh, en)


def _key_texts(order_no: str, product: str, keys: Sequence[str]) -> tuple[str, str]:
    lines = "\n".join(keys)
    zh = (
        f"您好，您购买的“{product}”已发货，共 {len(keys)} 张。\n订单号：{order_no}\n卡密：\n{lines}\n"
        "请核对后尽快使用并妥善保管，不要转发给他人。如无法使用，请先不要反复尝试，保留提示截图并联系本店。"
    )
    en = (
        f"Hello, your order of “{product}” has been delivered, {len(keys)} in all.\nOrder: {order_no}\nKeys:\n{lines}\n"
        "Please check them, use them soon and do not pass them on. If one does not work, stop trying, keep a "
        "screenshot of the message and contact us."
    )
    return zh, en


def _topup_texts(order_no: str, product: str, account: str) -> tuple[str, str]:
    account_zh, account_en = (f"\n充值账号：{account}", f"\nAccount: {account}") if account else ("", "")
    zh = (
        f"您好，您购买的“{product}”已提交充值。\n订单号：{order_no}{account_zh}\n"
        "到账时间以运营商为准；如长时间未到账，请凭运营商的查询记录联系本店。"
    )
    en = (
        f"Hello, your “{product}” has been sent to the operator.\nOrder: {order_no}{account_en}\n"
        "The operator decides when it arrives; if it takes long, contact us with the operator's record."
    )
    return zh, en
