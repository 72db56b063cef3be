"""A new shop out of what can be read of a damaged one.

The damaged file is a private copy, and only looked at. Its tables are walked page by page
(:mod:`desktop_app.storage.damaged_trees`); leaves that no page leads to any more are taken where they fit into a hole
of a table, the table takes their rows, and an index of the table names them: what an index does not name was deleted,
or is older than the row. The indexes also tell which rows were lost.
"""

from __future__ import annotations

import mmap
import os
import sqlite3
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from desktop_app.domain.errors import StorageError
from desktop_app.storage import card_tags
from desktop_app.storage.connections import PAGE_SIZE
from desktop_app.storage.damaged_pages import HEADER, MAGIC, DamagedPages, Page, Row
from desktop_app.storage.damaged_trees import FIRST, LAST, DamagedTrees, Hole, Holes, SchemaLine
from desktop_app.storage.salvage_model import Model, Table, insert_statement, insert_values, insertion, version_by_names
from desktop_app.storage.salvaged_log import Run, runs_of
from desktop_app.storage.shop_marks import APPLICATION_ID, SCHEMA_VERSION

Progress = Callable[[int, int], None]
"""Pages read, of how many; may raise to cancel."""

NAMES: Final[Mapping[str, str]] = {
    "orders": "order_no",
    "requests": "request_no",
    "proofs": "proof_no",
    "products": "code",
    "channels": "name",
    "batches": "name",
    "dossiers": "dossier_no",
    "settings": "key",
}
"""What a merchant calls a row; an index tells it also of a row that is lost."""

_SECTOR = 4096
_OURS_AT_LEAST = 5
"""So many tables of ours must stand in the schema of a file whose front is lost."""


@dataclass(slots=True)
class TableFound:
    """What came of one table. ``lost`` are rows that an index names; ``is_counted``: those are all.

    ``holes`` are the numbers of rows that could not be reached, ``removed`` rows that were read and cannot stand in the
    new shop, with the reason.
    """

    table: Table
    kept: int = 0
    holes: Holes = field(default_factory=Holes)
    hints: dict[int, dict[str, Any]] = field(default_factory=dict)
    is_counted: bool = True
    lost: list[int] = field(default_factory=list)
    from_indexes: int = 0
    removed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unlinked: list[int] = field(default_factory=list)

    def name_of(self, number: int) -> str:
        """What a merchant calls a lost row, or its number."""
        column = NAMES.get(self.table.name)
        known = self.hints.get(number, {}).get(column) if column is not None else None
        return str(known) if known is not None else f"#{number}"


@dataclass(slots=True)
class Found:
    """What was found in a damaged file."""

    version: int
    pages: int
    damaged_pages: int
    tables: dict[str, TableFound]
    unknown_rows: int = 0
    """Rows of leaves of which nobody can tell whose they are, or whether they were deleted."""

    @property
    def is_whole(self) -> bool:
        return not self.damaged_pages and not any(one.holes or one.removed for one in self.tables.values())


def copy_readable(source: Path, target: Path, step: Callable[[], None]) -> None:
    """Copy a file that the disk may not give out whole; what it does not is zeros. What stands in a journal beside it
    is brought into the copy. The file itself is only read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    for ending in ("", "-journal", "-wal"):
        if ending and not source.with_name(source.name + ending).is_file():
            continue
        copy = target.with_name(target.name + ending)
        with os.fdopen(os.open(source.with_name(source.name + ending), flags), "rb", buffering=0) as stream:
            made = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(made, "wb") as written:
                size = os.fstat(stream.fileno()).st_size
                at = 0
                while at < size:
                    step()
                    part = read_part(stream, at, min(256 * _SECTOR, size - at))
                    written.write(part)
                    at += len(part)
    _take_in_journal(target)


def read_part(stream: Any, at: int, size: int) -> bytes:
    """At most so many bytes from a place on, as far as the disk gives them out; a sector that it does not is zeros."""
    try:
        stream.seek(at)
        part = bytes(stream.read(size))
    except OSError:
        if size > _SECTOR:
            return read_part(stream, at, _SECTOR - at % _SECTOR)
        return bytes(size)
    return part or bytes(size)


def _take_in_journal(copy: Path) -> None:
    """Let SQLite undo or carry out, in the copy, what a program that died has left in a journal."""
    wal = copy.with_name(copy.name + "-wal")
    if not wal.exists() and not copy.with_name(copy.name + "-journal").exists():
        return
    with copy.open("rb+") as stream:
        if wal.exists() and stream.read(16) != MAGIC:
            # SQLite looks into this journal only behind a front that says so, and page 1 may stand in it
            with suppress(struct.error):
                (size,) = struct.unpack_from(">I", wal.read_bytes()[:12], 8)
                stream.seek(0)
                stream.write(MAGIC + struct.pack(">HBBBBBB", size if size < 65536 else 1, 2, 2, 0, 64, 32, 32))
    with suppress(sqlite3.Error), closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


@contextmanager
def opened(copy: Path, name: str, progress: Progress) -> Iterator[Salvager]:
    """The damaged file ``copy``; :class:`StorageError` when nothing in it is of a shop. ``name`` is what sentences call
    it."""
    with copy.open("rb") as stream:
        if not os.fstat(stream.fileno()).st_size:
            raise _no_shop(name)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            salvager = Salvager(data, name, progress)
            try:
                yield salvager
            finally:
                salvager.close()


class Salvager:
    """Reads one damaged file; use :func:`opened`."""

    def __init__(self, data: mmap.mmap, name: str, progress: Progress) -> None:
        if len(data) < HEADER:
            raise _no_shop(name)
        self._pages = DamagedPages(data)
        self._progress = progress
        self._read = 0
        self._trees = DamagedTrees(self._pages, self._step)
        free, self._free_is_whole = self._pages.free_pages()
        self._free = frozenset(free)
        lines, self._schema_is_whole = self._trees.schema(self._free)
        self._lines = {line.name: line for line in lines}
        self.model = Model(self._version(name, {line.name for line in lines if line.kind == "table"}))

    def close(self) -> None:
        self.model.close()

    def _step(self) -> None:
        self._read += 1
        if self._read % 64 == 1:
            self._progress(min(self._read, self._pages.count), self._pages.count)

    def _version(self, name: str, tables: set[str]) -> int:
        """The version of the file; what is another program's is no damage of ours."""
        header = self._pages.header
        known = Model(SCHEMA_VERSION)
        known.close()
        ours = len(tables & set(known.tables))
        if header.application_id == APPLICATION_ID:
            if header.version > SCHEMA_VERSION:
                raise StorageError(
                    "{name} was written by a newer Kamidesk: update the program, and salvage it then.",
                    "{name} 由更新的 Kamidesk 写入：请先升级程序，再抢救。",
                    name=name,
                )
            if header.version >= 1 and (ours or self._pages.count > 1):
                return header.version
        if ours < _OURS_AT_LEAST:
            raise _no_shop(name)
        return version_by_names(tables)

    # ---- the rows

    def store_into(self, connection: sqlite3.Connection) -> Found:
        """Make the tables of the version in the empty database of ``connection`` and store what is readable.

        Neither links between rows nor anything that is made of other rows is looked after here.
        """
        for statement in self.model.first:
            connection.execute(statement)
        tables = {name: TableFound(table) for name, table in self.model.tables.items()}
        for found in tables.values():
            self._store_table(connection, found)
        self._meet_others()
        for found in tables.values():
            self._read_hints(found)
        unknown = self._store_strays(connection, tables)
        for found in tables.values():
            self._count_lost(connection, found)
        return Found(self.model.version, self._pages.count, len(self._trees.damaged), tables, unknown)

    def _root(self, name: str, kind: str) -> int | None:
        line: SchemaLine | None = self._lines.get(name)
        return line.root if line is not None and line.kind == kind and line.root else None

    def _store_table(self, connection: sqlite3.Connection, found: TableFound) -> None:
        root = self._root(found.table.name, "table")
        if root is None:
            found.holes.add(FIRST, LAST)
            return
        for rows in self._trees.table(root, found.holes):
            _store(connection, found, rows)

    def _meet_others(self) -> None:
        """Walk what is made anew anyway, so that its pages are nobody's strays."""
        for line in self._lines.values():
            if line.kind == "table" and line.root and line.name not in self.model.tables:
                page = self._pages.page(line.root)
                if page is not None and page.is_table:
                    for _ in self._trees.table(line.root, Holes()):
                        pass

    def _read_hints(self, found: TableFound) -> None:
        """Which rows the indexes name where the table has holes, and what they say of them."""
        if not found.holes:
            return
        found.is_counted = False
        for index in found.table.indexes:
            same: dict[Any, Any] = {}
            root = self._root(index.name, "table" if index.name == card_tags.TABLE else "index")
            if root is None:
                continue
            is_whole = index.is_whole
            for entry in self._trees.index(root):
                if entry is None or len(entry) != len(index.columns) + 1 or not isinstance(entry[-1], int):
                    is_whole = False
                elif found.holes.around(entry[-1]) is not None:
                    hint = found.hints.setdefault(entry[-1], {})
                    # what an index holds of a column that is computed, the row does not store
                    for column, value in zip(index.columns, entry, strict=False):
                        if column in found.table.columns:
                            # a million rows have the same few states
                            hint[column] = same.setdefault(value, value) if isinstance(value, str) else value
            found.is_counted = found.is_counted or is_whole

    # ---- strays

    def _store_strays(self, connection: sqlite3.Connection, tables: Mapping[str, TableFound]) -> int:
        broken = [found for found in tables.values() if found.holes]
        unknown = 0
        if not broken:
            return 0
        for page in self._trees.strays(self._free):
            self._step()
            rows = [(key, row) for key, row in self._pages.rows(page) if row is not None]
            owner = self._owner(page, rows, broken)
            if owner is None:
                unknown += len(rows)
                continue
            sure = [(key, row) for key, row in rows if self._is_sure(owner, key, row)]
            unknown += len(rows) - len(sure)
            _store(connection, owner, sure)
        return unknown

    def _owner(self, page: Page, rows: Sequence[tuple[int, Row]], broken: Sequence[TableFound]) -> TableFound | None:
        """The table that a leaf is of, when there is only one that it can be of."""
        fitting = []
        for found in broken:
            hole = found.holes.around(page.cells[0].key)
            if rows and hole is not None and page.cells[-1].key <= hole.last and self.model.fits(found.table, rows):
                fitting.append((sum(_agrees(found, key, row) is True for key, row in rows), found))
        if len(fitting) == 1:
            return fitting[0][1]
        best = max((count for count, _ in fitting), default=0)
        named = [found for count, found in fitting if count == best]
        return named[0] if best and len(named) == 1 else None

    def _is_sure(self, found: TableFound, key: int, row: Row) -> bool:
        """Whether a row that nothing leads to was still a row of the shop, and is its last state."""
        agreed = _agrees(found, key, row)
        if agreed is not None:
            return agreed
        if found.is_counted:
            return False
        return self._free_is_whole or found.table.is_append_only

    def _count_lost(self, connection: sqlite3.Connection, found: TableFound) -> None:
        name = found.table.name
        for key, hint in sorted(found.hints.items()):
            if connection.execute(f'SELECT 1 FROM "{name}" WHERE rowid = ?', (key,)).fetchone() is not None:
                continue
            if all(column in hint or column == found.table.number for column in found.table.columns):
                # an index that holds everything: the row is as good as read
                row = tuple(None if column == found.table.number else hint[column] for column in found.table.columns)
                _store(connection, found, [(key, row)])
                found.from_indexes += 1
            else:
                found.lost.append(key)
        found.kept = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]


def prepare(target: Path) -> sqlite3.Connection:
    """A new, empty file that nobody has seen yet: it is synced once, at the end."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(target, uri=True, isolation_level=None)
    unseen = ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -65536")
    for pragma in (PAGE_SIZE, *unseen):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def missing_numbers(connection: sqlite3.Connection, found: TableFound) -> list[Run]:
    """The numbers of rows that may be lost, as first and last; an open end is 0."""
    if found.is_counted:
        return runs_of(found.lost)
    gaps: list[Run] = []
    for hole in sorted(found.holes.found, key=lambda one: one.first):
        gaps += _gaps(connection, found.table.name, hole)
    return gaps


def _gaps(connection: sqlite3.Connection, name: str, hole: Hole) -> Iterator[Run]:
    expected = max(hole.first, 1)
    query = f'SELECT rowid FROM "{name}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid'
    for (number,) in connection.execute(query, (expected, hole.last)):
        if number > expected:
            yield expected, number - 1
        expected = number + 1
    if expected <= hole.last:
        yield expected, 0 if hole.last == LAST else hole.last


def _store(connection: sqlite3.Connection, found: TableFound, rows: Sequence[tuple[int, Row]]) -> None:
    table = found.table
    fitting = [(key, row) for key, row in rows if len(row) == len(table.columns) and table.has_real_times(row)]
    connection.execute("SAVEPOINT page")
    try:
        connection.executemany(insert_statement(table), [insert_values(table, key, row) for key, row in fitting])
    except (sqlite3.Error, OverflowError) as error:
        _require_refused(error)
        connection.execute("ROLLBACK TO page")
        for key, row in fitting:
            try:
                connection.execute(*insertion(table, key, row))
            except (sqlite3.Error, OverflowError) as refused:
                _require_refused(refused)
                if table.name == "events":
                    found.holes.add(key, key)  # another place may have it as it was
                else:
                    found.removed.append((str(refused), table.values(key, row)))
    connection.execute("RELEASE page")
    kept = {key for key, _ in fitting} if len(fitting) < len(rows) else ()
    for key, _ in rows if kept or not fitting else ():
        if key not in kept:
            found.holes.add(key, key)


def _require_refused(error: Exception) -> None:
    """A row that breaks a rule of its table, or whose text is no JSON, is damage; anything else is a fault of ours or
    of the disk."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CONSTRAINT) & 0xFF
    if code not in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR):
        raise error


def _agrees(found: TableFound, key: int, row: Row) -> bool | None:
    """Whether the indexes say of a row what stands in it; None when they do not speak of it."""
    hint = found.hints.get(key)
    if hint is None:
        return None
    values = found.table.values(key, row)
    return all(values[column] == value for column, value in hint.items())


def _no_shop(name: str) -> StorageError:
    return StorageError(
        "Nothing in {name} is of a Kamidesk shop: it is a file of another kind, or nothing of it is left.",
        "{name} 中没有任何 Kamidesk 店铺的内容：它是其他类型的文件，或已全部损毁。",
        name=name,
    )
