"""Backups that nobody has to think about: when they are made, which stay, and whether they would hold.

They stand in ``backups`` beside the shop, or in a folder that the merchant chose, on another disk. What is known when
that disk is away is noted in ``backup-state.json``: the last failure, and what the last trial found.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desktop_app import __version__
from desktop_app.domain.backup_retention import kept, spacing
from desktop_app.domain.errors import CancelledError, ConflictError, LockedError, ShopError, StorageError
from desktop_app.services import backup_checks, checkpoints
from desktop_app.services.backup_checks import BackupFacts, Cancelled, Text
from desktop_app.services.context import Context
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import audit, backup_making, backup_sets, signing_keys
from desktop_app.storage.backup_sets import Backup
from desktop_app.storage.column_types import from_micros, to_micros

STATE_FILE = "backup-state.json"
LARGE = 20_000
"""So many keys at once are worth having a backup of the last day."""
FRESH = timedelta(days=1)
TRIAL_DAYS = 30

HAND, TIMER, CLOSING, BEFORE = "hand", "timer", "closing", "before"


@dataclass(frozen=True, slots=True)
class BackupLine:
    """One backup. ``size`` is that of its shop file; ``problem`` why it is not to be relied on."""

    path: Path
    made_at: datetime
    reason: str
    size: int
    events: int
    file_count: int
    file_bytes: int
    is_signed: bool
    missing: int
    problem: Text | None


@dataclass(frozen=True, slots=True)
class _Notes:
    """What stands in the state file."""

    failure: Text | None = None
    failed_at: int = 0
    made_at: int = 0
    trial_at: int = 0
    trial_name: str = ""
    trial_findings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupState:
    """Where the backups are and how they stand. ``problem``: why none can be made now, or why the last try failed.

    ``made_at`` is that of the last one also when its folder is away; ``trial_findings`` are empty when the backup that
    was tried last is sound.
    """

    folder: Path
    problem: Text | None
    last: BackupLine | None
    made_at: datetime | None
    count: int
    is_changed: bool
    trial_at: datetime | None
    trial_name: str
    trial_findings: tuple[Text, ...]


class Backups:
    """The backups of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def folder(self) -> Path:
        """Where backups go; it may be away."""
        return self._place()[0]

    def list(self, folder: Path | None = None) -> Sequence[BackupLine]:
        """The backups of this shop, newest first; :class:`StorageError` when the folder is away."""
        return [_line(one) for one in self._found(folder or self._present_folder())]

    def state(self) -> BackupState:
        """How things stand; reads little and never fails."""
        folder = self.folder()
        notes = self._notes()
        problem: Text | None = notes.failure
        found: Sequence[Backup] = ()
        try:
            found = self._found(self._present_folder())
        except StorageError as error:
            problem = (error.en, error.zh)
        last = next((one for one in found if one.is_good), None)
        line = _line(last) if last is not None else None
        made_at = line.made_at if line is not None else from_micros(notes.made_at) if notes.made_at else None
        return BackupState(
            folder=folder,
            problem=problem,
            last=line,
            made_at=made_at,
            count=len(found),
            is_changed=self._is_changed(found),
            trial_at=from_micros(notes.trial_at) if notes.trial_at else None,
            trial_name=notes.trial_name,
            trial_findings=notes.trial_findings,
        )

    # ---- making

    def make(self, reason: str = HAND, *, to: Path | None = None, cancelled: Cancelled | None = None) -> BackupLine:
        """Make a backup now, in ``to`` or where backups go; takes seconds for a large shop.

        :class:`StorageError` says why there is none; that is remembered and shown until one succeeds.
        """
        made = self._make(reason, to, cancelled or _never, only_changed=False)
        if made is None:
            raise RuntimeError("a backup that is asked for is made")
        return made

    def make_if_changed(self, reason: str, *, cancelled: Cancelled | None = None) -> BackupLine | None:
        """Make a backup when anything happened since the last one.

        By the clock (:data:`TIMER`) a large shop is copied less often: see :func:`spacing`.
        """
        return self._make(reason, None, cancelled or _never, only_changed=True)

    def make_before(self, *, fresh_is_enough: bool = False, cancelled: Cancelled | None = None) -> None:
        """Before something large. It goes on also when no backup can be made; the window shows why there was none.

        ``fresh_is_enough``: a backup of the last day will do. What is one transaction and can be undone does not make
        the merchant wait for a copy of the whole shop each time.
        """
        with suppress(StorageError, ConflictError):
            if fresh_is_enough:
                newest = next((one.manifest for one in self._found(self._present_folder()) if one.is_good), None)
                if newest is not None and self._context.clock() - newest.made_at < FRESH:
                    return
            self.make_if_changed(BEFORE, cancelled=cancelled)

    def verify(self, file: Path, *, cancelled: Cancelled | None = None) -> BackupFacts:
        """Check a backup against itself, its manifest and its files; :class:`ShopError` when it cannot be used."""
        return check_backup(file, cancelled=cancelled, context=self._context)

    def try_newest(self, *, only_due: bool = True, cancelled: Cancelled | None = None) -> BackupFacts | None:
        """Verify the newest backup and remember what came of it; with ``only_due`` once in thirty days."""
        context = self._context
        notes = self._notes()
        now = context.clock()
        if only_due and notes.trial_at and now - from_micros(notes.trial_at) < timedelta(days=TRIAL_DAYS):
            return None
        newest = next(iter(self._found(self._present_folder())), None)
        if newest is None:
            return None
        facts = None
        try:
            facts = self.verify(newest.path, cancelled=cancelled)
            findings = facts.findings
        except CancelledError:
            raise
        except ShopError as error:
            findings = ((error.en, error.zh),)
        self._note(trial_at=to_micros(now), trial_name=newest.path.name, trial_findings=findings)
        context.announce("backups")
        return facts

    # ---- inside

    def _make(self, reason: str, to: Path | None, cancelled: Cancelled, *, only_changed: bool) -> BackupLine | None:
        context = self._context
        now = context.clock()
        try:
            with backup_making.alone(context.data_dir):
                folder = self._own_folder(to) if to is not None else self._present_folder()
                found = self._found(folder)
                if only_changed and (not self._is_changed(found) or (reason == TIMER and self._is_too_soon(found))):
                    return None
                checkpoints.before_backup(context)
                order = backup_making.Order(
                    data_dir=context.data_dir,
                    shop=context.database.path,
                    folder=folder,
                    at=now,
                    reason=reason,
                    program=__version__,
                    sign=self._sign,
                )
                last = next((one for one in found if one.is_good), None)
                made = backup_making.make(order, last, lambda: backup_checks.stop_if(cancelled))
                self._thin(folder, now)
        except (CancelledError, ConflictError):
            raise
        except ShopError as error:
            if to is None:
                self._note(failure=(error.en, error.zh), failed_at=to_micros(now))
                context.announce("backups")
            raise
        if to is None:
            self._note(failure=None, failed_at=0, made_at=to_micros(now))
            context.announce("backups")
        return _line(made)

    def _thin(self, folder: Path, now: datetime) -> None:
        """Delete what need not stay; a file that cannot be deleted is tried again the next time."""
        found = self._found(folder)
        times = [one.manifest.made_at for one in found if one.manifest is not None]
        stay = kept(times, now, self._context.zone)
        newest_good = next((one.path for one in found if one.is_good), None)
        with suppress(OSError):
            for one in found:
                if one.manifest is not None and one.manifest.made_at not in stay and one.path != newest_good:
                    backup_sets.remove(one)
            backup_sets.forget_unnamed(folder)

    def _sign(self, message: bytes) -> tuple[str, bytes] | None:
        context = self._context
        with suppress(LockedError), context.read() as session:
            row = signing_keys.latest(session)
            if row is not None and context.vault.is_unlocked:
                signer = signing_keys.open_signer(row, context.vault)
                return signer.fingerprint, signer.sign_raw(message)
        return None

    def _is_changed(self, found: Sequence[Backup]) -> bool:
        newest = next((one.manifest for one in found if one.is_good), None)
        with self._context.read() as session:
            seq, head = audit.tail(session, shop_uuid=self._context.shop_uuid)
        return newest is None or (newest.seq, newest.head) != (seq, head)

    def _is_too_soon(self, found: Sequence[Backup]) -> bool:
        newest = next((one.manifest for one in found if one.is_good), None)
        return newest is not None and self._context.clock() - newest.made_at < spacing(newest.size)

    def _place(self) -> tuple[Path, bool]:
        with self._context.read() as session:
            chosen = read_settings(session).backup_folder
        if chosen:
            return Path(chosen) / f"kamidesk-{self._context.shop_uuid}", True
        return self._context.data_dir / backup_making.STAGING, False

    def _present_folder(self) -> Path:
        folder, is_chosen = self._place()
        return self._own_folder(folder.parent) if is_chosen else _made(folder)

    def _own_folder(self, chosen: Path) -> Path:
        """Several shops may share a disk: each has a folder of its own in the folder that was chosen."""
        if not chosen.is_dir():
            raise StorageError(
                "The backup folder {folder} is not there: connect its disk, or choose another folder in the settings.",
                "备份文件夹 {folder} 不存在：请连接该磁盘，或在设置中另选文件夹。",
                folder=chosen,
            )
        return _made(chosen / f"kamidesk-{self._context.shop_uuid}")

    def _found(self, folder: Path) -> Sequence[Backup]:
        try:
            return backup_sets.backups_in(folder, self._context.shop_uuid)
        except OSError as error:
            raise _unreadable(folder, error) from error

    def _notes(self) -> _Notes:
        try:
            said: dict[str, Any] = json.loads((self._context.data_dir / STATE_FILE).read_bytes())
            failure = said["failure"]
            return _Notes(
                failure=None if failure is None else _text(failure),
                failed_at=int(said["failed_at"]),
                made_at=int(said["made_at"]),
                trial_at=int(said["trial_at"]),
                trial_name=str(said["trial_name"]),
                trial_findings=tuple(_text(one) for one in said["trial_findings"]),
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
            return _Notes()

    def _note(self, **changes: Any) -> None:
        """Notes are for eyes only: a disk that cannot take them must not make a backup fail."""
        path = self._context.data_dir / STATE_FILE
        notes = replace(self._notes(), **changes)
        part = path.with_name(path.name + ".part")
        with suppress(OSError):
            part.write_text(json.dumps(asdict(notes), ensure_ascii=False), encoding="utf-8")
            part.replace(path)


def check_backup(file: Path, *, cancelled: Cancelled | None = None, context: Context | None = None) -> BackupFacts:
    """Check any backup; it needs no open shop. :class:`ShopError` when it cannot be used at all."""
    stop = cancelled or _never
    backup = backup_sets.find(file)
    digest = backup_checks.digest_of(backup.path, stop)
    zone = context.zone if context is not None else ZoneInfo("Asia/Shanghai")
    return backup_checks.look_into(backup.path, backup, digest, zone=zone, cancelled=stop, with_files=True)


def _line(backup: Backup) -> BackupLine:
    manifest = backup.manifest
    if manifest is None:
        raise RuntimeError("only backups with a manifest are listed")
    return BackupLine(
        path=backup.path,
        made_at=manifest.made_at,
        reason=manifest.reason,
        size=manifest.size,
        events=manifest.seq,
        file_count=manifest.file_count,
        file_bytes=manifest.file_bytes,
        is_signed=bool(manifest.signature),
        missing=len(manifest.missing),
        problem=manifest.problem,
    )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise _unreadable(folder, error) from error
    return folder


def _unreadable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        "The backup folder {folder} cannot be used: {reason}. Choose another in the settings.",
        "备份文件夹 {folder} 无法使用：{reason}。请在设置中另选。",
        folder=folder,
        reason=error.strerror or str(error),
    )


def _text(pair: Any) -> Text:
    return str(pair[0]), str(pair[1])


def _never() -> bool:
    return False
