"""What a backup consists of, how it is found again, and how it is compared with what it says of itself.

``kamidesk-20261122T070035Z.db`` is the shop file as it was; ``….json`` beside it, the manifest, says what the backup
is: only with it does it count. Evidence and proofs stand once, however many backups name them, in ``files/`` under the
SHA-256 of their bytes; which backup names which of them is a list there as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from desktop_app.domain.errors import StorageError
from desktop_app.storage import audit
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.log_reading import Certificate
from desktop_app.storage.signing_keys import load_certificate, verify_raw
from desktop_app.storage.vault_slots import length_prefixed

FORMAT = "kamidesk-backup-1"
POOL = "files"
SHOP_ENDING, MANIFEST_ENDING, PART_ENDING = ".db", ".json", ".part"
FOLDERS = ("evidence", "proofs")
"""Where the files stand that rows of the shop name."""

Step = Callable[[], None]
"""Called now and then; raises to cancel."""

_NAME = re.compile(r"kamidesk-\d{8}T\d{6}Z(-\d+)?")
_HALF = re.compile(rf"({_NAME.pattern})\.[^/]*\.part(-journal|-wal|-shm)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})/[^/\\\0]{{1,255}}")
_LARGEST_MANIFEST = 64 * 1024
_LARGEST_LIST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file beside the shop: its place in the data folder, SHA-256 and bytes, and when it was changed (us)."""

    path: str
    sha256: str
    size: int
    changed_us: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``problem``: why it is no backup to rely on, in both languages.

    ``missing`` files were named by the shop and not there; ``signature`` is empty when the shop was locked.
    """

    shop_uuid: str
    shop_name: str
    made_at: datetime
    reason: str
    program: str
    version: int
    sha256: str
    size: int
    seq: int
    head: bytes
    files: str  # SHA-256 of the list of files
    file_count: int
    file_bytes: int
    missing: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None
    fingerprint: str = ""
    signature: bytes = b""

    def body(self) -> str:
        """What is signed: all but the signature, as canonical JSON."""
        return audit.canonical(self._facts())

    def text(self) -> bytes:
        """The manifest as it stands in its file."""
        signed = {"fingerprint": self.fingerprint, "signature": self.signature} if self.signature else None
        return (audit.canonical({**self._facts(), "signed": signed}) + "\n").encode()

    def message(self) -> bytes:
        """The bytes that the key of the shop signs, so that no other signature of it can be taken for this one."""
        digest = hashlib.sha256(self.body().encode()).digest()
        return length_prefixed(b"km.backup.1", UUID(self.shop_uuid).bytes, digest)

    def _facts(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "shop": self.shop_uuid,
            "shop_name": self.shop_name,
            "made_at": self.made_at,
            "reason": self.reason,
            "program": self.program,
            "version": self.version,
            "sha256": self.sha256,
            "size": self.size,
            "seq": self.seq,
            "head": self.head,
            "files": self.files,
            "file_count": self.file_count,
            "file_bytes": self.file_bytes,
            "missing": self.missing,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in a folder. ``manifest`` is None where there is none that can be read."""

    path: Path
    manifest: Manifest | None

    @property
    def pool(self) -> Path:
        return self.path.parent / POOL

    @property
    def is_good(self) -> bool:
        """Whether it passed its check when it was made."""
        return self.manifest is not None and self.manifest.problem is None


def backups_in(folder: Path, shop_uuid: str | None = None) -> list[Backup]:
    """The backups in ``folder`` (of one shop), newest first; OSError when it cannot be read."""
    found = []
    for path in folder.iterdir():
        if path.suffix == MANIFEST_ENDING and _NAME.fullmatch(path.stem):
            backup = find(path)
            if backup.manifest is not None and shop_uuid in (None, backup.manifest.shop_uuid):
                found.append(backup)
    return sorted(found, key=lambda one: (one.manifest.made_at, one.path.stem) if one.manifest else (), reverse=True)


def find(path: Path) -> Backup:
    """The backup that a file belongs to: its shop file or its manifest."""
    shop = path.with_suffix(SHOP_ENDING) if path.suffix == MANIFEST_ENDING else path
    return Backup(shop, _read_manifest(shop.with_suffix(MANIFEST_ENDING)))


def new_name(folder: Path, at: datetime) -> str:
    """A name for a backup that no other in ``folder`` has."""
    stem = f"kamidesk-{at:%Y%m%dT%H%M%SZ}"
    name, number = stem, 1
    while any((folder / (name + ending)).exists() for ending in (SHOP_ENDING, MANIFEST_ENDING)):
        number += 1
        name = f"{stem}-{number}"
    return name


def put_in_place(part: Path, manifest: Manifest, name: str) -> Backup:
    """Give the checked copy ``part`` and its manifest their names, in the folder where ``part`` is.

    The manifest is complete on disk before anything has its name, so that :func:`settle` can finish after a crash.
    """
    folder = part.parent
    waiting = folder / (name + MANIFEST_ENDING + PART_ENDING)
    write_synced(waiting, manifest.text())
    sync_folder(folder)
    shop = folder / (name + SHOP_ENDING)
    part.replace(shop)
    waiting.replace(folder / (name + MANIFEST_ENDING))
    sync_folder(folder)
    return Backup(shop, manifest)


def halves(folder: Path) -> Sequence[Path]:
    """What a backup that is being made, or whose program was killed, has in ``folder``."""
    return [path for path in folder.iterdir() if _HALF.fullmatch(path.name)]


def settle(folder: Path) -> None:
    """Finish or remove what a killed program left in ``folder``; the caller keeps other programs away."""
    for path in halves(folder):
        name = path.name.partition(".")[0]
        if path.name == name + MANIFEST_ENDING + PART_ENDING and (folder / (name + SHOP_ENDING)).is_file():
            path.replace(folder / (name + MANIFEST_ENDING))
        else:
            path.unlink()
    pool = folder / POOL
    if pool.is_dir():
        for path in pool.glob(f"*/.*{PART_ENDING}"):
            path.unlink()


def remove(backup: Backup) -> None:
    """Delete a backup; its manifest goes first, so that half of one never counts."""
    backup.path.with_suffix(MANIFEST_ENDING).unlink(missing_ok=True)
    backup.path.unlink(missing_ok=True)


def forget_unnamed(folder: Path) -> int:
    """Delete the files of the pool that no backup in ``folder`` names any more; how many.

    Nothing is deleted while a manifest or a list cannot be read: it may name anything.
    """
    pool = folder / POOL
    if not pool.is_dir():
        return 0
    named: set[str] = set()
    for path in folder.glob(f"*{MANIFEST_ENDING}"):
        backup = find(path)
        if backup.manifest is None:
            return 0
        if backup.manifest.files in named:
            continue
        named.add(backup.manifest.files)
        try:
            named.update(one.sha256 for one in read_files(backup))
        except StorageError:
            return 0
    count = 0
    for path in pool.glob("??/*"):
        if _DIGEST.fullmatch(path.name) and path.name not in named:
            path.unlink()
            count += 1
    return count


# ---- the pool


def pool_path(pool: Path, sha256: str) -> Path:
    return pool / sha256[:2] / sha256


def add_file(pool: Path, source: Path, place: str, known: Mapping[str, NamedFile], step: Step) -> NamedFile:
    """Have the bytes of ``source`` in the pool; what is there already is not copied again.

    ``known`` are the files of the last backup by place: one that was not touched since is not read again.
    """
    with source.open("rb") as stream:
        status = os.fstat(stream.fileno())
        before = known.get(place)
        if (
            before is not None
            and (before.size, before.changed_us) == (status.st_size, status.st_mtime_ns // 1000)
            and _has(pool, before)
        ):
            return before
        part = _part_in(pool)
        digest, size = hashlib.sha256(), 0
        folder: Path | None = None
        try:
            with part.open("xb") as copy:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
                    size += len(chunk)
                    step()
                copy.flush()
                os.fsync(copy.fileno())
            found = NamedFile(place, digest.hexdigest(), size, status.st_mtime_ns // 1000)
            if not _has(pool, found):
                folder = pool / found.sha256[:2]
                folder.mkdir(mode=0o700, exist_ok=True)
                part.replace(folder / found.sha256)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    if folder is not None:
        sync_folder(folder)
    return found


def add_list(pool: Path, files: Sequence[NamedFile]) -> str:
    """Put the list of the files of a backup into the pool; its SHA-256."""
    rows = [[one.path, one.sha256, one.size, one.changed_us] for one in files]
    text = audit.canonical(rows).encode()
    digest = hashlib.sha256(text).hexdigest()
    target = pool_path(pool, digest)
    if not target.is_file() or target.stat().st_size != len(text):
        part = _part_in(pool)
        write_synced(part, text)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(target)
        sync_folder(target.parent)
    return digest


def read_files(backup: Backup) -> list[NamedFile]:
    """The files that a backup names; :class:`StorageError` when its list is missing or altered."""
    if backup.manifest is None:
        return []
    try:
        with pool_path(backup.pool, backup.manifest.files).open("rb") as stream:
            text = stream.read(_LARGEST_LIST + 1)
        if hashlib.sha256(text).hexdigest() != backup.manifest.files:
            raise ValueError(text[:20])
        return [_named(*row) for row in json.loads(text)]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise StorageError(
            "The list of evidence and proofs of the backup {name} is missing or was altered.",
            "备份 {name} 的凭证与证明清单缺失或被改动。",
            name=backup.path.name,
        ) from error


def copy_file(pool: Path, one: NamedFile, target: Path, step: Step) -> bool:
    """Copy a file out of the pool to ``target``, synced; false when it is missing there or was altered."""
    digest = hashlib.sha256()
    try:
        source = pool_path(pool, one.sha256).open("rb")
    except OSError:
        return False
    with source, target.open("xb") as copy:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
            step()
        copy.flush()
        os.fsync(copy.fileno())
    if digest.hexdigest() == one.sha256:
        return True
    target.unlink()
    return False


def altered_files(backup: Backup, step: Step) -> Iterator[str]:
    """The places of those files of a backup that are missing in the pool or were altered there."""
    for one in read_files(backup):
        digest = hashlib.sha256()
        try:
            with pool_path(backup.pool, one.sha256).open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    step()
        except OSError:
            yield one.path
            continue
        if digest.hexdigest() != one.sha256:
            yield one.path


def is_signed(manifest: Manifest, certificates: Sequence[Certificate]) -> bool:
    """Whether one of the ``certificates`` of the shop made the signature of the manifest."""
    for one in certificates:
        if one.fingerprint == manifest.fingerprint:
            try:
                return verify_raw(load_certificate(one.der), manifest.message(), manifest.signature)
            except ValueError:
                return False
    return False


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and bring it to disk."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


# ---- inside


def _part_in(pool: Path) -> Path:
    # in a folder of its own: the pool's root holds nothing but folders of two letters
    folder = pool / "new"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f".{uuid4().hex}{PART_ENDING}"


def _has(pool: Path, one: NamedFile) -> bool:
    try:
        return pool_path(pool, one.sha256).stat().st_size == one.size
    except OSError:
        return False


def _named(path: Any, sha256: Any, size: Any, changed_us: Any) -> NamedFile:
    if not (isinstance(path, str) and _FILE.fullmatch(path) and isinstance(sha256, str) and _DIGEST.fullmatch(sha256)):
        raise ValueError(path)
    if path.rpartition("/")[2] in (".", "..") or not (isinstance(size, int) and isinstance(changed_us, int)):
        raise ValueError(path)
    return NamedFile(path, sha256, size, changed_us)


def _read_manifest(path: Path) -> Manifest | None:
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST_MANIFEST + 1)
        said: dict[str, Any] = json.loads(text)
        signed = said["signed"] or {"fingerprint": "", "signature": ""}
        problem = said["problem"]
        found = Manifest(
            shop_uuid=str(UUID(said["shop"])),
            shop_name=str(said["shop_name"]),
            made_at=from_micros(said["made_at"]),
            reason=str(said["reason"]),
            program=str(said["program"]),
            version=int(said["version"]),
            sha256=str(said["sha256"]),
            size=int(said["size"]),
            seq=int(said["seq"]),
            head=bytes.fromhex(said["head"]),
            files=str(said["files"]),
            file_count=int(said["file_count"]),
            file_bytes=int(said["file_bytes"]),
            missing=tuple(str(one) for one in said["missing"]),
            problem=None if problem is None else (str(problem[0]), str(problem[1])),
            fingerprint=str(signed["fingerprint"]),
            signature=bytes.fromhex(signed["signature"]),
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        return None
    is_whole = _DIGEST.fullmatch(found.sha256) and _DIGEST.fullmatch(found.files) and found.text() == text
    return found if is_whole else None
