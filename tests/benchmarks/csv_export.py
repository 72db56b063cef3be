"""A CSV of a million orders, formatted for people, against ``sqlite3 -csv`` of the same join without any formatting.

The window's event loop runs meanwhile, as it does when a merchant exports; its longest block is told too.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from desktop_app.services.listing import Sort
from desktop_app.services.orders import OrderFilter
from desktop_app.ui.app import SWITCH_SECONDS
from tests.benchmarks.big_shop import ROWS, open_big_shop
from tests.benchmarks.measures import Heartbeat, application, family_mb, median_ms, say

ROUNDS = 3
_LOOK_SECONDS = 0.05
"""Between two looks at the memory."""

_JOIN = """
SELECT o.order_no, p.name, (SELECT count(*) FROM units AS u WHERE u.order_id = o.id), o.state, o.paid_fen,
    o.refunded_fen, substr(hex(o.buyer_tag), 1, 8), c.name, o.ordered_at, o.paid_at, o.shipped_at
FROM orders AS o JOIN products AS p ON p.id = o.product_id JOIN channels AS c ON c.id = o.channel_id
ORDER BY o.ordered_at DESC, o.id DESC
"""


def main(rows: int = ROWS) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    app = application()
    shop = open_big_shop(rows)
    gc.freeze()  # as the window does when the shop is open
    before = family_mb()
    ratios: dict[str, list[float]] = {"locked": [], "unlocked": []}
    work: dict[str, list[float]] = {state: [] for state in ratios}
    peaks = dict.fromkeys(ratios, 0.0)
    longest = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(ROUNDS):
            start = _processor_seconds()
            floor = _floor(shop.data_dir / "shop.db", folder / "floor.csv")
            floor_work = _processor_seconds() - start
            for state in ratios:
                start = _processor_seconds()
                taken, high, block = _export(app, shop, folder / "ours.csv", is_locked=state == "locked")
                ratios[state].append(taken / floor)
                work[state].append((_processor_seconds() - start) / floor_work)
                peaks[state] = max(peaks[state], high - before)
                longest = max(longest, block)
                say(f"  floor {floor:.1f} s, {state} {taken:.1f} s, window held up {block * 1e3:.0f} ms at worst")
    for state, values in ratios.items():
        ratio = median_ms(values) / 1e3
        say(
            f"{state}: {ratio:.2f}x of sqlite3 -csv ({median_ms(work[state]) / 1e3:.2f}x of its processor time), "
            f"{peaks[state]:.0f} MB added by all processes at the peak"
        )
    say(f"longest block of the event loop {longest * 1e3:.0f} ms")
    shop.close()


def _processor_seconds() -> float:
    """Of this process and of all that it started and that ended."""
    return sum(os.times()[:4])


def _floor(database: Path, target: Path) -> float:
    start = time.perf_counter()
    with target.open("wb") as file:
        subprocess.run(["sqlite3", "-csv", str(database), _JOIN], stdout=file, check=True)
    return time.perf_counter() - start


def _export(app: QApplication, shop: Any, target: Path, *, is_locked: bool) -> tuple[float, float, float]:
    """Seconds, highest memory, longest block; in a worker, with the event loop beating."""
    from tests.benchmarks.big_shop import PASSWORD

    shop.lock() if is_locked else shop.unlock(PASSWORD)
    ended = threading.Event()
    times: list[float] = []

    def work() -> None:
        start = time.perf_counter()
        _write(shop, target)
        times.append(time.perf_counter() - start)
        ended.set()

    def watch() -> None:
        while not ended.wait(_LOOK_SECONDS):
            highest.append(family_mb())

    highest = [family_mb()]
    heart = Heartbeat()
    threading.Thread(target=watch, daemon=True).start()
    worker = threading.Thread(target=work)
    worker.start()
    while not ended.is_set():
        app.processEvents()
        time.sleep(0.001)
    worker.join()
    return times[0], max(highest), heart.stop()


def _write(shop: Any, target: Path) -> None:
    """The export without the entry in the log: the shop of the benchmarks is not changed."""
    from desktop_app.documents.csv_export import write_csv_parts
    from desktop_app.services.exports import export_columns
    from desktop_app.services.order_export import order_parts

    listing = shop.orders.listing(OrderFilter(), Sort("ordered_at", descending=True))
    parts = order_parts(shop.context, listing.ids(), "zh")
    assert parts is not None
    write_csv_parts(target, export_columns("orders"), parts, "zh")


if __name__ == "__main__":
    main()
