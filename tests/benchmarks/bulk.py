"""Steps on all keys of a large shop: taking them out, putting them back, moving them, undoing an import; and what a
merchant asks of such a stock afterwards.

The floor of a step is the bare statement that does the same in a copy of the file, with the same indexes and triggers,
committed and synced. Ours runs in a worker, as in the window, whose event loop beats meanwhile.
"""

from __future__ import annotations

import gc
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import CancelledError
from desktop_app.domain.states import IssueOrder, KeyState
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.issuing import issue_keys
from desktop_app.ui.app import SWITCH_SECONDS
from tests.benchmarks.big_shop import ROWS
from tests.benchmarks.measures import Heartbeat, application, resident_mb, say
from tests.benchmarks.used_shop import used_shop

CANCEL_AFTER = 0.1
_SOLD = "EXISTS (SELECT 1 FROM deliveries d WHERE d.card_key_id = card_keys.id)"
_TRIES = 15


def main(rows: int = ROWS) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    application()
    gc.freeze()  # as the window does when the shop is open
    with used_shop(rows) as shop, tempfile.TemporaryDirectory() as name:
        floor_file = Path(name) / "floor.db"
        shutil.copyfile(shop.data_dir / "shop.db", floor_file)
        with _bare(floor_file) as floor:
            _issuing(shop)
            _reports(shop)
            _steps(shop, floor, rows)
        _scan(shop)


def _steps(shop: Any, floor: sqlite3.Connection, rows: int) -> None:
    inventory = shop.inventory
    every, stock = KeyFilter(), KeyFilter(state=KeyState.IN_STOCK)
    product_id = shop.products.names()[0].id
    now = time.time_ns() // 1000
    quarantine = "state IN ('in_stock', 'reserved', 'delivered', 'redeemed')"
    for name, step, statement in (
        (
            "note on all keys",
            lambda **told: inventory.set_note(every, "x", **told),
            "UPDATE card_keys SET note = 'x' WHERE note <> 'x'",
        ),
        (
            "into the bin",
            lambda **told: inventory.put_into_bin(every, "x", **told),
            f"UPDATE card_keys SET state = 'binned', state_at = {now} WHERE state = 'in_stock' AND NOT {_SOLD}",
        ),
        (
            "out of the bin",
            lambda **told: inventory.take_out_of_bin(every, **told),
            f"UPDATE card_keys SET state = 'in_stock', state_at = {now} WHERE state = 'binned'",
        ),
        (
            "move to another product",
            lambda **told: inventory.move(stock, product_id, **told),
            f"UPDATE card_keys SET product_id = {product_id}, sealed = zeroblob(length(sealed)) "
            f"WHERE state = 'in_stock' AND product_id <> {product_id}",
        ),
        (
            "undo of an import",
            lambda **told: inventory.undo_import(1, **told),
            "DELETE FROM card_keys WHERE batch_id = 1",
        ),
        (
            "quarantine",
            lambda **told: inventory.quarantine(every, "x", **told),
            f"UPDATE card_keys SET state = 'quarantined', state_at = {now} WHERE {quarantine}",
        ),
        (
            "void",
            lambda **told: inventory.void(every, "x", **told),
            f"UPDATE card_keys SET state = 'void', state_at = {now} WHERE state <> 'void'",
        ),
    ):
        if name == "undo of an import":
            one_batch = (
                "UPDATE card_keys SET batch_id = 1 WHERE state = 'in_stock'",
                "UPDATE card_keys SET batch_id = 2 WHERE batch_id = 1 AND state <> 'in_stock'",
            )
            with shop.context.write() as session:
                for sql in one_batch:
                    session.connection().exec_driver_sql(sql)
                    floor.execute(sql)
        _step(shop, name, step, floor, statement)
    with shop.context.read() as session:  # the undo took every key away that was never sold
        statement = "SELECT min(id) FROM card_keys WHERE id >= ?"
        key_id = session.connection().exec_driver_sql(statement, (rows // 2,)).scalar_one()
    life = _median(lambda: inventory.life(key_id))
    say(f"life of a key after all that: {life * 1e3:.1f} ms")


def _step(shop: Any, name: str, step: Callable[..., int], floor: sqlite3.Connection, statement: str) -> None:
    events = _events(shop)
    flag = threading.Event()
    asked = time.perf_counter() + CANCEL_AFTER
    threading.Timer(CANCEL_AFTER, flag.set).start()
    try:
        step(cancelled=flag.is_set)
        cancelled = "done before it was cancelled"
    except CancelledError:
        cancelled = f"cancelled within {time.perf_counter() - asked:.2f} s"
    if cancelled.startswith("cancelled") and _events(shop) != events:
        raise AssertionError("a cancelled step left an event")
    told: list[float] = []
    before, processor = resident_mb(), time.process_time()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    heart = Heartbeat()
    start = time.perf_counter()
    found: list[int] = []
    worker = threading.Thread(target=lambda: found.append(step(progress=lambda *_: told.append(time.perf_counter()))))
    worker.start()
    app = application()
    while worker.is_alive():
        app.processEvents()
        time.sleep(0.001)
    ours, longest, own = time.perf_counter() - start, heart.stop(), time.process_time() - processor
    start = time.perf_counter()
    changed = floor.execute(statement).rowcount
    floor.execute("COMMIT")
    bare = time.perf_counter() - start
    floor.execute("BEGIN IMMEDIATE")
    gaps = [second - first for first, second in pairwise(told)]
    say(
        f"{name:24} {found[0] if found else 0:>9,} keys {ours:6.1f} s (processor {own:5.1f} s), floor {bare:5.1f} s "
        f"for {changed:,}: {ours / bare:4.2f}x; {_events(shop) - events} event, memory +{_peak_mb() - before:.0f} MB, "
        f"longest block {longest * 1e3:.0f} ms, between two reports {max(gaps, default=0.0):.2f} s, {cancelled}"
    )


def _issuing(shop: Any) -> None:
    context = shop.context
    product = max(shop.products.all(), key=lambda line: line.in_stock)

    class Undone(Exception):
        pass

    def issue() -> None:
        try:
            with context.write() as session:
                issue_keys(context, session, product.id, 1)
                raise Undone
        except Undone:
            pass

    for order in IssueOrder:
        with context.write() as session:
            statement = "UPDATE products SET issue_order = ? WHERE id = ?"
            session.connection().exec_driver_sql(statement, (order.value, product.id))
        say(f"issue a key, {order.value}: {_median(issue) * 1e3:.1f} ms ({product.in_stock:,} in stock)")


def _reports(shop: Any) -> None:
    raw = sqlite3.connect(f"file:{shop.data_dir / 'shop.db'}?mode=ro", uri=True)
    counts = "SELECT product_id, state, count(*) FROM card_keys GROUP BY product_id, state"
    floor = _median(lambda: raw.execute(counts).fetchall())
    say(f"floor of the reports, keys counted by product and state: {floor * 1e3:.0f} ms")
    for name, ask in (
        ("products with their stock", shop.products.all),
        ("stock report", shop.stock.report),
        ("supplier report", shop.stock.suppliers),
        ("what expires soon", shop.stock.expiring),
        ("low-stock check", shop.stock.take_alerts),
        ("figures of the desk", shop.reports.desk),
        ("recycle bin", lambda: _listed(shop, KeyState.BINNED)),
        ("batches", shop.inventory.batches),
    ):
        asked = _median(ask)
        say(f"{name}: {asked * 1e3:.1f} ms, {asked / floor:.2f}x of the floor")
    raw.close()


def _listed(shop: Any, state: KeyState) -> None:
    listing = shop.inventory.listing(KeyFilter(state=state))
    listing.count()
    listing.page(0, 64)


def _scan(shop: Any) -> None:
    start, processor = time.perf_counter(), time.process_time()
    found = shop.inventory.scan("no such part")
    own = time.process_time() - processor
    say(f"scan of {found.scanned:,} keys: {time.perf_counter() - start:.1f} s, {found.scanned / own:,.0f} keys/s")


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _events(shop: Any) -> int:
    with shop.context.read() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM events").scalar_one())


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


@contextmanager
def _bare(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = FULL", "cache_size = -98304"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    finally:
        connection.close()


if __name__ == "__main__":
    main()
