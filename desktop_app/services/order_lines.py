"""Orders as they are read: the list, one order with its units, and what is known of each unit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain import card_keys
from desktop_app.domain.errors import LockedError, NotFoundError, StorageError
from desktop_app.domain.states import (
    FeeDisclosure,
    KeyState,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    TopupState,
    UnitState,
)
from desktop_app.services.buyers import (
    DAMAGED,
    Target,
    buyer_of,
    fingerprint,
    index_form,
    masked_buyer,
    masked_redemption_target,
    target_of,
)
from desktop_app.services.context import Context, chunks
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_find import find_orders
from desktop_app.services.verdicts import OPEN_STATES
from desktop_app.storage import order_search
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.tables import (
    CardKeyRow,
    DeliveryRow,
    OrderRow,
    PolicyRow,
    ProductRow,
    ProofRow,
    RedemptionRow,
    RequestRow,
    UnitRow,
)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """``text``: the start or any three characters in a row of an order number, or exactly a buyer or an account.

    ``ordered_from`` is the first instant that counts, ``ordered_to`` the first that no longer does.
    """

    state: OrderState | None = None
    product_id: int | None = None
    channel_id: int | None = None
    text: str = ""
    locked: bool | None = None
    ordered_from: datetime | None = None
    ordered_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in a list."""

    id: int
    order_no: str
    channel_name: str
    platform_kind: PlatformKind
    product_id: int
    product_name: str
    product_kind: ProductKind
    state: OrderState
    locked: bool
    quantity: int
    paid_fen: int
    refunded_fen: int
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    buyer_masked: str
    open_requests: int


@dataclass(frozen=True, slots=True)
class RedemptionRecord:
    """When, how and for whom a unit was redeemed, and who says so. Complete when nothing is ``missing``."""

    id: int
    redeemed_at: datetime | None
    code: str
    target_masked: str
    source: str
    stated_by: str
    note: str
    recorded_at: datetime
    recorded_by: str
    replaces_id: int | None
    is_complete: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One key, or one top-up, of an order. ``key_masked`` is a fingerprint while the shop is locked."""

    id: int
    ref: str
    list_fen: int
    net_fen: int
    face_fen: int | None
    remaining_fen: int | None
    balance_verified: bool
    state: UnitState
    topup: TopupState | None
    refunded: bool
    official_not_activated: bool
    card_key_id: int | None
    key_masked: str
    key_state: KeyState | None
    redemption: RedemptionRecord | None
    delivered_at: datetime | None
    delivered_by: str
    proof_no: str
    earlier: tuple[RedemptionRecord, ...] = ()
    """The records that later ones corrected, oldest first."""


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order with everything that an operator sees of it. Buyer and target are fingerprints while locked."""

    line: OrderLine
    fee_disclosure: FeeDisclosure
    lock_reason: str
    payment_channel: PaymentChannel
    payment_ref: str
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    discount_fen: int
    policy_id: int
    policy_version: int
    fee_bp: int
    window_hours: int
    written_promise: bool
    buyer: str
    target: Target
    note: str
    source: str
    units: tuple[UnitLine, ...]
    request_ids: tuple[int, ...]


# For the driver itself: a page is read at every move of a scroll bar.
_LINES = f"""
SELECT o.id, o.order_no, c.name, c.platform_kind, o.product_id, p.name, p.kind, o.state, o.locked, o.paid_fen,
  o.refunded_fen, o.ordered_at, o.paid_at, o.shipped_at, o.buyer_sealed, o.buyer_tag,
  (SELECT count(*) FROM units u WHERE u.order_id = o.id),
  (SELECT count(*) FROM requests r WHERE r.order_id = o.id AND r.state IN {tuple(map(str, OPEN_STATES))})
FROM json_each(?) wanted
CROSS JOIN orders o ON o.id = wanted.value
CROSS JOIN channels c ON c.id = o.channel_id
CROSS JOIN products p ON p.id = o.product_id
"""

_TIED_BY_TIME = frozenset({"product", "channel", "state"})

SORT_COLUMNS = {
    "order_no": col(OrderRow.order_no),
    # by product and channel means together, not in the order of their names: only so it is read from an index
    "product": col(OrderRow.product_id),
    "state": col(OrderRow.state),
    "paid_fen": col(OrderRow.paid_fen),
    "refunded_fen": col(OrderRow.refunded_fen),
    "ordered_at": col(OrderRow.ordered_at),
    "paid_at": col(OrderRow.paid_at),
    "shipped_at": col(OrderRow.shipped_at),
    "channel": col(OrderRow.channel_id),
}


def orders_listing(context: Context, where: OrderFilter, sort: Sort | None = None) -> Listing[OrderLine]:
    """Orders, newest first unless sorted. Ids are found by index; the rest is read for one page at a time."""

    def statement() -> Select[Any] | Sequence[int]:
        text = where.text.strip()
        if text and sort is None and where == OrderFilter(text=where.text):
            with context.read() as session:
                if (found := find_orders(context, session, text)) is not None:
                    return found
        return select_columns(col(OrderRow.id)).where(*_conditions(context, where))

    def read(session: Session, ids: Sequence[int]) -> list[OrderLine]:
        return read_order_lines(context, session, ids)

    by = sort or Sort("ordered_at", descending=True)
    # the indexes of products, channels and states hold the time, so equal rows stand by time
    tie_breaks = [col(OrderRow.ordered_at), col(OrderRow.id)] if by.key in _TIED_BY_TIME else [col(OrderRow.id)]
    return Listing(context, statement, read, SORT_COLUMNS, tie_breaks, by)


def read_order_lines(context: Context, session: Session, order_ids: Sequence[int]) -> list[OrderLine]:
    """The lines of these orders, in the order of ``order_ids``; an order that is gone has none."""
    lines: dict[int, OrderLine] = {}
    rows = session.connection().exec_driver_sql(_LINES, (json.dumps(list(order_ids)),))
    for row in rows:
        lines[row[0]] = OrderLine(
            id=row[0],
            order_no=row[1],
            channel_name=row[2],
            platform_kind=PlatformKind(row[3]),
            product_id=row[4],
            product_name=row[5],
            product_kind=ProductKind(row[6]),
            state=OrderState(row[7]),
            locked=bool(row[8]),
            quantity=row[16],
            paid_fen=row[9],
            refunded_fen=row[10],
            ordered_at=from_micros(row[11]),
            paid_at=None if row[12] is None else from_micros(row[12]),
            shipped_at=None if row[13] is None else from_micros(row[13]),
            buyer_masked=masked_buyer(context.vault, row[1], row[14], row[15]),
            open_requests=row[17],
        )
    return [lines[order_id] for order_id in order_ids if order_id in lines]


def read_order_detail(context: Context, session: Session, order_id: int) -> OrderDetail:
    """One order with its units; :class:`NotFoundError` when there is none."""
    row = find_order(session, order_id)
    policy = session.get_one(PolicyRow, row.policy_id)
    request_ids = session.exec(
        select(RequestRow.id).where(col(RequestRow.order_id) == order_id).order_by(col(RequestRow.id))
    ).all()
    return OrderDetail(
        line=read_order_lines(context, session, [order_id])[0],
        fee_disclosure=row.fee_disclosure,
        lock_reason=row.lock_reason,
        payment_channel=row.payment_channel,
        payment_ref=row.payment_ref,
        delivered_at=row.delivered_at,
        completed_at=row.completed_at,
        cancelled_at=row.cancelled_at,
        discount_fen=row.discount_fen,
        policy_id=row.policy_id,
        policy_version=policy.version,
        fee_bp=policy.fee_bp,
        window_hours=policy.window_hours,
        written_promise=row.written_promise,
        buyer=buyer_of(context.vault, row),
        target=target_of(context.vault, row),
        note=row.note,
        source=row.source,
        units=tuple(unit_lines(context, session, [order_id])[order_id]),
        request_ids=tuple(request_ids),
    )


def unit_lines(context: Context, session: Session, order_ids: Sequence[int]) -> dict[int, list[UnitLine]]:
    """The units of each of these orders, in the order of the order."""
    found: dict[int, list[UnitLine]] = {order_id: [] for order_id in order_ids}
    for part in chunks(order_ids):
        units = session.exec(
            select(UnitRow)
            .where(col(UnitRow.order_id).in_(part))
            .order_by(col(UnitRow.order_id), col(UnitRow.position))
        ).all()
        ids = [unit.id for unit in units]
        keys = _keys(context, session, [unit.card_key_id for unit in units if unit.card_key_id is not None])
        records = redemption_history(context, session, ids)
        deliveries = _last_deliveries(session, ids)
        proofs = _last_proofs(session, ids)
        for unit in units:
            key_masked, key_state = keys.get(unit.card_key_id, ("", None)) if unit.card_key_id else ("", None)
            delivery = deliveries.get(unit.id)
            found[unit.order_id].append(
                UnitLine(
                    id=unit.id,
                    ref=unit.ref,
                    list_fen=unit.list_fen,
                    net_fen=unit.net_fen,
                    face_fen=unit.face_fen,
                    remaining_fen=unit.remaining_fen,
                    balance_verified=unit.balance_verified,
                    state=unit.state,
                    topup=unit.topup,
                    refunded=unit.refunded,
                    official_not_activated=unit.official_not_activated,
                    card_key_id=unit.card_key_id,
                    key_masked=key_masked,
                    key_state=key_state,
                    redemption=records[unit.id][-1] if records[unit.id] else None,
                    delivered_at=delivery.delivered_at if delivery else None,
                    delivered_by=delivery.delivered_by if delivery else "",
                    proof_no=proofs.get(unit.id, ""),
                    earlier=tuple(records[unit.id][:-1]),
                )
            )
    return found


def redemption_history(
    context: Context, session: Session, unit_ids: Sequence[int]
) -> dict[int, list[RedemptionRecord]]:
    """All redemption records of each unit, oldest first: the last one is in force, the others were corrected."""
    records: dict[int, list[RedemptionRecord]] = {unit_id: [] for unit_id in unit_ids}
    for part in chunks(unit_ids):
        # a correction has a higher id than what it corrects
        for row in session.exec(
            select(RedemptionRow).where(col(RedemptionRow.unit_id).in_(part)).order_by(col(RedemptionRow.id))
        ):
            missing = missing_facts(row)
            record = RedemptionRecord(
                id=row.id,
                redeemed_at=row.redeemed_at,
                code=row.code,
                target_masked=masked_redemption_target(context.vault, row),
                source=row.source,
                stated_by=row.stated_by,
                note=row.note,
                recorded_at=row.recorded_at,
                recorded_by=row.recorded_by,
                replaces_id=row.replaces_id,
                is_complete=not missing,
                missing=missing,
            )
            records[row.unit_id].append(record)
    return records


def read_redemptions(context: Context, session: Session, unit_ids: Sequence[int]) -> dict[int, RedemptionRecord]:
    """The redemption record in force of each unit that has one: the one that no later record corrects."""
    history = redemption_history(context, session, unit_ids)
    return {unit_id: records[-1] for unit_id, records in history.items() if records}


def missing_facts(row: RedemptionRow) -> tuple[str, ...]:
    """Which of the four facts of a redemption record are absent or blank (seed A19, A23)."""
    given = {
        "redeemed_at": row.redeemed_at is not None,
        "code": bool(row.code.strip()),
        "target": row.target_sealed is not None,
        "source": bool(row.source.strip()),
    }
    return tuple(name for name, present in given.items() if not present)


def find_order(session: Session, order_id: int) -> OrderRow:
    """The row of an order; :class:`NotFoundError` when there is none."""
    row = session.get(OrderRow, order_id)
    if row is None:
        raise NotFoundError("This order is not in the shop any more.", "店铺中没有这笔订单。")
    return row


def find_order_by_number(session: Session, order_no: str) -> OrderRow:
    """The row of the order with this number; :class:`NotFoundError` names the number."""
    row = session.exec(select(OrderRow).where(col(OrderRow.order_no) == order_no.strip())).one_or_none()
    if row is None:
        raise NotFoundError("There is no order {order_no}.", "没有订单 {order_no}。", order_no=order_no.strip()[:80])
    return row


def _text_condition(context: Context, text: str) -> ColumnElement[bool]:
    """What a search text means for orders."""
    with context.read() as session:
        found = find_orders(context, session, text)
    if found is not None:
        return col(OrderRow.id).in_(found)
    own: list[ColumnElement[bool]] = []
    if context.vault.is_unlocked:
        tags = context.vault.pii_tags_of(index_form(text))
        own = [col(OrderRow.buyer_tag).in_(tags), col(OrderRow.account_tag).in_(tags)]
    if len(text) < order_search.SHORTEST:
        # LIKE does not use the index of order numbers, a range does
        starts = {text, text.upper()}
        number = col(OrderRow.order_no)
        return or_(*(and_(number >= start, number < start + "\U0010ffff") for start in starts), *own)
    return or_(func.instr(func.lower(OrderRow.order_no), func.lower(text)) > 0, *own)


def _conditions(context: Context, where: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if where.state is not None:
        conditions.append(col(OrderRow.state) == where.state)
    if where.product_id is not None:
        conditions.append(col(OrderRow.product_id) == where.product_id)
    if where.channel_id is not None:
        conditions.append(col(OrderRow.channel_id) == where.channel_id)
    if where.locked is not None:
        conditions.append(col(OrderRow.locked) == where.locked)
    if where.ordered_from is not None:
        conditions.append(col(OrderRow.ordered_at) >= where.ordered_from)
    if where.ordered_to is not None:
        conditions.append(col(OrderRow.ordered_at) < where.ordered_to)
    if text := where.text.strip():
        conditions.append(_text_condition(context, text))
    return conditions


def _keys(context: Context, session: Session, key_ids: Iterable[int]) -> dict[int, tuple[str, KeyState]]:
    found: dict[int, tuple[str, KeyState]] = {}
    for part in chunks(key_ids):
        rows = session.exec(
            select(CardKeyRow, ProductRow.uid)
            .join(ProductRow, col(ProductRow.id) == col(CardKeyRow.product_id))
            .where(col(CardKeyRow.id).in_(part))
        )
        for key, product_uid in rows:
            found[key.id] = (_shown_key(context, key, product_uid), key.state)
    return found


def _shown_key(context: Context, key: CardKeyRow, product_uid: bytes) -> str:
    try:
        return card_keys.mask(context.vault.open_card(key.tag, key.sealed, product_uid).decode())
    except LockedError:
        return fingerprint(key.tag)
    except StorageError:
        return DAMAGED


def _last_deliveries(session: Session, unit_ids: Sequence[int]) -> dict[int, DeliveryRow]:
    last: dict[int, DeliveryRow] = {}
    for part in chunks(unit_ids):
        for row in session.exec(
            select(DeliveryRow).where(col(DeliveryRow.unit_id).in_(part)).order_by(col(DeliveryRow.id))
        ):
            last[row.unit_id] = row
    return last


def _last_proofs(session: Session, unit_ids: Sequence[int]) -> dict[int, str]:
    last: defaultdict[int, str] = defaultdict(str)
    for part in chunks(unit_ids):
        for unit_id, proof_no in session.exec(
            select(ProofRow.unit_id, ProofRow.proof_no)
            .where(col(ProofRow.unit_id).in_(part))
            .order_by(col(ProofRow.id))
        ):
            last[unit_id] = proof_no
    return last
