"""How the event loop of the window comes round, told in a way that a busy machine does not change."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer


class Heartbeat(QObject):
    """Counts the rounds, and what the longest of them cost this thread.

    Processor time of this thread, not the time that passed: whoever waits for the processor, or for another thread to
    let go of the interpreter, does nothing wrong. A wait for work that another thread does costs no processor either,
    but then the loop does not come round while that work lasts: ``rounds`` tells.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0
        self.longest = 0.0
        """Seconds."""
        self._last = time.thread_time()
        self._timer = QTimer(self, interval=2)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> None:
        self._beat()
        self._timer.stop()

    def _beat(self) -> None:
        now = time.thread_time()
        self.rounds += 1
        self.longest, self._last = max(self.longest, now - self._last), now
