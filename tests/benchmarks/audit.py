"""Verifying the event log of a million events against SHA-256 of the same bytes.

The floor reads the same bodies from the same file and puts them through one SHA-256, in the same run; a second figure
is the hash of the same bytes that lie in memory already. Then the whole verification with journal and signatures.
"""

from __future__ import annotations

import hashlib
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.services.audit_check import check_log
from desktop_app.services.audit_export import check_export
from desktop_app.services.shop import Shop
from desktop_app.services.shop_settings import ShopSettings
from desktop_app.storage import audit
from desktop_app.storage.log_reading import open_log
from desktop_app.storage.vault_slots import Argon2Cost

ROWS = 1_000_000
ROUNDS = 3
_START = datetime(2026, 1, 1, tzinfo=UTC)


def main(rows: int = ROWS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        started = time.perf_counter()
        shop, _ = Shop.create(
            folder,
            protection="password",
            password="correct horse battery",
            settings=ShopSettings(shop_name="星河卡盟"),
            cost=Argon2Cost(16, 2, 1),
        )
        _fill(shop, rows)
        with shop.context.write() as session:
            shop.context.record(session, "request.noted", "requests", 1)
        _say(f"made {rows:,} events and their journal in {time.perf_counter() - started:.0f} s")
        _append_costs(shop)
        shop.close()
        _verify(folder, rows)
        exported = Path(name) / "log.jsonl"
        _export(folder, exported)


def _fill(shop: Shop, rows: int) -> None:
    context = shop.context
    with context.write() as session:
        seq, head = audit.tail(session, shop_uuid=context.shop_uuid)

        def events() -> Iterator[tuple[int, str, bytes, bytes]]:
            nonlocal head
            for number in range(seq + 1, rows + 1):
                body = audit.canonical(
                    {
                        "v": 1,
                        "seq": number,
                        "at": _START + timedelta(seconds=20 * number),
                        "actor": "林默",
                        "kind": "order.delivered",
                        "entity": "orders",
                        "entity_id": number,
                        "order_id": number,
                        "facts": {"from": "paid", "to": "shipped", "order_no": f"E20261122{number:010d}", "count": 1},
                    }
                )
                leaf = audit.leaf_hash(body)
                head = audit.head_hash(head, leaf)
                yield number, body, leaf, head

        raw = session.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.executemany("INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", events())


def _append_costs(shop: Shop) -> None:
    """What the journal adds to one small operation."""
    journal = shop.context.database.journal
    assert journal is not None
    real, spent = journal.follow, [0.0]

    def timed(new: object, read_after: object) -> None:
        start = time.perf_counter()
        real(new, read_after)  # type: ignore[arg-type]
        spent[0] += time.perf_counter() - start

    journal.follow = timed  # type: ignore[assignment,method-assign]
    times: list[float] = []
    for _ in range(300):
        start = time.perf_counter()
        with shop.context.write() as session:
            shop.context.record(session, "request.noted", "requests", 1)
        times.append(time.perf_counter() - start)
    del journal.follow  # type: ignore[attr-defined]
    times.sort()
    _say(f"one event: {times[150] * 1e3:.2f} ms, of which the journal {spent[0] / 300 * 1e3:.2f} ms")


def _verify(folder: Path, rows: int) -> None:
    ratios: list[float] = []
    for _ in range(ROUNDS):
        with open_log(folder / "shop.db") as log:
            start = time.perf_counter()
            digest, after, size, hashing = hashlib.sha256(), 0, 0, 0.0
            while events := log.after(after):
                bodies = [body or b"" for _, body, _, _ in events]
                begun = time.perf_counter()
                for body in bodies:
                    digest.update(body)
                hashing += time.perf_counter() - begun
                size += sum(map(len, bodies))
                after = events[-1][0]
            floor = time.perf_counter() - start
            start = time.perf_counter()
            walk = audit.walk_along(log.after, shop_uuid=log.shop_uuid)
            taken = time.perf_counter() - start
            assert walk.broken is None
            assert walk.seq >= rows
        ratios.append(taken / floor)
        _say(f"  {size / 1e6:.0f} MB: read and hashed {floor:.2f} s (hashed {hashing:.2f} s), chain {taken:.2f} s")
    start = time.perf_counter()
    report = check_log(folder)
    whole = time.perf_counter() - start
    assert report.is_intact, report.findings
    _say(f"chain: {sorted(ratios)[ROUNDS // 2]:.2f}x of SHA-256 over the same bytes")
    _say(f"chain, journal and {report.checkpoints} checkpoints: {whole:.2f} s; peak memory {_peak_mb():.0f} MB")


def _export(folder: Path, path: Path) -> None:
    shop = Shop.open(folder)
    shop.unlock("correct horse battery")
    start = time.perf_counter()
    count = shop.audit.export(path)
    taken = time.perf_counter() - start
    shop.close()
    start = time.perf_counter()
    assert check_export(path).is_intact
    _say(
        f"export of {count:,} events, {path.stat().st_size / 1e6:.0f} MB: {taken:.1f} s, verified in "
        f"{time.perf_counter() - start:.1f} s; peak memory {_peak_mb():.0f} MB"
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
