"""A copy of the large shop that a long use has left its traces in, for the benchmarks that change what they look at."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.services import Shop
from desktop_app.storage.column_types import to_micros
from tests.benchmarks.big_shop import PASSWORD, open_big_shop

_YEAR = 365 * 86400 * 1_000_000


@contextmanager
def used_shop(rows: int) -> Iterator[Shop]:
    """The shop, unlocked; it is gone at the end of the block."""
    big = open_big_shop(rows)
    source = big.data_dir
    big.close()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        shutil.copytree(source, folder)
        _use(folder / "shop.db")
        shop = Shop.open(folder)
        shop.unlock(PASSWORD)
        try:
            yield shop
        finally:
            shop.close()


def _use(file: Path) -> None:
    """Deliveries of the sold keys within a year, suppliers, costs, thresholds and failures."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("BEGIN")
    (sold,) = connection.execute("SELECT count(*) FROM units WHERE card_key_id IS NOT NULL").fetchone()
    connection.execute(
        "INSERT INTO deliveries (unit_id, card_key_id, delivered_at, delivered_by, reissue) SELECT id, card_key_id, "
        "?1 - (?2 - row_number() OVER (ORDER BY id)) * (?3 / ?2), '店主', 0 FROM units WHERE card_key_id IS NOT NULL",
        (to_micros(datetime.now(UTC)), max(sold, 1), _YEAR),
    )
    connection.execute("UPDATE batches SET supplier = '供货商' || id % 8, cost_fen = 900 + id % 7")
    connection.execute("UPDATE products SET low_stock_threshold = 100, price_fen = 1000")
    connection.execute("UPDATE card_keys SET failed_at = state_at WHERE id % 100 = 7 AND state <> 'in_stock'")
    connection.execute("COMMIT")
    connection.close()
