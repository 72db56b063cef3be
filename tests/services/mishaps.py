"""What ends the work on a shop in the middle: a process that is killed, and a disk that is full."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ACCESSES = frozenset(
    {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "shutil.rmtree", "sqlite3.connect"}
)


def killed(step: int, work: Callable[[Callable[[], None]], object]) -> bool:
    """Do ``work`` in a process that is killed before its ``step``-th access to the disk; false when it came to its end.

    ``work`` is given what to call when counting begins.
    """
    pid = os.fork()
    if pid == 0:
        left = [step]
        armed: list[bool] = []

        def die(event: str, arguments: tuple[object, ...]) -> None:
            if armed and event in _ACCESSES and "shop" in str(arguments[0]):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
        try:
            work(lambda: armed.append(True))
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert not os.WIFSIGNALED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFSIGNALED(status)


@contextmanager
def full_disk(bytes_left: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: the write fails half-way, as on a full disk."""
    import resource  # is not on every system, and tests of a window are

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
