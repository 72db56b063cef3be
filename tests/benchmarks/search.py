"""Finding orders among a million by number: the whole number, its beginning, and any part of it.

The peer of the last is LIKE over the table. SQL is timed through the services, so that what it costs to ask counts.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from typing import Any

from desktop_app.services.orders import OrderFilter
from tests.benchmarks.big_shop import ROWS, open_big_shop
from tests.benchmarks.measures import resident_mb, say

TRIES = 60
HITS = 20


def main(rows: int = ROWS) -> None:
    shop = open_big_shop(rows)
    before = resident_mb()
    raw = sqlite3.connect(f"file:{shop.data_dir / 'shop.db'}?mode=ro", uri=True)
    chance = random.Random(3)
    numbers = [
        raw.execute("SELECT order_no FROM orders WHERE id = ?", (chance.randrange(1, rows),)).fetchone()[0]
        for _ in range(TRIES)
    ]
    parts = []
    for number in numbers:
        length = chance.randrange(3, 9)
        start = chance.randrange(9, len(number) - length + 1)
        parts.append(number[start : start + length])
    _find(shop, numbers[0])
    like = [_timed(lambda part=part: _like(raw, part)) for part in parts[:12]]
    exact = [_timed(lambda number=number: _find(shop, number)) for number in numbers]
    prefix = [_timed(lambda number=number: _find(shop, number[: chance.randrange(14, 19)])) for number in numbers]
    found = [_timed(lambda part=part: _find(shop, part)) for part in parts]
    say(f"LIKE over the table: median {_ms(like):.0f} ms")
    for name, times in (("exact number", exact), ("beginning of a number", prefix), ("part, 3 to 8 characters", found)):
        say(
            f"{name}: median {_ms(times):.2f} ms, worst {max(times) * 1e3:.1f} ms, "
            f"1/{statistics.median(like) / statistics.median(times):.0f} of LIKE"
        )
    say(f"memory added {resident_mb() - before:.0f} MB")
    raw.close()
    shop.close()


def _find(shop: Any, text: str) -> None:
    assert shop.orders.listing(OrderFilter(text=text)).page(0, HITS)


def _like(raw: sqlite3.Connection, part: str) -> None:
    statement = "SELECT id FROM orders WHERE order_no LIKE ? ORDER BY ordered_at DESC, id DESC"
    raw.execute(statement, (f"%{part}%",)).fetchmany(HITS)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ms(times: list[float]) -> float:
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    main()
