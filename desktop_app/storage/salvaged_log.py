"""The event log of a salvaged shop: events that were lost come back from the journal or a backup where the chain proves
them, and the rest stays a gap that the shop itself tells of.

An event from elsewhere is taken only when its hashes join it to an event that stands beside it, so that nobody can slip
one in. What then is missing is named in the event of the salvage: verification still finds it, and says what it is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from desktop_app.storage import audit, journal
from desktop_app.storage.audit import Event

SALVAGED: Final = "shop.salvaged"
"""The event of a salvage; ``gaps`` in its facts are the events that were lost, ``lost`` rows of other tables."""

SALVAGES: Final = (
    "SELECT seq, CAST(body AS BLOB) FROM events WHERE entity = 'shop' AND entity_id = 0 AND kind = 'shop.salvaged' "
    "ORDER BY seq"
)

_MOST_RUNS = 4000
"""Of numbers that the event names one by one for a table; more of them become one that reaches over all."""

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Salvage:
    """What the event of a salvage, number ``seq``, says: ``gaps`` of the log, and ``lost`` numbers of rows by table.

    The end of a run is 0 where nobody knows it. ``given`` are the last numbers that rows of a table ever had, where
    those rows were lost.
    """

    seq: int
    at: int
    gaps: tuple[Run, ...]
    lost: Mapping[str, tuple[Run, ...]]
    given: Mapping[str, int]

    def names(self, table: str, number: int | None) -> bool:
        """Whether it says that this row was lost."""
        return number is not None and any(
            first <= number and (not last or number <= last) for first, last in self.lost.get(table, ())
        )


@dataclass(slots=True)
class LogFound:
    """``gaps`` are the events that nobody has, ``taken`` how many came back from where."""

    last: int = 0
    gaps: list[Run] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    is_end_known: bool = True


def read_salvage(seq: int, body: bytes | None) -> Salvage | None:
    """What an event says of a salvage; None when it is none, or says nothing that can be read."""
    if body is None or SALVAGED.encode() not in body:
        return None
    try:
        said = json.loads(body)
        if said["kind"] != SALVAGED:
            return None
        facts = said["facts"]
        lost = {str(table): _runs_in(runs) for table, runs in facts["lost"].items()}
        given = {str(table): int(number) for table, number in facts.get("given", {}).items()}
        return Salvage(seq, int(said["at"]), _runs_in(facts["gaps"]), lost, given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def given_by(salvages: Iterable[Salvage]) -> dict[str, int]:
    """The last numbers that were given, by table, as :mod:`desktop_app.storage.row_numbers` takes them."""
    found: dict[str, int] = {}
    for one in salvages:
        for table, number in one.given.items():
            found[table] = max(number, found.get(table, 0))
    return found


def gaps_of(salvages: Iterable[Salvage]) -> dict[int, int]:
    """The last missing event by the first, as :class:`desktop_app.storage.audit.Walk` takes them."""
    return {first: last for one in salvages for first, last in one.gaps if one.seq > last}


def salvages_in(connection: sqlite3.Connection) -> list[Salvage]:
    """The salvages that a log tells of, the first one first."""
    try:
        rows = connection.execute(SALVAGES).fetchall()
    except sqlite3.OperationalError:  # the text of an event is no JSON: the chain tells
        return []
    return [found for seq, body in rows if (found := read_salvage(seq, body)) is not None]


def set_aside_spoilt(connection: sqlite3.Connection) -> list[Event]:
    """Take the events out whose text is not the one of their hash, so that the journal or a backup can bring them back
    as they were; :func:`put_back` returns the others."""
    spoilt = [event for event in table_events(connection) if not _is_itself(event)]
    connection.executemany("DELETE FROM events WHERE seq = ?", [(event[0],) for event in spoilt])
    return spoilt


def put_back(connection: sqlite3.Connection, spoilt: Iterable[Event]) -> None:
    """An event that nobody has otherwise stays as it was found, for the verification to tell; unless it is no JSON any
    more, which no index of the log can take."""
    for seq, body, leaf, head in spoilt:
        text = (body or b"").decode("utf-8", "replace")
        if not connection.execute("SELECT json_valid(?)", (text,)).fetchone()[0]:
            continue
        connection.execute(
            "INSERT OR IGNORE INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (seq, text, leaf, head)
        )


def fill(
    connection: sqlite3.Connection,
    shop_uuid: str,
    sources: Mapping[str, Iterable[Event]],
    known_last: int,
    *,
    is_end_lost: bool,
    is_end_known: bool,
    spoilt: Sequence[Event] = (),
) -> LogFound:
    """Take lost events from ``sources``, in their order, into the table of ``connection``.

    ``known_last`` is the last event that anything in the shop knows of, ``is_end_lost`` whether events after the last
    one in the table were out of reach, ``is_end_known`` whether ``known_last`` was surely the last. ``spoilt`` are put
    back where nothing better is found.
    """
    known_last = max([known_last, *(event[0] for event in spoilt)])
    found = LogFound(is_end_known=is_end_known)
    for name, events in sources.items():
        missing = set(_missing(connection, max(known_last, _last(connection)) if is_end_lost else _last(connection)))
        last = _last(connection)
        offered: dict[int, list[Event]] = {}
        for event in events:
            if event[0] in missing or (is_end_lost and event[0] > last):
                offered.setdefault(event[0], []).append(event)
        count = _take(connection, shop_uuid, offered)
        if count:
            found.taken[name] = count
    put_back(connection, spoilt)
    found.last = max(known_last, _last(connection)) if is_end_lost else _last(connection)
    found.gaps = runs_of(_missing(connection, found.last))
    return found


def journal_events(folder: Path, shop_uuid: str) -> Iterator[Event]:
    """Every event that stands in a file of the journal."""
    for path in journal.files(folder):
        _, events = journal.open_file(path, shop_uuid)
        yield from (event for event in events if event[1])


def table_events(connection: sqlite3.Connection) -> Iterator[Event]:
    """Every event of a shop file."""
    yield from connection.execute("SELECT seq, CAST(body AS BLOB), leaf, head FROM events ORDER BY seq")


def follows(before: bytes, leaf: bytes, head: bytes) -> bool:
    """Whether an event with these hashes comes after the head ``before``."""
    return audit.head_hash(before, leaf) == head


def last_known(connection: sqlite3.Connection, version: int, hinted: Iterable[int]) -> int:
    """The last event that an index, a signature or a proof of the shop knows."""
    known = max(hinted, default=0)
    anchors = "SELECT json_extract(facts, '$.audit_seq') FROM proofs WHERE json_valid(facts)"
    for query in (anchors, *(["SELECT max(seq) FROM checkpoints"] if version > 1 else [])):
        known = max([known, *(seq for (seq,) in connection.execute(query) if isinstance(seq, int))])
    return known


def record(
    connection: sqlite3.Connection,
    shop_uuid: str,
    log: LogFound,
    *,
    actor: str,
    at: datetime,
    lost: Mapping[str, Sequence[Run]],
    facts: Mapping[str, object],
) -> int:
    """Write the event of the salvage as the last one of the log, beyond the last number that was ever used."""
    last = connection.execute("SELECT seq, head FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    previous = last[1] if last is not None else audit.genesis(shop_uuid)
    seq = log.last + 1
    body = audit.canonical(
        {
            "v": audit.VERSION,
            "seq": seq,
            "at": at,
            "actor": actor,
            "kind": SALVAGED,
            "entity": "shop",
            "entity_id": 0,
            "order_id": None,
            "facts": {
                **facts,
                "gaps": [list(run) for run in log.gaps],
                "lost": {table: [list(run) for run in _bounded(runs)] for table, runs in lost.items() if runs},
                "from_log": log.taken,
                "is_end_known": log.is_end_known,
            },
        }
    )
    leaf = audit.leaf_hash(body)
    connection.execute(
        "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)",
        (seq, body, leaf, audit.head_hash(previous, leaf)),
    )
    return seq


def _take(connection: sqlite3.Connection, shop_uuid: str, offered: Mapping[int, Sequence[Event]]) -> int:
    count = 0
    for seq in sorted(offered):
        before = audit.genesis(shop_uuid) if seq == 1 else _hashes(connection, seq - 1)[1]
        if before is None:
            continue
        for event in offered[seq]:
            if _is_itself(event) and audit.head_hash(before, event[2]) == event[3]:
                count += _insert(connection, event)
                break
    for seq in sorted(offered, reverse=True):
        leaf, head = _hashes(connection, seq + 1)
        if leaf is None or head is None or _hashes(connection, seq)[1] is not None:
            continue
        for event in offered[seq]:
            if _is_itself(event) and audit.head_hash(event[3], leaf) == head:
                count += _insert(connection, event)
                break
    return count


def _insert(connection: sqlite3.Connection, event: Event) -> int:
    seq, body, leaf, head = event
    assert body is not None
    connection.execute(
        "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (seq, body.decode(), leaf, head)
    )
    return 1


def _is_itself(event: Event) -> bool:
    _, body, leaf, _ = event
    if body is None or hashlib.sha256(b"\x00" + body).digest() != leaf:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _hashes(connection: sqlite3.Connection, seq: int) -> tuple[bytes | None, bytes | None]:
    row = connection.execute("SELECT leaf, head FROM events WHERE seq = ?", (seq,)).fetchone()
    return (None, None) if row is None else (row[0], row[1])


def _last(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT ifnull(max(seq), 0) FROM events").fetchone()[0])


def _missing(connection: sqlite3.Connection, last: int) -> Iterator[int]:
    expected = 1
    for (seq,) in connection.execute("SELECT seq FROM events WHERE seq > 0 ORDER BY seq"):
        yield from range(expected, seq)
        expected = seq + 1
    yield from range(expected, last + 1)


def runs_of(numbers: Iterable[int]) -> list[Run]:
    """Ascending numbers as the first and last of those without a gap between them."""
    runs: list[Run] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _bounded(runs: Sequence[Run]) -> Sequence[Run]:
    if len(runs) <= _MOST_RUNS:
        return runs
    kept = list(islice(runs, _MOST_RUNS - 1))
    return [*kept, (runs[len(kept)][0], runs[-1][1])]


def _runs_in(said: Any) -> tuple[Run, ...]:
    return tuple((int(first), int(last)) for first, last in said)
