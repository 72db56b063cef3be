"""The end of a salvage: rows that stand on lost ones, what is made from other rows, the rules, and a file on disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from desktop_app.domain.errors import StorageError
from desktop_app.storage import backups, card_tags, order_search
from desktop_app.storage.salvage_model import Link, Model
from desktop_app.storage.salvaging import Found, TableFound
from desktop_app.storage.shop_marks import APPLICATION_ID, SCHEMA_VERSION

_GO_TOGETHER: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("statement_lines", "refund_id"): ("matched_by", "matched_at"),
}
"""Columns that are empty when the link is."""

_LOST_PARENT = "belongs to {parent} {number}, which is lost"


def remove_unreadable(connection: sqlite3.Connection, found: Found) -> None:
    """Settings that are no JSON any more: their page is sound, and what stands on it is not."""
    settings = found.tables["settings"]
    for number, *row in connection.execute("SELECT rowid, * FROM settings WHERE NOT json_valid(value)").fetchall():
        values = settings.table.values(number, tuple(row))
        settings.removed.append(("it is no JSON", {"rowid": number, **values}))
        settings.kept -= 1
    connection.execute("DELETE FROM settings WHERE NOT json_valid(value)")


def mend_links(connection: sqlite3.Connection, found: Found) -> None:
    """Let no row name one that is not there: empty the link where it may be, else take the row out and keep it for the
    report. What then names the row that was taken out goes the same way."""
    is_done = False
    while not is_done:
        is_done = True
        for one in found.tables.values():
            for link in one.table.links:
                if _mend(connection, one, link):
                    is_done = False


def _mend(connection: sqlite3.Connection, one: TableFound, link: Link) -> bool:
    name = one.table.name
    loose = (
        f'"{link.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{link.parent}" p '
        f'WHERE p."{link.parent_column}" = "{name}"."{link.column}")'
    )
    numbers = [number for (number,) in connection.execute(f'SELECT rowid FROM "{name}" WHERE {loose}')]
    if not numbers:
        return False
    if link.may_be_empty:
        empty = (link.column, *_GO_TOGETHER.get((name, link.column), ()))
        connection.execute(f'UPDATE "{name}" SET {", ".join(f"{column} = NULL" for column in empty)} WHERE {loose}')
        one.unlinked += numbers
        return True
    columns = ", ".join(f'"{column}"' for column in one.table.columns)
    for number, *row in connection.execute(f'SELECT rowid, {columns} FROM "{name}" WHERE {loose}').fetchall():
        values = one.table.values(number, tuple(row))
        reason = _LOST_PARENT.format(parent=link.parent, number=values[link.column])
        one.removed.append((reason, {"rowid": number, **values}))
    connection.execute(f'DELETE FROM "{name}" WHERE {loose}')
    one.kept -= len(numbers)
    return True


def remove_doubles(connection: sqlite3.Connection, found: Found) -> None:
    """Of two keys with one text the newer goes: the index of keys takes each text once."""
    keys = found.tables["card_keys"]
    columns = ", ".join(f'"{column}"' for column in keys.table.columns)
    query = f"SELECT {columns} FROM card_keys WHERE id NOT IN (SELECT min(id) FROM card_keys GROUP BY tag)"
    if not connection.execute("SELECT 1 FROM card_keys GROUP BY tag HAVING count(*) > 1 LIMIT 1").fetchone():
        return
    for row in connection.execute(query).fetchall():
        values = keys.table.values(row[keys.table.columns.index("id")], row)
        keys.removed.append(("another key has the same text", values))
        connection.execute("DELETE FROM card_keys WHERE id = ?", (values["id"],))
        keys.kept -= 1


def make_derived(connection: sqlite3.Connection, version: int) -> None:
    """The search of order numbers, and the index of card keys: both come from the rows themselves, also locked."""
    connection.execute(f"INSERT INTO {order_search.NAME} ({order_search.NAME}) VALUES ('rebuild')")
    if version >= card_tags.SINCE:
        connection.execute(card_tags.FILL)
    connection.execute("INSERT INTO alembic_version VALUES (?)", (f"{version:04d}",))


def finish(connection: sqlite3.Connection, target: Path, model: Model) -> None:
    """Indexes, rules and marks of the version; then the version of this program, and all of it on disk.

    :class:`StorageError` when the new file is not sound.
    """
    for statement in model.last:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {model.version}")
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    if model.version < SCHEMA_VERSION:
        from desktop_app.storage.migrations import upgrade

        upgrade(target)
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())
    problem = backups.check_file(target)
    if problem is not None:
        raise StorageError(
            "The salvaged shop is not sound ({problem}): check the disk. Nothing was changed.",
            "抢救出的店铺文件不完好（{problem}）：请检查磁盘。未做任何更改。",
            problem=problem,
        )
