"""Rotation of keys: a new root key, new ways to open the shop, and every sealed value sealed anew.

A new password alone only re-wraps the root key, so that an old copy of the file with the old password opens what is
sealed today. After a rotation it opens nothing newer than itself. The start is one transaction: from then on only the
new password and code open the shop, and new values are sealed under the new keys. The rows follow in transactions of
:data:`AT_ONCE`; killed at any moment, :func:`run` goes on where it stopped. A value that does not open (damaged before)
is named and left as it is.

Evidence files are sealed anew under the names they have, because rows that never change know them by these names.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec

from sqlalchemy import Connection
from sqlmodel import Session, select

from desktop_app.domain.card_keys import normalise
from desktop_app.domain.errors import CancelledError, ConflictError, RefusedError, StorageError
from desktop_app.services.buyers import index_form
from desktop_app.services.context import Context
from desktop_app.services.products import key_rule
from desktop_app.services.work import Cancelled, Progress
from desktop_app.storage import attachments, vault_rotation, vault_slots
from desktop_app.storage.connections import roomy_cache
from desktop_app.storage.tables import ProductRow
from desktop_app.storage.vault import CARD_COLUMN, CARD_TABLE, Vault
from desktop_app.storage.vault_slots import Argon2Cost, Slot, SlotKind

P = ParamSpec("P")

KEY_FILE_NAME = "shop.key"
NEXT_KEY_FILE_NAME = "shop.key.next"
"""Made before the new keys are in force, then renamed; found instead of the other when that did not come to pass."""

AT_ONCE = 20_000
"""Rows in one transaction."""

_MOST_DAMAGED = 1000
_TOLD = 20


@dataclass(frozen=True, slots=True)
class RotationState:
    """A rotation that has not ended."""

    started_at: datetime
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RotationResult:
    """What was sealed anew since the start; ``damaged`` names what did not open (table and row, or file)."""

    card_keys: int
    orders: int
    redemptions: int
    evidence: int
    damaged: tuple[str, ...]


@dataclass(slots=True)
class PreparedRotation:
    """New keys that are not in force yet, with the recovery code to write down before they are."""

    recovery_code: str
    successor: Vault
    slots: list[Slot]
    device_kinds: frozenset[SlotKind]

    def discard(self) -> None:
        """Forget the new keys; the shop stays as it is."""
        self.successor.lock()


def prepare(
    context: Context,
    *,
    password: str | None,
    new_password: str | None = None,
    cost: Argon2Cost | None = None,
) -> PreparedRotation:
    """Make new keys and a new recovery code; nothing is stored yet. Takes up to three seconds.

    ``password`` is the one of now (needed when the shop has one), ``new_password`` replaces it on this occasion.
    :class:`RefusedError` when the password is wrong or a rotation is unfinished.
    """
    with context.read() as session:
        slots = vault_slots.load_slots(session)
        _require_none(session)
    kinds = {slot.kind for slot in slots}
    if SlotKind.PASSWORD in kinds:
        context.vault.confirm_password(slots, password or "")
    if SlotKind.KEYRING in kinds and not vault_slots.keyring_available():
        raise RefusedError(
            "This shop opens by a keyring that does not answer here: take that way away first, or do this on the "
            "desktop where it answers.",
            "这家店铺可用钥匙串打开，但此处钥匙串没有响应：请先移除该方式，或在钥匙串可用的桌面上操作。",
        )
    successor = context.vault.successor()
    try:
        made = []
        if SlotKind.PASSWORD in kinds:
            made.append(successor.password_slot(new_password or password or "", cost))
        recovery, code = successor.recovery_slot()
        made.append(recovery)
    except BaseException:
        successor.lock()
        raise
    return PreparedRotation(code, successor, made, frozenset(kinds & {SlotKind.KEYRING, SlotKind.FILE}))


def start(context: Context, prepared: PreparedRotation) -> None:
    """Put the new keys in force; :func:`run` does the rest. Nothing happened when this fails."""
    vault, successor = context.vault, prepared.successor
    slots = [*prepared.slots, *_device_slots(context, prepared)]
    with ExitStack() as stack:
        with context.write() as session:
            stack.enter_context(vault.alone())
            _require_none(session)
            if successor.generation != vault.generation + 1:
                raise ConflictError(
                    "The keys were replaced meanwhile: begin again.", "密钥在此期间已更换：请重新开始。"
                )
            at = context.clock()
            facts = {"generation": successor.generation, "slots": sorted(slot.kind.value for slot in slots)}
            # first: the log may be signed with a key that is sealed under the keys of now
            context.record(session, "vault.rotation_started", "vault_roots", vault.generation, facts=facts)
            vault_rotation.begin(session, vault, successor, at)
            vault_slots.remove_all_slots(session)
            for slot in slots:
                vault_slots.save_slot(session, slot, at)
        vault.take_over(successor)
    # the new keys are in force; a keyring or a folder that fails now is put in order by the next unlocking
    with suppress(StorageError, OSError):
        if SlotKind.FILE in prepared.device_kinds:
            (context.data_dir / NEXT_KEY_FILE_NAME).replace(context.data_dir / KEY_FILE_NAME)
        if SlotKind.KEYRING in prepared.device_kinds:
            vault_slots.settle_keyring(vault.shop_uid)
    context.announce("vault")


def state(context: Context) -> RotationState | None:
    """The rotation that has not ended, if there is one; known while locked too."""
    with context.read() as session:
        found = vault_rotation.unfinished(session)
    if found is None:
        return None
    total = found.progress.total
    return RotationState(found.started_at, min(sum(found.progress.counts.values()), total), total)


def run(
    context: Context,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    at_once: int = AT_ONCE,
) -> RotationResult | None:
    """Seal anew what is left; None when no rotation is unfinished. Takes about half a minute for a million keys.

    :class:`CancelledError` when the merchant pauses it, :class:`LockedError` when the shop is locked meanwhile: what
    is done stays done, and another call goes on.
    """
    folder = context.data_dir / attachments.FOLDER_NAME
    with context.read() as session:
        found = vault_rotation.unfinished(session)
    if found is None:
        _take_end(context)
        return None
    total = found.progress.total + len(attachments.stored_names(folder))
    files = _Files(folder, context.vault)
    while True:
        if cancelled is not None and cancelled():
            raise CancelledError(
                "Paused. What is done stays done; the rest follows when you continue.",
                "已暂停。已完成的部分保持不变，继续后会处理其余部分。",
            )
        rows = _seal_rows(context, at_once)
        if rows is None:
            _take_end(context)
            return None
        done, is_last = rows
        if not is_last:
            _report(progress, done, total)
            continue
        if files.seal_some():
            _report(progress, done + files.done, total)
            continue
        with context.vault.alone():  # no evidence is being filed
            attachments.remove_leftovers(folder, context.vault.generation)
        result = _end(context, files)
        if result is not None:
            _report(progress, total, total)
            context.announce("vault", "keys", "orders")
            return result


def refuse_while_rotating(session: Session) -> None:
    """:class:`RefusedError` while keys are found under two blind indexes: what compares many of them at once waits."""
    if vault_rotation.unfinished(session) is not None:
        raise RefusedError(
            "The keys of the vault are being replaced: let that end first (Settings, Protection), then import.",
            "正在更换密钥：请先等待完成（设置 → 保护），再导入卡密。",
        )


class _Files:
    """The evidence files, some at a time."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.done = 0
        self.damaged: list[str] = []
        self._folder = folder
        self._vault = vault
        self._waiting = attachments.stored_names(folder)

    def seal_some(self, most: int = 20) -> bool:
        """Whether there were any left."""
        some, self._waiting = self._waiting[:most], self._waiting[most:]
        for name in some:
            if not attachments.is_of(self._folder, name, self._vault.generation) and not attachments.reseal(
                self._folder, self._vault, name
            ):
                self.damaged.append(f"evidence {name[:12]}")
            self.done += 1
        return bool(some)


def _seal_rows(context: Context, at_once: int) -> tuple[int, bool] | None:
    """Seal some rows anew: how many are done in all, and whether none is left; None when the rotation ended."""
    with context.write() as session:
        found = vault_rotation.unfinished(session)
        if found is None:
            return None
        place = found.progress
        connection = session.connection()
        vault_slots.overwrite_deleted(session)
        with roomy_cache(connection):
            seal = {"card_keys": _seal_cards, "orders": _seal_orders, "redemptions": _seal_redemptions}[place.table]
            last_id, sealed = seal(context.vault, session, found, at_once)
        place.counts[place.table] = place.counts.get(place.table, 0) + sealed
        is_last = False
        if last_id is not None:
            place.after = last_id
        else:
            following = vault_rotation.TABLES.index(place.table) + 1
            is_last = following == len(vault_rotation.TABLES)
            if not is_last:
                place.table, place.after = vault_rotation.TABLES[following], 0
        if len(place.damaged) > _MOST_DAMAGED:
            raise StorageError(
                "More than {most} sealed values do not open: restore a backup of the shop.",
                "超过 {most} 条加密数据无法打开：请恢复店铺备份。",
                most=_MOST_DAMAGED,
            )
        vault_rotation.note(session, found.generation, place)
    return sum(place.counts.values()), is_last


def _seal_cards(
    vault: Vault, session: Session, found: vault_rotation.Unfinished, at_once: int
) -> tuple[int | None, int]:
    connection = session.connection()
    rows = vault_rotation.waiting_cards(connection, vault.generation, found.progress.after, at_once)
    if not rows:
        return None, 0
    products = {row.id: (row.uid, key_rule(row)) for row in session.exec(select(ProductRow)).all()}
    of_product: dict[int, list[Any]] = {}
    for row in rows:
        of_product.setdefault(row[1], []).append(row)
    sealed: list[tuple[bytes, bytes, int]] = []
    for product_id, own in of_product.items():
        uid, rule = products[product_id]
        opened = vault.opener(CARD_TABLE, CARD_COLUMN, uid, generation=found.generation)
        ids, plain, normalised = [], [], []
        for row_id, _, tag, value in own:
            text = _read(found, CARD_TABLE, row_id, opened, tag, value)
            if text is not None:
                ids.append(row_id)
                plain.append(text)
                normalised.append(normalise(text.decode(), rule))
        tags = list(vault.card_tags(normalised))
        values = vault.seal_cards(zip(tags, plain, strict=True), uid)
        sealed += zip(tags, values, ids, strict=True)
    vault_rotation.replace_cards(connection, sealed)
    return rows[-1][0], len(sealed)


def _seal_orders(
    vault: Vault, session: Session, found: vault_rotation.Unfinished, at_once: int
) -> tuple[int | None, int]:
    connection = session.connection()
    rows = vault_rotation.waiting_orders(connection, vault.generation, found.progress.after, at_once)
    if not rows:
        return None, 0
    sealed = [_order(vault, found, *row) for row in rows]
    vault_rotation.replace_orders(connection, sealed)
    return rows[-1][0], len(sealed)


def _order(
    vault: Vault,
    found: vault_rotation.Unfinished,
    order_id: int,
    order_no: str,
    buyer_sealed: bytes | None,
    target_sealed: bytes | None,
) -> tuple[bytes | None, bytes | None, bytes | None, bytes | None, int]:
    row_id = order_no.encode()
    buyer = target = buyer_tag = account_tag = None
    if buyer_sealed is not None:
        plain = _read(found, "orders", order_id, vault.open, "orders", "buyer", row_id, buyer_sealed)
        if plain is not None:
            buyer = vault.seal("orders", "buyer", row_id, plain)
            buyer_tag = vault.pii_tag(index_form(plain.decode()))
    if target_sealed is not None:
        plain = _read(found, "orders", order_id, vault.open, "orders", "target", row_id, target_sealed)
        if plain is not None:
            target = vault.seal("orders", "target", row_id, plain)
            account = json.loads(plain).get("account", "")
            account_tag = vault.pii_tag(index_form(account)) if account else None
    return buyer, buyer_tag, target, account_tag, order_id


def _seal_redemptions(
    vault: Vault, session: Session, found: vault_rotation.Unfinished, at_once: int
) -> tuple[int | None, int]:
    connection = session.connection()
    rows = vault_rotation.waiting_redemptions(connection, vault.generation, found.progress.after, at_once)
    if not rows:
        return None, 0
    sealed: list[tuple[bytes, int]] = []
    for row_id, uid, value in rows:
        plain = _read(found, "redemptions", row_id, vault.open, "redemptions", "target", uid, value)
        if plain is not None:
            sealed.append((vault.seal("redemptions", "target", uid, plain), row_id))
    vault_rotation.replace_redemptions(connection, sealed)
    return rows[-1][0], len(sealed)


def _read(
    found: vault_rotation.Unfinished,
    table: str,
    row_id: int,
    opened: Callable[P, bytes],
    *args: P.args,
    **more: P.kwargs,
) -> bytes | None:
    """None when the value is damaged, which is noted."""
    try:
        return opened(*args, **more)
    except StorageError:
        name = f"{table} {row_id}"
        if name not in found.progress.damaged:
            found.progress.damaged.append(name)
        return None


def _end(context: Context, files: _Files) -> RotationResult | None:
    """Ask the rows themselves once more, and end; None when some came in since under the keys before."""
    vault = context.vault
    with context.write() as session:
        found = vault_rotation.unfinished(session)
        if found is None:
            _take_end(context)
            return None
        place = found.progress
        table = _with_waiting(session.connection(), vault.generation, place.damaged)
        if table is not None:
            place.table, place.after = table, 0
            vault_rotation.note(session, found.generation, place)
            return None
        damaged = (*place.damaged, *files.damaged)
        result = RotationResult(
            card_keys=place.counts.get("card_keys", 0),
            orders=place.counts.get("orders", 0),
            redemptions=place.counts.get("redemptions", 0),
            evidence=files.done - len(files.damaged),
            damaged=damaged,
        )
        legacy = vault.legacy(found.generation, ended=True)
        vault_slots.overwrite_deleted(session)
        vault_rotation.end(session, found.generation, legacy, place, context.clock())
        facts: dict[str, Any] = {
            "generation": vault.generation,
            "card_keys": result.card_keys,
            "orders": result.orders,
            "redemptions": result.redemptions,
            "evidence": result.evidence,
        }
        if damaged:
            facts |= {"damaged_count": len(damaged), "damaged": list(damaged[:_TOLD])}
        context.record(session, "vault.rotated", "vault_roots", found.generation, facts=facts)
    vault.finish_rotation()
    return result


def _with_waiting(connection: Connection, generation: int, damaged: list[str]) -> str | None:
    most = len(damaged) + 1
    waiting = {
        "card_keys": vault_rotation.waiting_cards,
        "orders": vault_rotation.waiting_orders,
        "redemptions": vault_rotation.waiting_redemptions,
    }
    known = set(damaged)
    for table, ask in waiting.items():
        if any(f"{table} {row[0]}" not in known for row in ask(connection, generation, 0, most)):
            return table
    return None


def _take_end(context: Context) -> None:
    """Another program ended it."""
    if context.vault.is_rotating:
        context.vault.finish_rotation()


def _device_slots(context: Context, prepared: PreparedRotation) -> list[Slot]:
    made = []
    if SlotKind.KEYRING in prepared.device_kinds:
        made.append(prepared.successor.keyring_slot())
    if SlotKind.FILE in prepared.device_kinds:
        path = context.data_dir / NEXT_KEY_FILE_NAME
        path.unlink(missing_ok=True)
        made.append(prepared.successor.file_slot(path))
    return made


def _require_none(session: Session) -> None:
    if vault_rotation.unfinished(session) is not None:
        raise RefusedError(
            "A replacement of the keys is unfinished: let it end first.", "上一次更换密钥尚未完成：请先等待其完成。"
        )


def _report(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(min(done, total), total)
