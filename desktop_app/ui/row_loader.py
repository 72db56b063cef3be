"""Reads rows beside the window: the answer is waited for as long as nobody notices, and comes later otherwise.

So a small list is simply there when it was asked for, and a list that is slow, because it is long, sorted anew or
held up by an import, never holds up the window.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

PATIENCE_SECONDS = 0.012
"""How long the window waits for rows before it goes on without them."""

_WORKERS = 3
"""One may be reading all ids of a long list, one the rows of another table, one those that are looked at."""


class Load:
    """One reading, and in the end its ``value`` or its ``error``."""

    def __init__(self, owner: QObject, work: Callable[[], Any], done: Callable[[Load], None]) -> None:
        self.value: Any = None
        self.error: Exception | None = None
        self._work = work
        self._finished = threading.Event()
        # a QObject must not go in a worker, so these are let go on the window's thread
        self._owner: QObject | None = owner
        self._done: Callable[[Load], None] | None = done

    def wait(self, seconds: float | None) -> bool:
        """Whether it is done within ``seconds`` (None: until it is); then it is taken, and ``done`` is not called."""
        if not self._finished.wait(seconds):
            return False
        self._owner = self._done = None
        return True

    def run(self) -> None:
        """Called in a worker."""
        if shiboken6.isValid(self._owner):
            try:
                self.value = self._work()
            except Exception as error:  # for the owner, on the window's thread
                self.error = error
        self._finished.set()

    def deliver(self) -> None:
        """Called on the window's thread."""
        owner, done = self._owner, self._done
        self._owner = self._done = None
        if done is not None and shiboken6.isValid(owner):
            done(self)


class _Post(QObject):
    """Carries finished loads to the window's thread; lives as long as the program."""

    finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.waiting: queue.SimpleQueue[Load] = queue.SimpleQueue()
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        for number in range(_WORKERS):
            # daemons: a reading has nothing to lose, and closing the window must not wait for one
            threading.Thread(target=self._work, name=f"rows-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            load = self.waiting.get()
            load.run()
            with suppress(RuntimeError):  # the program ends, and what carries the answer is gone
                self.finished.emit(load)
            del load

    def _on_finished(self, load: Load) -> None:
        load.deliver()


@cache
def _post() -> _Post:
    return _Post()


def start(owner: QObject, work: Callable[[], Any], done: Callable[[Load], None]) -> Load:
    """Run ``work`` in a worker; ``done(load)`` is called on this thread later, unless :meth:`Load.wait` took it."""
    load = Load(owner, work, done)
    _post().waiting.put(load)
    return load
