from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from desktop_app.domain.errors import ConflictError, ShopError, StorageError
from desktop_app.storage import audit, backups, schema
from desktop_app.storage import database as database_module
from desktop_app.storage.connections import wal_is_safe
from desktop_app.storage.database import Database
from desktop_app.storage.tables import SettingRow


def _pragma(database: Database, name: str, *, write: bool = False) -> object:
    with database.write() if write else database.read() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()


def _scalar(database: Database, statement: str) -> object:
    with database.read() as session:
        return session.connection().exec_driver_sql(statement).scalar_one()


def test_connections_are_set_up_for_durability(database: Database) -> None:
    for write in (False, True):
        assert _pragma(database, "synchronous", write=write) == 2
        assert _pragma(database, "foreign_keys", write=write) == 1
        assert _pragma(database, "recursive_triggers", write=write) == 1
        assert _pragma(database, "cell_size_check", write=write) == 1
        assert _pragma(database, "busy_timeout", write=write) == 5000
    wanted = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "delete"
    assert _pragma(database, "journal_mode") == wanted


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), False),
        ((3, 53, 0), True),
    ],
)
def test_wal_only_on_a_fixed_sqlite(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_two_writers_lose_no_update(database: Database, at: datetime) -> None:
    with database.write() as session:
        session.add(SettingRow(key="counter", value="0", updated_at=at))
    errors: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(40):
                with database.write() as session:
                    row = session.get(SettingRow, "counter")
                    assert row is not None
                    row.value = str(int(row.value) + 1)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert _scalar(database, "SELECT value FROM settings WHERE key = 'counter'") == "160"


def test_an_exception_undoes_the_whole_block(database: Database, at: datetime) -> None:
    def half() -> None:
        with database.write() as session:
            session.add(SettingRow(key="half", value="1", updated_at=at))
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert _scalar(database, "SELECT count(*) FROM settings") == 0


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="cannot be written"), database.read() as session:
        session.connection().exec_driver_sql("DELETE FROM settings")


def test_a_window_stores_although_its_own_workers_read(
    database: Database, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WINDOW_WRITES", 0.01)
    database.keep_window_alive()
    with closing(sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM settings").fetchone()
        end = threading.Timer(0.3, reader.execute, ("ROLLBACK",))
        end.start()
        with database.write() as session:
            session.add(SettingRow(key="a", value="1", updated_at=at))
        end.join()
    with database.read() as session:
        assert session.get(SettingRow, "a") is not None


def test_one_read_after_another_finds_the_pages_of_the_last(database: Database) -> None:
    def connection(*, beside: int = 0) -> int:
        with database.read() as session:
            own = session.connection().connection.dbapi_connection
            if beside:
                connection(beside=beside - 1)
            return id(own)

    connection(beside=3)  # four at once, so that there are some to choose from
    assert len({connection() for _ in range(8)}) == 1


def test_a_block_inside_a_block_is_a_bug(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError), database.write():
        pass
    with database.write() as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1


def test_another_program_that_holds_the_lock_is_told(database: Database) -> None:
    holder = sqlite3.connect(database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        raw = database._writer.raw_connection()
        raw.cursor().execute("PRAGMA busy_timeout = 10")
        raw.close()
        with pytest.raises(StorageError, match="nothing was stored"), database.write():
            raise AssertionError("the lock was not asked for at the start")
    finally:
        holder.close()


def test_a_full_disk_is_told_and_nothing_is_kept(database: Database, at: datetime) -> None:
    def fill() -> None:
        with database.write() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            session.add_all([SettingRow(key=f"k{i}", value="x" * 2000, updated_at=at) for i in range(200)])

    with pytest.raises(StorageError, match="disk is full"):
        fill()
    assert _scalar(database, "SELECT count(*) FROM settings") == 0
    assert backups.check_file(database.path) is None


def test_broken_rules_reach_the_caller(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql("UPDATE channels SET platform_kind = 'pirate'")


def test_create_refuses_a_folder_that_has_a_shop(database: Database, at: datetime) -> None:
    before = database.shop_uuid
    database.close()
    with pytest.raises(ConflictError):
        Database.create(database.path, at=at)
    reopened = Database.open(database.path, at=at)
    assert reopened.shop_uuid == before
    reopened.close()


def test_a_creation_that_fails_leaves_no_shop(shop_path: Path, at: datetime) -> None:
    def fail(session: object, shop_uuid: str) -> None:
        raise StorageError("no", "不")

    with pytest.raises(StorageError):
        Database.create(shop_path, at=at, fill=fail)
    assert not Database.exists(shop_path)
    with pytest.raises(StorageError, match="no shop"):
        Database.open(shop_path, at=at)
    Database.create(shop_path, at=at).close()
    assert Database.exists(shop_path)


def test_files_are_readable_by_their_owner_only(database: Database, at: datetime) -> None:
    with database.write() as session:
        session.add(SettingRow(key="a", value="1", updated_at=at))
        session.flush()
        for path in database.path.parent.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path


def _contents(folder: Path) -> dict[Path, bytes]:
    return {item: item.read_bytes() for item in folder.rglob("*") if item.is_file()}


def test_a_newer_shop_is_refused_and_not_touched(database: Database, at: datetime) -> None:
    path = database.path
    database.close()
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    raw.close()
    before = _contents(path.parent)
    with pytest.raises(StorageError, match="newer"):
        Database.open(path, at=at)
    assert _contents(path.parent) == before


def test_foreign_files_are_refused(shop_path: Path, at: datetime) -> None:
    shop_path.parent.mkdir()
    shop_path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(StorageError, match="not a Kamidesk shop"):
        Database.open(shop_path, at=at)
    shop_path.unlink()
    raw = sqlite3.connect(shop_path)
    raw.execute("CREATE TABLE somebody_elses (x)")
    raw.close()
    with pytest.raises(StorageError, match="not a Kamidesk shop"):
        Database.open(shop_path, at=at)


def test_links_are_refused(database: Database, tmp_path: Path, at: datetime) -> None:
    link = tmp_path / "elsewhere" / "shop.db"
    link.parent.mkdir()
    link.symlink_to(database.path)
    with pytest.raises(StorageError, match="not an ordinary file"):
        Database.open(link, at=at)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER tr_events_keep",
        "CREATE TRIGGER planted AFTER INSERT ON orders BEGIN DELETE FROM settings; END",
        "CREATE VIEW planted AS SELECT 1",
    ],
)
def test_a_changed_schema_is_noticed(database: Database, at: datetime, statement: str) -> None:
    path = database.path
    database.close()
    raw = sqlite3.connect(path)
    raw.execute(statement)
    raw.close()
    with pytest.raises(StorageError, match="changed by another program"):
        Database.open(path, at=at)


def test_one_window_and_any_number_of_commands(database: Database, at: datetime) -> None:
    path = database.path
    window = Database.open(path, at=at, window=True)
    with pytest.raises(StorageError, match="another Kamidesk window"):
        Database.open(path, at=at, window=True)
    command = Database.open(path, at=at)
    command.close()
    window.close()
    Database.open(path, at=at, window=True).close()


def _child(code: str, path: Path) -> subprocess.Popen[str]:
    head = """
        import sys
        from datetime import UTC, datetime
        from pathlib import Path
        from desktop_app.storage.database import Database
        from desktop_app.storage.tables import SettingRow
        AT = datetime(2026, 11, 22, tzinfo=UTC)
        path = Path(sys.argv[1])
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(code), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )


def _kill_after_line(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == "now\n"
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_killed_window_frees_its_seat_and_asks_for_a_check(database: Database, at: datetime) -> None:
    path = database.path
    database.close()
    code = "import time\ndb = Database.open(path, at=AT, window=True)\nprint('now', flush=True)\ntime.sleep(60)"
    _kill_after_line(_child(code, path))
    reopened = Database.open(path, at=at, window=True)
    assert reopened._lock.left_open
    assert not reopened.check_due  # small: checked before it opened
    reopened.close()
    again = Database.open(path, at=at, window=True)
    assert not again._lock.left_open
    again.close()


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_kill_in_the_middle_of_a_large_write_leaves_nothing_of_it(database: Database, at: datetime) -> None:
    path = database.path
    with database.write() as session:
        session.add(SettingRow(key="before", value="kept", updated_at=at))
    database.close()
    child = _child(
        """
        db = Database.open(path, at=AT)
        with db.write() as session:
            raw = session.connection()
            raw.exec_driver_sql("PRAGMA cache_size = 10")  # spill into the file
            for i in range(20_000):
                raw.exec_driver_sql("INSERT INTO settings VALUES (?, ?, 0)", (f"k{i}", "x" * 300))
            print("now", flush=True)
            import time
            time.sleep(60)
        """,
        path,
    )
    size = path.stat().st_size
    _kill_after_line(child)
    assert path.stat().st_size > size  # pages of the half transaction stand in the file
    reopened = Database.open(path, at=at)
    assert _scalar(reopened, "SELECT group_concat(key) FROM settings") == "before"
    assert reopened.check() is None
    reopened.close()


def test_a_killed_creation_is_no_shop(shop_path: Path, at: datetime) -> None:
    child = _child(
        """
        def fill(session, shop_uuid):
            raw = session.connection()
            raw.exec_driver_sql("PRAGMA cache_size = 10")
            for i in range(20_000):
                raw.exec_driver_sql("INSERT INTO settings VALUES (?, ?, 0)", (f"k{i}", "x" * 300))
            print("now", flush=True)
            import time
            time.sleep(60)
        Database.create(path, at=AT, fill=fill)
        """,
        shop_path,
    )
    _kill_after_line(child)
    assert shop_path.stat().st_size > 100_000
    assert not Database.exists(shop_path)
    Database.create(shop_path, at=at).close()
    assert Database.exists(shop_path)


def test_damage_is_noticed_after_a_crash(database: Database, at: datetime) -> None:
    path = database.path
    with database.write() as session:
        for i in range(500):
            session.add(SettingRow(key=f"k{i}", value="x" * 100, updated_at=at))
    database.close()
    (path.parent / "window.lock").write_bytes(b"open\n")
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size - 4096 * 3)
        stream.write(b"\xff" * 4096 * 2)
    with pytest.raises(StorageError, match="damaged"):
        Database.open(path, at=at, window=True)
    with pytest.raises(StorageError, match="damaged"):  # and asks again until it is in order
        Database.open(path, at=at, window=True)


def test_no_card_key_stands_in_any_file_in_clear(database: Database, freezing: ModuleType, at: datetime) -> None:
    from desktop_app.storage.vault import Vault
    from desktop_app.storage.vault_slots import load_slots

    with database.read() as session:
        slots = load_slots(session)
    vault = Vault(database.shop_uid)
    vault.unlock_with_password(slots, freezing.PASSWORD)
    secret = "SECRET-CARD-98765"
    with database.write() as session:
        raw = session.connection()
        tags = list(vault.card_tags([f"{secret}-{i}" for i in range(2000)]))
        cards = [f"{secret}-{i}".encode() for i in range(2000)]
        sealed = vault.seal_cards(zip(tags, cards, strict=True), freezing.PRODUCT_UID)
        for i, (tag, blob) in enumerate(zip(tags, sealed, strict=True), 2):
            raw.execute(
                text(
                    "INSERT INTO card_keys (product_id, batch_id, line, state, state_at, tag, sealed, note) "
                    "VALUES (1, 1, :line, 'in_stock', 0, :tag, :blob, '')"
                ),
                {"line": i, "tag": tag, "blob": blob},
            )
        raw.exec_driver_sql("UPDATE card_keys SET state = 'delivered' WHERE line > 2")
        names = {item.name for item in database.path.parent.iterdir()}
        assert names & {"shop.db-journal", "shop.db-wal"}
        for item in filter(Path.is_file, database.path.parent.rglob("*")):
            assert secret.encode() not in item.read_bytes(), item
    assert secret.encode() not in database.path.read_bytes()


def test_a_copy_is_verified_and_complete(database: Database, tmp_path: Path, at: datetime) -> None:
    target = tmp_path / "backups" / "copy.db"
    copy = backups.copy_verified(database.path, target)
    assert copy.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert copy.size == target.stat().st_size
    assert [item.name for item in target.parent.iterdir()] == ["copy.db"]
    restored = tmp_path / "restored" / "shop.db"
    restored.parent.mkdir()
    target.rename(restored)
    opened = Database.open(restored, at=at)
    assert opened.shop_uuid == database.shop_uuid
    opened.close()


def test_every_error_is_said_in_both_languages(shop_path: Path, at: datetime) -> None:
    with pytest.raises(ShopError) as caught:
        Database.open(shop_path, at=at)
    assert str(shop_path) in caught.value.text("zh_CN")
    assert str(shop_path) in caught.value.text("en")


def test_unknown_sql_stays_a_bug(database: Database) -> None:
    with pytest.raises(OperationalError), database.read() as session:
        session.connection().exec_driver_sql("SELECT * FROM no_such_table")


def test_a_shop_that_is_written_all_the_time_is_copied_whole(
    database: Database, tmp_path: Path, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces, each write begins the copy anew; after some of them it is copied at once."""
    monkeypatch.setattr(backups, "_PAGES", 1)
    seen: list[int] = []
    look = backups._Patience.look

    def write(patience: backups._Patience, status: int, remaining: int, total: int) -> None:
        if remaining == total // 2:
            seen.append(remaining)
            with database.write() as session:
                audit.append(
                    session, shop_uuid=database.shop_uuid, kind="x", actor="a", at=at, entity="orders", entity_id=1
                )
        look(patience, status, remaining, total)

    monkeypatch.setattr(backups._Patience, "look", write)
    copy = backups.copy_verified(database.path, tmp_path / "copy.db")
    assert len(seen) > backups._MOST_RESTARTS
    with closing(sqlite3.connect(copy.path)) as raw:
        assert raw.execute("SELECT count(*) FROM events").fetchone()[0] >= len(seen)
