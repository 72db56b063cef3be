"""The event log: one row for every change, in the transaction of the change, each bound to all before it.

``body`` is canonical JSON and the only thing that is written; what tables show is computed from it. Two hashes stand
beside it: ``leaf`` = SHA-256(00 | body) and ``head`` = SHA-256(01 | previous head | leaf), the first head resting on
the id of the shop. A changed, moved, inserted or deleted row breaks the chain from there on. Whoever can write the
file can also compute a new chain to its end, or cut it off; that shows in what lies outside of the chain: signed
checkpoints, the journal beside the shop, issued proofs.

Card keys and buyers' data never stand in a body in clear, so that the log can be verified while the shop is locked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from desktop_app.domain.errors import BadInputError, StorageError
from desktop_app.storage.column_types import to_micros

VERSION = 1
READ_AT_ONCE = 5_000
"""Rows that are read in one go: a few megabytes, and no reader holds writers up for long."""
COMMITTED = "events"
"""Where a session keeps the events of its transaction, for the journal."""
EVENTS_AFTER = "SELECT seq, CAST(body AS BLOB), leaf, head FROM events WHERE seq > ? ORDER BY seq LIMIT ?"

_LARGEST = 2**53 - 1

Event = tuple[int, bytes | None, bytes, bytes]
"""Number, body (None where an export withholds it), leaf, head."""


@dataclass(frozen=True, slots=True)
class Appended:
    """An event that was written and waits for its transaction to be committed."""

    seq: int
    body: bytes
    leaf: bytes
    head: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Break:
    """The first event that is not what it must be; ``en`` and ``zh`` say what is wrong with it."""

    seq: int
    en: str
    zh: str


@dataclass(slots=True)
class Walk:
    """A walk along the chain, from an event (or the beginning) to the next and on.

    ``seq`` and ``head`` are where it stands; ``marks`` are numbers whose heads are kept in ``heads``. In an export
    texts may be withheld. ``gaps`` are last missing events by the first that the log itself says were lost in a
    salvage: the walk goes on behind them, from the head that stands there, and keeps them in ``crossed``.
    """

    seq: int
    head: bytes
    marks: frozenset[int] = frozenset()
    heads: dict[int, bytes] = field(default_factory=dict)
    may_withhold: bool = False
    gaps: Mapping[int, int] = field(default_factory=dict)
    crossed: list[tuple[int, int]] = field(default_factory=list)
    broken: Break | None = None

    def along(self, events: Iterable[Event]) -> bool:
        """Go on over ``events``; False at the first that does not follow, which ``broken`` then tells."""
        sha256, marks, may_withhold = hashlib.sha256, self.marks, self.may_withhold
        head, last = self.head, self.seq
        event: Event = (last + 1, b"", b"", b"")
        before = head
        try:
            # a million events pass through here
            for event in events:
                seq, body, leaf, stored = event
                before = head
                head = sha256(b"\x01" + head + leaf).digest()
                if (
                    seq != last + 1
                    or head != stored
                    or ((body is not None or not may_withhold) and sha256(b"\x00" + body).digest() != leaf)  # type: ignore[operator]
                ):
                    if not self._crosses(last + 1, event):
                        self.broken = _what_broke(last + 1, before, event)
                        break
                    head = stored
                last = seq
                if seq in marks:
                    self.heads[seq] = head
        except TypeError:
            # somebody made the table anew, and texts or nothing stand where bytes belong
            self.broken = Break(last + 1, "its text or a hash is gone", "内容或哈希已丢失")
        self.seq, self.head = last, head if self.broken is None else before
        return self.broken is None

    def _crosses(self, expected: int, event: Event) -> bool:
        """Whether ``event`` is the first one behind a known gap that begins where the walk stands."""
        seq, body, leaf, _ = event
        if self.gaps.get(expected) != seq - 1 or (body is None and not self.may_withhold):
            return False
        if body is not None and hashlib.sha256(b"\x00" + body).digest() != leaf:
            return False
        self.crossed.append((expected, seq - 1))
        return True


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
    head = head_hash(previous, leaf)
    connection.exec_driver_sql(
        "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (seq, body, leaf, head)
    )
    session.info.setdefault(COMMITTED, []).append(Appended(seq, body.encode(), leaf, head, at))
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

    ``anchors`` are heads known from outside the log, by event number. ``progress(done, total)`` may raise to cancel.
    """
    wanted = dict(anchors or {})
    with closing(session.connection().connection.cursor()) as cursor:

        def read(after: int) -> Sequence[Event]:
            cursor.execute(EVENTS_AFTER, (after, READ_AT_ONCE))
            return cursor.fetchall()

        cursor.execute("SELECT count(*) FROM events")
        [(total,)] = cursor.fetchall()
        walk = walk_along(read, shop_uuid=shop_uuid, marks=wanted, progress=lambda done: progress(done, total))
    if walk.broken is not None:
        return _error(walk.broken)
    for seq in sorted(wanted):
        if walk.heads.get(seq) != wanted[seq]:
            return _error(missing(seq) if seq > walk.seq else unlike(seq))
    return None


def walk_along(
    read: Callable[[int], Sequence[Event]],
    *,
    shop_uuid: str,
    marks: Iterable[int] = (),
    progress: Callable[[int], None] = lambda done: None,
    gaps: Mapping[int, int] | None = None,
) -> Walk:
    """Walk the whole log; ``read(after)`` gives the next events, none at the end. ``progress`` may raise to cancel."""
    walk = Walk(0, genesis(shop_uuid), frozenset(marks), gaps=gaps or {})
    while (events := read(walk.seq)) and walk.along(events):
        progress(walk.seq)
    return walk


def missing(seq: int) -> Break:
    """Something outside of the log knows an event that the log has not."""
    return Break(seq, "it is missing", "缺失")


def unlike(seq: int) -> Break:
    """Something outside of the log knows another event of this number."""
    return Break(seq, "it is not the one that was noted outside the log", "与日志之外留存的记录不符")


def genesis(shop_uuid: str) -> bytes:
    """The head before the first event of the shop with this id."""
    return hashlib.sha256(b"KMAUDIT1" + UUID(shop_uuid).bytes).digest()


def leaf_hash(body: str) -> bytes:
    """The hash of one event alone (prefix as in RFC 6962)."""
    return hashlib.sha256(b"\x00" + body.encode()).digest()


def head_hash(previous: bytes, leaf: bytes) -> bytes:
    """The hash of everything up to an event."""
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


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


def _what_broke(expected: int, head: bytes, event: Event) -> Break:
    """Say in words why ``event`` is not the one that follows ``head`` as number ``expected``."""
    seq, body, leaf, stored = event
    if seq != expected:
        return missing(expected)
    own = None if body is None else _own_number(body)
    if own is not None and own != seq:
        return Break(seq, f"in its place stands event {own}, which was moved there", f"此处被换成了第 {own} 条记录")
    if body is not None and (right := hashlib.sha256(b"\x00" + body).digest()) != leaf:
        if head_hash(head, right) == stored:
            return Break(seq, "the hash of its text was changed", "内容的哈希被改动")
        return Break(seq, "its text was changed", "内容被改动")
    return Break(seq, "it does not follow from the events before it", "与之前的记录不衔接")


def _own_number(body: bytes) -> int | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    number = event.get("seq") if isinstance(event, dict) else None
    return number if isinstance(number, int) else None


def _error(found: Break) -> StorageError:
    return StorageError(
        f"The event log is broken at event {{seq}}: {found.en}. Compare with a backup before you issue proofs.",
        f"操作日志在第 {{seq}} 条处中断：{found.zh}。出具证明前请与备份核对。",
        seq=found.seq,
    )
