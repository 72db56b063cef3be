"""Batches: what is known of an import of keys beyond the keys, and taking a whole import back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text
from sqlmodel import Session, col, func, select

from desktop_app.documents.code_words import word
from desktop_app.domain.errors import NotFoundError, RefusedError
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, amount_field, day_field, line_field, text_field
from desktop_app.services.key_import import COST, EXPIRY, INVOICE, NOTE, SUPPLIER
from desktop_app.services.key_lines import KeyLine, key_lines
from desktop_app.services.work import Cancelled, Progress, Work
from desktop_app.storage.connections import roomy_cache
from desktop_app.storage.tables import BatchRow, CardKeyRow, ProductRow

_REASON = FieldName("The reason", "原因")
_REMOVED_AT_ONCE = 20_000
_NAMED = 5
"""So many of the keys that stop an undo are named in the refusal."""

# whatever was ever shown to a buyer is history, also when it came back into the stock
_STOPPING = """
FROM card_keys k WHERE k.batch_id = ? AND (k.state NOT IN ('in_stock', 'binned')
  OR EXISTS (SELECT 1 FROM deliveries d WHERE d.card_key_id = k.id))
"""
_REMOVE = "DELETE FROM card_keys WHERE id IN (SELECT id FROM card_keys WHERE batch_id = ? LIMIT ?)"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One import; the five counts add up to ``line_count``. ``in_stock``: its keys that are still there."""

    id: int
    name: str
    product_id: int
    product_name: str
    source: str
    supplier: str
    invoice_no: str
    cost_fen: int | None
    expires_on: str | None
    note: str
    imported_at: datetime
    imported_by: str
    line_count: int
    new_count: int
    blank_count: int
    file_duplicates: int
    shop_duplicates: int
    malformed_count: int
    in_stock: int
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """What may be corrected later; ``cost_fen`` is per key, ``expires_on`` the last usable day (ISO)."""

    supplier: str = ""
    invoice_no: str = ""
    cost_fen: int | None = None
    expires_on: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BatchName:
    """A batch as a search names it."""

    id: int
    name: str
    product_name: str
    supplier: str


def batches_named(context: Context, part: str, limit: int) -> list[BatchName]:
    """The newest batches whose name holds ``part``; nothing is counted for it, so it is there at once."""
    holds = func.instr(func.lower(BatchRow.name), func.lower(part.strip())) > 0
    with context.read() as session:
        rows = session.exec(
            select(BatchRow.id, BatchRow.name, ProductRow.name, BatchRow.supplier)
            .join(ProductRow, col(ProductRow.id) == col(BatchRow.product_id))
            .where(holds, col(BatchRow.undone_at).is_(None))
            .order_by(col(BatchRow.id).desc())
            .limit(limit)
        ).all()
        return [BatchName(*row) for row in rows]


def batches_of(context: Context, product_id: int | None) -> list[BatchName]:
    """The batches (of one product) that were not undone, newest first; nothing is counted for it."""
    statement = (
        select(BatchRow.id, BatchRow.name, ProductRow.name, BatchRow.supplier)
        .join(ProductRow, col(ProductRow.id) == col(BatchRow.product_id))
        .where(col(BatchRow.undone_at).is_(None))
        .order_by(col(BatchRow.id).desc())
    )
    if product_id is not None:
        statement = statement.where(col(BatchRow.product_id) == product_id)
    with context.read() as session:
        return [BatchName(*row) for row in session.exec(statement).all()]


def batch_lines(context: Context, product_id: int | None = None) -> list[BatchLine]:
    """The batches (of one product), newest first, those that were undone among them."""
    with context.read() as session:
        statement = select(BatchRow, ProductRow).join(ProductRow, col(ProductRow.id) == col(BatchRow.product_id))
        if product_id is not None:
            statement = statement.where(col(BatchRow.product_id) == product_id)
        rows = session.exec(statement.order_by(col(BatchRow.id).desc())).all()
        stock = _stock_by_batch(session)
        return [_line(batch, product, stock.get(batch.id, 0)) for batch, product in rows]


def batch_by_name(context: Context, name: str) -> BatchLine:
    """The batch that has this name now, upper and lower case alike; :class:`NotFoundError`."""
    same = func.lower(BatchRow.name) == func.lower(name.strip())
    with context.read() as session:
        batch = session.exec(select(BatchRow).where(same, col(BatchRow.undone_at).is_(None))).first()
        if batch is None:
            raise NotFoundError("There is no batch called “{name}”.", "没有名为“{name}”的批次。", name=name[:80])
        product = session.get_one(ProductRow, batch.product_id)
        return _line(batch, product, _stock_by_batch(session).get(batch.id, 0))


def change_batch(context: Context, batch_id: int, draft: BatchDraft) -> None:
    """Correct the facts of a batch; another last usable day counts for its keys at once.

    :class:`RefusedError` when its import was undone.
    """
    values = _checked(draft)
    with context.write() as session:
        batch = _standing(session, batch_id)
        changes = {
            name: (getattr(batch, name), value) for name, value in values.items() if getattr(batch, name) != value
        }
        if not changes:
            return
        for name, (_, value) in changes.items():
            setattr(batch, name, value)
        session.add(batch)
        session.flush()
        facts: dict[str, Any] = {name: {"from": before, "to": after} for name, (before, after) in changes.items()}
        context.record(session, "batch.changed", "batches", batch_id, facts={"batch": batch.name, **facts})
    context.announce("keys", "products")


def undo_import(
    context: Context,
    batch_id: int,
    reason: str,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Take a whole import back: its keys go, batch and log stay. Returns how many keys went.

    :class:`RefusedError` names the keys that stop it: any that left the stock, if only for a while. Cancelling until
    the last moment leaves everything as it was.
    """
    reason = line_field(_REASON, reason, longest=500)
    from desktop_app.services.backups import LARGE, Backups  # only here: it brings the reading of signatures

    with context.read() as session:
        is_large = _standing(session, batch_id).new_count >= LARGE
    if is_large:
        Backups(context).make_before(fresh_is_enough=True, cancelled=cancelled)
    with context.write() as session:
        batch = _standing(session, batch_id)
        connection = session.connection()
        _require_untouched(context, session, batch)
        count = int(
            connection.exec_driver_sql("SELECT count(*) FROM card_keys WHERE batch_id = ?", (batch_id,)).scalar_one()
        )
        _remove(connection, batch_id, Work(progress, cancelled, count))
        batch.undone_at, batch.undone_by = context.clock(), context.actor
        session.add(batch)
        session.flush()
        product = session.get_one(ProductRow, batch.product_id)
        facts = {"batch": batch.name, "product": product.code, "count": count, "reason": reason}
        context.record(session, "batch.undone", "batches", batch_id, facts=facts)
    context.announce("keys", "products")
    return count


def _remove(connection: Connection, batch_id: int, work: Work) -> None:
    gone = 0
    with roomy_cache(connection):
        while True:
            work.add(gone)
            gone = connection.exec_driver_sql(_REMOVE, (batch_id, _REMOVED_AT_ONCE)).rowcount
            if not gone:
                return


def _standing(session: Session, batch_id: int) -> BatchRow:
    batch = session.get(BatchRow, batch_id)
    if batch is None:
        raise NotFoundError("There is no batch {id}.", "没有编号为 {id} 的批次。", id=batch_id)
    if batch.undone_at is not None:
        raise RefusedError(
            "The import of batch {batch} was undone; nothing of it can change.",
            "批次 {batch} 的导入已撤销，不能再改动。",
            batch=batch.name,
        )
    return batch


def _require_untouched(context: Context, session: Session, batch: BatchRow) -> None:
    connection = session.connection()
    first = connection.exec_driver_sql(f"SELECT k.id {_STOPPING} ORDER BY k.line LIMIT {_NAMED}", (batch.id,))
    ids = list(first.scalars())
    if not ids:
        return
    count = int(connection.exec_driver_sql(f"SELECT count(*) {_STOPPING}", (batch.id,)).scalar_one())
    lines = key_lines(context, session, ids)
    more = count - len(lines)
    raise RefusedError(
        "The import of batch {batch} cannot be undone, because {count} of its keys are no longer as they came: "
        "{keys}{more_en}.",
        "批次 {batch} 的导入不能撤销：其中 {count} 张卡密已不是导入时的状态：{keys_zh}{more_zh}。",
        batch=batch.name,
        count=count,
        keys="; ".join(_stopping_en(line) for line in lines),
        keys_zh=";".join(_stopping_zh(line) for line in lines),
        more_en=f"; and {more} more" if more else "",
        more_zh=f"；另有 {more} 张" if more else "",
    )


def _stopping_en(line: KeyLine) -> str:
    order = f", order {line.order_no}" if line.order_no else ""
    return f"line {line.line} {line.masked} ({word(line.state, 'en')}{order})"


def _stopping_zh(line: KeyLine) -> str:
    order = f"，订单 {line.order_no}" if line.order_no else ""
    return f"第 {line.line} 行 {line.masked}（{word(line.state, 'zh')}{order}）"


def _checked(draft: BatchDraft) -> dict[str, Any]:
    return asdict(draft) | {
        "supplier": line_field(SUPPLIER, draft.supplier, longest=120),
        "invoice_no": line_field(INVOICE, draft.invoice_no, longest=80),
        "cost_fen": None if draft.cost_fen is None else amount_field(COST, draft.cost_fen),
        "expires_on": day_field(EXPIRY, draft.expires_on),
        "note": text_field(NOTE, draft.note),
    }


def _stock_by_batch(session: Session) -> dict[int, int]:
    # the condition is written out, because SQLite takes the partial index of the stock only for exactly this text
    statement = (
        select(col(CardKeyRow.batch_id), func.count())
        .where(sql_text("card_keys.state = 'in_stock'"))
        .group_by(col(CardKeyRow.product_id), col(CardKeyRow.batch_id))
    )
    stock: dict[int, int] = {}
    for batch_id, count in session.exec(statement):
        stock[batch_id] = stock.get(batch_id, 0) + count
    return stock


_OWN_FIELDS = tuple(item.name for item in fields(BatchLine) if item.name not in ("product_name", "in_stock"))


def _line(batch: BatchRow, product: ProductRow, in_stock: int) -> BatchLine:
    values = {name: getattr(batch, name) for name in _OWN_FIELDS}
    return BatchLine(**values, product_name=product.name, in_stock=in_stock)
