"""What the benchmarks of the window share: an application without a screen, memory, and the longest block."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.ui.app import make_application


def application() -> QApplication:
    """The application as the product dresses it."""
    return make_application(language="zh")


def resident_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def median_ms(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1e3


class Heartbeat(QObject):
    """Beats every five milliseconds; ``longest`` is the longest time without a beat, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def stop(self) -> float:
        self._beat()
        self._timer.stop()
        return self.longest
