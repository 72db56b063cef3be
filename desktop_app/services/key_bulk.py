"""One step on everything that a filter shows: one transaction, one event, and cancelled it changes nothing.

Who was asked whether so many keys are meant is not made to answer for others: when the filter shows another number by
then, nothing is changed (:class:`ShownKeys`).

Keys that the step cannot be taken with stay as they are, exactly as when they are chosen one by one in the window.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlmodel import Session

from desktop_app.documents.code_words import word
from desktop_app.domain.card_keys import normalise
from desktop_app.domain.errors import ConflictError
from desktop_app.domain.states import KEY_MOVES, KeyState
from desktop_app.services.context import Context
from desktop_app.services.key_lines import KeyFilter, keys_listing
from desktop_app.services.key_rows import SEVERAL, key_rows, ranges, reseal
from desktop_app.services.products import key_rule, product_row, require_holds_keys
from desktop_app.services.work import Cancelled, Progress, Work
from desktop_app.storage.column_types import to_micros
from desktop_app.storage.connections import roomy_cache
from desktop_app.storage.tables import BatchRow, ProductRow
from desktop_app.storage.vault import CARD_COLUMN, CARD_TABLE

_AT_ONCE = 5000

_OF_THESE = "id IN (SELECT value FROM json_each(?))"
_MOVABLE = (
    "SELECT id, product_id, tag, sealed FROM card_keys "
    f"WHERE {_OF_THESE} AND state = '{KeyState.IN_STOCK}' AND product_id <> ? ORDER BY product_id, id"
)
_RESEAL = "UPDATE card_keys SET product_id = ?, sealed = ? WHERE id = ?"
_NEVER_SOLD = "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.card_key_id = card_keys.id)"


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """Everything that ``where`` shows, as it was when the merchant said yes: ``count`` keys, of ``states`` so many."""

    where: KeyFilter
    count: int
    states: Mapping[KeyState, int] | None = None

    def of(self, state: KeyState) -> ShownKeys:
        """Those of one state."""
        count = self.count if self.states is None else self.states.get(state, 0)
        return ShownKeys(replace(self.where, state=state), count)


Shown = KeyFilter | ShownKeys


def change_state(
    context: Context,
    where: Shown,
    after: KeyState,
    kind: str,
    facts: Mapping[str, Any],
    *,
    failed: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Every shown key that may become ``after`` does. Returns how many did.

    Into the recycle bin only what was never delivered goes, and back into the stock only what is in the bin: a key
    that was shown needs the issuer's record.
    """
    before = sorted(state.value for state, moves in KEY_MOVES.items() if after in moves)
    if after is KeyState.IN_STOCK:
        before = [KeyState.BINNED.value]
    now = to_micros(context.clock())
    sql = (
        f"UPDATE card_keys SET state = ?, state_at = ?, failed_at = {'?' if failed else 'failed_at'} "
        f"WHERE {_OF_THESE} AND state IN ({', '.join('?' * len(before))})"
        f"{' AND ' + _NEVER_SOLD if after is KeyState.BINNED else ''} RETURNING id"
    )
    values = (after.value, now, *([now] if failed else []))

    def step(session: Session, ids: str) -> list[int]:
        rows = session.connection().exec_driver_sql(sql, (*values, ids, *before))
        return list(rows.scalars())

    return _run(context, where, kind, facts, step, progress, cancelled, ("keys", "products"))


def set_note(
    context: Context,
    where: Shown,
    note: str,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """The same note on every shown key. Returns how many had another."""
    sql = f"UPDATE card_keys SET note = ? WHERE {_OF_THESE} AND note <> ? RETURNING id"

    def step(session: Session, ids: str) -> list[int]:
        return list(session.connection().exec_driver_sql(sql, (note, ids, note)).scalars())

    return _run(context, where, "key.noted", {"note": note}, step, progress, cancelled, ("keys",))


def move(
    context: Context,
    where: Shown,
    product_id: int,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Every shown key in stock goes to another product. Returns how many did; see ``reseal`` for what it refuses."""
    with context.read() as session:
        target = product_row(session, product_id)
        require_holds_keys(target)

    def step(session: Session, ids: str) -> list[int]:
        found = session.connection().exec_driver_sql(_MOVABLE, (ids, product_id)).all()
        moved: list[int] = []
        for source_id, rows in groupby(found, key=itemgetter(1)):
            moved += _moved(context, session, list(rows), product_row(session, source_id), target)
        return moved

    facts = {"product": target.code, "to": target.code}
    return _run(context, where, "key.moved", facts, step, progress, cancelled, ("keys", "products"))


def _moved(
    context: Context, session: Session, rows: Sequence[Any], source: ProductRow, target: ProductRow
) -> list[int]:
    """Keys of one product, (id, product, tag, sealed), sealed anew for another one; their numbers."""
    if source.reusable or target.reusable:
        return _moved_one_by_one(context, session, [row[0] for row in rows], source, target)
    vault = context.vault
    open_one, rule = vault.opener(CARD_TABLE, CARD_COLUMN, source.uid), key_rule(target)
    plain = [open_one(tag, sealed) for _, _, tag, sealed in rows]
    tags: Iterable[bytes] = (row[2] for row in rows)
    if rule != key_rule(source) or vault.is_rotating:
        tags = vault.card_tags(normalise(text.decode(), rule) for text in plain)
    same, others = [], []
    for row, text, tag in zip(rows, plain, tags, strict=True):
        if tag == row[2]:
            same.append((row[0], tag, text))
        else:  # it is compared otherwise there, and could be another key's twin
            others.append(row[0])
    seals = vault.seal_cards(((tag, text) for _, tag, text in same), target.uid)
    values = [(target.id, sealed, one[0]) for one, sealed in zip(same, seals, strict=True)]
    if values:
        session.connection().exec_driver_sql(_RESEAL, values)
    return [one[0] for one in same] + _moved_one_by_one(context, session, others, source, target)


def _moved_one_by_one(
    context: Context, session: Session, ids: Sequence[int], source: ProductRow, target: ProductRow
) -> list[int]:
    for key in key_rows(session, ids):
        reseal(context, session, key, source, target)
        session.flush()
        session.expunge(key)
    return list(ids)


def erase(
    context: Context,
    where: Shown,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """What is shown of the recycle bin goes for good. Returns how many keys went."""
    sql = f"DELETE FROM card_keys WHERE {_OF_THESE} AND state = '{KeyState.BINNED}' RETURNING id"

    def step(session: Session, ids: str) -> list[int]:
        return list(session.connection().exec_driver_sql(sql, (ids,)).scalars())

    return _run(context, where, "key.erased", {}, step, progress, cancelled, ("keys", "products"))


def _run(
    context: Context,
    shown: Shown,
    kind: str,
    facts: Mapping[str, Any],
    step: Callable[[Session, str], list[int]],
    progress: Progress | None,
    cancelled: Cancelled | None,
    areas: tuple[str, ...],
) -> int:
    where = shown.where if isinstance(shown, ShownKeys) else shown
    changed: list[int] = []
    with context.write() as session, roomy_cache(session.connection()):
        # read beside the transaction, which has not written yet: nobody else can from here on
        ids = _confirmed(context, shown)
        work = Work(progress, cancelled, len(ids))
        told = {**facts, **_shown(session, where)}
        work.add(0)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE].tolist()
            changed += step(session, json.dumps(part))
            work.add(len(part))
        if not changed:
            return 0
        changed.sort()
        told |= {"count": len(changed), "keys": ranges(changed)}
        context.record(session, kind, "card_keys", SEVERAL, facts=told)
    context.announce(*areas)
    return len(changed)


def _confirmed(context: Context, shown: Shown) -> array[int]:
    """The keys that the filter shows now; :class:`ConflictError` when they are not those that were confirmed."""
    if isinstance(shown, KeyFilter):
        return keys_listing(context, shown).ids()
    ids = keys_listing(context, shown.where).ids()
    if len(ids) != shown.count:
        raise ConflictError(
            "The filter shows {now} keys by now, not {before}: nothing was changed. Look again, then repeat the step.",
            "筛选结果现在是 {now} 张卡密，而不是 {before} 张：未作任何改动。请重新查看后再操作。",
            now=f"{len(ids):,}",
            before=f"{shown.count:,}",
        )
    for state, before in (shown.states or {}).items():
        now = keys_listing(context, replace(shown.where, state=state)).count()
        if now != before:
            raise ConflictError(
                "By now {now} of the keys shown are in the state “{field}”, not {before}: nothing was changed. Look "
                "again, then repeat the step.",
                "筛选结果中状态为“{label}”的卡密现在是 {now} 张，而不是 {before} 张：未作任何改动。"
                "请重新查看后再操作。",
                now=f"{now:,}",
                before=f"{before:,}",
                field=word(state, "en"),
                label=word(state, "zh"),
            )
    return ids


def _shown(session: Session, where: KeyFilter) -> dict[str, Any]:
    """What the filter was, as the log may know it: a searched text can be a card key and is not told."""
    told: dict[str, Any] = {}
    if where.product_id is not None:
        told["of_product"] = product_row(session, where.product_id).code
    if where.batch_id is not None:
        batch = session.get(BatchRow, where.batch_id)
        told["batch"] = batch.name if batch else ""
    if where.state is not None:
        told["of_state"] = where.state.value
    for name, moment in (("imported_from", where.imported_from), ("imported_to", where.imported_to)):
        if moment is not None:
            told[name] = to_micros(moment)
    if where.text.strip():
        told["searched"] = True
    return told
