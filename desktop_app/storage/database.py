"""The shop file: how it is opened, read and written.

``read()`` is one snapshot that cannot write; ``write()`` is one transaction that holds the write lock from its start,
because a SELECT outside of it loses updates. Everything that is acknowledged is on disk (synchronous FULL).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import Session

from desktop_app.domain.errors import ConflictError, DamagedError, StorageError
from desktop_app.storage import audit, backups, replacing, row_numbers, salvaged_log, schema
from desktop_app.storage.connections import BUSY_SECONDS, READ, WRITE, choose_journal, make_engine, roll_back
from desktop_app.storage.data_folder import FolderLock, check_folder, check_regular_file, sync_folder
from desktop_app.storage.journal import Journal
from desktop_app.storage.sqlite_errors import begun, told
from desktop_app.storage.tables import ShopRow

FILE_NAME = "shop.db"
WINDOW_READS = 1.0
WINDOW_WRITES = 0.1
"""Seconds for which a window may stand still: a page has nothing to show without its rows, a step is taken again."""
_CHECK_AT_START = 64 * 1024 * 1024
"""After a crash, files up to this size are checked before anything is read; larger ones in the background."""


class Database:
    """One open shop file. Usable from several threads; close it to free the data folder."""

    def __init__(self, path: Path, lock: FolderLock) -> None:
        """Use :meth:`open` or :meth:`create`."""
        self.path = path
        self.shop_uuid = ""
        self.check_due = False
        self.journal: Journal | None = None
        self.salvages: list[salvaged_log.Salvage] = []
        """The salvages that this file comes from, the first one first."""
        self._given: dict[str, int] = {}
        self._lock = lock
        self._writing = threading.local()
        self._window: int | None = None
        self._writer = make_engine(path, WRITE, patience=lambda: self._patience(WINDOW_WRITES))
        self._reader = make_engine(path, READ, patience=lambda: self._patience(WINDOW_READS))
        for engine in (self._writer, self._reader):
            row_numbers.remember(engine, self._given)

    @property
    def alone_at(self) -> float | None:
        """See :class:`FolderLock`."""
        return self._lock.alone_at

    @property
    def shop_uid(self) -> bytes:
        """The 16 bytes of the shop's UUID, which the vault binds its keys to."""
        return UUID(self.shop_uuid).bytes

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether a shop was made at ``path``; a creation that was killed half-way does not count.

        A restore that was killed is finished first. :class:`StorageError` when something else stands there.
        """
        replacing.finish(path.parent)
        if not check_regular_file(path):
            return False
        journal = path.with_name(path.name + "-journal")
        if check_regular_file(journal) and journal.stat().st_size and not _is_newer(path):
            roll_back(path)
        return not schema.read_marks(path).is_fresh

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        at: datetime,
        window: bool = False,
        fill: Callable[[Session, str], None] = lambda session, shop_uuid: None,
    ) -> Database:
        """Make a new shop at ``path`` in one transaction and open it; ``at`` is its birthday.

        ``fill(session, shop_uuid)`` stores what must be there from the first moment (the slots of the vault); when it
        fails there is no shop.
        """
        check_folder(path.parent)
        database = cls(path, FolderLock(path.parent, window=window))
        try:
            with database._lock.alone():
                database._create(at, fill)
        except BaseException:
            database._abandon()
            raise
        return database

    @classmethod
    def open(cls, path: Path, *, at: datetime, window: bool = False) -> Database:
        """Open the shop at ``path``; an older one is copied, verified and updated first.

        ``window`` takes the one seat of the window; without it the shop may be open in a window at the same time.
        ``at`` names the copy made before an update. :class:`StorageError` when the file is missing, foreign, newer,
        damaged or in use; then nothing was written to it.
        """
        check_folder(path.parent)
        if not cls.exists(path):
            raise StorageError(
                "There is no shop in {path} yet: set one up first.",
                "{path} 中还没有店铺：请先建立店铺。",
                path=path,
            )
        schema.check_marks(schema.read_marks(path), path)
        database = cls(path, FolderLock(path.parent, window=window))
        try:
            database._start(at)
        except BaseException:
            database._abandon()
            raise
        return database

    def keep_window_alive(self) -> None:
        """The calling thread paints a window: from now on it hardly waits for other programs."""
        self._window = threading.get_ident()

    def _patience(self, in_window: float) -> float:
        return in_window if threading.get_ident() == self._window else BUSY_SECONDS

    def close(self) -> None:
        """Close all connections and free the data folder."""
        self._reader.dispose()
        self._writer.dispose()
        self._lock.release(in_order=not self.check_due)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot; writing through it fails. Keep it short where SQLite has no WAL: it holds writers up."""
        with told(self.path, reading=True), Session(self._reader, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end of the block; any exception undoes all of it.

        :class:`BusyError` when another program holds the write lock for more than five seconds, or than a moment
        where :meth:`keep_window_alive` was called.
        """
        if getattr(self._writing, "now", False):
            raise RuntimeError("write() inside write(): one user operation is one transaction")
        self._writing.now = True
        try:
            with told(self.path), Session(self._writer, expire_on_commit=False) as session, session.begin():
                with begun(self.path):
                    session.connection()
                row_numbers.keep(session, self._given)
                yield session
        finally:
            self._writing.now = False
        committed: list[audit.Appended] = session.info.get(audit.COMMITTED, [])
        if committed:
            self._follow(committed)

    def _follow(self, committed: Sequence[audit.Appended] = ()) -> None:
        """Let the journal beside the shop have what is committed."""
        if self.journal is None:
            self.journal = Journal(self.path.parent, self.shop_uuid)
        self.journal.follow(committed, self._events_after)

    def _events_after(self, seq: int, limit: int) -> Sequence[audit.Event]:
        with told(self.path), self._reader.begin() as connection:
            rows = connection.exec_driver_sql(audit.EVENTS_AFTER, (seq, limit))
            return [(number, body, leaf, head) for number, body, leaf, head in rows]

    def check(self, *, quick: bool = False) -> str | None:
        """What SQLite finds wrong in the file, or None; takes seconds for a large shop, so not on the GUI thread."""
        problem = backups.check_file(self.path, quick=quick)
        self.check_due = False
        return problem

    # ---- start

    def _abandon(self) -> None:
        self._reader.dispose()
        self._writer.dispose()
        self._lock.release(in_order=False)

    def _create(self, at: datetime, fill: Callable[[Session, str], None]) -> None:
        if self.exists(self.path):
            raise ConflictError(
                "There is a shop in {path} already: open it, or choose another data folder.",
                "{path} 中已有店铺：请直接打开，或另选数据文件夹。",
                path=self.path,
            )
        _make_private_file(self.path)
        shop = ShopRow(uuid=str(uuid4()), created_at=at)
        self.shop_uuid = shop.uuid
        with self.write() as session:
            schema.create_schema(session.connection())
            session.add(shop)
            session.flush()
            fill(session, self.shop_uuid)
        sync_folder(self.path.parent)
        choose_journal(self.path)  # last: a shop whose header is still in a WAL would look like none

    def _start(self, at: datetime) -> None:
        # What a killed program left is rolled back now, and only then the header is what it will be.
        with told(self.path), self._reader.begin() as connection:
            marks = schema.marks_of(lambda name: int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()))
            schema.check_marks(marks, self.path)
        if marks.version < schema.SCHEMA_VERSION:
            with self._lock.alone():
                self._update(marks.version, at)
        choose_journal(self.path)
        self.check_due = self._lock.left_open
        if self.check_due and self.path.stat().st_size <= _CHECK_AT_START:
            problem = self.check(quick=True)
            if problem is not None:
                raise DamagedError(
                    "The shop {path} is damaged ({problem}): restore the last backup, or salvage what can be read "
                    "(kamidesk salvage).",
                    "店铺 {path} 已损坏（{problem}）：请恢复最近的备份，或抢救仍可读取的内容（kamidesk salvage）。",
                    path=self.path,
                    problem=problem,
                )
        with told(self.path), self._reader.begin() as connection:
            schema.check_schema(connection, self.path)
            self.shop_uuid = connection.exec_driver_sql("SELECT uuid FROM shop").scalar_one()
            told_by = connection.exec_driver_sql(salvaged_log.SALVAGES).all()
        found = (salvaged_log.read_salvage(seq, body) for seq, body in told_by)
        self.salvages = [one for one in found if one is not None]
        self._given.update(salvaged_log.given_by(self.salvages))
        self._follow()

    def _update(self, found: int, at: datetime) -> None:
        from desktop_app.storage.migrations import upgrade

        backups.check_room(self.path)
        name = f"{self.path.stem}-version-{found}-{at:%Y%m%dT%H%M%SZ}.db"
        backups.copy_verified(self.path, self.path.parent / "backups" / name)
        with told(self.path):
            upgrade(self.path)


def _is_newer(path: Path) -> bool:
    try:
        return schema.read_marks(path).version > schema.SCHEMA_VERSION
    except StorageError:  # the header itself was being written
        return False


def _make_private_file(path: Path) -> None:
    """Readable by its owner only; SQLite gives journal files the same permissions."""
    if not check_regular_file(path):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StorageError(
                "The shop file {path} cannot be made: {reason}.",
                "无法建立店铺文件 {path}：{reason}。",
                path=path,
                reason=error.strerror,
            ) from error
