"""The journal beside the shop: everything committed, nothing rolled back, never rewritten."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import CancelledError
from desktop_app.storage import audit, journal
from desktop_app.storage.database import Database


def _add(database: Database, at: datetime, count: int = 1, kind: str = "order.paid") -> None:
    for _ in range(count):
        with database.write() as session:
            audit.append(session, shop_uuid=database.shop_uuid, kind=kind, actor="店主", at=at, entity="orders")


def _files(database: Database) -> list[Path]:
    return journal.files(database.path.parent / journal.FOLDER)


def _held(database: Database) -> list[audit.Event]:
    events: list[audit.Event] = []
    for path in _files(database):
        start, found = journal.open_file(path, database.shop_uuid)
        assert start is not None
        events += found
    return events


def _logged(database: Database) -> list[audit.Event]:
    with database.read() as session:
        rows = session.connection().exec_driver_sql(audit.EVENTS_AFTER, (0, 10_000))
        return [tuple(row) for row in rows]  # type: ignore[misc]


def _cut(database: Database, after: int) -> None:
    """As somebody who opens the file with a tool; the rules are put back so that it opens again."""
    raw = sqlite3.connect(database.path)
    rule = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'tr_events_stay'").fetchone()[0]
    raw.execute("DROP TRIGGER tr_events_stay")
    raw.execute("DELETE FROM events WHERE seq > ?", (after,))
    raw.execute(rule)
    raw.commit()
    raw.close()


def test_every_commit_is_in_it_and_no_rollback(database: Database, at: datetime) -> None:
    _add(database, at, 3)

    def cancelled() -> None:
        with database.write() as session:
            audit.append(session, shop_uuid=database.shop_uuid, kind="x", actor="a", at=at, entity="orders")
            raise CancelledError("stopped", "已取消")

    with pytest.raises(CancelledError):
        cancelled()
    _add(database, at)
    assert _held(database) == _logged(database)
    assert len(_held(database)) == 5
    assert b'"kind":"x"' not in _files(database)[0].read_bytes()


def test_a_month_has_its_file(database: Database, at: datetime) -> None:
    _add(database, at)
    _add(database, at + timedelta(days=40))
    _add(database, at)  # a clock that was set back starts no older file
    assert [path.name for path in _files(database)] == ["000001-2026-11.jsonl", "000002-2027-01.jsonl"]
    assert _held(database) == _logged(database)


@pytest.mark.parametrize("lost", [1, 60, 400])
def test_what_a_crash_left_out_is_caught_up_at_the_start(database: Database, at: datetime, lost: int) -> None:
    _add(database, at, 4)
    database.close()
    (path,) = _files(database)
    os.truncate(path, path.stat().st_size - lost)
    again = Database.open(database.path, at=at)
    try:
        assert _held(again) == _logged(again)
        assert again.journal is not None
        assert again.journal.problem is None
    finally:
        again.close()


def test_what_another_program_committed_and_did_not_write_is_caught_up_before_ours(
    database: Database, at: datetime
) -> None:
    _add(database, at)
    with database._writer.begin() as connection:
        last = connection.exec_driver_sql("SELECT seq, head FROM events ORDER BY seq DESC").first()
        assert last is not None
        body = audit.canonical({"at": at, "kind": "order.paid", "seq": last[0] + 1})
        leaf = audit.leaf_hash(body)
        head = audit.head_hash(last[1], leaf)
        connection.exec_driver_sql(
            "INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", (last[0] + 1, body, leaf, head)
        )
    _add(database, at)
    assert _held(database) == _logged(database)


def test_two_programs_write_one_journal(database: Database, at: datetime) -> None:
    other = Database.open(database.path, at=at)
    for _ in range(5):
        _add(database, at)
        _add(other, at)
    other.close()
    assert _held(database) == _logged(database)
    assert len(_files(database)) == 1


def test_a_cut_log_is_told_and_the_journal_keeps_its_lines(database: Database, at: datetime) -> None:
    _add(database, at, 6)
    before = _held(database)
    database.close()
    _cut(database, 3)
    again = Database.open(database.path, at=at)
    try:
        assert again.journal is not None
        assert again.journal.problem is not None
        assert _held(again) == before  # looking changes nothing
        _add(again, at, 2, "order.cancelled")
        first, second = _files(again)
        assert list(journal.open_file(first, again.shop_uuid)[1]) == before
        start, events = journal.open_file(second, again.shop_uuid)
        assert start is not None
        assert start.after == 3
        assert list(events) == _logged(again)[3:]
        assert again.journal.problem is not None
    finally:
        again.close()
    later = Database.open(database.path, at=at)
    assert later.journal is not None
    assert later.journal.problem is not None  # it does not go away by itself
    later.close()


def test_a_journal_that_cannot_be_written_never_fails_the_shop(database: Database, at: datetime) -> None:
    _add(database, at)
    folder = database.path.parent / journal.FOLDER
    folder.rename(folder.with_name("away"))
    folder.write_text("in the way")
    _add(database, at, 2)
    assert database.journal is not None
    assert database.journal.problem is not None
    assert "journal" in str(database.journal.problem)
    folder.unlink()
    folder.with_name("away").rename(folder)
    _add(database, at)
    assert database.journal.problem is None
    assert _held(database) == _logged(database)


_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from desktop_app.storage import audit
from desktop_app.storage.database import Database

at = datetime(2026, 11, 22, tzinfo=UTC)
database = Database.open(Path(sys.argv[1]), at=at)
while True:
    with database.write() as session:
        audit.append(session, shop_uuid=database.shop_uuid, kind="order.paid", actor="a", at=at, entity="orders")
    print("ok", flush=True)
"""


def test_killed_programs_leave_a_journal_that_catches_up(database: Database, at: datetime) -> None:
    database.close()
    for acknowledged in (1, 3, 6):
        work = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(database.path)], stdout=subprocess.PIPE, cwd=Path.cwd()
        )
        assert work.stdout is not None
        for _ in range(acknowledged):
            work.stdout.readline()
        work.kill()
        work.communicate()
    again = Database.open(database.path, at=at)
    try:
        assert len(_logged(again)) >= 11
        assert _held(again) == _logged(again)
    finally:
        again.close()
