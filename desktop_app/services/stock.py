"""The stock in figures: what it is worth, how long it lasts, what runs low, and which supplier's keys fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy import text as sql_text
from sqlalchemy import true
from sqlmodel import Session, col, func, select

from desktop_app.domain.states import ProductKind
from desktop_app.services.context import Context
from desktop_app.services.desk_counts import EXPIRING_DAYS as EXPIRING_DAYS
from desktop_app.services.issuing import uses_left
from desktop_app.services.listing import Sort
from desktop_app.services.products import ProductLine, Products, product_lines, shop_day
from desktop_app.services.sellable import count_up_to
from desktop_app.storage.tables import BatchRow, CardKeyRow, DeliveryRow, ProductRow

RATE_DAYS = 14
"""The present rate of sales is that of so many days up to now."""


@dataclass(frozen=True, slots=True)
class StockLine:
    """A product's stock. Amounts are fen.

    ``cost_fen`` is what the sellable keys cost, without the ``uncosted`` ones whose batch has no cost; ``price_fen``
    what they sell for (a reusable key with a limit: for every use left). ``sold``: deliveries of the last
    :data:`RATE_DAYS` days; ``days_left``: whole days that the stock lasts at this rate, None when nothing was sold or
    nothing runs out. ``expiring``: sellable keys whose last usable day is near.
    """

    product: ProductLine
    cost_fen: int
    uncosted: int
    price_fen: int
    sold: int
    days_left: int | None
    expiring: int


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """How reliable a supplier's keys are. ``tried``: keys that were delivered or failed; the rate is of these.

    ``rate_bp`` is in basis points, None while nothing was tried; ``loss_fen`` what the failed keys cost.
    """

    supplier: str
    batches: int
    imported: int
    in_stock: int
    tried: int
    failed: int
    rate_bp: int | None
    loss_fen: int


@dataclass(frozen=True, slots=True)
class ExpiringLine:
    """Sellable keys of a product that soon cannot be sold any more; ``first_on`` is the nearest last usable day."""

    product_id: int
    code: str
    name: str
    keys: int
    first_on: str


_STOCK_ORDERS: Mapping[str, Callable[[StockLine], Any]] = {
    "code": lambda line: line.product.code.casefold(),
    "name": lambda line: line.product.name.casefold(),
    "in_stock": lambda line: line.product.in_stock,
    "reserved": lambda line: line.product.reserved,
    "delivered": lambda line: line.product.delivered,
    "redeemed": lambda line: line.product.redeemed,
    "quarantined": lambda line: line.product.quarantined,
    "void": lambda line: line.product.void,
    "expired": lambda line: line.product.expired,
    "cost_fen": lambda line: line.cost_fen,
    "price_fen": lambda line: line.price_fen,
    "sold": lambda line: line.sold,
    # what lasts for no known time lasts longest
    "days_left": lambda line: (line.days_left is None, line.days_left or 0),
    "expiring": lambda line: line.expiring,
}

_SUPPLIER_ORDERS: Mapping[str, Callable[[SupplierLine], Any]] = {
    "supplier": lambda line: line.supplier.casefold(),
    "batches": lambda line: line.batches,
    "imported": lambda line: line.imported,
    "in_stock": lambda line: line.in_stock,
    "tried": lambda line: line.tried,
    "failed": lambda line: line.failed,
    "rate_bp": lambda line: -1 if line.rate_bp is None else line.rate_bp,
    "loss_fen": lambda line: line.loss_fen,
}


class Stock:
    """Reports on the stock of one shop, and its alerts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def report(self, expiring_days: int = EXPIRING_DAYS, sort: Sort | None = None) -> list[StockLine]:
        """Every product that holds keys, by name; ``expiring_days`` is how near a last usable day is "soon".

        Sort keys: code name in_stock reserved delivered redeemed quarantined void expired cost_fen price_fen sold
        days_left expiring.
        """
        context = self._context
        today = shop_day(context)
        soon = (date.fromisoformat(today) + timedelta(days=expiring_days)).isoformat()
        products = [line for line in Products(context).all() if line.kind is not ProductKind.PHONE_TOPUP]
        with context.read() as session:
            sold = _sold(session, context)
            batches = {batch.id: batch for batch in session.exec(select(BatchRow)).all()}
            cost: defaultdict[int, int] = defaultdict(int)
            uncosted: defaultdict[int, int] = defaultdict(int)
            expiring: defaultdict[int, int] = defaultdict(int)
            for product_id, batch_id, count in _in_stock(session):
                batch = batches[batch_id]
                if batch.expires_on is not None and batch.expires_on < today:
                    continue
                if batch.cost_fen is None:
                    uncosted[product_id] += count
                else:
                    cost[product_id] += count * batch.cost_fen
                if batch.expires_on is not None and batch.expires_on <= soon:
                    expiring[product_id] += count
        lines = []
        for product in products:
            units = product.in_stock if product.uses_left is None else product.uses_left
            rate = sold.get(product.id, 0)
            endless = product.reusable and product.use_limit is None
            lines.append(
                StockLine(
                    product=product,
                    cost_fen=cost[product.id],
                    uncosted=uncosted[product.id],
                    price_fen=units * product.price_fen,
                    sold=rate,
                    days_left=units * RATE_DAYS // rate if rate and not endless else None,
                    expiring=expiring[product.id],
                )
            )
        if sort is not None:
            lines.sort(key=_STOCK_ORDERS[sort.key], reverse=sort.descending)
        return lines

    def suppliers(self, sort: Sort | None = None) -> list[SupplierLine]:
        """Every supplier, the least reliable first; batches without a supplier count together under "".

        Sort keys: supplier batches imported in_stock tried failed rate_bp loss_fen.
        """
        with self._context.read() as session:
            in_stock: defaultdict[int, int] = defaultdict(int)
            for _, batch_id, count in _in_stock(session):
                in_stock[batch_id] += count
            failed = _failed_by_batch(session)
            tried = _tried_by_batch(session)
            groups: defaultdict[str, list[BatchRow]] = defaultdict(list)
            statement = select(BatchRow).where(col(BatchRow.undone_at).is_(None)).order_by(col(BatchRow.id))
            for batch in session.exec(statement).all():
                groups[batch.supplier].append(batch)
        lines = []
        for supplier, batches in groups.items():
            bad, all_tried = (sum(found.get(batch.id, 0) for batch in batches) for found in (failed, tried))
            lines.append(
                SupplierLine(
                    supplier=supplier,
                    batches=len(batches),
                    imported=sum(batch.new_count for batch in batches),
                    in_stock=sum(in_stock[batch.id] for batch in batches),
                    tried=all_tried,
                    failed=bad,
                    rate_bp=(2 * bad * 10_000 + all_tried) // (2 * all_tried) if all_tried else None,
                    loss_fen=sum(failed.get(batch.id, 0) * (batch.cost_fen or 0) for batch in batches),
                )
            )
        lines.sort(key=lambda line: (-(line.rate_bp or 0), -line.tried, line.supplier))
        if sort is not None:
            lines.sort(key=_SUPPLIER_ORDERS[sort.key], reverse=sort.descending)
        return lines

    def expiring(self, days: int = EXPIRING_DAYS) -> list[ExpiringLine]:
        """What expires within ``days``, the nearest first; what has expired already is not sellable any more."""
        today = shop_day(self._context)
        soon = (date.fromisoformat(today) + timedelta(days=days)).isoformat()
        # keys move between products and keep their batch: every pair is looked up in the index of the stock
        keys = (
            select(func.count())
            .where(
                col(CardKeyRow.product_id) == col(ProductRow.id),
                col(CardKeyRow.batch_id) == col(BatchRow.id),
                sql_text("card_keys.state = 'in_stock'"),
            )
            .correlate(ProductRow, BatchRow)
            .scalar_subquery()
        )
        statement = (
            select_columns(
                col(ProductRow.id), col(ProductRow.code), col(ProductRow.name), col(BatchRow.expires_on), keys
            )
            .join(BatchRow, true())
            .where(col(BatchRow.expires_on).between(today, soon), col(BatchRow.undone_at).is_(None))
        )
        found: dict[int, ExpiringLine] = {}
        with self._context.read() as session:
            for product_id, code, name, expires_on, count in session.execute(statement):
                if count:
                    line = found.get(product_id, ExpiringLine(product_id, code, name, 0, expires_on))
                    first_on = min(line.first_on, expires_on)
                    found[product_id] = replace(line, keys=line.keys + count, first_on=first_on)
        return sorted(found.values(), key=lambda line: (line.first_on, line.name))

    def running_low(self) -> list[ProductLine]:
        """The active products that run low, the emptiest first; the stock of the others is not counted."""
        context = self._context
        with context.read() as session:
            watched = select(ProductRow).where(col(ProductRow.active), col(ProductRow.low_stock_threshold) > 0)
            low = [row.id for row in session.exec(watched).all() if _runs_low(context, session, row)]
            lines = product_lines(context, session, low)
        return sorted(lines, key=lambda line: (line.in_stock, line.name))

    def take_alerts(self) -> list[ProductLine]:
        """Products that have begun to run low, each told once; a product that was filled up can be told again.

        Cheap enough to be asked after every change: no product is counted further than its threshold.
        """
        context = self._context
        with context.read() as session:
            if not any(_crossings(context, session)):
                return []
        with context.write() as session:
            fallen, filled = _crossings(context, session)
            for row in fallen:
                row.low_since = context.clock()
                context.record(session, "product.alerted", "products", row.id, facts={"product": row.code})
            for row in filled:
                row.low_since = None
                context.record(session, "product.refilled", "products", row.id, facts={"product": row.code})
            session.add_all([*fallen, *filled])
            ids = [row.id for row in fallen]
        return [Products(context).get(product_id) for product_id in ids]


def _crossings(context: Context, session: Session) -> tuple[list[ProductRow], list[ProductRow]]:
    """Products that crossed their threshold since the merchant was told: (downwards, upwards)."""
    fallen: list[ProductRow] = []
    filled: list[ProductRow] = []
    watched = select(ProductRow).where(
        (col(ProductRow.low_stock_threshold) > 0) | col(ProductRow.low_since).is_not(None)
    )
    for row in session.exec(watched.order_by(col(ProductRow.name))).all():
        is_low = row.active and row.low_stock_threshold > 0 and _runs_low(context, session, row)
        if is_low and row.low_since is None:
            fallen.append(row)
        elif not is_low and row.low_since is not None:
            filled.append(row)
    return fallen, filled


def _runs_low(context: Context, session: Session, row: ProductRow) -> bool:
    enough = row.low_stock_threshold + 1
    if row.kind is ProductKind.PHONE_TOPUP:
        return False
    if row.reusable:
        return uses_left(context, session, row, enough, ()) < enough
    return count_up_to(context, session, row.id, enough) < enough


def _in_stock(session: Session) -> list[tuple[int, int, int]]:
    """(product, batch, keys in stock), from the index of the stock alone."""
    statement = (
        select(col(CardKeyRow.product_id), col(CardKeyRow.batch_id), func.count())
        .where(sql_text("card_keys.state = 'in_stock'"))
        .group_by(col(CardKeyRow.product_id), col(CardKeyRow.batch_id))
    )
    return [(product_id, batch_id, count) for product_id, batch_id, count in session.exec(statement).all()]


def _sold(session: Session, context: Context) -> dict[int, int]:
    statement = (
        select(col(CardKeyRow.product_id), func.count())
        .join(DeliveryRow, col(DeliveryRow.card_key_id) == col(CardKeyRow.id))
        .where(col(DeliveryRow.delivered_at) > context.clock() - timedelta(days=RATE_DAYS))
        .group_by(col(CardKeyRow.product_id))
    )
    return dict(session.exec(statement).all())


def _failed_by_batch(session: Session) -> dict[int, int]:
    statement = (
        select(col(CardKeyRow.batch_id), func.count())
        .where(col(CardKeyRow.failed_at).is_not(None))
        .group_by(col(CardKeyRow.batch_id))
    )
    return dict(session.exec(statement).all())


def _tried_by_batch(session: Session) -> dict[int, int]:
    """Keys that were delivered at least once, and those that failed before they were."""
    went = select(col(DeliveryRow.card_key_id)).where(col(DeliveryRow.card_key_id).is_not(None))
    failed = select(col(CardKeyRow.id)).where(col(CardKeyRow.failed_at).is_not(None))
    tried = went.union(failed).subquery()
    statement = (
        select(col(CardKeyRow.batch_id), func.count())
        .join(tried, tried.c[0] == col(CardKeyRow.id))
        .group_by(col(CardKeyRow.batch_id))
    )
    return dict(session.exec(statement).all())
