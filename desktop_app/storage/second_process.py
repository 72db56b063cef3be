"""A second process of this program for work on many secrets.

Python runs on one processor, so the second one of a machine would stand idle. The process gets its keys through a pipe,
never as an argument, writes nothing to disk, and ends with the pipe: when the work is done, when it is cancelled, or
when this program dies.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from threading import Event
from typing import IO, BinaryIO, Self, TypeVar

from desktop_app.storage.pipes import READY, write

_PATIENCE = 0.1
_PIPE_BYTES = 1 << 20
"""What a pipe holds, where that can be said: each time that one is empty or full costs a wait for Python's lock."""
_ROOT = Path(__file__).resolve().parents[2]

T = TypeVar("T")


class SecondProcess:
    """One process; leaving the context ends it, whatever it is doing."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO, process: subprocess.Popen[bytes]) -> None:
        self._requests, self._answers, self._process = requests, answers, process
        self._is_ready: bool | None = None

    @classmethod
    def launched(cls, module: str, secrets: Iterable[bytes | bytearray]) -> Self | None:
        """Start ``module`` with these secrets, without waiting until it has loaded; None where that cannot be done."""
        if getattr(sys, "frozen", False) or not sys.executable:
            return None  # there is no interpreter that could be started
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            return None
        requests, answers = process.stdin, process.stdout
        assert requests is not None
        assert answers is not None
        for pipe in (requests, answers):
            _widen(pipe)
        made = cls(requests, answers, process)  # type: ignore[arg-type]  # a pipe is IO[bytes]
        try:
            write(made._requests, *secrets)
        except OSError:
            made.close()
            return None
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with suppress(OSError):  # what was still on its way is of no use to anybody
                pipe.close()

    @property
    def is_ready(self) -> bool:
        """Whether it works here; waits until it has loaded."""
        if self._is_ready is None:
            try:
                self._is_ready = self._answers.read(len(READY)) == READY
            except OSError:
                self._is_ready = False
        return self._is_ready


def put(queue: Queue[T], item: T, stop: Event) -> None:
    """Wait for a place in ``queue``, unless nobody takes anything out of it any more."""
    while not stop.is_set():
        with suppress(Full):
            queue.put(item, timeout=_PATIENCE)
            return


def _widen(pipe: IO[bytes]) -> None:
    with suppress(ImportError, AttributeError, OSError):  # only Linux can, and up to a limit
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
