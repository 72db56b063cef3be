"""A file that appears under its name only when it is complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from desktop_app.domain.errors import StorageError

_SHOWN = 40
"""Characters of a file's name in that of its unfinished self, which must not get too long for a file system."""


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """The place to write to; at the end of the block it is on disk and becomes ``path``.

    It is an empty file that nobody else has, readable by its owner only when ``private``. An error in the block leaves
    nothing behind and a file that was there before as it was; an OSError becomes a StorageError.
    """
    # somebody else's file, a link, or what another program writes to the same path just now must not be met
    part = path.with_name(f"{path.name[:_SHOWN]}.{uuid4().hex[:12]}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
        yield part
        sync(part)
        part.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                "The disk is full; {file} was not written: free some space or choose another place.",
                "磁盘已满，未写入 {file}：请清理空间，或换一个位置。",
                file=path,
            ) from error
        raise StorageError(
            "{file} cannot be written ({reason}): close it elsewhere or choose another place.",
            "无法写入 {file}（{reason}）：请关闭已打开的该文件，或换一个位置。",
            file=path,
            reason=error.strerror or str(error),
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """``data`` at ``path``, whole or not at all."""
    with whole_file(path) as part:
        part.write_bytes(data)


def sync(path: Path) -> None:
    """Bring what was written to disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
