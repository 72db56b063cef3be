"""What a merchant sees from the start of the process on, against an empty window.

The floor is a process that imports Qt and paints an empty main window. Ours is the program itself, on a shop that its
key file unlocks. Told, as time and as processor time, are the first paint, the paint of the first page with rows of
the shop in its table (the desk, with the requests that are due next), and when the open shop itself answered; then the
longest time in which the window stood still from its first paint until two seconds after the shop was open. Each start
is a process of its own; floor and ours run in turn, after one start of each that is not counted: the first one
compiles.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ORDERS = 10_000
ROUNDS = 9
LONGEST_MS = 50
_REQUESTS = 60
_ROOT = Path(__file__).resolve().parents[2]


class _Moment(NamedTuple):
    """When something was seen: seconds since the start, and those that the process had computed."""

    wall: float
    cpu: float


_FLOOR = """
import os, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), time.process_time(), flush=True)
        os._exit(0)
app = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
_OURS = "from tests.benchmarks.started_window import child; child(%r)"


def main(orders: int = ORDERS, rounds: int = ROUNDS) -> None:
    say(f"an empty window against a shop with {orders:,} orders; {rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, orders)
        floors: list[_Moment] = []
        ours: list[list[_Moment]] = []
        for _ in range(rounds + 1):
            floors.append(_moments(_FLOOR, folder)[0])
            ours.append(_moments(_OURS % False, folder))
        blocks = [float(_said(_OURS % True, folder)[-1]) for _ in range(min(rounds, 5))]
    floors, ours = floors[1:], ours[1:]
    say(f"empty window: median {_median(floor.wall for floor in floors) * 1e3:.0f} ms")
    for place, (what, goal) in enumerate(
        (("first paint", 1.5), ("rows of the shop painted", 2.5), ("shop open", None))
    ):
        pairs = [(one[place], floor) for one, floor in zip(ours, floors, strict=True)]
        took = _median(moment.wall for moment, _ in pairs)
        ratio = _median(moment.wall / floor.wall for moment, floor in pairs)
        worked = _median(moment.cpu / floor.cpu for moment, floor in pairs)
        wanted = "" if goal is None else f" (goal {goal}x)"
        say(f"{what}: median {took * 1e3:.0f} ms, {ratio:.2f}x{wanted}; processor time {worked:.2f}x")
    longest = " ".join(f"{block * 1e3:.0f}" for block in blocks)
    say(f"longest blocks of the event loop, ms: {longest} (goal {LONGEST_MS})")


def _make(folder: Path, orders: int) -> None:
    from datetime import timedelta

    from desktop_app.domain.states import ReasonCode
    from desktop_app.services import Shop
    from desktop_app.services.verdicts import refresh_all_due
    from desktop_app.storage.tables import RequestRow
    from tests.benchmarks.big_shop import fill

    shop, _ = Shop.create(folder, protection="file")
    fill(shop, orders)
    reasons = list(ReasonCode)
    with shop.context.write() as session:
        now = shop.context.clock()
        for number in range(1, _REQUESTS + 1):
            at = now - timedelta(hours=number % 40)
            session.add(
                RequestRow(
                    request_no=f"R{number:05d}",
                    order_id=orders - number,
                    requested_at=at,
                    received_at=at,
                    reason=reasons[number % len(reasons)],
                )
            )
        session.flush()
        refresh_all_due(shop.context, session)
    shop.close()


def _moments(code: str, folder: Path) -> list[_Moment]:
    start = time.time()
    found = [line.split() for line in _said(code, folder)]
    return [_Moment(float(wall) - start, float(cpu)) for wall, cpu in found]


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _said(code: str, folder: Path) -> list[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "KAMIDESK_DATA": str(folder)}
    # the installation compiles, and so does every start of a merchant
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment
    )
    return done.stdout.splitlines()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
