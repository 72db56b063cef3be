"""Plain text with one line for each item: what an import of lines reads back exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from desktop_app.documents.whole_file import whole_file
from desktop_app.domain.errors import CancelledError

_LINES_PER_STEP = 1000


def write_lines(
    path: Path,
    lines: Iterable[str],
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    private: bool = False,
) -> int:
    """Write ``lines`` as UTF-8 without a mark, each ended by LF, and return how many there were.

    See :func:`desktop_app.documents.whole_file.whole_file` for ``private`` and what becomes of the file when it fails.
    """
    count = 0
    iterator = iter(lines)
    with whole_file(path, private=private) as part, part.open("w", encoding="utf-8", newline="") as file:
        while step := list(islice(iterator, _LINES_PER_STEP)):
            if cancelled is not None and cancelled():
                raise CancelledError("The export was cancelled; no file was written.", "已取消导出，没有生成文件。")
            file.write("".join(f"{line}\n" for line in step))
            count += len(step)
            if progress is not None:
                progress(count)
    return count
