"""A file that appears under its name only when it is complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop_app.domain.errors import StorageError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """The place to write to; at the end of the block it is on disk and becomes ``path``.

    An error in the block leaves nothing behind and a file that was there before as it was; an OSError becomes a
    StorageError.
    """
    part = path.with_name(path.name + ".part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
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
