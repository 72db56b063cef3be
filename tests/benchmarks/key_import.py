"""A file of a million keys (a tenth of them twice) into a shop, against SQLite's own import of the plain text.

The floor is ``sqlite3 .import`` into one UNIQUE column; without that program Python's ``executemany``. Ours is the
whole way: file on disk, preview with a verdict on every line, every key sealed, found by its blind index, stored in
one transaction and on disk. Floor and ours run in turn, each in a process of its own; the second pair imports another
file into what the first one made.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sqlite3
import statistics
import string
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from desktop_app.domain.states import ProductKind
from desktop_app.services.context import Context, system_clock
from desktop_app.services.inventory import ImportOptions, Inventory
from desktop_app.services.products import ProductDraft, Products
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import load_slots, save_slot

ROWS = 1_000_000
ROUNDS = 3
_ROOT = Path(__file__).resolve().parents[2]
_TABLE = "CREATE TABLE IF NOT EXISTS k (t TEXT UNIQUE ON CONFLICT IGNORE)"


def main(rows: int = ROWS, rounds: int = ROUNDS) -> None:
    floor_name = "sqlite3 .import" if shutil.which("sqlite3") else "sqlite3 module, executemany"
    say(f"{rows:,} lines, {rows - rows // 10:,} keys; floor: {floor_name}; {rounds} rounds")
    ratios: list[list[float]] = [[], []]
    peaks: list[int] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (0, 1):
            write_keys(folder / f"keys{part}.txt", rows, seed=part)
        for number in range(rounds):
            home = folder / f"round{number}"
            home.mkdir()
            for part in (0, 1):
                file = folder / f"keys{part}.txt"
                floor = import_plain(file, home / "floor.db")
                ours = import_ours(file, home, part)
                ratios[part].append(ours["seconds"] / floor)
                peaks.append(int(ours["peak_mb"] + ours["helper_mb"]))
                say(
                    f"  {('first', 'second')[part]} file: floor {floor:.2f} s, ours {ours['seconds']:.2f} s "
                    f"(preview {ours['preview']:.2f} s, CPU {ours['cpu']:.2f} s "
                    f"and {ours['helper_cpu']:.2f} s beside), {ratios[part][-1]:.2f}x, "
                    f"peak {ours['peak_mb']:.0f} and {ours['helper_mb']:.0f} MB"
                )
            shutil.rmtree(home)
    say(f"into an empty shop: median {statistics.median(ratios[0]):.2f}x (goal 1.1x)")
    say(f"into as many keys again: median {statistics.median(ratios[1]):.2f}x (goal 1.2x)")
    say(f"peak memory of both processes: {max(peaks)} MB (goal 350 MB)")


def write_keys(path: Path, rows: int, seed: int) -> None:
    chance = random.Random(seed)
    letters = string.ascii_uppercase + string.digits
    keys = ["-".join("".join(chance.choices(letters, k=4)) for _ in range(4)) for _ in range(rows - rows // 10)]
    keys += chance.choices(keys, k=rows // 10)
    chance.shuffle(keys)
    path.write_text("\n".join(keys) + "\n", encoding="ascii")


def import_plain(file: Path, database: Path) -> float:
    """Seconds that the floor takes."""
    program = shutil.which("sqlite3")
    start = time.perf_counter()
    if program is not None:
        commands = [program, str(database), "-cmd", _TABLE, ".mode list", f".import {file} k"]
        subprocess.run(commands, check=True, stdin=subprocess.DEVNULL)
    else:
        connection = sqlite3.connect(database)
        connection.execute(_TABLE)
        with file.open(encoding="ascii") as lines:
            connection.executemany("INSERT INTO k VALUES (?)", ((line.rstrip("\n"),) for line in lines))
        connection.commit()
        connection.close()
    return time.perf_counter() - start


def import_ours(file: Path, home: Path, part: int) -> dict[str, float]:
    """What a process of its own measured: seconds, preview, cpu, peak_mb."""
    code = "import sys; from tests.benchmarks.key_import import child; child(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(file), str(home), str(part)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT, env={**os.environ})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def child(file: str, home: str, part: str) -> None:
    """One import, in this process; the vault's root key is kept beside the shop, so that the second file finds it."""
    folder, root = Path(home), Path(home) / "root"
    path = folder / "shop.db"
    if part == "0":
        database = Database.create(path, at=system_clock())
        vault = Vault.create(database.shop_uid)
        context = Context(database, vault, folder, "benchmark")
        product = Products(context).add(ProductDraft("A", "A", ProductKind.GAME_CARD))
        slot = vault.file_slot(root)
        with context.write() as session:
            save_slot(session, slot, system_clock())
    else:
        database = Database.open(path, at=system_clock())
        vault = Vault(database.shop_uid)
        context = Context(database, vault, folder, "benchmark")
        with context.read() as session:
            vault.unlock_with_file(load_slots(session), root)
        product = 1
    inventory = Inventory(context)
    beside = _Beside()
    beside.start()
    start, cpu = time.perf_counter(), time.process_time()
    preview = inventory.preview_file(Path(file), product)
    shown = time.perf_counter()
    result = inventory.import_keys(preview, ImportOptions())
    end = time.perf_counter()
    assert result.new_count == result.line_count - result.file_duplicates
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    measured = {
        "seconds": end - start,
        "preview": shown - start,
        "cpu": time.process_time() - cpu,
        "helper_cpu": helpers.ru_utime + helpers.ru_stime,
        "helper_mb": beside.most_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(measured))
    database.close()


class _Beside(threading.Thread):
    """Looks now and then how much memory the processes of this one take, where the system tells it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most_mb = 0.0

    def run(self) -> None:
        tasks = Path("/proc/self/task")
        while tasks.is_dir():
            with suppress(OSError, IndexError):  # threads and processes end while they are looked at
                own = Path("/proc/self/cmdline").read_bytes()
                for pid in " ".join((task / "children").read_text() for task in tasks.iterdir()).split():
                    other = Path("/proc") / pid
                    if (other / "cmdline").read_bytes() == own:
                        continue  # it is just being started, and still shown with the memory of this process
                    pages = int((other / "statm").read_text().split()[1])
                    self.most_mb = max(self.most_mb, pages * resource.getpagesize() / 2**20)
            time.sleep(0.05)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
