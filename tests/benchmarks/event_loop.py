"""How long the window stands still while a worker imports a file of keys, and what a shop costs in idle memory.

The event loop beats every five milliseconds beside the preview and the import of a file, in the order and with the
threads of the window; the longest time without a beat counts. Idle memory is that of the window with its shop open and
its page of keys on screen, less that of an empty window.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 1_000_000
LONGEST_MS = 50
MOST_MB = 120
_ROOT = Path(__file__).resolve().parents[2]


def main(rows: int = ROWS) -> None:
    say(f"{rows:,} keys")
    with tempfile.TemporaryDirectory() as name:
        _run("from tests.benchmarks.event_loop import imports; imports(%r, %r)", name, rows)
    empty = float(_run("from tests.benchmarks.event_loop import empty_window; empty_window()"))
    folder = _run("from tests.benchmarks.big_shop import big_shop_folder as f; print(f(%r))", rows).splitlines()[-1]
    ours = float(_run("from tests.benchmarks.event_loop import open_window; open_window(%r)", folder))
    say(f"idle window: {ours:.0f} MB, an empty one {empty:.0f} MB, added {ours - empty:.0f} MB (goal {MOST_MB} MB)")


def imports(folder: str, rows: int) -> None:
    """Two imports of a file of ``rows`` keys each, in this process."""
    from desktop_app.domain.states import ProductKind
    from desktop_app.services import Shop
    from desktop_app.services.inventory import ImportOptions
    from desktop_app.services.products import ProductDraft
    from desktop_app.ui.app import SWITCH_SECONDS
    from tests.benchmarks.key_import import write_keys
    from tests.benchmarks.measures import Heartbeat, application

    sys.setswitchinterval(SWITCH_SECONDS)
    app = application()
    shop, _ = Shop.create(Path(folder) / "shop", protection="file")
    product = shop.products.add(ProductDraft(code="A", name="A", kind=ProductKind.GAME_CARD))
    gc.freeze()  # as the window does when the shop is open

    def beside(what: str, work: Callable[[], object]) -> object:
        found: list[object] = []
        worker = threading.Thread(target=lambda: found.append(work()))
        heart = Heartbeat()
        worker.start()
        while worker.is_alive():
            app.processEvents()
            time.sleep(0.001)
        say(f"{what}: longest block of the event loop {heart.stop() * 1e3:.0f} ms (goal {LONGEST_MS} ms)")
        return found[0]

    for part in (0, 1):
        file = Path(folder) / f"keys{part}.txt"
        write_keys(file, rows, seed=part)
        name = ("first", "second")[part]
        preview = beside(f"preview of the {name} file", lambda file=file: shop.inventory.preview_file(file, product))
        beside(f"import of the {name} file", lambda p=preview: shop.inventory.import_keys(p, ImportOptions()))
        del preview
    shop.close()


def empty_window() -> None:
    """Memory of Qt's own main window."""
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.resize(1280, 800)
    window.show()
    _settle(app.processEvents)


def open_window(folder: str) -> None:
    """Memory of the window that opened the large shop as the program does, with its keys on screen."""
    from desktop_app.ui.jobs import Jobs
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.opening import Opening
    from tests.benchmarks.measures import application

    app = application()
    window = MainWindow(Jobs())
    window.resize(1280, 800)
    window.show()
    opening = Opening(window, window.jobs, Path(folder))

    def look_at_keys(shop: Any) -> None:
        shop.unlock("correct horse battery")
        window.navigate("keys")

    opening.opened.connect(look_at_keys)
    opening.start()
    while window.shop is None:
        app.processEvents()
    _settle(app.processEvents, window.shop.close)


def _settle(process: Callable[[], object], close: Callable[[], object] = bool) -> None:
    from tests.benchmarks.measures import resident_mb

    until = time.perf_counter() + 3
    while time.perf_counter() < until:
        process()
        time.sleep(0.005)
    say(f"{resident_mb():.1f}")
    close()
    os._exit(0)


def _run(code: str, *values: object) -> str:
    """What a process of its own says; the one that imports says it to the terminal."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    is_told = len(values) > 1
    done = subprocess.run(
        [sys.executable, "-c", code % values if values else code],
        check=True,
        stdout=None if is_told else subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env=environment,
    )
    return done.stdout or ""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
