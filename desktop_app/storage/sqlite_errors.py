"""What SQLite says about the disk, in words that a merchant can act on.

Broken rules (CHECK, UNIQUE, triggers) pass through: they are the caller's to foresee, or bugs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from desktop_app.domain.errors import BusyError, DamagedError, StorageError

_SENTENCES = {
    sqlite3.SQLITE_FULL: (
        "The disk is full, nothing was stored: make room and repeat ({path}).",
        "磁盘已满，未保存任何内容：请清理空间后重试（{path}）。",
    ),
    sqlite3.SQLITE_READONLY: (
        "The shop file {path} cannot be written: change its permissions, or move it to a disk that can be written.",
        "店铺文件 {path} 不可写：请修改权限，或移到可写的磁盘。",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another Kamidesk program is writing to the shop, nothing was stored: wait a moment and repeat ({path}).",
        "另一个 Kamidesk 程序正在写入店铺，未保存任何内容：请稍候重试（{path}）。",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk reported an error, nothing was stored: check the disk before you go on ({path}).",
        "磁盘报告错误，未保存任何内容：请先检查磁盘（{path}）。",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The shop file {path} is damaged: close Kamidesk, then restore the last backup or salvage what can be read "
        "(kamidesk salvage).",
        "店铺文件 {path} 已损坏：请关闭 Kamidesk，然后恢复最近的备份，或抢救仍可读取的内容（kamidesk salvage）。",
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is damaged at its beginning, or is not a Kamidesk shop: restore the last backup, salvage what can be "
        "read (kamidesk salvage), or choose another data folder.",
        "{path} 开头已损坏，或不是 Kamidesk 店铺文件：请恢复最近的备份，抢救仍可读取的内容（kamidesk salvage），"
        "或另选数据文件夹。",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The shop file {path} cannot be opened: check that the folder exists and may be read and written.",
        "无法打开店铺文件 {path}：请确认文件夹存在并可读写。",
    ),
}
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SENTENCES[sqlite3.SQLITE_LOCKED] = _SENTENCES[sqlite3.SQLITE_BUSY]
_READING = {
    sqlite3.SQLITE_BUSY: (
        "The shop cannot be read while another Kamidesk program is storing much: wait a moment and repeat ({path}).",
        "另一个 Kamidesk 程序正在大量写入，暂时无法读取店铺：请稍候重试（{path}）。",
    )
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def told(path: Path, *, reading: bool = False) -> Iterator[None]:
    """Turn what SQLite reports about the file ``path`` into a :class:`StorageError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        code = _kind(error)
        if code not in _SENTENCES:
            raise
        sentence = _READING.get(code, _SENTENCES[code]) if reading else _SENTENCES[code]
        kind = DamagedError if code in _DAMAGE else StorageError
        raise kind(*sentence, path=path) from error


@contextmanager
def begun(path: Path) -> Iterator[None]:
    """Around the start of a write transaction: :class:`BusyError` when somebody else holds the write lock."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        if _kind(error) not in _BUSY:
            raise
        raise BusyError(*_SENTENCES[sqlite3.SQLITE_BUSY], path=path) from error


def _kind(error: DBAPIError | sqlite3.Error) -> int:
    """The low byte is the kind of error, the rest its variety."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(original, "sqlite_errorcode", 0) or 0) & 0xFF
