"""From the start of the process to the first paint, and to the first page of an open shop, against an empty window.

The floor is a process that imports Qt and paints an empty main window. Ours is the program itself, on a shop that its
key file unlocks. Each start is a process of its own; floor and ours run in turn.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ORDERS = 10_000
ROUNDS = 9
_ROOT = Path(__file__).resolve().parents[2]

_FLOOR = """
import os, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        os._exit(0)
app = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
_OURS = "from tests.benchmarks.startup import child; child()"


def main(orders: int = ORDERS, rounds: int = ROUNDS) -> None:
    say(f"an empty window against a shop with {orders:,} orders; {rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, orders)
        floors, paints, pages = [], [], []
        for _ in range(rounds):
            floors.append(_times(_FLOOR, folder)[0])
            paint, page = _times(_OURS, folder)
            paints.append(paint)
            pages.append(page)
    floor = statistics.median(floors)
    say(f"empty window: median {floor * 1e3:.0f} ms")
    for what, times, goal in (("first paint", paints, 1.5), ("first page of the shop", pages, 2.5)):
        ratio = statistics.median(one / base for one, base in zip(times, floors, strict=True))
        say(f"{what}: median {statistics.median(times) * 1e3:.0f} ms, {ratio:.2f}x (goal {goal}x)")


def child() -> None:
    """The program, which says when it painted and when the first page stood there."""
    from desktop_app.ui import app, opening

    class Window(app.MainWindow):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.first_painted.connect(lambda: _tell(False))

    class Opening(opening.Opening):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            self.opened.connect(lambda: _tell(True))

    app.MainWindow, opening.Opening = Window, Opening  # type: ignore[misc]
    sys.argv = ["kamidesk"]
    from desktop_app.__main__ import main as program

    program()


def _tell(is_last: bool) -> None:
    sys.stdout.write(f"{time.time()}\n")
    sys.stdout.flush()
    if is_last:
        os._exit(0)


def _make(folder: Path, orders: int) -> None:
    # not at the top: the program that is timed comes through this module too
    from desktop_app.services import Shop
    from tests.benchmarks.big_shop import fill

    shop, _ = Shop.create(folder, protection="file")
    fill(shop, orders)
    shop.close()


def _times(code: str, folder: Path) -> list[float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "KAMIDESK_DATA": str(folder)}
    start = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment
    )
    return [float(line) - start for line in done.stdout.split()]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
