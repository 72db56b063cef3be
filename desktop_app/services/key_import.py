"""Card keys on their way in: one transaction that stores what a preview showed as one batch, or nothing.

Neither the database nor the event log ever sees a key in clear.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import compress, count
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, ConflictError, RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.exchange.packed_lines import joined_at
from desktop_app.exchange.text_files import require_unchanged
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, amount_field, day_field, line_field, text_field
from desktop_app.services.key_layouts import remember_layout
from desktop_app.services.key_other_rules import known_by_other_rules
from desktop_app.services.key_preview import (
    Cancelled,
    ImportPreview,
    Progress,
    Work,
)
from desktop_app.services.key_tagging import KeyTags, find_tags, last_event, only
from desktop_app.services.products import key_rule, product_row, shop_day
from desktop_app.services.vault_rotation import refuse_while_rotating
from desktop_app.storage.card_process import WORTH_IT, CardProcess
from desktop_app.storage.card_sealing import CHUNK, LENGTH_BITS, TAG_BYTES, Block, CardSealer, Chunk
from desktop_app.storage.card_tags import stored_apart
from desktop_app.storage.column_types import to_micros
from desktop_app.storage.connections import roomy_cache
from desktop_app.storage.row_numbers import next_number
from desktop_app.storage.tables import BatchRow, ProductRow

_Value = TypeVar("_Value")

_BATCH = FieldName("The batch name", "批次名称")
SUPPLIER = FieldName("The supplier", "供货商")
INVOICE = FieldName("The invoice number", "发票号")
COST = FieldName("The cost per key", "每张成本")
EXPIRY = FieldName("The last usable day", "有效期")
NOTE = FieldName("The note", "备注")

# A chunk is one statement with two values: all records in one blob, each as wide as the longest, and a list of numbers
# that say line and length. One row after the other through the driver takes twice as long.
_INSERT_KEYS: Final = f"""
INSERT INTO card_keys (id, product_id, batch_id, line, state, state_at, tag, sealed, note)
SELECT ?1 + key, ?2, ?3, value >> {LENGTH_BITS}, ?4, ?5, substr(?6, key * ?7 + 1, {TAG_BYTES}),
  substr(?6, key * ?7 + {TAG_BYTES + 1}, value & {(1 << LENGTH_BITS) - 1}), ''
FROM json_each(?8)
"""
_INSERT_TAGS: Final = f"""
INSERT INTO card_tags (tag, card_key_id)
SELECT substr(?1, key * {TAG_BYTES} + 1, {TAG_BYTES}), value FROM json_each(?2)
"""
_MOMENT: Final = 0.005
"""Seconds to wait for tags before it is looked again whether keys have come."""

_SET_NOTE: Final = "UPDATE card_keys SET note = ? WHERE batch_id = ? AND line = ?"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the merchant says of a whole batch; ``expires_on`` is the last usable day (ISO), ``cost_fen`` per key.

    A cost or a day given here wins over those in the file.
    """

    batch: str = ""
    supplier: str = ""
    cost_fen: int | None = None
    expires_on: str | None = None
    note: str = ""
    invoice_no: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was stored; the five counts add up to ``line_count``."""

    batch_id: int
    batch_name: str
    line_count: int
    new_count: int
    blank_count: int
    file_duplicates: int
    shop_duplicates: int
    malformed_count: int


def import_keys(
    context: Context,
    preview: ImportPreview,
    options: ImportOptions,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportResult:
    """Store the new keys of ``preview`` as one batch, or nothing at all.

    Keys that came into the shop since the preview are counted as duplicates. ConflictError when the file is no longer
    the one that was looked at, or the product's comparison of keys changed; RefusedError when no line is new;
    CancelledError until the last moment.
    """
    values = _checked(preview, options)
    with _second_process(context, preview) as process:
        if preview.path is not None:
            require_unchanged(preview.path, preview.sha256)
        from desktop_app.services.backups import LARGE, Backups  # only here: it brings the reading of signatures

        if preview.new_count >= LARGE:
            Backups(context).make_before(fresh_is_enough=True, cancelled=cancelled)
        result = _import(context, preview, values, Work(progress, cancelled, preview.new_count), process)
    context.announce("keys", "products")
    return result


@contextmanager
def _second_process(context: Context, preview: ImportPreview) -> Iterator[CardProcess | None]:
    """One that seals many keys while this one stores them; it loads while the file is compared."""
    process = None
    if preview.new_count >= WORTH_IT:
        with context.read() as session:
            product_uid = product_row(session, preview.product_id).uid
        process = CardProcess.start(context.vault.card_secrets(product_uid))
    try:
        yield process
    finally:
        if process is not None:
            process.close()


def _import(
    context: Context, preview: ImportPreview, values: ImportOptions, work: Work, process: CardProcess | None
) -> ImportResult:
    with context.write() as session:
        product = product_row(session, preview.product_id)
        refuse_while_rotating(session)
        if context.vault.generation != preview.vault_generation:
            raise ConflictError(
                "The keys of the vault were replaced since the preview; look at it again.",
                "预览之后密钥已更换，请重新预览。",
            )
        if key_rule(product) != preview.rule:
            raise ConflictError(
                "How the keys of “{name}” are compared was changed; look at the preview again.",
                "“{name}”的卡密比较方式已改变，请重新预览。",
                name=product.name,
            )
        connection = session.connection()
        with roomy_cache(connection):
            fresh = _still_new(context, connection, preview, work)
            if not fresh.indexes:
                raise _nothing_new(preview)
            batch = BatchRow(
                product_id=preview.product_id,
                source=preview.source,
                sha256=preview.sha256,
                line_count=preview.line_count,
                new_count=len(fresh.indexes),
                blank_count=preview.blank_count,
                file_duplicates=preview.file_duplicates,
                shop_duplicates=preview.shop_duplicates + preview.new_count - len(fresh.indexes),
                malformed_count=preview.malformed_count,
                imported_at=context.clock(),
                imported_by=context.actor,
                name=_batch_name(context, session, product, values.batch),
                supplier=values.supplier,
                invoice_no=values.invoice_no,
                cost_fen=values.cost_fen,
                expires_on=values.expires_on,
                note=values.note,
            )
            session.add(batch)
            session.flush()
            result = _result(batch)
            storing = _Storing(connection, preview, fresh, work)
            with stored_apart(connection):
                sealed = _sealed(context, preview, product.uid, fresh, process, storing.some_tags)
                storing.store(sealed, result.batch_id, to_micros(context.clock()))
            context.record(
                session,
                "keys.imported",
                "batches",
                result.batch_id,
                facts={
                    "batch": result.batch_name,
                    "product_id": preview.product_id,
                    "product": product.code,
                    "source": preview.source,
                    "sha256": preview.sha256,
                    "line_count": result.line_count,
                    "new_count": result.new_count,
                    "blank_count": result.blank_count,
                    "file_duplicates": result.file_duplicates,
                    "shop_duplicates": result.shop_duplicates,
                    "malformed_count": result.malformed_count,
                    "tags_hash": storing.tags_hash,
                },
            )
        remember_layout(context, session, preview)
        if preview.path is not None:
            require_unchanged(preview.path, preview.sha256)
        work.report(preview.new_count)
    return result


def _checked(preview: ImportPreview, options: ImportOptions) -> ImportOptions:
    cost = options.cost_fen
    if cost is not None:
        amount_field(COST, cost)
    elif preview.keys.costs_fen:
        cost = _same(preview, preview.keys.costs_fen, "costs", "成本")
    day = day_field(EXPIRY, options.expires_on)
    if day is None and preview.keys.expiries:
        day = _same(preview, preview.keys.expiries, "expiry dates", "有效期")
    return ImportOptions(
        batch=line_field(_BATCH, options.batch, longest=80),
        supplier=line_field(SUPPLIER, options.supplier, longest=120),
        invoice_no=line_field(INVOICE, options.invoice_no, longest=80),
        cost_fen=cost,
        expires_on=day,
        note=text_field(NOTE, options.note),
    )


def _same(preview: ImportPreview, values: Sequence[_Value], en: str, zh: str) -> _Value | None:
    """The value that all new keys share: a batch has one cost and one expiry date."""
    different = {values[index] for index in preview.new}
    if len(different) > 1:
        raise BadInputError(
            "{file} has keys with {count} different {what}, but a batch has one: split the file, or give one for all.",
            "{file} 中的卡密有 {count} 种不同的{label}，而一个批次只能有一种：请拆分文件，或统一指定。",
            file=preview.source,
            count=len(different),
            what=en,
            label=zh,
        )
    return next(iter(different), None)


def _batch_name(context: Context, session: Session, product: ProductRow, wanted: str) -> str:
    if wanted:
        if _name_taken(session, wanted):
            raise BadInputError(
                "There is a batch called “{name}” already; choose another name.",
                "已有名为“{name}”的批次，请换一个名称。",
                name=wanted,
            )
        return wanted
    first = f"{product.code}-{shop_day(context).replace('-', '')}"
    names = (first if number == 1 else f"{first}-{number}" for number in count(1))
    return next(name for name in names if not _name_taken(session, name))


def _name_taken(session: Session, name: str) -> bool:
    same = func.lower(BatchRow.name) == func.lower(name)
    return session.exec(select(BatchRow.id).where(same, col(BatchRow.undone_at).is_(None))).first() is not None


class _Fresh(NamedTuple):
    """Indexes into ``preview.keys``, in whose order they are stored, and the tags of which theirs are taken."""

    indexes: array[int]
    tags: KeyTags


def _still_new(context: Context, connection: Connection, preview: ImportPreview, work: Work) -> _Fresh:
    """What of ``preview.new`` is not in the shop now."""
    everything = _Fresh(preview.new, preview.tags)
    if last_event(connection) == preview.event_seq:
        return everything
    order, ordered = preview.tags.order, preview.tags.ordered
    taken = preview.tags.taken[:]
    for start in range(0, len(order), CHUNK):
        for at in find_tags(connection, ordered[start * TAG_BYTES : (start + CHUNK) * TAG_BYTES]):
            taken[order[start + at]] = 0
    # by their own rules keys of other products are found by the text, as the preview found them
    gone = {at for at, is_new in enumerate(compress(taken, preview.tags.taken)) if not is_new}
    elsewhere = known_by_other_rules(
        context, preview.rule, preview.keys.texts, preview.new, gone, lambda: work.report(0)
    )
    if elsewhere:
        places = [*compress(range(len(taken)), preview.tags.taken)]
        for at in elsewhere:
            taken[places[at]] = 0
    if taken == preview.tags.taken:
        return everything
    return _Fresh(only(bytearray(compress(taken, preview.tags.taken)), preview.new), preview.tags.only(taken))


class _Storing:
    """The keys of one import on their way into the shop: rows as they are sealed, and tags whenever there is time."""

    def __init__(self, connection: Connection, preview: ImportPreview, fresh: _Fresh, work: Work) -> None:
        self._connection, self._preview, self._fresh, self._work = connection, preview, fresh, work
        self._first_id = next_number(connection, "card_keys")
        self._stored = self._tags_stored = 0
        self._digest = hashlib.sha256()

    @property
    def tags_hash(self) -> str:
        """SHA-256 of all tags in their order, as hex."""
        return self._digest.hexdigest()

    def store(self, sealed: Generator[Chunk, None, None], batch_id: int, at: int) -> None:
        """Store them all; ``sealed`` calls :meth:`some_tags` while it has none."""
        before = (self._preview.product_id, batch_id, KeyState.IN_STOCK.value, at)
        # what the next statement needs is made while the database works on this one
        with ThreadPoolExecutor(1) as worker, closing(sealed):
            self._next_tags = partial(worker.submit, next, self._tag_values(), None)
            self._coming = self._next_tags()
            self._work.report(0)
            for chunk in sealed:
                values = (self._first_id + self._stored, *before, chunk.records, chunk.width, chunk.numbers)
                self._connection.exec_driver_sql(_INSERT_KEYS, values)
                self._stored += chunk.keys
                self._work.report(self._stored)
            while self.some_tags():
                pass
        if not self._stored == self._tags_stored == len(self._fresh.indexes):
            raise RuntimeError(f"{self._stored} keys and {self._tags_stored} tags of {len(self._fresh.indexes)}")
        _set_notes(self._connection, self._preview, self._fresh.indexes, batch_id)

    def some_tags(self) -> bool:
        """Store the next tags, or wait a little for them; whether any are left."""
        try:
            values = self._coming.result(_MOMENT)
        except TimeoutError:
            return True
        if values is None:
            return False
        self._coming = self._next_tags()
        self._tags_stored += self._connection.exec_driver_sql(_INSERT_TAGS, values).rowcount
        self._work.report(self._stored)
        return True

    def _tag_values(self) -> Iterator[tuple[bytes, str]]:
        """The values of one statement after the other; the digest grows with them."""
        tags = self._fresh.tags
        key_id = tags.numbers(self._first_id).__getitem__
        for start in range(0, len(tags.order), CHUNK):
            some = tags.ordered[start * TAG_BYTES : (start + CHUNK) * TAG_BYTES]
            self._digest.update(some)
            yield some, str([*map(key_id, tags.order[start : start + CHUNK])])


def _sealed(
    context: Context,
    preview: ImportPreview,
    product_uid: bytes,
    fresh: _Fresh,
    process: CardProcess | None,
    meanwhile: Callable[[], bool],
) -> Generator[Chunk, None, None]:
    """The sealed keys for one statement after the other; ``meanwhile`` is called while the next ones are not ready."""
    blocks = _blocks(preview, fresh)
    if process is not None and process.generation == preview.vault_generation and _ready(process, meanwhile):
        yield from process.sealed(blocks, meanwhile)
        return
    secrets = context.vault.card_secrets(product_uid)
    sealer = CardSealer(secrets)
    secrets.wipe()
    chunks = map(sealer.sealed, blocks)
    with ThreadPoolExecutor(1) as worker:
        following = worker.submit(next, chunks, None)
        while True:
            while not following.done() and meanwhile():
                pass
            chunk = following.result()
            if chunk is None:
                return
            following = worker.submit(next, chunks, None)
            yield chunk


def _ready(process: CardProcess, meanwhile: Callable[[], bool]) -> bool:
    with ThreadPoolExecutor(1) as waiting:
        answer = waiting.submit(lambda: process.is_ready)
        while not answer.done() and meanwhile():
            pass
        return answer.result()


def _blocks(preview: ImportPreview, fresh: _Fresh) -> Iterator[Block]:
    """The new keys, no more at a time than one statement stores."""
    texts, numbers = preview.keys.texts, preview.keys.line_numbers
    done = 0
    for start in range(0, len(fresh.tags.taken), CHUNK):
        if tags := fresh.tags.part(start, start + CHUNK):
            indexes = fresh.indexes[done : done + len(tags) // TAG_BYTES]
            done += len(indexes)
            yield Block(tags, array("I", map(numbers.__getitem__, indexes)), joined_at(texts, indexes))


def _set_notes(connection: Connection, preview: ImportPreview, fresh: array[int], batch_id: int) -> None:
    notes, numbers = preview.keys.notes, preview.keys.line_numbers
    if notes:
        values = [(notes[index], batch_id, numbers[index]) for index in fresh if notes[index]]
        if values:
            connection.exec_driver_sql(_SET_NOTE, values)


def _result(batch: BatchRow) -> ImportResult:
    return ImportResult(
        batch_id=batch.id,
        batch_name=batch.name,
        line_count=batch.line_count,
        new_count=batch.new_count,
        blank_count=batch.blank_count,
        file_duplicates=batch.file_duplicates,
        shop_duplicates=batch.shop_duplicates,
        malformed_count=batch.malformed_count,
    )


def _nothing_new(preview: ImportPreview) -> RefusedError:
    return RefusedError(
        "{file} has no new card keys: {shop} are in the shop already, {twice} are repeated, {bad} cannot be used.",
        "{file} 中没有新卡密：{shop} 条店铺已有，{twice} 条文件内重复，{bad} 条无法使用。",
        file=preview.source,
        shop=preview.line_count - preview.blank_count - preview.file_duplicates - preview.malformed_count,
        twice=preview.file_duplicates,
        bad=preview.malformed_count,
    )
