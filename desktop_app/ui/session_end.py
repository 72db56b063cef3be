"""The end that nobody chose in the window: the session ends, a signal, Ctrl+C in the terminal it was started from."""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import suppress
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

ENDED = 128
"""What a shell gives for a program that a signal ended: this, and the number of the signal."""


class SessionEnd(QObject):
    """Ends the event loop when a signal asks for it; what leaves the loop closes the shop.

    Python runs its handlers between two of its own instructions only, and the loop of Qt has none of them: without
    this a signal would raise ``KeyboardInterrupt`` in whatever step the window does next.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._before_fd = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {}
        for number in _wanted():
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:  # as under nohup
                self._before[number] = before
                signal.signal(number, self._on_signal)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._wake)

    def uninstall(self) -> None:
        """As it was before; called on the main thread."""
        self._notifier.setEnabled(False)
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._before_fd)
        self._ours.close()
        self._theirs.close()

    def _wake(self) -> None:
        """Python is at work again, so it calls the handler."""
        with suppress(BlockingIOError):
            self._ours.recv(64)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # who asks a second time does not wait for work to stop
        signal.signal(number, signal.SIG_DFL)
        self._app.exit(ENDED + number)


def _wanted() -> tuple[signal.Signals, ...]:
    if sys.platform == "win32":
        return (signal.SIGINT, signal.SIGBREAK)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
