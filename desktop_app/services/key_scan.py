"""Looking for a part of a key: the keys are encrypted, so every one of them is opened and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func
from sqlmodel import col, select

from desktop_app.domain.errors import BadInputError, CancelledError, StorageError
from desktop_app.services.context import Context
from desktop_app.services.key_lines import KeyLine, key_lines
from desktop_app.services.work import Cancelled, Progress
from desktop_app.storage.tables import CardKeyRow, ProductRow
from desktop_app.storage.vault import CARD_COLUMN, CARD_TABLE

SHORTEST_PART: Final = 3
MOST_FOUND: Final = 200
_NEXT: Final = "SELECT id, tag, sealed, product_id FROM card_keys WHERE id < ? ORDER BY id DESC LIMIT ?"
_AT_ONCE: Final = 2000
_OPENED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class KeyScan:
    """What was found of ``scanned`` keys, newest first; ``is_complete``: all were compared. ``damaged`` seals did not
    open."""

    lines: tuple[KeyLine, ...]
    scanned: int
    is_complete: bool
    damaged: int


def scan_keys(
    context: Context,
    part: str,
    *,
    limit: int = MOST_FOUND,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> KeyScan:
    """Keys that hold ``part``, whatever its case, newest first; the scan ends at ``limit`` of them.

    :class:`BadInputError` for fewer than three characters, :class:`LockedError`, :class:`CancelledError`.
    """
    wanted = part.strip().casefold()
    if len(wanted) < SHORTEST_PART:
        raise BadInputError(
            "Give at least {count} characters of the key.", "请至少输入卡密中的 {count} 个字符。", count=SHORTEST_PART
        )
    vault = context.vault
    vault.card_tag("")  # LockedError before anything is read
    with context.read() as session:
        total = session.exec(select(func.count()).select_from(CardKeyRow)).one()
        before = (session.exec(select(func.max(CardKeyRow.id))).one() or 0) + 1
    openers: dict[int, Callable[[bytes, bytes], bytes]] = {}
    found: list[int] = []
    scanned = damaged = 0
    while len(found) < limit:
        vault.card_tag("")  # nor goes it on when the shop is locked meanwhile
        # a read for each part: a long snapshot would hold writers up
        with context.read() as session:
            rows = session.connection().exec_driver_sql(_NEXT, (before, _AT_ONCE)).all()
            unknown = {row[3] for row in rows} - openers.keys()
            for product in session.exec(select(ProductRow).where(col(ProductRow.id).in_(unknown))) if unknown else ():
                openers[product.id] = vault.opener(CARD_TABLE, CARD_COLUMN, product.uid)
        for number, (key_id, tag, sealed, product_id) in enumerate(rows):
            if number % _OPENED_AT_ONCE == 0 and cancelled is not None and cancelled():
                raise CancelledError("The search was cancelled.", "已取消查找。")
            scanned += 1
            before = key_id
            try:
                text = openers[product_id](tag, sealed).decode()
            except StorageError:
                damaged += 1  # the check of the shop reports it
                continue
            if wanted in text.casefold():
                found.append(key_id)
                if len(found) == limit:
                    break
        if progress is not None:
            progress(scanned, max(total, scanned))
        if len(rows) < _AT_ONCE:
            break
    is_complete = len(found) < limit or scanned >= total
    with context.read() as session:
        return KeyScan(tuple(key_lines(context, session, found)), scanned, is_complete, damaged)
