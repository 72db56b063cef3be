"""What a shop file is known by: its marks, its version, and the exact text of its schema."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from desktop_app.domain.errors import StorageError
from desktop_app.storage import (
    dispute_tables,  # noqa: F401 - its tables are part of the schema
    order_search,
    tables,
    triggers,
)
from desktop_app.storage.sqlite_errors import told

APPLICATION_ID = 0x4B4D444B
"""``KMDK`` in the header of the file."""

SCHEMA_VERSION = tables.SCHEMA_VERSION
"""SQLite's ``user_version`` of a shop that this program reads and writes."""

HEAD_REVISION = "0002"
"""Alembic's name of the same version; Alembic itself is imported only when a file has another."""

_ALEMBIC_TABLE = (
    "CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) )"
)
"""As Alembic itself makes it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in the header of an SQLite file."""

    application_id: int
    version: int
    changes: int  # of the schema; 0 before the first table

    @property
    def is_fresh(self) -> bool:
        """Nothing was ever stored: the shop has still to be made."""
        return self.application_id == 0 and self.changes == 0


def read_marks(path: Path) -> Marks:
    """The marks of the file, read without a lock and without touching it or its journal."""
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        try:
            return marks_of(lambda name: int(connection.execute(f"PRAGMA {name}").fetchone()[0]))
        finally:
            connection.close()


def marks_of(pragma: Callable[[str], int]) -> Marks:
    """The marks as ``pragma`` answers for them."""
    return Marks(pragma("application_id"), pragma("user_version"), pragma("schema_version"))


def check_marks(marks: Marks, path: Path) -> None:
    """:class:`StorageError` when the file is no shop, or a shop of a newer program."""
    if marks.application_id != APPLICATION_ID:
        raise StorageError(
            "{path} is not a Kamidesk shop: move it away or choose another data folder.",
            "{path} 不是 Kamidesk 店铺文件：请移走它，或另选数据文件夹。",
            path=path,
        )
    if marks.version > SCHEMA_VERSION:
        raise StorageError(
            "The shop {path} was written by a newer Kamidesk (version {found}, this one knows {known}): "
            "update the program. Nothing was changed.",
            "店铺 {path} 由更新的 Kamidesk 写入（版本 {found}，本程序支持到 {known}）：请升级程序。文件未做任何改动。",
            path=path,
            found=marks.version,
            known=SCHEMA_VERSION,
        )


def schema_statements() -> list[str]:
    """Every CREATE statement of the present schema: tables, indexes, the search of order numbers, triggers."""
    dialect = sqlite.dialect()
    ordered = SQLModel.metadata.sorted_tables
    statements = [str(CreateTable(table).compile(dialect=dialect)).strip() for table in ordered]
    for table in ordered:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statements.append(str(CreateIndex(index).compile(dialect=dialect)).strip())
    return [*statements, order_search.TABLE, _ALEMBIC_TABLE, *triggers.trigger_statements()]


def create_schema(connection: Connection) -> None:
    """All tables, indexes and triggers, and the marks; inside the transaction of ``connection``."""
    for statement in schema_statements():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD_REVISION,))
    stamp(connection)


def stamp(connection: Connection) -> None:
    """Write application id and version into the header, in the transaction of ``connection``."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def fingerprint(statements: Iterable[str]) -> str:
    """SHA-256 over the CREATE statements, whatever their order and spacing."""
    normal = sorted(" ".join(statement.split()) for statement in statements)
    return hashlib.sha256("\n".join(normal).encode()).hexdigest()


# ANALYZE, AUTOINCREMENT and FTS5 keep their own tables; automatic indexes have no text.
STORED = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
"""Name and text of what is in a file."""


def is_known(stored: Iterable[Sequence[Any]]) -> bool:
    """Whether the answer to :data:`STORED` is what this version makes."""
    found = (sql for name, sql in stored if name not in order_search.OWN_TABLES)
    return fingerprint(found) == fingerprint(schema_statements())


def check_schema(connection: Connection, path: Path) -> None:
    """:class:`StorageError` when a table or trigger of the file is not the one that this version makes."""
    if not is_known(connection.exec_driver_sql(STORED).all()):
        raise StorageError(
            "The tables or rules inside the shop {path} were changed by another program: restore a backup.",
            "店铺 {path} 内部的表或规则被其他程序改动：请恢复备份。",
            path=path,
        )
