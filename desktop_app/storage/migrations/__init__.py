"""From an older version of the shop file to the present one, in a single transaction.

Add a version by a module in ``versions/`` with frozen statements (never the tables of the program, which move on),
raise ``SCHEMA_VERSION`` and ``HEAD_REVISION``, note the new ``FINGERPRINT``, and keep a file of the old version under
``tests/fixtures``.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from desktop_app.domain.errors import StorageError
from desktop_app.storage import order_search, schema, triggers
from desktop_app.storage.connections import WRITE, make_engine

SCRIPTS = Path(__file__).parent


def upgrade(path: Path) -> None:
    """Bring the file to the present version; on any error it stays as it was.

    Foreign keys are off meanwhile, because rebuilding a table would delete its children, and are checked before the
    commit.
    """
    engine = make_engine(path, WRITE, foreign_keys=False)
    try:
        with engine.begin() as connection:
            run_revisions(connection, SCRIPTS, schema.HEAD_REVISION)
            schema.stamp(connection)
            schema.check_schema(connection, path)
    finally:
        engine.dispose()


def run_revisions(connection: Connection, scripts: Path, revision: str) -> None:
    """Run the revisions in ``scripts`` up to ``revision`` in the transaction of ``connection``.

    Triggers go first and come back last: they forbid what an update must do. :class:`StorageError` when the file
    says that it comes from elsewhere, or when a row would be left without the row that it belongs to.
    """
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in connection.exec_driver_sql(query).scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StorageError(
            "The shop cannot be updated from its version: {reason}. Open it with the program that wrote it.",
            "无法从该版本更新店铺：{reason}。请用写入它的程序打开。",
            reason=error,
        ) from error
    for statement in triggers.trigger_statements():
        connection.exec_driver_sql(statement)
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise StorageError(
            "The shop cannot be updated: a row of {table} belongs to a row of {parent} that is missing. "
            "Restore a backup.",
            "无法更新店铺：{table} 中的一行所属的 {parent} 记录缺失。请恢复备份。",
            table=orphan[0],
            parent=orphan[2],
        )


def statements_of(scripts: Path, version: int) -> list[str]:
    """Every CREATE statement of an older version as its revisions made it, without triggers, and what Alembic notes."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(scripts).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, f"{version:04d}")
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            )
            return [sql for name, sql in rows if name not in order_search.OWN_TABLES and not name.startswith("sqlite_")]
    finally:
        engine.dispose()
