"""Putting a restored shop in the place of the present one, so that after a crash at any point one of the two is there.

The restored shop is made complete and synced in a folder of its own inside the data folder. Then a plan is written, and
only renames follow: what is there goes to ``replaced-<time>``, what was restored takes its place, the shop file last.
Whoever finds the plan later carries it out to its end; before there is one, nothing was moved.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from desktop_app.domain.errors import StorageError
from desktop_app.storage.data_folder import PLAN as PLAN
from desktop_app.storage.data_folder import FolderLock, sync_folder

STAGING = re.compile(r"restoring-[0-9TZ-]+")
REPLACED = re.compile(r"replaced-[0-9TZ-]+")

REPORT = "salvage.json"
"""What a salvage says of the shop that it made; it goes where that shop goes."""

_SHOP = "shop.db"
_ASIDE = ("shop.db-journal", "shop.db-wal", "shop.db-shm", _SHOP, REPORT, "evidence", "proofs")
"""What belongs to the present shop, in the order in which it is moved aside; the rest of the folder stays."""
_COMING = ("evidence", "proofs", REPORT, _SHOP)


def staging_folder(data_dir: Path, at: datetime) -> Path:
    """A new, empty folder for the restored shop."""
    folder = _unused(data_dir, "restoring", at)
    folder.mkdir(mode=0o700)
    return folder


def replace(data_dir: Path, staging: Path, at: datetime) -> Path | None:
    """Move the shop in ``staging`` into ``data_dir``; the folder that holds the one that was there, if there was one.

    The caller holds the folder alone. :class:`StorageError` before anything was moved.
    """
    aside = _unused(data_dir, "replaced", at)
    was_there = (data_dir / _SHOP).exists()
    plan = json.dumps({"staging": staging.name, "aside": aside.name}).encode()
    part = data_dir / (PLAN + ".part")
    try:
        for folder in (*(path for path in staging.rglob("*") if path.is_dir()), staging):
            sync_folder(folder)
        with part.open("wb") as stream:
            stream.write(plan)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(data_dir / PLAN)
        sync_folder(data_dir)
    except OSError as error:
        raise StorageError(
            "The restored shop cannot be put in place in {folder}: {reason}. The present shop is as it was.",
            "无法在 {folder} 中放入恢复的店铺：{reason}。现有店铺未改动。",
            folder=data_dir,
            reason=error.strerror or str(error),
        ) from error
    _carry_out(data_dir)
    return aside if was_there else None


def finish(data_dir: Path) -> None:
    """Carry out what a killed restore has planned; nothing happens without a plan.

    :class:`StorageError` while another program is at it.
    """
    if not (data_dir / PLAN).exists():
        return
    lock = FolderLock(data_dir, window=False)
    try:
        with lock.alone():
            _carry_out(data_dir)
    finally:
        lock.release(in_order=False)


def remove_unplanned(data_dir: Path) -> None:
    """Remove what restores left that were killed before their plan; the caller holds the folder alone."""
    if not (data_dir / PLAN).exists():
        for path in data_dir.iterdir():
            if STAGING.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)


@contextmanager
def held_alone(data_dir: Path, *, in_order: bool = True) -> Iterator[None]:
    """Nobody has the shop in ``data_dir`` open meanwhile; :class:`StorageError` when somebody has.

    ``in_order``: the file that is there afterwards needs no check.
    """
    lock = FolderLock(data_dir, window=True)
    try:
        with lock.alone():
            yield
    finally:
        lock.release(in_order=in_order)


def _carry_out(data_dir: Path) -> None:
    """Every step can be repeated: what is in its new place already is left there."""
    try:
        said = json.loads((data_dir / PLAN).read_bytes())
        staging, aside = data_dir / str(said["staging"]), data_dir / str(said["aside"])
        if not (STAGING.fullmatch(staging.name) and REPLACED.fullmatch(aside.name)):
            raise ValueError(PLAN)
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            "{path} is not what Kamidesk wrote: look which of the folders beside it is your shop, and delete it.",
            "{path} 不是 Kamidesk 写入的内容：请确认旁边哪个文件夹是您的店铺，然后删除它。",
            path=data_dir / PLAN,
        ) from error
    try:
        # Only while the restored file waits is the one in place still the old one.
        if (staging / _SHOP).exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            for name in _ASIDE:
                if (data_dir / name).exists() and not (aside / name).exists() and _is_old(staging, name):
                    (data_dir / name).rename(aside / name)
            sync_folder(aside)
            sync_folder(data_dir)
            for name in _COMING:
                if (staging / name).exists():
                    (staging / name).rename(data_dir / name)
            sync_folder(data_dir)
        if aside.is_dir() and not any(aside.iterdir()):
            aside.rmdir()
        (data_dir / PLAN).unlink()
        shutil.rmtree(staging, ignore_errors=True)
        sync_folder(data_dir)
    except OSError as error:
        raise StorageError(
            "Putting the restored shop in place stopped: {reason}. Start Kamidesk again, it goes on.",
            "恢复的店铺尚未全部就位：{reason}。请重新启动 Kamidesk，它会继续完成。",
            reason=error.strerror or str(error),
        ) from error


def _is_old(staging: Path, name: str) -> bool:
    """What was restored is in place as soon as it does not wait any more."""
    return name not in _COMING or (staging / name).exists()


def _unused(data_dir: Path, word: str, at: datetime) -> Path:
    stem = f"{word}-{at:%Y%m%dT%H%M%SZ}"
    folder, number = data_dir / stem, 1
    while folder.exists():
        number += 1
        folder = data_dir / f"{stem}-{number}"
    return folder
