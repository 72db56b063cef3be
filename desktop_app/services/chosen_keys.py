"""Card keys chosen by their numbers: shown, taken out and put back, moved, noted, each in one transaction.

What is done to everything that a filter shows is in :mod:`.key_bulk`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.states import KEY_MOVES, KeyState, check_move
from desktop_app.services.context import Context, chunks
from desktop_app.services.issuing import uses_of
from desktop_app.services.key_lines import KeyOrder, orders_of_keys
from desktop_app.services.key_rows import SEVERAL, key_row, key_rows, ranges, reseal
from desktop_app.services.products import product_row, require_holds_keys
from desktop_app.storage.tables import CardKeyRow, UnitRow


def open_key(context: Context, key_id: int, kind: str) -> str:
    """The key exactly as it was imported; the event ``kind`` is logged before it is shown."""
    with context.write() as session:
        key = key_row(session, key_id)
        product = product_row(session, key.product_id)
        text = context.vault.open_card(key.tag, key.sealed, product.uid).decode()
        _record(context, session, kind, [key], {"product": product.code})
    return text


def change_state(
    context: Context,
    key_ids: Sequence[int],
    state: KeyState,
    reason: str,
    kind: str,
    check: Callable[[Session, Sequence[CardKeyRow]], None] | None = None,
    facts: Mapping[str, Any] | None = None,
    *,
    failed: bool = False,
) -> int:
    """Move keys to ``state``; how many were not there before. What ``check`` raises leaves all as they were."""
    with context.write() as session:
        keys = [key for key in key_rows(session, key_ids) if key.state is not state]
        if not keys:
            return 0
        if check is not None:
            check(session, keys)
        for key in keys:
            check_move(KEY_MOVES, key.state, state)
        orders = orders_of_keys(session, keys)
        now = context.clock()
        values: dict[str, Any] = {"state": state, "state_at": now}
        if failed or state is KeyState.IN_STOCK:
            values["failed_at"] = now if failed else None
        _update(session, keys, **values)
        told = {**({"reason": reason} if reason else {}), **(facts or {}), **({"failed": True} if failed else {})}
        _record(context, session, kind, keys, told, orders)
    context.announce("keys", "products")
    return len(keys)


def take_out_of_bin(context: Context, key_ids: Sequence[int]) -> int:
    """See :meth:`desktop_app.services.inventory.Inventory.take_out_of_bin`."""

    def check(_session: Session, keys: Sequence[CardKeyRow]) -> None:
        for key in keys:
            if key.state is not KeyState.BINNED:
                raise RefusedError("Key {id} is not in the recycle bin.", "卡密 {id} 不在回收站中。", id=key.id)

    return change_state(context, key_ids, KeyState.IN_STOCK, "", "key.unbinned", check)


def restock(context: Context, key_ids: Sequence[int], reason: str) -> int:
    """See :meth:`desktop_app.services.inventory.Inventory.restock`; the issuer's record is there."""

    def check(session: Session, keys: Sequence[CardKeyRow]) -> None:
        for key in keys:
            if key.state is not KeyState.QUARANTINED:
                raise RefusedError(
                    "Key {id} is not in quarantine, so it cannot be put back on sale.",
                    "卡密 {id} 不在隔离状态，不能重新上架。",
                    id=key.id,
                )
        _let_go(session, keys)
        _require_uses_left(session, keys)

    facts = {"official_not_activated": True}
    return change_state(context, key_ids, KeyState.IN_STOCK, reason, "key.restocked", check, facts)


def move(context: Context, key_ids: Sequence[int], product_id: int) -> int:
    """See :meth:`desktop_app.services.inventory.Inventory.move`."""
    with context.write() as session:
        target = product_row(session, product_id)
        require_holds_keys(target)
        keys = [key for key in key_rows(session, key_ids) if key.product_id != product_id]
        if not keys:
            return 0
        sources = {key.product_id: product_row(session, key.product_id) for key in keys}
        for key in keys:
            reseal(context, session, key, sources[key.product_id], target)
        session.flush()
        facts = {
            "product": target.code,
            "from": sorted(product.code for product in sources.values()),
            "to": target.code,
        }
        _record(context, session, "key.moved", keys, facts)
    context.announce("keys", "products")
    return len(keys)


def set_note(context: Context, key_ids: Sequence[int], note: str) -> int:
    """See :meth:`desktop_app.services.inventory.Inventory.set_note`."""
    with context.write() as session:
        keys = [key for key in key_rows(session, key_ids) if key.note != note]
        if not keys:
            return 0
        _update(session, keys, note=note)
        _record(context, session, "key.noted", keys, {"note": note})
    context.announce("keys")
    return len(keys)


def require_never_sold(context: Context, key_ids: Sequence[int]) -> None:
    """:class:`RefusedError` when a buyer got one of the keys."""
    with context.read() as session:
        sold = uses_of(session, key_ids)
        if sold:
            raise RefusedError(
                "Key {id} was delivered to a buyer and stays in the books; make it void instead.",
                "卡密 {id} 曾发给买家，必须留档，请改为作废。",
                id=min(sold),
            )


def _let_go(session: Session, keys: Sequence[CardKeyRow]) -> None:
    """A refunded unit lets go of its key, so that another unit can have it; deliveries remember where it was."""
    orders = orders_of_keys(session, keys)
    # the buyers of a reusable key keep it, whatever becomes of its next uses
    once = (key.id for key in keys if not product_row(session, key.product_id).reusable)
    for part in chunks(once):
        for unit in session.exec(select(UnitRow).where(col(UnitRow.card_key_id).in_(part))).all():
            if not unit.refunded:
                raise RefusedError(
                    "Key {id} still belongs to order {order_no}: decide its request first.",
                    "卡密 {id} 仍属于订单 {order_no}，请先处理其退款申请。",
                    id=unit.card_key_id,
                    order_no=orders[unit.card_key_id or 0].order_no,
                )
            unit.card_key_id = None
            session.add(unit)
    session.flush()


def _require_uses_left(session: Session, keys: Sequence[CardKeyRow]) -> None:
    limits = {key.id: product_row(session, key.product_id).use_limit for key in keys}
    for key_id, times in uses_of(session, [key_id for key_id, limit in limits.items() if limit is not None]).items():
        if times >= (limits[key_id] or 0):
            raise RefusedError(
                "Key {id} was delivered {times} times, as often as its product allows: it stays out of stock.",
                "卡密 {id} 已发出 {times} 次，达到商品的使用次数上限，不能重新上架。",
                id=key_id,
                times=times,
            )


def _record(
    context: Context,
    session: Session,
    kind: str,
    keys: Sequence[CardKeyRow],
    facts: Mapping[str, Any],
    orders: Mapping[int, KeyOrder] | None = None,
) -> None:
    """One event for each key that belongs to an order, so that the order shows it, and one for all the others."""
    known = orders_of_keys(session, keys) if orders is None else orders
    rest: list[CardKeyRow] = []
    for key in keys:
        order = known.get(key.id)
        if order is None and len(keys) > 1:
            rest.append(key)
            continue
        own: dict[str, Any] = {**facts, "fingerprint": key.tag.hex()[:8]}
        if order is not None:
            own["order_no"] = order.order_no
        context.record(session, kind, "card_keys", key.id, order_id=order.id if order else None, facts=own)
    if rest:
        ids = sorted(key.id for key in rest)
        named: dict[str, Any] = {**facts, "count": len(ids), "keys": ranges(ids)}
        context.record(session, kind, "card_keys", SEVERAL, facts=named)


def _update(session: Session, keys: Iterable[CardKeyRow], **values: Any) -> None:
    for part in chunks(key.id for key in keys):
        session.execute(
            update(CardKeyRow)
            .where(col(CardKeyRow.id).in_(part))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
