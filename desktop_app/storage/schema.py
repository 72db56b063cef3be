"""What a shop file is known by: its marks, its version, and the exact text of its schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from desktop_app.domain.errors import DamagedError, StorageError
from desktop_app.storage import (
    dispute_tables,  # noqa: F401 - its tables are part of the schema
    order_search,
    triggers,
)
from desktop_app.storage.shop_marks import APPLICATION_ID as APPLICATION_ID
from desktop_app.storage.shop_marks import SCHEMA_VERSION as SCHEMA_VERSION
from desktop_app.storage.shop_marks import STORED as STORED
from desktop_app.storage.shop_marks import Marks as Marks
from desktop_app.storage.shop_marks import fingerprint as fingerprint
from desktop_app.storage.shop_marks import is_known as is_known
from desktop_app.storage.shop_marks import marks_of as marks_of
from desktop_app.storage.sqlite_errors import told

HEAD_REVISION = "0003"
"""Alembic's name of the same version; Alembic itself is imported only when a file has another."""

_ALEMBIC_TABLE = (
    "CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) )"
)
"""As Alembic itself makes it."""


def read_marks(path: Path) -> Marks:
    """The marks of the file, read without a lock and without touching it or its journal."""
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        try:
            return marks_of(lambda name: int(connection.execute(f"PRAGMA {name}").fetchone()[0]))
        finally:
            connection.close()


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


def check_schema(connection: Connection, path: Path) -> None:
    """:class:`StorageError` when a table or trigger of the file is not the one that this version makes."""
    if not is_known(connection.exec_driver_sql(STORED).all()):
        raise DamagedError(
            "The tables or rules inside the shop {path} were changed by another program: restore a backup.",
            "店铺 {path} 内部的表或规则被其他程序改动：请恢复备份。",
            path=path,
        )
