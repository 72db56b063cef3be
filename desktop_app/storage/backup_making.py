"""Making a backup: a checked copy of the shop file, the files that its rows name, and a manifest that vouches for both.

The copy is made and checked beside the shop and only then carried to another disk: while SQLite copies in its
rollback journal nobody can write, and a slow stick must not hold the shop up.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from desktop_app.domain.errors import ConflictError, StorageError
from desktop_app.storage import audit, backup_sets, backups, salvaged_log
from desktop_app.storage.backup_sets import Backup, Manifest, NamedFile, Step
from desktop_app.storage.data_folder import hold_alone, open_lock, sync_folder
from desktop_app.storage.sqlite_errors import told

LOCK = "backup.lock"
STAGING = "backups"

_CHUNK = 4 * 1024 * 1024
_SHOWN_MISSING = 200

_NAMED = """
SELECT 'evidence/' || stored_name FROM evidence WHERE stored_name IS NOT NULL UNION
SELECT 'evidence/' || stored_name FROM redemption_imports UNION
SELECT 'proofs/' || file_name FROM proofs ORDER BY 1"""
_GENERATION = "SELECT coalesce(max(generation), 0) + 1 FROM vault_roots"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be backed up: the shop in ``data_dir`` into ``folder``. ``sign`` gives fingerprint and signature."""

    data_dir: Path
    shop: Path
    folder: Path
    at: datetime
    reason: str
    program: str
    sign: Callable[[bytes], tuple[str, bytes] | None]


@dataclass(frozen=True, slots=True)
class _Copied:
    """What the copy holds."""

    shop_uuid: str
    shop_name: str
    version: int
    generation: int
    seq: int
    head: bytes
    places: Sequence[str]
    problem: tuple[str, str] | None


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """No other program makes or removes backups of this shop meanwhile; :class:`ConflictError`."""
    handle = open_lock(data_dir / LOCK)
    try:
        if not hold_alone(handle):
            raise ConflictError(
                "Another Kamidesk program is making a backup of this shop: wait for it to end.",
                "另一个 Kamidesk 程序正在备份这家店铺：请等它结束。",
            )
        yield
    finally:
        os.close(handle)


def make(order: Order, last: Backup | None, step: Step = lambda: None) -> Backup:
    """Make one; ``last`` is the newest one there, from which the event log is followed on.

    Call it inside :func:`alone`. :class:`StorageError` says why there is none; then nothing is left. ``step`` may
    raise to cancel.
    """
    folder, staging = order.folder, order.data_dir / STAGING
    for one in dict.fromkeys((staging, folder)):
        one.mkdir(mode=0o700, exist_ok=True)
        backup_sets.settle(one)
    _check_room(order)
    name = backup_sets.new_name(folder, order.at)
    part = staging / (name + backup_sets.SHOP_ENDING + backup_sets.PART_ENDING)
    try:
        digest, size = backups.copy_checked(order.shop, part)
        step()
        copied = _look_into(part, last.manifest if last is not None else None, step)
        files, missing = _take_files(order, copied, last, step)
        if _generation(order.shop) != copied.generation:
            raise ConflictError(
                "The keys of the vault were replaced while the backup was being made: repeat it.",
                "备份期间更换了密钥：请重新备份。",
            )
        manifest = Manifest(
            shop_uuid=copied.shop_uuid,
            shop_name=copied.shop_name,
            made_at=order.at,
            reason=order.reason,
            program=order.program,
            version=copied.version,
            sha256=digest,
            size=size,
            seq=copied.seq,
            head=copied.head,
            files=backup_sets.add_list(folder / backup_sets.POOL, files),
            file_count=len(files),
            file_bytes=sum(one.size for one in files),
            missing=tuple(missing[:_SHOWN_MISSING]),
            problem=copied.problem,
        )
        signed = order.sign(manifest.message())
        if signed is not None:
            manifest = replace(manifest, fingerprint=signed[0], signature=signed[1])
        if folder != staging:
            part = _carry(part, folder / part.name, digest, step)
        return backup_sets.put_in_place(part, manifest, name)
    except OSError as error:
        raise StorageError(
            "The backup cannot be written to {folder}: {reason}. The shop itself is saved.",
            "无法将备份写入 {folder}：{reason}。店铺数据本身已保存。",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
    finally:
        for one in (part, staging / part.name):
            one.unlink(missing_ok=True)


def _check_room(order: Order) -> None:
    size = order.shop.stat().st_size
    for folder in (order.data_dir, order.folder):
        free = shutil.disk_usage(folder).free
        needed = size + size // 10
        if free < needed:
            raise StorageError(
                "A backup needs {needed} MB of free space in {folder}, there are {free} MB: make room there or choose "
                "another folder.",
                "备份需要 {folder} 中有 {needed} MB 空闲空间，现有 {free} MB：请清理空间或另选文件夹。",
                needed=-(-needed // 1_000_000),
                folder=folder,
                free=free // 1_000_000,
            )


def _look_into(part: Path, last: Manifest | None, step: Step) -> _Copied:
    with told(part), closing(_open(part)) as connection:
        shop_uuid = str(connection.execute("SELECT uuid FROM shop").fetchone()[0])
        tail = connection.execute("SELECT seq, head FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq, head = tail if tail is not None else (0, audit.genesis(shop_uuid))
        name = connection.execute("SELECT value FROM settings WHERE key = 'shop_name'").fetchone()
        return _Copied(
            shop_uuid=shop_uuid,
            shop_name=str(json.loads(name[0])) if name is not None else "",
            version=connection.execute("PRAGMA user_version").fetchone()[0],
            generation=connection.execute(_GENERATION).fetchone()[0],
            seq=seq,
            head=head,
            places=[row[0] for row in connection.execute(_NAMED)],
            problem=_what_broke(connection, shop_uuid, last, step),
        )


def _what_broke(
    connection: sqlite3.Connection, shop_uuid: str, last: Manifest | None, step: Step
) -> tuple[str, str] | None:
    """Follow the log from the last backup on, or from its beginning when the shop went another way since."""

    def read(after: int) -> Sequence[audit.Event]:
        step()
        return connection.execute(audit.EVENTS_AFTER, (after, audit.READ_AT_ONCE)).fetchall()

    # what a salvage could not save is told by every verification; the copy is as good as the shop
    gaps = salvaged_log.gaps_of(salvaged_log.salvages_in(connection))
    walk = audit.Walk(0, audit.genesis(shop_uuid), gaps=gaps)
    if last is not None and last.shop_uuid == shop_uuid and last.problem is None and last.seq:
        known = connection.execute("SELECT head FROM events WHERE seq = ?", (last.seq,)).fetchone()
        if known is not None and known[0] == last.head:
            walk = audit.Walk(last.seq, last.head, gaps=gaps)
    while (events := read(walk.seq)) and walk.along(events):
        pass
    if walk.broken is None:
        return None
    return (
        f"the event log is broken at event {walk.broken.seq}: {walk.broken.en}",
        f"操作日志在第 {walk.broken.seq} 条处中断：{walk.broken.zh}",
    )


def _take_files(order: Order, copied: _Copied, last: Backup | None, step: Step) -> tuple[list[NamedFile], list[str]]:
    pool = order.folder / backup_sets.POOL
    known: Mapping[str, NamedFile] = {}
    if last is not None:
        try:
            known = {one.path: one for one in backup_sets.read_files(last)}
        except StorageError:
            known = {}
    files: list[NamedFile] = []
    missing: list[str] = []
    for place in copied.places:
        step()
        source = order.data_dir / place
        if source.is_symlink() or not source.is_file():
            missing.append(place)
        else:
            files.append(backup_sets.add_file(pool, source, place, known, step))
    if not files:
        pool.mkdir(mode=0o700, exist_ok=True)
    return files, missing


def _generation(shop: Path) -> int:
    with told(shop), closing(sqlite3.connect(f"{shop.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute(_GENERATION).fetchone()[0])


def _carry(part: Path, target: Path, sha256: str, step: Step) -> Path:
    """Copy the checked file to another folder and compare what arrived."""
    try:
        with part.open("rb") as source, target.open("xb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
                step()
            copy.flush()
            os.fsync(copy.fileno())
        with target.open("rb") as copy:
            arrived = hashlib.file_digest(copy, "sha256").hexdigest()
        if arrived != sha256:
            raise StorageError(
                "The copy in {folder} is not what was written: the disk is faulty. Choose another folder.",
                "{folder} 中的副本与写入内容不符：该磁盘有故障，请另选文件夹。",
                folder=target.parent,
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return target


def _open(part: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{part.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
