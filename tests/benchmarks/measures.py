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


def resident_mb(process: str = "self") -> float:
    """Memory of this process now, or of another one; 0 when that is gone."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def family_mb() -> float:
    """Memory of this process and of all that it started, each counted whole: what they share is counted twice."""
    children = [
        child
        for thread in Path("/proc/self/task").glob("*/children")
        for child in thread.read_text(encoding="ascii").split()
    ]
    return resident_mb() + sum(resident_mb(child) for child in children if _command(child) != _command("self"))


def _command(process: str) -> bytes:
    """What a process is; one that is only being started is still the program that starts it, memory and all."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


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
