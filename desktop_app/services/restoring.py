"""Restoring a shop from a backup, into a new folder or in the place of the present shop, which is moved aside whole.

The backup may come from anybody: it is copied, looked into, and its rows go into a fresh file; nothing that it brings
is run (:mod:`desktop_app.storage.shop_copy`). What the journal beside the shop knows beyond the backup is lost to the
shop: how much that is is said before, and stands in the event of the restore.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from desktop_app.domain.errors import ConflictError, RefusedError, ShopError, StorageError
from desktop_app.services import backup_checks
from desktop_app.services.backup_checks import BackupFacts, Cancelled, Text
from desktop_app.services.context import Clock, login_name, system_clock
from desktop_app.storage import audit, backup_sets, journal, replacing, shop_copy
from desktop_app.storage.backup_sets import Backup
from desktop_app.storage.connections import WRITE, make_engine
from desktop_app.storage.data_folder import check_folder
from desktop_app.storage.database import FILE_NAME, Database

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Lost:
    """What happened in the shop after the backup was made, as the journal tells."""

    count: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class RestorePreview:
    """What a restore would bring, and what it would leave behind. ``replaces``: a shop is there and is moved aside."""

    facts: BackupFacts
    folder: Path
    replaces: bool
    lost: Lost | None
    findings: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside`` is the folder with the shop that was there before; ``missing`` files could not be restored."""

    preview: RestorePreview
    folder: Path
    aside: Path | None
    missing: int


def preview_restore(file: Path, data_dir: Path, *, cancelled: Cancelled | None = None) -> RestorePreview:
    """Look at a backup and at the folder it is to go to; changes nothing.

    :class:`StorageError` when the backup cannot be used, :class:`ConflictError` when another shop is in the folder.
    """
    stop = cancelled or shop_copy.never
    backup = backup_sets.find(file)
    digest = backup_checks.digest_of(backup.path, stop)
    facts = backup_checks.look_into(backup.path, backup, digest, zone=_ZONE, cancelled=stop, with_files=True)
    return _preview(facts, data_dir)


def restore(
    file: Path,
    data_dir: Path,
    *,
    accept_findings: bool = False,
    actor: str | None = None,
    clock: Clock = system_clock,
    cancelled: Cancelled | None = None,
) -> Restored:
    """Restore the backup ``file`` into ``data_dir``; a shop of the same id that is there is moved aside.

    Until its end nothing has changed; killed at any point, the old shop or the new one is there. :class:`RefusedError`
    names the first finding unless they are accepted. :class:`StorageError` while somebody has the shop open.
    """
    stop = cancelled or shop_copy.never
    check_folder(data_dir)
    replacing.finish(data_dir)
    backup = backup_sets.find(file)
    at = clock()
    with replacing.held_alone(data_dir):
        try:
            replacing.remove_unplanned(data_dir)
            try:
                preview, missing, aside = _restore(backup, data_dir, at, accept_findings, actor, stop)
            finally:
                replacing.remove_unplanned(data_dir)
        except OSError as error:
            raise StorageError(
                "The backup {name} cannot be restored: {reason}. Nothing was changed.",
                "无法恢复备份 {name}：{reason}。未做任何更改。",
                name=backup.path.name,
                reason=error.strerror or str(error),
            ) from error
    return Restored(preview, data_dir, aside, missing)


def _restore(
    backup: Backup, data_dir: Path, at: datetime, accept_findings: bool, actor: str | None, stop: Cancelled
) -> tuple[RestorePreview, int, Path | None]:
    """In a folder of its own until the last step; what would be shown, how many files are missing, and what gave way.

    The caller holds the folder alone and removes what is left there.
    """
    staging = replacing.staging_folder(data_dir, at)
    copy = staging / "copy.db"
    _check_room(backup, data_dir)
    digest = shop_copy.private_copy(backup.path, copy, stop)
    # the files are compared one by one as they are copied
    facts = backup_checks.look_into(copy, backup, digest, zone=_ZONE, cancelled=stop, with_files=False)
    preview = _preview(facts, data_dir)
    _require_accepted(preview.findings, accept_findings)
    new = staging / FILE_NAME
    shop_copy.copy_rows(copy, new, facts.version, facts.name, stop)
    copy.unlink()
    missing = _copy_files(backup, staging, stop)
    if missing:
        found = (*preview.findings, backup_checks.told_missing(missing))
        preview = replace(preview, findings=found)
        _require_accepted(found, accept_findings)
    backup_checks.stop_if(stop)
    _record(new, preview, len(missing), actor, at, data_dir)
    return preview, len(missing), replacing.replace(data_dir, staging, at)


def _preview(facts: BackupFacts, data_dir: Path) -> RestorePreview:
    present = _uuid_in(data_dir)
    replaces = (data_dir / FILE_NAME).exists()
    if present is not None and present != facts.shop_uuid:
        raise ConflictError(
            "The backup {name} is of another shop than the one in {folder}: restore it into a folder of its own.",
            "备份 {name} 与 {folder} 中的店铺不是同一家：请恢复到单独的文件夹。",
            name=facts.name,
            folder=data_dir,
        )
    findings = facts.findings
    lost = None
    folder = data_dir / journal.FOLDER
    if journal.files(folder):
        beyond = journal.beyond(folder, facts.shop_uuid, facts.seq, facts.head)
        if beyond.is_known:
            known = [at for at in beyond.times if at is not None]
            if beyond.times:
                lost = Lost(len(beyond.times), min(known, default=None), max(known, default=None))
        elif (end := journal.end(folder, facts.shop_uuid)) is None or end.after >= facts.seq:
            findings = (
                *findings,
                (
                    f"The journal beside the shop does not know event {facts.seq} as it stands in the backup: the "
                    "backup or the journal was changed.",
                    f"店铺旁的外部日记中没有与备份一致的第 {facts.seq} 条记录：备份或日记被改动过。",
                ),
            )
    return RestorePreview(facts, data_dir, replaces, lost, findings)


def _uuid_in(data_dir: Path) -> str | None:
    """The id of the shop in ``data_dir``; of its journal when the shop cannot be read any more."""
    path = data_dir / FILE_NAME
    if path.exists():
        try:
            if not Database.exists(path):
                return None
            with closing(shop_copy.open_untrusted(path)) as connection:
                return str(connection.execute("SELECT uuid FROM shop").fetchone()[0])
        except (ShopError, ValueError, TypeError, shop_copy.DatabaseProblem):
            pass
    for one in reversed(journal.files(data_dir / journal.FOLDER)):
        try:
            with one.open("rb") as stream:
                return str(json.loads(stream.readline(4096))["shop"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return None


def _check_room(backup: Backup, data_dir: Path) -> None:
    """Before anything is copied: a disk that is filled up stops also the shop that is to stay."""
    size = backup.path.stat().st_size if backup.path.is_file() else 0  # what it is instead, the copy tells
    needed = 2 * size + (backup.manifest.file_bytes if backup.manifest is not None else 0)
    free = shutil.disk_usage(data_dir).free
    if free < needed:
        raise StorageError(
            "Restoring needs {needed} MB of free space in {folder}, there are {free} MB: make room and repeat.",
            "恢复需要 {folder} 中有 {needed} MB 空闲空间，现有 {free} MB：请清理空间后重试。",
            needed=-(-needed // 1_000_000),
            folder=data_dir,
            free=free // 1_000_000,
        )


def _require_accepted(findings: Iterable[Text], accepted: bool) -> None:
    for en, zh in findings:
        if not accepted:
            raise RefusedError(
                "The backup is doubtful: {finding} Restore it only if you have no better one.",
                "备份有疑点：{finding_zh}没有更好的备份时才恢复它。",
                finding=en,
                finding_zh=zh,
            )


def _copy_files(backup: Backup, staging: Path, stop: Cancelled) -> list[str]:
    """Evidence and proofs out of the pool into ``staging``; the places of those that are missing or altered."""
    for name in backup_sets.FOLDERS:
        (staging / name).mkdir(mode=0o700)
    try:
        files = backup_sets.read_files(backup)
    except StorageError:
        return [backup_sets.POOL]
    return [
        one.path
        for one in files
        if not backup_sets.copy_file(backup.pool, one, staging / one.path, lambda: backup_checks.stop_if(stop))
    ]


def _record(shop: Path, preview: RestorePreview, missing: int, actor: str | None, at: datetime, data_dir: Path) -> None:
    """The first event of the restored shop; by it the journal and every verification know why it goes another way."""
    facts, lost = preview.facts, preview.lost
    end = journal.end(data_dir / journal.FOLDER, facts.shop_uuid)
    said: dict[str, object] = {
        "backup": facts.name,
        "made_at": facts.made_at,
        "seq": facts.seq,
        "head": facts.head,
        "findings": len(preview.findings),
        "missing_files": missing,
    }
    if end is not None and end.head != facts.head:
        said |= {"left_seq": end.after, "left_head": end.head}
    if lost is not None:
        said |= {"lost_events": lost.count, "lost_from": lost.first_at, "lost_to": lost.last_at}
    engine = make_engine(shop, WRITE)
    try:
        with Session(engine) as session, session.begin():
            audit.append(
                session,
                shop_uuid=facts.shop_uuid,
                kind=journal.RESTORED,
                actor=actor or login_name(),
                at=at,
                entity="shop",
                entity_id=0,
                facts=said,
            )
    finally:
        engine.dispose()
