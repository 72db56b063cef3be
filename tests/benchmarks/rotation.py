"""Replacing the keys of a shop with as many orders as keys: how long, how long one transaction, how much memory."""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from desktop_app.services import Shop
from desktop_app.storage.vault_slots import Argon2Cost
from tests.benchmarks.big_shop import PASSWORD, ROWS, open_big_shop


def main(rows: int = ROWS) -> None:
    made = open_big_shop(rows)
    folder = made.data_dir
    made.close()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "shop"
        shutil.copytree(folder, copy)
        shop = Shop.open(copy)
        shop.unlock(PASSWORD)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        prepared = shop.vault.prepare_rotation(PASSWORD, cost=Argon2Cost(16, 2, 1))
        started = time.perf_counter()
        shop.vault.start_rotation(prepared)
        begun = time.perf_counter()
        times = [begun]
        result = shop.vault.continue_rotation(progress=lambda done, total: times.append(time.perf_counter()))
        ended = time.perf_counter()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        shop.close()
    longest = max(later - earlier for earlier, later in pairwise(times))
    sys.stdout.write(
        f"{rows:,} keys and {rows:,} orders: start {begun - started:.2f} s, sealing anew {ended - begun:.1f} s, "
        f"longest step {longest:.2f} s, memory +{(after - before) / 1024:.0f} MB to {after / 1024:.0f} MB\n{result}\n"
    )
