"""A shop from a file that anybody may have made: its rows, copied into a fresh file with our own tables and rules.

Nothing that the file brings is run. Triggers of a file run even where its schema is not trusted, and a view may take
the name of a table; so the file is copied first (what stands beside it, such as a journal, stays behind), its schema
must be exactly the one of its version, and only columns that the version has are read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_app.domain.errors import BadInputError, CancelledError, StorageError
from desktop_app.storage import backups, card_tags, order_search, schema
from desktop_app.storage.connections import PAGE_SIZE

Cancelled = Callable[[], bool]
DatabaseProblem = sqlite3.Error
"""What reading a file that is no sound database raises."""

_CHUNK = 4 * 1024 * 1024
_INSTRUCTIONS = 100_000
"""Of SQLite's machine between two questions whether to stop: some milliseconds."""
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_STATISTICS = frozenset({"sqlite_stat1", "sqlite_stat4"})


def never() -> bool:
    return False


def private_copy(source: Path, target: Path, cancelled: Cancelled = never) -> str:
    """Copy an ordinary file; its SHA-256 as hex.

    :class:`BadInputError` for links, pipes and what cannot be read, :class:`StorageError` when there is no room.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    digest = hashlib.sha256()
    try:
        if source.is_symlink():  # where the system knows no O_NOFOLLOW
            raise OSError(0, "it is a link")
        with os.fdopen(os.open(source, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError(0, "it is no ordinary file")
            made = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(made, "wb") as copy:
                while chunk := stream.read(_CHUNK):
                    _stop_if(cancelled)
                    digest.update(chunk)
                    copy.write(chunk)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full() from error
        raise BadInputError(
            "The backup {name} cannot be read: {reason}.",
            "无法读取备份 {name}：{reason}。",
            name=source.name,
            reason=error.strerror or str(error),
        ) from error
    return digest.hexdigest()


def check_copy(copy: Path, name: str, cancelled: Cancelled = never) -> schema.Marks:
    """Whether a private copy is a sound shop with the schema of its version; ``name`` is what sentences call it.

    :class:`StorageError` for anything else. Takes seconds for a large shop.
    """
    with _told(name, cancelled):
        marks = schema.read_marks(copy)
    schema.check_marks(marks, Path(name))
    with _told(name, cancelled), closing(open_untrusted(copy, cancelled)) as connection:
        if _objects(connection) != _wanted(marks.version):
            raise StorageError(
                "The backup {name} has tables or rules that are not Kamidesk's: somebody changed it. It is not used.",
                "备份 {name} 含有不属于 Kamidesk 的表或规则：已被人改动，不予使用。",
                name=name,
            )
        problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if problem != "ok":
        raise _damaged(name, str(problem))
    return marks


def copy_rows(copy: Path, target: Path, version: int, name: str, cancelled: Cancelled = never) -> None:
    """Make the shop ``target`` of the rows of ``copy``, which :func:`check_copy` let pass; then update it.

    :class:`StorageError` when a row breaks a rule of the tables. ``target`` is synced.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _told(name, cancelled), closing(sqlite3.connect(target, uri=True, isolation_level=None)) as connection:
        # nobody has seen this file yet: it is synced once, at the end
        unseen = ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -65536")
        for pragma in (PAGE_SIZE, *unseen):
            connection.execute(f"PRAGMA {pragma}")
        connection.set_progress_handler(lambda: int(cancelled()), _INSTRUCTIONS)
        first, last = statements(version)
        connection.execute("BEGIN")
        for statement in first:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ATTACH ? AS source", (f"{copy.absolute().as_uri()}?mode=ro&immutable=1",))
        connection.execute("BEGIN")
        for table in _tables(connection):
            columns = ", ".join(f'"{column}"' for column in _columns(connection, table))
            connection.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM source."{table}"')
        connection.execute(f"INSERT INTO main.{order_search.NAME} ({order_search.NAME}) VALUES ('rebuild')")
        if version >= card_tags.SINCE:
            connection.execute(card_tags.FILL)
        for statement in last:
            connection.execute(statement)
        orphan = connection.execute("PRAGMA main.foreign_key_check").fetchone()
        if orphan is not None:
            raise _damaged(name, f"{orphan[0]} -> {orphan[2]}")
        connection.execute(f"PRAGMA main.application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA main.user_version = {version}")
        connection.execute("COMMIT")
        connection.execute("DETACH source")
        connection.execute("PRAGMA journal_mode = DELETE")
    if version < schema.SCHEMA_VERSION:
        from desktop_app.storage.migrations import upgrade

        upgrade(target)
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())
    problem = backups.check_file(target, quick=True)
    if problem is not None:
        raise _damaged(name, problem)


def open_untrusted(path: Path, cancelled: Cancelled = never) -> sqlite3.Connection:
    """A connection that writes nothing, trusts no text of the schema, and can be stopped in any query."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.set_progress_handler(lambda: int(cancelled()), _INSTRUCTIONS)
    for pragma in ("query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def statements(version: int) -> tuple[list[str], list[str]]:
    """What makes an empty shop of ``version``: before the rows come, and after."""
    if version == schema.SCHEMA_VERSION:
        everything = schema.schema_statements()
        first = [one for one in everything if one.startswith(("CREATE TABLE", "CREATE VIRTUAL TABLE"))]
        return first, [one for one in everything if one not in first]
    from desktop_app.storage.migrations import SCRIPTS, statements_of

    return statements_of(SCRIPTS, version), []


def _wanted(version: int) -> set[tuple[str, str, str, str]]:
    first, last = statements(version)
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in (*first, *last):
            connection.execute(statement)
        return _objects(connection, triggers=version == schema.SCHEMA_VERSION)


def _objects(connection: sqlite3.Connection, *, triggers: bool = True) -> set[tuple[str, str, str, str]]:
    """Everything in a schema but what SQLite keeps for itself; an older version's own triggers have no fixed text."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    with_triggers = triggers and version in (0, schema.SCHEMA_VERSION)
    found = set()
    for kind, name, table, sql in connection.execute(_OBJECTS):
        is_own = kind == "table" and (name in order_search.OWN_TABLES or name in _STATISTICS)
        if not is_own and (kind != "trigger" or with_triggers):
            found.add((kind, name, table, " ".join((sql or "").split())))
    return found


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY rowid")
    own = {order_search.NAME, *order_search.OWN_TABLES, card_tags.TABLE}  # made anew from the others
    return [name for (name,) in rows if name not in own and not name.startswith("sqlite_")]


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    for _, name, _, _, _, _, hidden in connection.execute(f'PRAGMA main.table_xinfo("{table}")'):
        if not hidden:
            yield name


@contextmanager
def _told(name: str, cancelled: Cancelled) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, StorageError) as error:
        if isinstance(error, sqlite3.OperationalError) and cancelled():
            _stop_if(cancelled)
        if isinstance(error, StorageError):
            if error.__cause__ is None:
                raise
            error = error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else sqlite3.DatabaseError(error.en)
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise _full() from error
        raise _damaged(name, str(error)) from error


def _full() -> StorageError:
    return StorageError(
        "The disk is full or faulty; nothing was restored: make room and repeat.",
        "磁盘已满或有故障，未恢复任何内容：请清理空间后重试。",
    )


def _damaged(name: str, problem: str) -> StorageError:
    return StorageError(
        "The backup {name} is damaged or no shop ({problem}): choose another.",
        "备份 {name} 已损坏，或不是店铺文件（{problem}）：请另选一个。",
        name=name,
        # SQLite names the database in a line of its own
        problem=" ".join(line for line in problem.splitlines() if not line.startswith("***")),
    )


def _stop_if(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError("Cancelled. Nothing was changed.", "已取消，没有做任何更改。")
