"""Rows that a damaged shop has lost and a backup of it still has.

Only what is known to be as it was when the file broke is taken: rows that are never changed, and rows that nothing has
touched since the backup, as the event log and what is left of the indexes say. What a catalogue holds (products,
channels, batches, settings) is taken also when it was changed since, because without it everything that belongs to it
would have to go; the report says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from desktop_app.storage.damaged_pages import Row
from desktop_app.storage.salvage_model import Table, insertion
from desktop_app.storage.salvaging import Found, TableFound

CATALOGUE: Final = frozenset({"products", "channels", "batches", "settings"})
"""Taken from a backup as it was then."""

_RESEALED: Final = frozenset({"card_keys", "orders", "redemptions", "signing_identities", "vault_slots", "vault_roots"})
"""Written anew when the keys of the vault are replaced."""

_OF_ORDER: Final[Mapping[str, str]] = {
    "orders": "id",
    "units": "order_id",
    "requests": "order_id",
    "evidence": "order_id",
    "refunds": "order_id",
}
_OF_REQUEST: Final = frozenset({"request_units", "escalations"})


@dataclass(slots=True)
class Touched:
    """What events since the backup speak of. ``is_whole``: no event since is missing."""

    is_whole: bool = True
    rows: set[tuple[str, int]] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)
    keys: list[tuple[int, int]] = field(default_factory=list)

    def has_key(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.keys)


@dataclass(slots=True)
class Taken:
    """What came from the backup, by table; ``aged`` of them were changed since, or nobody can tell."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    aged: dict[str, list[int]] = field(default_factory=dict)

    def note(self, table: str, number: int, *, aged: bool) -> None:
        self.rows.setdefault(table, []).append(number)
        if aged:
            self.aged.setdefault(table, []).append(number)


def touched_since(
    connection: sqlite3.Connection, seq: int, gaps: list[tuple[int, int]], *, is_end_known: bool
) -> Touched:
    """Everything that the events after ``seq`` say was changed."""
    touched = Touched(is_whole=is_end_known and all(last <= seq for _, last in gaps))
    for (body,) in connection.execute("SELECT body FROM events WHERE seq > ? ORDER BY seq", (seq,)):
        try:
            said = json.loads(body)
            touched.tables.add(said["entity"])
            if said["entity_id"] is not None:
                touched.rows.add((said["entity"], said["entity_id"]))
            if said["order_id"] is not None:
                touched.orders.add(said["order_id"])
            touched.keys += _keys_in(said["facts"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            touched.is_whole = False
    return touched


def merge(connection: sqlite3.Connection, found: Found, backup: sqlite3.Connection, touched: Touched) -> Taken:
    """Take what may be taken from ``backup``, whose tables are those of ``found``, into ``connection``."""
    taken = Taken()
    for name, one in found.tables.items():
        if name == "events" or not one.holes:
            continue  # events come by their chain
        is_needed = name in CATALOGUE or (name == "vault_slots" and _is_locked_for_ever(connection, touched))
        for key, row in _lost_rows(connection, one, backup):
            is_same = _is_same(connection, one.table, key, row, touched, one, backup)
            if not is_same and not is_needed:
                continue
            try:
                connection.execute(*insertion(one.table, key, row))
            except sqlite3.IntegrityError:
                continue  # something else has its name by now
            taken.note(name, key, aged=not is_same)
    return taken


def _lost_rows(
    connection: sqlite3.Connection, one: TableFound, backup: sqlite3.Connection
) -> Iterator[tuple[int, Row]]:
    """Rows of the backup that lie in a hole and that the damaged file still had."""
    name = one.table.name
    columns = ", ".join(f'"{column}"' for column in one.table.columns)
    for hole in sorted(one.holes.found, key=lambda hole: hole.first):
        query = f'SELECT rowid, {columns} FROM "{name}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid'
        for key, *row in backup.execute(query, (hole.first, hole.last)).fetchall():
            if one.is_counted and key not in one.hints:
                continue
            if connection.execute(f'SELECT 1 FROM "{name}" WHERE rowid = ?', (key,)).fetchone() is None:
                yield key, tuple(row)


def _is_same(
    connection: sqlite3.Connection,
    table: Table,
    key: int,
    row: Row,
    touched: Touched,
    one: TableFound,
    backup: sqlite3.Connection,
) -> bool:
    """Whether a row of the backup is what the damaged file held when it broke."""
    values = table.values(key, row)
    hint = one.hints.get(key, {})
    if any(values[column] != value for column, value in hint.items()):
        return False
    if table.is_append_only:
        return True
    if not touched.is_whole or (table.name in _RESEALED and "vault_roots" in touched.tables):
        return False
    if (table.name, key) in touched.rows or (
        table.name in ("settings", "vault_slots") and table.name in touched.tables
    ):
        return False
    if table.name in _OF_ORDER:
        return values[_OF_ORDER[table.name]] not in touched.orders
    if table.name in _OF_REQUEST:
        order = _first(connection, backup, "SELECT order_id FROM requests WHERE id = ?", values["request_id"])
        return order is not None and order not in touched.orders
    if table.name == "card_keys":
        return _is_same_key(connection, backup, key, hint, touched)
    if table.name == "statement_lines":
        return not touched.tables & {"statement_lines", "refunds"}
    return True


def _is_same_key(
    connection: sqlite3.Connection, backup: sqlite3.Connection, key: int, hint: Mapping[str, Any], touched: Touched
) -> bool:
    """A key that was sold since must never stand in stock again: here the index of the damaged file must say so too."""
    if "state_at" not in hint or touched.has_key(key):
        return False
    query = "SELECT order_id FROM units WHERE card_key_id = ?"
    orders = {order for one in (connection, backup) for (order,) in one.execute(query, (key,)).fetchall()}
    return not orders & touched.orders


def _is_locked_for_ever(connection: sqlite3.Connection, touched: Touched) -> bool:
    """Without a single way to unlock, nothing that is sealed could be read again: then those of the backup are better,
    unless the keys were replaced since."""
    return "vault_roots" not in touched.tables and not connection.execute("SELECT 1 FROM vault_slots").fetchone()


def _first(connection: sqlite3.Connection, backup: sqlite3.Connection, query: str, value: object) -> Any:
    for one in (connection, backup):
        found = one.execute(query, (value,)).fetchone()
        if found is not None:
            return found[0]
    return None


def _keys_in(facts: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Numbers of card keys that an event names, one by one or as ``1-40,77``."""
    for number in facts.get("key_ids") or ():
        yield number, number
    for name in ("keys", "key_id"):
        said = facts.get(name)
        if isinstance(said, int):
            yield said, said
        elif isinstance(said, str):
            for part in filter(None, said.split(",")):
                first, _, last = part.partition("-")
                yield int(first), int(last or first)
