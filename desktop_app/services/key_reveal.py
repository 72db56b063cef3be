"""Card keys in clear for an export of many of them: read and opened some thousands at a time."""

from __future__ import annotations

import json
from array import array
from collections.abc import Generator

from desktop_app.domain.errors import LockedError, StorageError
from desktop_app.services.buyers import DAMAGED
from desktop_app.services.context import Context
from desktop_app.storage.connections import lean_cache
from desktop_app.storage.field_opening import Opened, Sealed
from desktop_app.storage.field_process import opened_parts
from desktop_app.storage.vault import CARD_COLUMN, CARD_TABLE

_KEYS = 2000
"""So many at a time; each part is one short read."""

_SEALED = """
SELECT group_concat(k.id), CAST(group_concat(k.tag, '') AS BLOB), CAST(group_concat(length(k.tag)) AS BLOB),
  CAST(group_concat(k.sealed, '') AS BLOB), CAST(group_concat(length(k.sealed)) AS BLOB),
  CAST(group_concat(p.uid, '') AS BLOB)
FROM json_each(?) AS wanted
CROSS JOIN card_keys AS k ON k.id = wanted.value
CROSS JOIN products AS p ON p.id = k.product_id
"""

_Ids = tuple["array[int]", list[int]]
"""The keys that were asked for, and those that were found, in the same order."""


def plain_keys(context: Context, ids: array[int]) -> Generator[tuple[int, str | None], None, None]:
    """Each of these keys with its text, in this order: ``✗`` when its seal is damaged, None when it is gone.

    :class:`LockedError` as soon as the shop is locked, also in the middle.
    """
    with opened_parts(context.vault, (CARD_TABLE, CARD_COLUMN), _read(context, ids), len(ids), masked=False) as parts:
        for ((wanted, found), sealed), opened in parts:
            if not context.vault.is_unlocked:
                raise LockedError("The shop was locked: unlock it and export again.", "店铺已锁定：请解锁后重新导出。")
            texts = _texts(context, sealed, opened) if found else []
            if len(found) == len(wanted):
                yield from zip(wanted, texts, strict=True)
            else:
                known = dict(zip(found, texts, strict=True))
                yield from ((key_id, known.get(key_id)) for key_id in wanted)


def _read(context: Context, ids: array[int]) -> Generator[tuple[_Ids, Sealed], None, None]:
    for start in range(0, len(ids), _KEYS):
        wanted = ids[start : start + _KEYS]
        with context.read() as session, lean_cache(session.connection()):
            found, *sealed = session.connection().exec_driver_sql(_SEALED, (json.dumps(wanted.tolist()),)).one()
        yield (wanted, json.loads(f"[{found or ''}]")), Sealed(*(value or b"" for value in sealed))


def _texts(context: Context, sealed: Sealed, opened: Opened) -> list[str]:
    texts = opened.texts.decode().split("\n")
    if opened.left:
        items = list(sealed.items())
        for place in opened.left:
            tag, value, product_uid = items[place]
            texts[place] = _opened_here(context, tag, value, product_uid)
    return texts


def _opened_here(context: Context, tag: bytes, sealed: bytes, product_uid: bytes) -> str:
    try:
        return context.vault.open_card(tag, sealed, product_uid).decode()
    except StorageError:
        # one damaged key must not keep all others from being saved
        return DAMAGED
