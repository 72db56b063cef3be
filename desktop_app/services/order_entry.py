"""A new order: what was agreed is written down once, with the policy in force at that moment (seed A4, A37)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError
from desktop_app.domain.money import allocate
from desktop_app.domain.refund_inputs import MAX_QUANTITY
from desktop_app.domain.states import FeeDisclosure, OrderState, PaymentChannel, UnitState
from desktop_app.exchange.cells import CellError, read_order_no
from desktop_app.services.buyers import Target, seal_buyer
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, amount_field, line_field, number_field, text_field
from desktop_app.storage.tables import ChannelRow, OrderRow, PolicyRow, ProductRow, UnitRow

_QUANTITY = FieldName("The quantity", "数量")
_PRICE = FieldName("The price", "单价")
_DISCOUNT = FieldName("The discount", "优惠")
_PAID = FieldName("The amount paid", "实付金额")
_REFERENCE = FieldName("The payment reference", "支付流水号")
_NOTE = FieldName("The note", "备注")


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order as a form fills it in. ``list_fen`` is the price of one, ``discount_fen`` is of the whole order.

    ``paid_fen`` 0: not paid yet. ``fee_disclosure`` None: as the policy in force says.
    """

    order_no: str
    channel_id: int
    product_id: int
    quantity: int
    list_fen: int
    ordered_at: datetime
    discount_fen: int = 0
    paid_fen: int = 0
    payment_channel: PaymentChannel = PaymentChannel.OTHER
    payment_ref: str = ""
    paid_at: datetime | None = None
    fee_disclosure: FeeDisclosure | None = None
    buyer: str = ""
    target: Target = field(default_factory=Target)
    written_promise: bool = False
    note: str = ""


def enter_order(
    context: Context, session: Session, draft: OrderDraft, *, state: OrderState | None = None, source: str = "hand"
) -> int:
    """Write ``draft`` in the caller's transaction, with its units and its event. Returns the order's id.

    ``state`` (from a file) None: paid or unpaid, as the money says. Goods that were shipped elsewhere count as unused
    until a redemption is recorded; when they were shipped stays unknown.
    """
    state = state or (OrderState.PAID if draft.paid_fen else OrderState.UNPAID)
    order_no = checked_order_no(draft.order_no)
    check_draft(draft, state, context.clock())
    if order_id_of(session, order_no) is not None:
        raise RefusedError(
            "Order {order_no} is in the shop already.", "订单 {order_no} 已在店铺中。", order_no=order_no
        )
    product = session.get(ProductRow, draft.product_id)
    if product is None:
        raise NotFoundError("The product is not in the shop any more.", "店铺中没有这个商品。")
    policy = policy_in_force(session, draft.channel_id, draft.ordered_at)
    order = OrderRow(
        order_no=order_no,
        channel_id=draft.channel_id,
        policy_id=policy.id,
        product_id=draft.product_id,
        state=state,
        fee_disclosure=policy.fee_disclosure if draft.fee_disclosure is None else FeeDisclosure(draft.fee_disclosure),
        written_promise=draft.written_promise,
        payment_channel=PaymentChannel(draft.payment_channel),
        payment_ref=line_field(_REFERENCE, draft.payment_ref),
        ordered_at=draft.ordered_at,
        paid_at=draft.paid_at,
        paid_fen=draft.paid_fen,
        discount_fen=draft.discount_fen,
        source=source,
        note=text_field(_NOTE, draft.note),
        created_at=context.clock(),
    )
    seal_buyer(context.vault, order, draft.buyer, draft.target)
    session.add(order)
    session.flush()
    shipped = state in (OrderState.SHIPPED, OrderState.COMPLETED)
    shares = allocate(draft.discount_fen, [draft.list_fen] * draft.quantity)
    session.add_all(
        UnitRow(
            order_id=order.id,
            position=position,
            ref=str(position),
            list_fen=draft.list_fen,
            net_fen=draft.list_fen - share,
            # a face value of nothing says nothing
            face_fen=product.face_fen or None,
            state=UnitState.UNUSED if shipped else UnitState.UNSHIPPED,
        )
        for position, share in enumerate(shares, start=1)
    )
    session.flush()
    context.record(
        session,
        "order.added",
        "orders",
        order.id,
        order_id=order.id,
        facts={
            "order_no": order_no,
            "product": product.code,
            "quantity": draft.quantity,
            "list_fen": draft.list_fen,
            "discount_fen": draft.discount_fen,
            "paid_fen": draft.paid_fen,
            "payment_channel": order.payment_channel,
            "fee_disclosure": order.fee_disclosure,
            "policy_id": policy.id,
            "version": policy.version,
            "state": state,
            "source": "" if source == "hand" else source,
        },
    )
    return order.id


def policy_in_force(session: Session, channel_id: int, at: datetime) -> PolicyRow:
    """The newest version of the channel's policy that stood at ``at``.

    An order from before the shop knew any policy gets the first one. :class:`NotFoundError` for an unknown channel.
    """
    if session.get(ChannelRow, channel_id) is None:
        raise NotFoundError("The sales channel is not in the shop any more.", "店铺中没有这个销售渠道。")
    versions = select(PolicyRow).where(col(PolicyRow.channel_id) == channel_id)
    newest = session.exec(
        versions.where(col(PolicyRow.created_at) <= at).order_by(col(PolicyRow.version).desc()).limit(1)
    ).first()
    first = newest or session.exec(versions.order_by(col(PolicyRow.version)).limit(1)).first()
    if first is None:
        raise RefusedError(
            "The sales channel has no policy yet: write one first.", "该销售渠道还没有退款政策：请先填写政策。"
        )
    return first


def order_id_of(session: Session, order_no: str) -> int | None:
    """The id of the order with this number, or None."""
    return session.exec(select(OrderRow.id).where(col(OrderRow.order_no) == order_no)).first()


def checked_order_no(text: str) -> str:
    """An order number as it is kept; :class:`BadInputError` names what is wrong with it."""
    try:
        return read_order_no(text)
    except CellError as error:
        raise BadInputError("The order number {why}.", "订单号{why_zh}。", why=error.en, why_zh=error.zh) from error


def check_draft(draft: OrderDraft, state: OrderState, now: datetime) -> None:
    """:class:`BadInputError` names the first value of ``draft`` that cannot be; the shop is not asked."""
    number_field(_QUANTITY, draft.quantity, least=1, most=MAX_QUANTITY)
    total_fen = amount_field(_PRICE, amount_field(_PRICE, draft.list_fen) * draft.quantity)
    amount_field(_PAID, draft.paid_fen)
    if amount_field(_DISCOUNT, draft.discount_fen) > total_fen:
        raise BadInputError("The discount is more than the price of the order.", "优惠金额超过了订单总价。")
    if draft.ordered_at > now:
        raise BadInputError("The order time lies in the future.", "下单时间晚于现在，请核对。")
    if state is OrderState.UNPAID and (draft.paid_fen or draft.paid_at is not None):
        raise BadInputError(
            "An order with a time of payment needs the amount paid.", "填写了支付时间，也请填写实付金额。"
        )
    if draft.paid_at is not None and not draft.ordered_at <= draft.paid_at <= now:
        raise BadInputError(
            "The time of payment is before the order or in the future.", "支付时间早于下单时间，或晚于现在，请核对。"
        )
