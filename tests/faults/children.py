"""Processes of one life each: what they find comes back through a pipe, however they end."""

from __future__ import annotations

import os
import pickle
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_READY = b"\x01"


@dataclass(frozen=True, slots=True)
class Ended:
    """``result`` is what the work returned; None when it was killed. ``error`` is the traceback of a bug."""

    was_killed: bool
    result: Any = None
    error: str = ""


def in_child(work: Callable[[Callable[[], None]], Any], kill_after: float | None = None) -> Ended:
    """Run ``work`` in a process of its own; it calls what it is given when it is ready.

    ``kill_after`` seconds from then on the process is killed with everything that it started.
    """
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        os.setsid()
        _live(work, sink)
    os.close(sink)
    with os.fdopen(source, "rb") as stream:
        first = stream.read(1)
        if first == _READY:
            if kill_after is not None:
                time.sleep(kill_after)
                _kill_all(child)
            first = b""
        said = first + stream.read()
    _, status = os.waitpid(child, 0)
    if said:
        kind, value = pickle.loads(said)
        return Ended(False, value) if kind == "result" else Ended(False, None, value)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        _kill_all(child)
        return Ended(True)
    return Ended(False, None, f"ended with status {status}")


def _kill_all(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _live(work: Callable[[Callable[[], None]], Any], sink: int) -> None:
    try:
        said = pickle.dumps(("result", work(lambda: _say(sink, _READY))))
    except BaseException:
        said = pickle.dumps(("error", traceback.format_exc()))
    try:
        _say(sink, said)
    finally:
        os._exit(0)


def _say(sink: int, text: bytes) -> None:
    while text:
        text = text[os.write(sink, text) :]
