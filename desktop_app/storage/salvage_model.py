"""What the tables of one version of the shop file look like, so that rows which were found can be told apart.

A row belongs to a table when the table takes it: the rules of the version itself (STRICT, CHECK, NOT NULL) are asked,
in a database in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.storage import (
    card_tags,
    order_search,
    tables,  # noqa: F401 - its tables are part of the schema
    triggers,
)
from desktop_app.storage.damaged_pages import Row
from desktop_app.storage.shop_copy import statements

_SAMPLE = 40
_TIMES = ("_at", "_since")
_LAST_INSTANT = 253_402_300_799_999_999
"""Of the year 9999, in microseconds since 1970."""
_SINCE_2, _SINCE_3 = "checkpoints", card_tags.TABLE


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a table and its columns; ``is_whole``: every row of the table stands in it."""

    name: str
    columns: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A column that names a row of another table."""

    column: str
    parent: str
    parent_column: str
    may_be_empty: bool


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` are those that a row stores; ``number`` is the one that is the row's own number, if one is."""

    name: str
    columns: tuple[str, ...]
    number: str | None
    indexes: tuple[Index, ...]
    links: tuple[Link, ...]
    times: tuple[int, ...]
    """Places of columns that hold an instant."""

    @property
    def is_append_only(self) -> bool:
        """Whether a row stays for ever as it was written."""
        return self.name in triggers.APPEND_ONLY

    def has_real_times(self, row: Row) -> bool:
        """Whether every instant of a row is one; a flipped bit makes a year that no calendar has."""
        return all(row[at] is None or (isinstance(row[at], int) and 0 <= row[at] <= _LAST_INSTANT) for at in self.times)

    def values(self, key: int, row: Row) -> dict[str, Any]:
        """The row by the names of its columns."""
        found = dict(zip(self.columns, row, strict=True))
        if self.number is not None:
            found[self.number] = key
        return found


class Model:
    """The tables of one version, in an order in which they can be made."""

    def __init__(self, version: int) -> None:
        self.version = version
        first, last = statements(version)
        everything = [one for one in (*first, *last) if not one.startswith("CREATE TRIGGER")]
        # what forbids two rows with the same key is there before the rows come
        self.first = [one for one in everything if not one.startswith("CREATE INDEX")]
        self.last = [one for one in (*first, *last) if one not in self.first]
        self._empty = sqlite3.connect(":memory:", isolation_level=None)
        self._empty.execute("PRAGMA foreign_keys = OFF")
        for statement in everything:
            self._empty.execute(statement)
        self.tables = {name: self._table(name) for name in self._names()}

    def close(self) -> None:
        self._empty.close()

    def fits(self, table: Table, rows: Sequence[tuple[int, Row]]) -> bool:
        """Whether a table takes these rows."""
        self._empty.execute("BEGIN")
        try:
            for key, row in rows[:_SAMPLE]:
                if len(row) != len(table.columns):
                    return False
                self._empty.execute(*insertion(table, key, row))
        except (sqlite3.Error, OverflowError):
            return False
        finally:
            self._empty.execute("ROLLBACK")
        return True

    def _names(self) -> list[str]:
        rows = self._empty.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
        # made anew from the others, or by the program
        own = {order_search.NAME, *order_search.OWN_TABLES, card_tags.TABLE, "alembic_version"}
        return [name for (name,) in rows if name not in own and not name.startswith("sqlite_")]

    def _table(self, name: str) -> Table:
        info = self._empty.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
        columns = tuple(column for _, column, _, _, _, _, hidden in info if not hidden)
        keys = [(column, kind) for _, column, kind, _, _, key, _ in info if key]
        number = keys[0][0] if len(keys) == 1 and keys[0][1] == "INTEGER" else None
        required = {column for _, column, _, not_null, _, key, _ in info if not_null or key}
        links = tuple(
            Link(column, parent, to or "id", column not in required)
            for _, _, parent, column, to, *_ in self._empty.execute(f'PRAGMA foreign_key_list("{name}")')
        )
        indexes = []
        for _, index, unique, _, partial in self._empty.execute(f'PRAGMA index_list("{name}")').fetchall():
            parts = self._empty.execute(f'PRAGMA index_xinfo("{index}")').fetchall()
            named = tuple(column for _, _, column, _, _, is_key in parts if is_key)
            if all(named) and (unique or not partial):
                indexes.append(Index(index, named, not partial))
        if name == "card_keys" and self.version >= card_tags.SINCE:
            indexes.append(Index(card_tags.TABLE, ("tag",), True))
        times = tuple(place for place, column in enumerate(columns) if column == "at" or column.endswith(_TIMES))
        return Table(name, columns, number, tuple(indexes), links, times)


def insertion(table: Table, key: int, row: Row) -> tuple[str, list[Any]]:
    """The statement that stores a row under its number, and its values."""
    return insert_statement(table), insert_values(table, key, row)


def insert_statement(table: Table) -> str:
    names = [] if table.number is not None else ["rowid"]
    names += [f'"{column}"' for column in table.columns]
    return f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({", ".join("?" * len(names))})'


def insert_values(table: Table, key: int, row: Row) -> list[Any]:
    if table.number is None:
        return [key, *row]
    values = list(row)
    values[table.columns.index(table.number)] = key
    return values


def version_by_names(names: set[str]) -> int:
    """The version of a file that does not say it any more, by the tables that it has."""
    if not names or _SINCE_3 in names:
        return 3
    return 2 if _SINCE_2 in names else 1
