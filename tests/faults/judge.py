"""What must hold of a shop after whatever happened to its program."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_app.services.soundness import check_shop
from desktop_app.storage import journal
from desktop_app.storage.database import FILE_NAME
from tests.faults.story import SECRETS, open_shop

Summary = tuple[tuple[str, Any], ...]

# differ from one run of the same steps to the next, or say when somebody looked
_LEFT_OUT_TABLES = ("checkpoints", "order_search", "sqlite_")
_WORDS = {"state", "kind", "action", "note", "topup", "state_before", "verdict", "reference"}
_NUMBERS_LEFT_OUT = {"size", "at", "captured_at", "not_before", "not_after", "key_count"}


def summary(data_dir: Path) -> Summary:
    """How many rows each table has, in which states, and the sums of its numbers."""
    with sqlite3.connect(data_dir / FILE_NAME) as connection:
        found = tuple(_summary(connection))
    connection.close()
    return found


def _summary(connection: sqlite3.Connection) -> Iterator[tuple[str, Any]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (table,) in tables:
        if table.startswith(_LEFT_OUT_TABLES):
            continue
        yield table, connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            if name in _WORDS:
                counts = connection.execute(f"SELECT {name}, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
                yield f"{table}.{name}", tuple(counts.fetchall())
            elif kind == "INTEGER" and name not in _NUMBERS_LEFT_OUT:
                yield f"{table}.{name}", connection.execute(f"SELECT total({name}) FROM {table}").fetchone()[0]


def same_but_for_the_log(one: Summary, other: Summary) -> str:
    """The first thing in which two shops differ, events and proofs' numbers of events left out; empty when none."""
    here, there = dict(one), dict(other)
    for name in sorted(here.keys() | there.keys()):
        if not name.startswith("events") and here.get(name) != there.get(name):
            return f"{name}: {here.get(name)} is not {there.get(name)}"
    return ""


def findings_before_start(data_dir: Path, *, is_journal_whole: bool) -> list[str]:
    """The file as SQLite alone sees it, and the journal beside it, before the program could mend anything.

    ``is_journal_whole``: everything was acknowledged, so every event must stand in the journal.
    """
    found = []
    with sqlite3.connect(data_dir / FILE_NAME) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            found.append(f"integrity_check: {said}")
        heads = dict(connection.execute("SELECT seq, head FROM events"))
        (uuid,) = connection.execute("SELECT uuid FROM shop").fetchone()
    connection.close()
    written: dict[int, bytes] = {}
    for path in journal.files(data_dir / journal.FOLDER):
        _, events = journal.open_file(path, uuid)
        for seq, body, _leaf, head in events:
            if body:
                assert json.loads(body)["seq"] == seq
                written[seq] = head
    found += [
        f"the journal has event {seq}, which was rolled back" for seq in written if heads.get(seq) != written[seq]
    ]
    if is_journal_whole and heads.keys() - written.keys():
        found.append(f"the journal lacks the acknowledged events {sorted(heads.keys() - written.keys())}")
    return found


def findings_after_start(data_dir: Path, *, whole: bool) -> list[str]:
    """The shop as it opens again. ``whole`` also opens every seal and verifies the log (slower)."""
    shop = open_shop(data_dir)
    try:
        found = [finding.en for finding in check_shop(shop.context)] if whole else []
        with shop.context.read() as session:
            known = set(session.connection().exec_driver_sql("SELECT file_name FROM proofs").scalars())
    finally:
        shop.close()
    proofs = data_dir / "proofs"
    papers = {path.name for path in proofs.iterdir()} if proofs.is_dir() else set()
    found += [f"a paper that was never issued stays: {name}" for name in sorted(papers - known)]
    for path in data_dir.rglob("*"):
        if ".part" in path.name:
            found.append(f"half a file stays: {path.relative_to(data_dir)}")
        if path.is_file() and path.stat().st_size < 64 << 20:
            content = path.read_bytes()
            found += [f"{secret!r} stands in clear in {path.name}" for secret in SECRETS if secret in content]
    return found
