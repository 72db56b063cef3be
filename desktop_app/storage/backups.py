"""Copies of the shop file that were checked before they count as copies."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import StorageError
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.sqlite_errors import told

_PAGES = 2048
"""Copied at a time. In between the lock on the shop is given back: who wants to write need not wait for all of it."""
_SLEEP = 0.02
_MOST_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy: where, how many bytes, SHA-256 as hex."""

    path: Path
    size: int
    sha256: str


def copy_verified(source: Path, target: Path) -> Copy:
    """Copy the shop with all committed changes to ``target``; it appears there only once it is checked and on disk.

    The shop may be in use meanwhile. :class:`StorageError` when there is no room or the copy fails its check.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    digest, size = copy_checked(source, part)
    try:
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return Copy(target, size, digest)


def copy_checked(source: Path, part: Path) -> tuple[str, int]:
    """Copy the shop to ``part``, check it and bring it to disk; its SHA-256 as hex and its size in bytes.

    Nothing is left when it fails: :class:`StorageError` when there is no room or the copy fails its check.
    """
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with told(part):
            _copy(source, part)
        problem = check_file(part)
        if problem is not None:
            raise StorageError(
                "The shop {path} is damaged and was not copied ({problem}): restore the last backup.",
                "店铺 {path} 已损坏，未能复制（{problem}）：请恢复最近的备份。",
                path=source,
                problem=problem,
            )
        return _settle(part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def check_room(source: Path) -> None:
    """:class:`StorageError` unless three times the size of ``source`` is free: copy, new tables and journal."""
    needed = 3 * source.stat().st_size
    free = shutil.disk_usage(source.parent).free
    if free < needed:
        raise StorageError(
            "Updating the shop needs {needed} MB of free space, there are {free} MB: make room and start again.",
            "更新店铺需要 {needed} MB 空闲空间，现有 {free} MB：请清理空间后重新启动。",
            needed=-(-needed // 1_000_000),
            free=free // 1_000_000,
        )


def check_file(path: Path, *, quick: bool = False) -> str | None:
    """What SQLite finds wrong inside a shop file that nobody writes, or None. Reads everything: seconds for a GB."""
    with told(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        # A damaged file may put bytes that are no text into the answer.
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            answer = connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}(1)").fetchone()[0]
        finally:
            connection.close()
    return None if answer == "ok" else str(answer)


def _copy(source: Path, part: Path) -> None:
    reader = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    try:
        writer = sqlite3.connect(part)
        try:
            try:
                reader.backup(writer, pages=_PAGES, progress=_Patience().look, sleep=_SLEEP)
            except _TooBusy:
                reader.backup(writer, pages=-1)
            writer.execute("PRAGMA journal_mode = DELETE")
        finally:
            writer.close()
    finally:
        reader.close()


class _TooBusy(Exception):
    """The shop is written so often that a copy in pieces begins again and again."""


class _Patience:
    """Counts how often a copy began anew because somebody wrote between two of its pieces."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._restarts = 0

    def look(self, _status: int, remaining: int, _total: int) -> None:
        if self._left is not None and remaining > self._left:
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise _TooBusy
        self._left = remaining


def _settle(part: Path) -> tuple[str, int]:
    # The copy is ours alone and closed, so plain file access breaks no lock of SQLite.
    with part.open("rb+") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
        return digest, stream.tell()
