"""Salvaging a damaged shop: a new file out of what can be read, with the damaged one moved aside whole.

Nothing is repaired in place. The damaged file is copied and only looked at
(:mod:`desktop_app.storage.salvaging`); what it has lost comes, where that is sound, from the journal beside the shop,
from the newest good backup and from the event log; the rest is named. Evidence, proofs and the journal stay where they
are. :func:`preview_salvage` does everything but put the new shop in place, and so says before what came of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from desktop_app.domain.errors import CancelledError, NotFoundError, RefusedError, ShopError, StorageError
from desktop_app.services import backup_checks
from desktop_app.services.backup_checks import Cancelled
from desktop_app.services.context import Clock, login_name, system_clock
from desktop_app.services.salvage_report import (
    BackupCompared,
    SalvagePreview,
    TableLine,
    report_text,
    table_line,
)
from desktop_app.storage import (
    backup_making,
    backup_sets,
    journal,
    replacing,
    salvage_catalogue,
    salvage_ending,
    salvage_merge,
    salvaged_log,
    salvaging,
    shop_copy,
)
from desktop_app.storage.audit import genesis
from desktop_app.storage.backup_sets import Backup
from desktop_app.storage.data_folder import check_folder, check_regular_file
from desktop_app.storage.database import FILE_NAME
from desktop_app.storage.salvaging import Found

__all__ = ["BackupCompared", "SalvagePreview", "Salvaged", "TableLine", "preview_salvage", "salvage", "write_report"]

Progress = Callable[[int, int], None]
"""Pages read, of how many."""

_BACKUPS_TRIED = 3
_INSTRUCTIONS = 100_000


@dataclass(frozen=True, slots=True)
class Salvaged:
    """``aside`` is the folder with the damaged file, ``report`` the file that names what was lost."""

    preview: SalvagePreview
    folder: Path
    aside: Path | None
    report: Path


@dataclass(slots=True)
class _Work:
    """One salvage on its way. ``folder`` is where the new file is made."""

    data_dir: Path
    folder: Path
    at: datetime
    actor: str
    stop: Cancelled
    progress: Progress
    backup: Backup | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)

    def step(self, done: int, total: int) -> None:
        backup_checks.stop_if(self.stop)
        self.progress(done, total)


def preview_salvage(
    data_dir: Path,
    *,
    clock: Clock = system_clock,
    cancelled: Cancelled | None = None,
    progress: Progress | None = None,
) -> SalvagePreview:
    """What salvaging the shop in ``data_dir`` would bring, beside its newest good backup; the shop stays as it is.

    Takes seconds for a large shop and as much room as it has twice. :class:`NotFoundError` without a shop file,
    :class:`StorageError` when nothing in it is of a shop, or somebody has it open.
    """
    with _staged(data_dir, clock(), cancelled, progress, None) as work:
        return _build(work)


def salvage(
    data_dir: Path,
    *,
    to: Path | None = None,
    actor: str | None = None,
    clock: Clock = system_clock,
    cancelled: Cancelled | None = None,
    progress: Progress | None = None,
) -> Salvaged:
    """Put what can be read of the shop in ``data_dir`` in its place, or, with its evidence and proofs, into ``to``.

    Until its end nothing has changed; killed at any point, the damaged file or the new shop is there.
    :class:`RefusedError` when the file is not damaged.
    """
    at = clock()
    with _staged(data_dir, at, cancelled, progress, actor) as work:
        preview = _build(work)
        if preview.is_sound:
            raise RefusedError(
                "The shop file is not damaged: there is nothing to salvage.",
                "店铺文件没有损坏，无需抢救。",
            )
        try:
            report = work.folder / replacing.REPORT
            _write(report, report_text(preview))
            if to is None:
                aside = replacing.replace(data_dir, work.folder, at)
                return Salvaged(preview, data_dir, aside, data_dir / replacing.REPORT)
            return _elsewhere(work, preview, to)
        except OSError as error:
            raise _failed(data_dir, error.strerror or str(error)) from error


def _elsewhere(work: _Work, preview: SalvagePreview, to: Path) -> Salvaged:
    check_folder(to)
    if any(to.iterdir()):
        raise RefusedError("{folder} is not empty: choose a new folder.", "{folder} 不是空文件夹，请另选。", folder=to)
    staging = replacing.staging_folder(to, work.at)
    for name in backup_sets.FOLDERS:
        if (work.data_dir / name).is_dir():
            shutil.copytree(work.data_dir / name, staging / name, symlinks=True)
    for name in (FILE_NAME, replacing.REPORT):
        shutil.copy2(work.folder / name, staging / name)
        with (staging / name).open("rb+") as stream:
            os.fsync(stream.fileno())
    replacing.replace(to, staging, work.at)
    return Salvaged(preview, to, None, to / replacing.REPORT)


@contextmanager
def _staged(
    data_dir: Path, at: datetime, cancelled: Cancelled | None, progress: Progress | None, actor: str | None
) -> Iterator[_Work]:
    """A folder for the new shop inside the data folder, which nobody else uses meanwhile."""
    stop = cancelled or shop_copy.never
    check_folder(data_dir)
    replacing.finish(data_dir)
    if not check_regular_file(data_dir / FILE_NAME):
        raise NotFoundError("There is no shop in {folder}.", "{folder} 中没有店铺。", folder=data_dir)
    with replacing.held_alone(data_dir, in_order=False):
        replacing.remove_unplanned(data_dir)
        _check_room(data_dir)
        staging = replacing.staging_folder(data_dir, at)
        work = _Work(data_dir, staging, at, actor or login_name(), stop, progress or (lambda _done, _total: None))
        try:
            yield work
        except sqlite3.OperationalError as error:
            if stop():
                backup_checks.stop_if(stop)
            raise _failed(data_dir, str(error)) from error
        except OSError as error:
            raise _failed(data_dir, error.strerror or str(error)) from error
        finally:
            replacing.remove_unplanned(data_dir)


def _check_room(data_dir: Path) -> None:
    needed = 2 * (data_dir / FILE_NAME).stat().st_size
    free = shutil.disk_usage(data_dir).free
    if free < needed:
        raise StorageError(
            "Salvaging needs {needed} MB of free space in {folder}, there are {free} MB: make room and repeat.",
            "抢救需要 {folder} 中有 {needed} MB 空闲空间，现有 {free} MB：请清理空间后重试。",
            needed=-(-needed // 1_000_000),
            folder=data_dir,
            free=free // 1_000_000,
        )


def _failed(data_dir: Path, reason: str) -> StorageError:
    return StorageError(
        "The shop in {folder} cannot be salvaged: {reason}. Nothing was changed.",
        "无法抢救 {folder} 中的店铺：{reason}。未做任何更改。",
        folder=data_dir,
        reason=reason,
    )


# ---- building


def _build(work: _Work) -> SalvagePreview:
    copy, new = work.folder / "copy.db", work.folder / FILE_NAME
    salvaging.copy_readable(work.data_dir / FILE_NAME, copy, partial(backup_checks.stop_if, work.stop))
    with salvaging.opened(copy, FILE_NAME, work.step) as salvager:
        connection = salvaging.prepare(new)
        try:
            connection.set_progress_handler(lambda: int(work.stop()), _INSTRUCTIONS)
            connection.execute("BEGIN")
            found = salvager.store_into(connection)
            preview = _complete(work, connection, found, is_sound=found.is_whole and _is_sound(copy))
            salvage_ending.finish(connection, new, salvager.model)
        finally:
            connection.close()
    for path in work.folder.glob("copy.db*"):
        path.unlink()
    return preview


def _is_sound(copy: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file either, and its tables are those of this program."""
    with suppress(ShopError, sqlite3.Error):
        shop_copy.check_copy(copy, FILE_NAME)
        return True
    return False


def _complete(work: _Work, connection: sqlite3.Connection, found: Found, *, is_sound: bool) -> SalvagePreview:
    salvage_ending.remove_unreadable(connection, found)
    shop_uuid = _identify(work, connection)
    usable = _newest_backup(work, connection, shop_uuid, found.version)
    with usable as backup:
        log = _fill_log(work, connection, found, shop_uuid, backup)
        taken = salvage_merge.Taken()
        compared = None
        last_ids = _last_ids(backup, found) if backup is not None else {}
        if backup is not None and work.backup is not None:
            compared = _compared(connection, work.backup, backup)
            if _is_ahead_of(connection, work.backup):
                seq = work.backup.manifest.seq if work.backup.manifest is not None else 0
                touched = salvage_merge.touched_since(connection, seq, log.gaps, is_end_known=log.is_end_known)
                taken = salvage_merge.merge(connection, found, backup, touched)
    built = salvage_catalogue.rebuild(connection, found, work.at)
    built |= salvage_catalogue.rebuild_shop(connection, shop_uuid, work.at)
    salvage_ending.remove_doubles(connection, found)
    salvage_ending.mend_links(connection, found)
    salvage_ending.make_derived(connection, found.version)
    lines = tuple(
        table_line(one, taken.rows.get(name, []), taken.aged.get(name, []), built.get(name, []), connection)
        for name, one in found.tables.items()
    )
    changed = {name: {*taken.aged.get(name, []), *built.get(name, [])} for name in found.tables}
    lost = {
        name: runs
        for name, one in found.tables.items()
        if name != "events" and (runs := _lost(connection, one, changed[name]))
    }
    facts = {
        "given": _given(connection, found, last_ids),
        "pages": found.pages,
        "damaged_pages": found.damaged_pages,
        "version": found.version,
        "backup": compared.path.name if compared is not None and taken.rows else "",
        "from_backup": {name: len(rows) for name, rows in taken.rows.items()},
        "rebuilt": {name: len(rows) for name, rows in built.items()},
        "removed": {name: len(one.removed) for name, one in found.tables.items() if one.removed},
    }
    seq = salvaged_log.record(connection, shop_uuid, log, actor=work.actor, at=work.at, lost=lost, facts=facts)
    return SalvagePreview(
        shop_uuid=shop_uuid,
        folder=work.data_dir,
        version=found.version,
        pages=found.pages,
        damaged_pages=found.damaged_pages,
        is_sound=is_sound,
        tables=lines,
        unknown_rows=found.unknown_rows,
        gaps=tuple(log.gaps),
        is_log_end_known=log.is_end_known,
        events_from=dict(log.taken),
        seq=seq,
        at=work.at,
        actor=work.actor,
        can_be_unlocked=connection.execute("SELECT 1 FROM vault_slots").fetchone() is not None,
        backup=compared,
        sources={"backup": taken.rows, "backup_changed_since": taken.aged, "log": built},
        removed={name: tuple(one.removed) for name, one in found.tables.items() if one.removed},
    )


def _last_ids(connection: sqlite3.Connection, found: Found) -> dict[str, int]:
    return {
        name: connection.execute(f'SELECT ifnull(max(id), 0) FROM "{name}"').fetchone()[0]
        for name, one in found.tables.items()
        if one.table.number == "id"
    }


def _given(connection: sqlite3.Connection, found: Found, in_backup: Mapping[str, int]) -> dict[str, int]:
    """The last numbers that rows of each table had, where the new shop would give them a second time."""
    in_log = dict(connection.execute("SELECT entity, max(entity_id) FROM events GROUP BY entity").fetchall())
    (order,) = connection.execute("SELECT max(order_id) FROM events").fetchone()
    given: dict[str, int] = {}
    for name, last in _last_ids(connection, found).items():
        one = found.tables[name]
        taken_out = (values.get("id", 0) for _, values in one.removed)
        known = max([in_log.get(name) or 0, in_backup.get(name, 0), *one.hints, *taken_out])
        if name == "orders":
            known = max(known, order or 0)
        if known > last:
            given[name] = known
    return given


def _lost(connection: sqlite3.Connection, one: salvaging.TableFound, changed: set[int]) -> list[tuple[int, int]]:
    """Numbers of rows that are not, or not wholly, what they were."""
    gone = salvaging.missing_numbers(connection, one)
    taken_out = sorted(
        {int(values.get("rowid", values.get("id", 0))) for _, values in one.removed} | set(one.unlinked) | changed
    )
    return gone + [(number, number) for number in taken_out]


def _identify(work: _Work, connection: sqlite3.Connection) -> str:
    """The id of the shop, without which nothing that is sealed opens; from beside the file where its row is lost."""
    row = connection.execute("SELECT uuid FROM shop").fetchone()
    with suppress(ValueError):
        if row is not None:
            return str(UUID(row[0]))
    connection.execute("DELETE FROM shop")
    known = [uuid for path in journal.files(work.data_dir / journal.FOLDER) if (uuid := journal.shop_of(path))]
    with suppress(OSError):
        found = backup_sets.backups_in(work.data_dir / backup_making.STAGING)
        known += [one.manifest.shop_uuid for one in found if one.manifest is not None]
    first = connection.execute("SELECT leaf, head FROM events WHERE seq = 1").fetchone()
    for uuid in reversed(known):
        if first is None or salvaged_log.follows(genesis(uuid), first[0], first[1]):
            return uuid
    raise StorageError(
        "Which shop this is is lost, and neither a journal nor a backup beside it knows: restore a backup.",
        "店铺标识已损毁，旁边的日记和备份中也没有：请恢复备份。",
    )


@contextmanager
def _newest_backup(
    work: _Work, connection: sqlite3.Connection, shop_uuid: str, version: int
) -> Iterator[sqlite3.Connection | None]:
    """The newest backup that is what its manifest says and of the same version as the file; None without one."""
    found: list[Backup] = []
    for folder in _backup_folders(work, connection, shop_uuid):
        with suppress(OSError):
            found += [one for one in backup_sets.backups_in(folder, shop_uuid) if one.is_good]
    found.sort(key=lambda one: one.manifest.made_at if one.manifest is not None else work.at, reverse=True)
    for one in found[:_BACKUPS_TRIED]:
        try:
            digest = backup_checks.digest_of(one.path, work.stop)
            if one.manifest is None or digest != one.manifest.sha256:
                continue
            marks = shop_copy.check_copy(one.path, one.path.name, work.stop)
        except CancelledError:
            raise
        except ShopError:
            continue
        work.backup = one
        if marks.version != version:
            break
        with closing(shop_copy.open_untrusted(one.path, work.stop)) as backup:
            yield backup
        return
    yield None


def _backup_folders(work: _Work, connection: sqlite3.Connection, shop_uuid: str) -> Iterator[Path]:
    yield work.data_dir / backup_making.STAGING
    row = connection.execute("SELECT value FROM settings WHERE key = 'backup_folder'").fetchone()
    with suppress(ValueError, TypeError):
        chosen = json.loads(row[0]) if row is not None else ""
        if isinstance(chosen, str) and chosen:
            yield Path(chosen) / f"kamidesk-{shop_uuid}"


def _fill_log(
    work: _Work, connection: sqlite3.Connection, found: Found, shop_uuid: str, backup: sqlite3.Connection | None
) -> salvaged_log.LogFound:
    events = found.tables["events"]
    spoilt = salvaged_log.set_aside_spoilt(connection)
    last = connection.execute("SELECT ifnull(max(seq), 0) FROM events").fetchone()[0]
    is_end_lost = (
        any(event[0] > last for event in spoilt)
        or any(hole.last > last and not events.is_counted for hole in events.holes.found)
        or any(number > last for number in events.hints)
    )
    sources = {"journal": salvaged_log.journal_events(work.data_dir / journal.FOLDER, shop_uuid)}
    if backup is not None:
        sources["backup"] = salvaged_log.table_events(backup)
    known = salvaged_log.last_known(connection, found.version, events.hints)
    return salvaged_log.fill(
        connection,
        shop_uuid,
        sources,
        known,
        is_end_lost=is_end_lost,
        is_end_known=events.is_counted or not events.holes,
        spoilt=spoilt,
    )


def _is_ahead_of(connection: sqlite3.Connection, backup: Backup) -> bool:
    """Whether the shop went on from the backup: its last event is one of the shop's."""
    manifest = backup.manifest
    if manifest is None:
        return False
    row = connection.execute("SELECT head FROM events WHERE seq = ?", (manifest.seq,)).fetchone()
    return row is not None and row[0] == manifest.head


def _compared(connection: sqlite3.Connection, one: Backup, backup: sqlite3.Connection) -> BackupCompared | None:
    manifest = one.manifest
    if manifest is None:
        return None

    def beyond(table: str) -> int:
        last = backup.execute(f"SELECT ifnull(max(id), 0) FROM {table}").fetchone()[0]
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE id > ?", (last,)).fetchone()[0])

    events = connection.execute("SELECT count(*) FROM events WHERE seq > ?", (manifest.seq,)).fetchone()[0]
    return BackupCompared(one.path, manifest.made_at, beyond("orders"), beyond("requests"), int(events))


def write_report(preview: SalvagePreview, path: Path) -> None:
    """The report as a file of its own; :class:`StorageError` when it cannot be written, or is there already."""
    try:
        _write(path, report_text(preview))
    except OSError as error:
        raise StorageError(
            "The report {file} cannot be written: {reason}.",
            "无法写入报告 {file}：{reason}。",
            file=path,
            reason=error.strerror or str(error),
        ) from error


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
