"""Connections to a shop file: their pragmas, their transactions, and how the file keeps its journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from desktop_app.storage.sqlite_errors import told

BUSY_SECONDS = 5.0
"""How long a transaction waits for another program that holds the file."""

READ = "BEGIN"
WRITE = "BEGIN IMMEDIATE"

PAGE_SIZE = "page_size = 8192"
"""Pragma of a file that is still empty; later it changes nothing. A large import takes fewer and larger steps."""

_ROOMY_KIB = 96 * 1024
_LEAN_KIB = 1024


def make_engine(
    path: Path, begin: str, *, foreign_keys: bool = True, patience: Callable[[], float] = lambda: BUSY_SECONDS
) -> Engine:
    """An engine whose transactions start with ``begin`` (:data:`READ` or :data:`WRITE`).

    Connections of a reading engine cannot write. ``patience``: the seconds for which the thread that begins a
    transaction may wait for another program.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # The driver's own transactions leave SELECT and DDL outside; BEGIN is ours.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        # The connection used last has the pages in its cache that are wanted again, and the others stay small.
        pool_use_lifo=True,
    )
    pragmas = (
        PAGE_SIZE,
        "synchronous = FULL",
        "fullfsync = ON",
        "checkpoint_fullfsync = ON",
        f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        "recursive_triggers = ON",
        f"trusted_schema = {'ON' if _json_needs_trust() else 'OFF'}",
        "cell_size_check = ON",
        "mmap_size = 0",
        # KiB. A large import touches pages of every index; with the default 2 MB each of them is read again and again.
        f"cache_size = -{4096 if begin == READ else 65536}",
        # Each statement that changes many rows notes how their pages were: in memory, or large imports write ten times
        # their own size to a temporary file.
        f"temp_store = {'DEFAULT' if begin == READ else 'MEMORY'}",
        f"query_only = {'ON' if begin == READ else 'OFF'}",
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a connection of the pool serves one thread after the other
        seconds = patience()
        if connection.info.setdefault("patience", BUSY_SECONDS) != seconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
            connection.info["patience"] = seconds
        connection.exec_driver_sql(begin)
        if begin == WRITE and seconds != BUSY_SECONDS:
            # who may write has only readers to wait for, of its own program too: without WAL a commit lets them finish
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
            connection.info["patience"] = BUSY_SECONDS

    return engine


@contextmanager
def roomy_cache(connection: Connection) -> Iterator[None]:
    """Pages that do not fit into the cache are written early, and then lock out every reader until the commit."""
    with _cache(connection, _ROOMY_KIB):
        yield


@contextmanager
def lean_cache(connection: Connection) -> Iterator[None]:
    """Pages of a large part of the shop that is read once: keeping many of them only takes memory."""
    with _cache(connection, _LEAN_KIB):
        yield


@contextmanager
def _cache(connection: Connection, kib: int) -> Iterator[None]:
    before = int(connection.exec_driver_sql("PRAGMA cache_size").scalar_one())
    connection.exec_driver_sql(f"PRAGMA cache_size = -{kib}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault (3.7.0 to 3.51.2; sqlite.org/wal.html#walresetbug)."""
    if version == (3, 52, 0):  # withdrawn
        return False
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


@cache
def _json_needs_trust() -> bool:
    """Whether this SQLite holds its JSON functions for dangerous inside a schema, as 3.40 does.

    The columns of the event log need them. The schema of a shop is compared with ours before it is used, so trust
    costs little; where it is not needed it is not given.
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("CREATE TABLE probe (body TEXT, at AS (json_extract(body, '$.at')))")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def choose_journal(path: Path) -> None:
    """WAL where this SQLite is safe with it, else the rollback journal; the file remembers."""
    wanted = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "delete"
    with told(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
                connection.execute(f"PRAGMA journal_mode = {wanted}")
        finally:
            connection.close()


def roll_back(path: Path) -> None:
    """Let SQLite undo the transaction of a program that died, if there is one."""
    with told(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
