"""Evidence files: sealed in the evidence folder under a name that only this shop can compute.

A file is on disk before its row is committed; when the row never comes, the file is found again by its content. The
name that a buyer gave is for eyes only and never becomes a path. When the keys of the vault are replaced, each file is
sealed anew under the name it has: rows that never change know it by that name.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidTag

from desktop_app.domain.errors import BadInputError, StorageError
from desktop_app.domain.file_names import safe_name
from desktop_app.storage.card_sealing import TAG_BYTES
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_keys import FIRST
from desktop_app.storage.vault_slots import NONCE_BYTES, length_prefixed

FOLDER_NAME = "evidence"
LARGEST = 20 * 1024 * 1024
_VERSION = b"\x01"
_HEADER_BYTES = 3  # version, generation of the key
_NONCE_END = _HEADER_BYTES + NONCE_BYTES
_LARGEST_SEALED = _NONCE_END + LARGEST + TAG_BYTES

_LONGEST_NAME = 200  # bytes of UTF-8: file systems take 255
_STORED_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the row of a piece of evidence keeps of its file."""

    stored_name: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the merchant's as it was read once; ``name`` is safe to show."""

    name: str
    content: bytes
    modified_at: datetime


def read_source(source: Path) -> SourceFile:
    """Read a file that is to become evidence.

    :class:`BadInputError` for what is not an ordinary file (links, pipes, devices), empty, or larger than 20 MB.
    """
    name = display_name(source.name)
    try:
        read = _read_limited(source, LARGEST)
    except OSError as error:
        raise BadInputError(
            "The file {name} cannot be read: {reason}.",
            "无法读取文件 {name}：{reason}。",
            name=name,
            reason=error.strerror,
        ) from error
    if read is None:
        raise BadInputError(
            "{name} is not an ordinary file of at most {most} MB (a link, a folder, a device, or too large): choose a "
            "screenshot or a document itself.",
            "{name} 不是普通文件（可能是链接、文件夹或设备），或大于 {most} MB：请直接选择截图或文档。",
            name=name,
            most=LARGEST // 1024 // 1024,
        )
    content, modified = read
    _check_size(len(content), name)
    return SourceFile(name, content, modified)


def store(folder: Path, vault: Vault, content: bytes, name: str) -> StoredFile:
    """Seal ``content`` in ``folder``; ``name`` is what the buyer called it. Equal contents share one file."""
    shown = display_name(name)
    _check_size(len(content), shown)
    digest = hashlib.sha256(content)
    stored = StoredFile(vault.attachment_name(digest.digest()), shown, digest.hexdigest(), len(content))
    try:
        with vault.alone():  # else the keys could be replaced before the file is in its place
            _require_known_keys(folder / stored.stored_name, vault)
            _write(folder, vault, content, stored.stored_name)
    except OSError as error:
        raise StorageError(
            "The evidence file {name} cannot be stored: {reason}. Nothing was kept; make room and repeat.",
            "无法保存证据文件 {name}：{reason}。未保存任何内容；请清理空间后重试。",
            name=shown,
            reason=error.strerror,
        ) from error
    return stored


def load(folder: Path, vault: Vault, stored_name: str, sha256: str, *, shown: str = "") -> bytes:
    """The content, exactly as it was stored; :class:`StorageError` when the file is missing or was altered.

    ``shown`` is what the sentence calls the file, such as its name and order.
    """
    called = shown or stored_name[:12]
    sealed = _stored_bytes(folder, stored_name, called)
    content = _opened(vault, stored_name, sealed)
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        raise _altered(called)
    return content


def check_presence(folder: Path, stored_name: str, size: int, *, shown: str = "") -> None:
    """What can be said without the key: :class:`StorageError` when the file is missing or its size is another."""
    called = shown or stored_name[:12]
    sealed = _stored_bytes(folder, stored_name, called)
    if sealed is None or len(sealed) != _NONCE_END + size + TAG_BYTES:
        raise _altered(called)


def stored_names(folder: Path) -> list[str]:
    """The names of all evidence files, in their order."""
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if _STORED_NAME.fullmatch(entry.name))


def remove_leftovers(folder: Path, generation: int) -> None:
    """Take away what a killed program left half-way, unless it is sealed under the keys of ``generation``."""
    for path in folder.glob(".*.part") if folder.is_dir() else ():
        if _header_of(path) != _header(generation):
            path.unlink(missing_ok=True)


def is_of(folder: Path, stored_name: str, generation: int) -> bool:
    """Whether a file is sealed under the keys of ``generation``, as it says itself."""
    return _header_of(folder / stored_name) == _header(generation)


def reseal(folder: Path, vault: Vault, stored_name: str) -> bool:
    """Seal a file anew under the keys in force; false when it was altered, and then it stays as it is.

    Killed half-way, it is the old file or the new one. :class:`StorageError` when it cannot be read or written.
    """
    try:
        read = _read_limited(folder / stored_name, _LARGEST_SEALED)
        content = _opened(vault, stored_name, None if read is None else read[0])
        if content is None:
            return False
        _write(folder, vault, content, stored_name)
    except OSError as error:
        raise StorageError(
            "The evidence file {name} cannot be sealed anew: {reason}.",
            "无法重新加密证据文件 {name}：{reason}。",
            name=stored_name[:12],
            reason=error.strerror,
        ) from error
    return True


def _stored_bytes(folder: Path, stored_name: str, called: str) -> bytes | None:
    if not _STORED_NAME.fullmatch(stored_name):
        raise _altered(called)
    try:
        read = _read_limited(folder / stored_name, _LARGEST_SEALED)
    except OSError as error:
        raise StorageError(
            "The evidence file {name} is missing from the evidence folder: restore it from a backup; no proof may use "
            "it.",
            "证据文件夹中缺少文件 {name}：请从备份恢复；不能用于核销证明。",
            name=called,
        ) from error
    return None if read is None else read[0]


def display_name(name: str) -> str:
    """``name`` so that it can be shown and offered for saving anywhere: no path, no control or direction marks."""
    return safe_name(name, _LONGEST_NAME) or "file"


def _header(generation: int) -> bytes:
    return _VERSION + generation.to_bytes(2, "big")


def _header_of(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEADER_BYTES)
    except FileNotFoundError:
        return b""


def _aad(vault: Vault, stored_name: str, header: bytes) -> bytes:
    return length_prefixed(b"km.attach.1", vault.shop_uid, stored_name.encode(), header)


def _opened(vault: Vault, stored_name: str, sealed: bytes | None) -> bytes | None:
    """The content; None when the file was altered."""
    if sealed is None or sealed[:1] != _VERSION or len(sealed) < _NONCE_END + TAG_BYTES:
        return None
    header = sealed[:_HEADER_BYTES]
    generation = int.from_bytes(header[1:], "big")
    if generation < FIRST:
        return None
    cipher = vault.attachment_cipher(generation)
    try:
        return cipher.decrypt(sealed[_HEADER_BYTES:_NONCE_END], sealed[_NONCE_END:], _aad(vault, stored_name, header))
    except InvalidTag:
        return None


def _require_known_keys(path: Path, vault: Vault) -> None:
    """A file that another program sealed under newer keys is not overwritten by one under older keys."""
    if path.is_file() and int.from_bytes(_header_of(path)[1:], "big") > vault.generation:
        vault.attachment_cipher(vault.generation + 1)


def _write(folder: Path, vault: Vault, content: bytes, stored_name: str) -> None:
    generation, nonce = vault.generation, os.urandom(NONCE_BYTES)
    header = _header(generation)
    sealed = vault.attachment_cipher(generation).encrypt(nonce, content, _aad(vault, stored_name, header))
    part = folder / f".{stored_name}.{uuid4().hex}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(part, flags, 0o600), "wb") as stream:
            stream.write(header + nonce + sealed)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(folder / stored_name)
        sync_folder(folder)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def _read_limited(path: Path, largest: int) -> tuple[bytes, datetime] | None:
    """The bytes of an ordinary file of at most ``largest`` bytes and its time, else None; never waits for a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if path.is_symlink():  # where the system knows no O_NOFOLLOW
        return None
    with os.fdopen(os.open(path, flags), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            return None
        content = stream.read(largest + 1)
    return (content, datetime.fromtimestamp(status.st_mtime, UTC)) if len(content) <= largest else None


def _check_size(size: int, name: str) -> None:
    if size == 0:
        raise BadInputError("The file {name} is empty: choose another.", "文件 {name} 是空的：请另选。", name=name)
    if size > LARGEST:
        raise BadInputError(
            "The file {name} has more than {most} MB: choose a smaller one.",
            "文件 {name} 大于 {most} MB：请选择更小的文件。",
            name=name,
            most=LARGEST // 1024 // 1024,
        )


def _altered(called: str) -> StorageError:
    return StorageError(
        "The evidence file {name} was altered since it was stored: restore it from a backup; no proof may use it.",
        "证据文件 {name} 存入后被改动：请从备份恢复；不能用于核销证明。",
        name=called,
    )
