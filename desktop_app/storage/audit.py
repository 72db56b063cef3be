"""The event log: one row for every change, in the transaction of the change, each bound to all before it.

``body`` is canonical JSON and the only thing that is written; what tables show is computed from it. Two hashes stand
beside it: ``leaf`` = SHA-256(00 | body) and ``head`` = SHA-256(01 | previous head | leaf), the first head resting on
the id of the shop. A changed, moved, inserted or deleted row breaks the chain from there on. Whoever can write the
file can also compute a new chain to its end; only anchors outside the file show that (proofs carry them).

Card keys and buyers' data never stand in a body in clear, so that the log can be verified while the shop is locked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from desktop_app.domain.errors import BadInputError, StorageError
from desktop_app.storage.column_types import to_micros

VERSION = 1
_LARGEST = 2**53 - 1
_PROGRESS_STEP = 10_000


def append(
    session: Session,
    *,
    shop_uuid: str,
    kind: str,
    actor: str,
    at: datetime,
    entity: str,
    entity_id: int | None = None,
    order_id: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> int:
    """Write one event in the transaction of ``session`` and return its number.

    ``kind`` is what happened ("order.delivered"), ``entity`` the table that it happened to, ``facts`` whatever else
    matters: texts, whole numbers, truth values, times, bytes (kept as hex), lists and mappings of them.
    """
    connection = session.connection()
    last, previous = tail(session, shop_uuid=shop_uuid)
    seq = last + 1
    body = canonical(
        {
            "v": VERSION,
            "seq": seq,
            "at": at,
            "actor": actor,
            "kind": kind,
            "entity": entity,
            "entity_id": entity_id,
            "order_id": order_id,
            "facts": facts or {},
        }
    )
    leaf = leaf_hash(body)
    connection.exec_driver_sql(
        "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (seq, body, leaf, head_hash(previous, leaf))
    )
    return seq


def tail(session: Session, *, shop_uuid: str) -> tuple[int, bytes]:
    """Number and head of the last event: what a proof or a backup anchors. (0, genesis) while there is none."""
    query = "SELECT seq, head FROM events ORDER BY seq DESC LIMIT 1"
    last = session.connection().exec_driver_sql(query).one_or_none()
    return (0, genesis(shop_uuid)) if last is None else (last[0], last[1])


def verify(
    session: Session,
    *,
    shop_uuid: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
    anchors: Mapping[int, bytes] | None = None,
) -> StorageError | None:
    """The first break of the chain, or None when every event follows from the one before.

    ``anchors`` are heads known from outside the file, by event number. ``progress(done, total)`` may raise to cancel.
    """
    previous = genesis(shop_uuid)
    wanted = dict(anchors or {})
    sha256 = hashlib.sha256
    # The driver's own rows: a million events pass through here.
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute("SELECT count(*) FROM events")
        [(total,)] = cursor.fetchall()
        cursor.execute("SELECT seq, CAST(body AS BLOB), leaf, head FROM events ORDER BY seq")
        for expected, (seq, body, leaf, head) in enumerate(iter(cursor.fetchone, None), 1):
            if seq != expected:
                return _broken(expected, "it is missing", "缺失")
            if sha256(b"\x00" + body).digest() != leaf:
                return _broken(seq, "its text was changed", "内容被改动")
            previous = sha256(b"\x01" + previous + leaf).digest()
            if previous != head:
                return _broken(seq, "it does not follow from the events before it", "与之前的记录不衔接")
            if wanted and wanted.pop(seq, head) != head:
                return _broken(seq, "it is not the one that was noted outside the shop", "与店铺外部留存的记录不符")
            if seq % _PROGRESS_STEP == 0:
                progress(seq, total)
    if wanted:
        return _broken(min(wanted), "it is missing", "缺失")
    progress(total, total)
    return None


def genesis(shop_uuid: str) -> bytes:
    """The head before the first event of the shop with this id."""
    return hashlib.sha256(b"KMAUDIT1" + UUID(shop_uuid).bytes).digest()


def leaf_hash(body: str) -> bytes:
    """The hash of one event alone (prefix as in RFC 6962)."""
    return hashlib.sha256(b"\x00" + body.encode()).digest()


def head_hash(previous: bytes, leaf: bytes) -> bytes:
    """The hash of everything up to an event."""
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


def tags_hash(tags: Iterable[bytes]) -> str:
    """What the one event of a bulk change says about its keys: a hash over their sorted tags, as hex."""
    return sorted_tags_hash(sorted(tags))


def sorted_tags_hash(tags: Iterable[bytes]) -> str:
    """:func:`tags_hash` of tags that come in order, none of which is kept."""
    digest = hashlib.sha256()
    for tag in tags:
        digest.update(tag)
    return digest.hexdigest()


def canonical(value: object) -> str:
    """JSON that is always written the same way: sorted keys, no spaces, no floats, times as microseconds UTC.

    :class:`BadInputError` for a text that is not valid Unicode; other values that JSON cannot keep exactly are
    bugs (:class:`TypeError`, :class:`ValueError`).
    """
    text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInputError(
            "A text holds half a character (a lone surrogate): type it again.",
            "文本中含有不完整的字符（孤立代理项）：请重新输入。",
        ) from None
    return text


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is too large to be read exactly from JSON")
        return int(value)
    if isinstance(value, datetime):
        return to_micros(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("canonical JSON has text keys only")
    return str(key)


def _broken(seq: int, en: str, zh: str) -> StorageError:
    return StorageError(
        f"The event log is broken at event {{seq}}: {en}. Compare with a backup before you issue proofs.",
        f"操作日志在第 {{seq}} 条处中断：{zh}。出具证明前请与备份核对。",
        seq=seq,
    )
