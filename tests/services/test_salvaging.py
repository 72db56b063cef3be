"""Salvaging a shop whose file was destroyed here and there: what comes back was there, and the rest is named."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import CancelledError, NotFoundError, RefusedError, ShopError, StorageError
from desktop_app.services import Shop
from desktop_app.services.audit_check import check_log
from desktop_app.services.audit_export import check_export
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.restoring import restore
from desktop_app.services.salvaging import SalvagePreview, preview_salvage, salvage, write_report
from desktop_app.storage import audit, backup_sets, replacing
from desktop_app.storage.damaged_pages import DamagedPages
from tests.services.damage import (
    PAGE,
    Rows,
    destroy,
    digests,
    leaves_of,
    page_count,
    places_of,
    root_of,
    rows_of,
    some_pages,
    without,
    writing,
)
from tests.services.desk import Clock
from tests.services.mishaps import full_disk, killed
from tests.services.sealed_shop import add_order, everything_in, make_shop, open_shop

FIXTURES = Path(__file__).parents[1] / "fixtures"
UNDONE = "UNDONE"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop with a backup; its file has free pages with rows that were deleted, and rows of several pages."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    shop = make_shop(folder, keys=1600)
    for i in range(60):
        add_order(shop, f"S{i:03d}")
    with shop.context.write() as session:
        long = json.dumps("长" * 12_000, ensure_ascii=False)
        session.connection().exec_driver_sql("INSERT INTO settings VALUES ('zz_long', ?, 1)", (long,))
    undone = shop.inventory.import_keys(
        shop.inventory.preview_text("\n".join(f"{UNDONE}-{i:04d}-{i * 31}" for i in range(400)), 1), ImportOptions()
    )
    shop.inventory.undo_import(undone.batch_id)
    shop.backups.make()
    shop.close()
    return folder


@pytest.fixture(scope="module")
def truth(sample: Path) -> Rows:
    return rows_of(sample / "shop.db")


@pytest.fixture(scope="module")
def places(sample: Path) -> dict[tuple[str, int], set[int]]:
    return places_of(sample / "shop.db")


@pytest.fixture
def whole(sample: Path, tmp_path: Path) -> Path:
    """The file as it was."""
    return Path(shutil.copy(sample / "shop.db", tmp_path / "whole.db"))


def _line(preview: SalvagePreview, table: str) -> Any:
    return next(line for line in preview.tables if line.table == table)


def _came_back(folder: Path, truth: Rows) -> set[tuple[str, int]]:
    """The rows that came back; nothing may have come that was not there so, but the event of the salvage and what it
    says itself to be otherwise."""
    found = rows_of(folder / "shop.db")
    report = json.loads((folder / "salvage.json").read_text("utf-8"))
    otherwise = {
        line["table"]
        for line in report["tables"]
        if line["links_emptied"] or line["rebuilt_from_log"] or line["from_backup_changed_since"]
    }
    invented = {
        place: row
        for place, row in found.items()
        if truth.get(place) != row and place != ("events", report["event"]) and place[0] not in otherwise
    }
    assert invented == {}
    return {place for place in found if place in truth}


# ---- pages destroyed at random


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 5, 20])
def test_every_row_on_a_page_that_is_left_comes_back(
    folder: Path, truth: Rows, places: dict[tuple[str, int], set[int]], count: int, seed: int
) -> None:
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    bad = set(some_pages(file, count, seed))
    destroy(file, bad, seed=seed)
    before = digests(folder)
    preview = preview_salvage(folder, clock=Clock())
    assert digests(folder) == before, "looking writes nothing"
    possible = {place for place, pages in places.items() if not pages & bad}
    if preview.is_sound:  # only free pages were hit
        assert len(possible) == len(truth)
        return
    done = salvage(folder, clock=Clock())
    assert done.aside is not None
    assert (done.aside / "shop.db").read_bytes() != (folder / "shop.db").read_bytes()
    came = _came_back(folder, truth)
    removed = {
        (table, row.get("rowid", row.get("id")))
        for table, rows in json.loads(done.report.read_text("utf-8"))["rows_taken_out"].items()
        for row in rows
    }
    # what is left out because nobody can tell whether it was deleted is counted, too
    assert len(possible - came - removed) <= preview.unknown_rows
    if preview.is_counted:
        assert preview.lost == len(truth) - len(came)
    Shop.open(folder, clock=Clock()).close()


@pytest.mark.parametrize("seed", range(3))
def test_with_a_backup_and_the_journal_everything_comes_back_of_a_shop_that_did_not_change_since(
    folder: Path, truth: Rows, seed: int
) -> None:
    wanted = everything_in(folder)
    truth = rows_of(folder / "shop.db")
    file = folder / "shop.db"
    leaves = sorted({leaf for table in {table for table, _ in truth} for leaf in leaves_of(file, table)})
    destroy(file, [1, *random.Random(seed).sample(leaves, 20)], seed=seed)
    salvage(folder, clock=Clock())
    assert _came_back(folder, truth) == set(truth)
    assert check_log(folder).findings == []
    assert everything_in(folder) == wanted
    shop = open_shop(folder)
    assert shop.reports.check() == []
    shop.close()


# ---- pages that hold more than others


def test_the_first_page_is_not_needed(folder: Path, truth: Rows) -> None:
    without(folder, "backups")
    destroy(folder / "shop.db", [1])
    preview = salvage(folder, clock=Clock()).preview
    assert (preview.lost, preview.gaps) == (0, ())
    assert _came_back(folder, truth) == set(truth)
    assert check_log(folder).findings == []


@pytest.mark.parametrize("table", ["card_keys", "events", "orders", "settings"])
def test_below_a_lost_root_the_leaves_are_found(folder: Path, whole: Path, truth: Rows, table: str) -> None:
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    destroy(file, [root_of(file, table)])
    has_leaves = len(leaves_of(whole, table)) > 1
    preview = salvage(folder, clock=Clock()).preview
    came = {place for place in _came_back(folder, truth) if place[0] == table}
    wanted = {place for place in truth if place[0] == table}
    assert came == (wanted if has_leaves else came)
    assert _line(preview, table).lost == len(wanted) - len(came)


def test_indexes_are_not_needed_and_name_what_was_lost(folder: Path, truth: Rows) -> None:
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        indexes = [row[0] for row in connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'index'")]
    destroy(file, [page for page in indexes if page])
    assert salvage(folder, clock=Clock()).preview.lost == 0
    assert _came_back(folder, truth) == set(truth)


def test_lost_orders_are_called_by_their_numbers(folder: Path) -> None:
    without(folder, "backups", "journal")
    destroy(folder / "shop.db", leaves_of(folder / "shop.db", "orders")[:1])
    line = _line(preview_salvage(folder, clock=Clock()), "orders")
    assert line.is_counted
    assert line.lost == len(line.names) > 0
    assert "A0" in line.names


def test_a_row_that_went_on_in_a_lost_page_is_lost_and_its_neighbours_are_not(
    folder: Path, truth: Rows, places: dict[tuple[str, int], set[int]]
) -> None:
    without(folder, "backups", "journal")
    long = next(place for place, pages in places.items() if len(pages) > 2)
    leaf = root_of(folder / "shop.db", "settings")
    destroy(folder / "shop.db", [max(places[long] - {leaf})])
    line = _line(salvage(folder, clock=Clock()).preview, "settings")
    assert (line.lost, line.names) == (1, ("zz_long",))
    assert set(truth) - _came_back(folder, truth) == {long}


def test_an_older_state_on_a_free_page_is_not_taken_when_the_list_of_free_pages_is_lost(
    folder: Path, truth: Rows
) -> None:
    """Not every SQLite overwrites what it frees."""
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    data = bytearray(file.read_bytes())
    free, is_whole = DamagedPages(bytes(data)).free_pages()
    first_free = int.from_bytes(data[32:36], "big")
    assert is_whole
    leaves = leaves_of(file, "card_keys")
    for number, leaf in zip(sorted(free - {first_free}), leaves, strict=False):
        older = bytes(data[(leaf - 1) * PAGE : leaf * PAGE]).replace(b"in_stock", b"redeemed")
        data[(number - 1) * PAGE : number * PAGE] = older
    file.write_bytes(data)
    destroy(file, [first_free, root_of(file, "card_keys"), 1])
    preview = salvage(folder, clock=Clock()).preview
    assert _came_back(folder, truth) == set(truth)
    assert preview.unknown_rows > 0


def test_half_a_file(folder: Path, truth: Rows, places: dict[tuple[str, int], set[int]]) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    keep = page_count(file) * 6 // 10
    os.truncate(file, keep * PAGE + 100)
    done = salvage(folder, clock=Clock())
    came = _came_back(folder, truth)
    possible = {place for place, pages in places.items() if max(pages) <= keep}
    taken_out = sum(line.removed for line in done.preview.tables)
    assert len(possible - came) <= taken_out + done.preview.unknown_rows
    Shop.open(folder, clock=Clock()).close()


def test_a_zeroed_half(folder: Path, truth: Rows, places: dict[tuple[str, int], set[int]]) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    first = page_count(file) // 2
    with file.open("rb+") as stream:
        stream.seek(first * PAGE)
        stream.write(bytes(file.stat().st_size - first * PAGE))
    done = salvage(folder, clock=Clock())
    possible = {place for place, pages in places.items() if max(pages) <= first}
    taken_out = sum(line.removed for line in done.preview.tables)
    assert len(possible - _came_back(folder, truth)) <= taken_out + done.preview.unknown_rows
    Shop.open(folder, clock=Clock()).close()


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_file_is_salvaged_as_what_it_is_and_then_updated(tmp_path: Path, version: int) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copy(FIXTURES / f"shop_v{version}.db", folder / "shop.db")
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'refunds'").fetchone()
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("card_keys", "orders")
        }
    with (folder / "shop.db").open("rb+") as stream:
        stream.seek((page - 1) * 4096)
        stream.write(b"\xff" * 4096)
        stream.seek(0)
        stream.write(b"\xff" * 4096)
    done = salvage(folder, clock=Clock())
    assert done.preview.version == version
    Shop.open(folder, clock=Clock()).close()
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 3
        for table, count in counts.items():
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count


# ---- what cannot, or need not, be salvaged


def _picture(file: Path) -> None:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(200_000))


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _text(file: Path) -> None:
    file.write_text("not a shop\n" * 5000)


def _other_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT)")
        connection.execute("INSERT INTO orders VALUES (1, 'x')")
        connection.commit()


def _zeros(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


@pytest.mark.parametrize("make", [_picture, _empty, _text, _other_database, _zeros], ids=lambda one: one.__name__)
def test_a_file_of_another_kind_is_refused(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "shop.db")
    before = digests(folder)
    with pytest.raises(StorageError, match="Nothing in"):
        salvage(folder, clock=Clock())
    assert digests(folder) == before
    assert not list(folder.glob("restoring-*"))


def test_a_newer_file_is_left_to_the_newer_program(folder: Path) -> None:
    with writing(folder / "shop.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(StorageError, match="newer"):
        preview_salvage(folder)


def test_a_sound_shop_is_not_salvaged(folder: Path) -> None:
    before = digests(folder)
    preview = preview_salvage(folder, clock=Clock())
    assert preview.is_sound
    assert (preview.lost, preview.per_mille) == (0, 1000)
    with pytest.raises(RefusedError, match="not damaged"):
        salvage(folder, clock=Clock())
    assert digests(folder) == before


def test_no_shop_no_salvage(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        preview_salvage(tmp_path / "none")


def test_a_shop_that_is_open_is_left_alone(folder: Path) -> None:
    shop = Shop.open(folder, clock=Clock())
    with pytest.raises(StorageError, match="in use"):
        salvage(folder, clock=Clock())
    shop.close()


def test_cancelled_nothing_is_left(folder: Path) -> None:
    destroy(folder / "shop.db", [1])
    before = digests(folder)
    with pytest.raises(CancelledError):
        salvage(folder, cancelled=lambda: True)
    assert digests(folder) == before
    assert not list(folder.glob("restoring-*"))


def test_the_old_file_and_what_stands_beside_it_are_kept_whole(folder: Path) -> None:
    destroy(folder / "shop.db", [1, 9])
    (folder / "shop.db-journal").write_bytes(b"no journal that anybody could use")
    before = digests(folder)
    done = salvage(folder, clock=Clock())
    assert done.aside is not None
    after = digests(folder)
    for name in ("shop.db", "shop.db-journal"):
        assert after[f"{done.aside.name}/{name}"] == before[name]
    stays = {
        name: digest for name, digest in before.items() if name.startswith(("evidence", "proofs", "journal", "backups"))
    }
    assert {name: after.get(name) for name in stays} == stays


def test_into_a_folder_of_its_own_with_evidence_and_proofs(folder: Path, tmp_path: Path) -> None:
    wanted = everything_in(folder)
    destroy(folder / "shop.db", [1, *leaves_of(folder / "shop.db", "card_keys")[3:5]])
    before = digests(folder)
    done = salvage(folder, to=tmp_path / "new", clock=Clock())
    assert (done.aside, done.folder) == (None, tmp_path / "new")
    assert digests(folder) == before
    assert everything_in(tmp_path / "new") == wanted
    with pytest.raises(RefusedError, match="not empty"):
        salvage(folder, to=tmp_path / "new", clock=Clock())


def test_what_a_dead_program_left_in_its_journal_is_undone_in_the_copy(folder: Path, whole: Path, truth: Rows) -> None:
    """A transaction that was not committed is no part of the shop, also where the file is damaged elsewhere."""
    file = folder / "shop.db"

    def die(arm: Callable[[], None]) -> None:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA cache_size = 5")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE settings SET value = '\"half\"'")
        connection.execute("UPDATE orders SET note = 'half'")
        connection.execute("UPDATE card_keys SET note = 'half'")
        os.kill(os.getpid(), signal.SIGKILL)

    assert killed(10**6, die)
    assert (folder / "shop.db-journal").stat().st_size
    destroy(file, [root_of(whole, "prints")])
    salvage(folder, clock=Clock())
    assert _came_back(folder, truth) == set(truth)


# ---- rows that others depend on, and rows from the backup


def test_what_belonged_to_a_lost_order_is_in_the_report_and_not_in_the_shop(folder: Path) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "orders")[:1])
    done = salvage(folder, clock=Clock())
    lost = _line(done.preview, "orders").lost
    assert _line(done.preview, "units").removed == lost
    told = json.loads(done.report.read_text("utf-8"))["rows_taken_out"]["units"]
    assert len(told) == lost
    assert told[0]["net_fen"] == 100
    assert "orders" in told[0]["reason"]
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    report = check_log(folder)
    assert report.findings
    assert all("salvaged" in one.en for one in report.findings), [one.en for one in report.findings]
    shop = open_shop(folder)
    made = shop.backups.make()
    shop.close()
    assert made.problem is None
    restore(made.path, folder, accept_findings=True)


def test_a_key_that_was_sold_since_the_backup_does_not_come_back_into_stock(folder: Path) -> None:
    shop = open_shop(folder)
    with shop.context.read() as session:
        query = "SELECT id FROM orders WHERE order_no = 'S007'"
        order_id = session.connection().exec_driver_sql(query).scalar_one()
    shop.orders.deliver(order_id)
    (unit,) = shop.orders.detail(order_id).units
    shop.close()
    file = folder / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        (key,) = connection.execute("SELECT card_key_id FROM units WHERE id = ?", (unit.id,)).fetchone()
    bad = [leaf for leaf in leaves_of(file, "card_keys") if (key in _keys_on(file, leaf))]
    lost_keys = _keys_on(file, bad[0])
    destroy(file, [*bad, *leaves_of(file, "units")])
    done = salvage(folder, clock=Clock())
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        there = {number for (number,) in connection.execute("SELECT id FROM card_keys")}
        assert key not in there
        assert connection.execute("SELECT state FROM orders WHERE order_no = 'S007'").fetchone() == ("shipped",)
    assert lost_keys - there == {key}, "its neighbours were not touched since, and came from the backup"
    assert _line(done.preview, "card_keys").from_backup == len(lost_keys) - 1


def _keys_on(file: Path, leaf: int) -> set[int]:
    return {number for (table, number), pages in places_of(file).items() if table == "card_keys" and leaf in pages}


def test_products_come_from_the_log_where_there_is_no_backup(folder: Path) -> None:
    without(folder, "backups")
    wanted = everything_in(folder)
    file = folder / "shop.db"
    destroy(file, [root_of(file, name) for name in ("products", "channels", "batches", "policies")])
    done = salvage(folder, clock=Clock())
    assert _line(done.preview, "products").rebuilt == 2
    assert done.preview.lost == 0
    assert everything_in(folder) == wanted
    shop = open_shop(folder)
    assert all("salvaged" in one.en for one in check_log(folder).findings), "the wording of the policy is lost"
    assert {(one.code, one.name) for one in shop.products.names()} == {("A", "点卡"), ("B", "月卡")}
    shop.close()


def test_ways_to_unlock_come_from_the_backup_and_without_one_the_loss_is_said(folder: Path) -> None:
    file = folder / "shop.db"
    destroy(file, [root_of(file, "vault_slots")])
    assert preview_salvage(folder, clock=Clock()).can_be_unlocked
    without(folder, "backups")
    assert not preview_salvage(folder, clock=Clock()).can_be_unlocked


def test_the_id_of_the_shop_comes_from_beside_it(folder: Path) -> None:
    wanted = everything_in(folder)
    file = folder / "shop.db"
    destroy(file, [root_of(file, "shop")])
    without(folder, "backups")
    salvage(folder, clock=Clock())
    assert everything_in(folder) == wanted
    destroy(folder / "shop.db", [root_of(folder / "shop.db", "shop")])
    without(folder, "journal")
    with pytest.raises(StorageError, match="Which shop this is"):
        preview_salvage(folder, clock=Clock())


def test_a_backup_of_another_way_gives_nothing(folder: Path) -> None:
    """The shop was salvaged or restored to before the backup: what is in the backup is not of this shop's past."""
    shop = open_shop(folder)
    old = shop.backups.make().path if shop.backups.state().is_changed else next(iter((folder / "backups").glob("*.db")))
    for _ in range(3):
        with shop.context.write() as session:
            shop.context.record(session, "request.noted", "requests", 1)
    newer = shop.backups.make().path
    shop.close()
    restore(old, folder, accept_findings=True)
    assert newer.exists()
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "card_keys")[2:3])
    line = _line(preview_salvage(folder, clock=Clock()), "card_keys")
    assert (line.from_backup, line.lost > 0) == (0, True)


# ---- the event log


def _with_a_gap(folder: Path) -> tuple[int, int]:
    """A salvaged shop that has lost events for good: the first and the last of them."""
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "events")[1:2])
    (gap,) = salvage(folder, clock=Clock()).preview.gaps
    return gap


def test_events_come_back_from_the_journal_where_the_chain_proves_them(folder: Path, truth: Rows) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    leaves = leaves_of(file, "events")
    assert len(leaves) > 2
    destroy(file, leaves)
    preview = salvage(folder, clock=Clock()).preview
    assert preview.events_from == {"journal": sum(place[0] == "events" for place in truth)}
    assert preview.gaps == ()
    assert check_log(folder).findings == []


def test_an_event_that_the_journal_has_otherwise_is_not_taken(folder: Path) -> None:
    without(folder, "backups")
    (path,) = (folder / "journal").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[30] = lines[30].replace(b'"actor":"', b'"actor":"x')
    path.write_bytes(b"".join(lines))
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "events"))
    assert 30 in {
        number for first, last in preview_salvage(folder, clock=Clock()).gaps for number in range(first, last + 1)
    }


def test_a_gap_stays_a_finding_that_says_what_it_is(folder: Path, tmp_path: Path) -> None:
    first, last = _with_a_gap(folder)
    report = check_log(folder)
    assert f"Events {first} to {last} are missing" in report.findings[0].en
    assert "salvaged" in report.findings[0].en
    assert not any("replaced" in one.en or "cut off" in one.en for one in report.findings)
    assert any("Nobody has signed" in one.en for one in report.notes)
    shop = open_shop(folder)  # signs it, and writes the journal anew
    shop.audit.export(tmp_path / "log.jsonl")
    shop.close()
    report = check_log(folder)
    assert f"Events {first} to {last} are missing" in report.findings[0].en
    assert all("lost" in one.en for one in report.findings), [one.en for one in report.findings]
    assert not any("Nobody has signed" in one.en for one in report.notes)
    assert report.journal_events == report.events
    exported = check_export(tmp_path / "log.jsonl")
    assert [one.seq for one in exported.findings] == [first]
    assert "salvaged" in exported.findings[0].en


def test_a_backup_with_a_known_gap_is_as_good_as_the_shop(folder: Path) -> None:
    _with_a_gap(folder)
    shop = open_shop(folder)
    made = shop.backups.make()
    assert made.problem is None
    assert not shop.backups.state().is_changed
    shop.close()
    restore(made.path, folder)
    assert any("salvaged" in one.en for one in check_log(folder).findings)


def test_what_is_changed_beside_a_gap_is_found_as_ever(folder: Path) -> None:
    first, last = _with_a_gap(folder)
    open_shop(folder).close()
    for seq in (first - 1, last + 2):
        place = folder.parent / f"forged-{seq}"
        shutil.copytree(folder, place)
        with writing(place / "shop.db") as connection:
            triggers = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
            connection.execute("DROP TRIGGER tr_events_keep")
            connection.execute("UPDATE events SET body = replace(body, '林默', '某人') WHERE seq = ?", (seq,))
            connection.execute(next(sql for sql in triggers if "tr_events_keep" in sql))
        assert any("changed" in one.en and one.seq == seq for one in check_log(place).findings)


def test_a_wider_gap_than_the_salvage_told_of_is_no_known_gap(folder: Path) -> None:
    first, last = _with_a_gap(folder)
    open_shop(folder).close()
    with writing(folder / "shop.db") as connection:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'tr_events_stay'").fetchone()[0]
        connection.execute("DROP TRIGGER tr_events_stay")
        connection.execute("DELETE FROM events WHERE seq = ?", (last + 1,))
        connection.execute(sql)
    report = check_log(folder)
    assert any(f"broken at event {first}" in one.en for one in report.findings)


def test_who_takes_events_out_and_calls_it_a_salvage_is_not_covered(folder: Path) -> None:
    """Anybody can write such an event: it stays a finding, and unsigned it is said to be nobody's word."""
    shop = open_shop(folder)
    uuid, count = shop.context.shop_uuid, shop.audit.state().events
    shop.close()
    with writing(folder / "shop.db") as connection:
        kept = {
            row[0]: row[1] for row in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        }
        for name in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM events WHERE seq BETWEEN 20 AND 25")
        (head,) = connection.execute("SELECT head FROM events WHERE seq = ?", (count,)).fetchone()
        body = audit.canonical(
            {
                **{"v": 1, "seq": count + 1, "at": 1_800_000_000_000_000, "actor": "林默", "kind": "shop.salvaged"},
                **{"entity": "shop", "entity_id": 0, "order_id": None, "facts": {"gaps": [[20, 25]], "lost": {}}},
            }
        )
        leaf = audit.leaf_hash(body)
        row = (count + 1, body, leaf, audit.head_hash(head, leaf))
        connection.execute("INSERT INTO events (seq, body, leaf, head) VALUES (?, ?, ?, ?)", row)
        for sql in kept.values():
            connection.execute(sql)
    report = check_log(folder)
    assert "Events 20 to 25 are missing" in report.findings[0].en
    assert any("Nobody has signed" in one.en for one in report.notes)
    assert uuid


def test_the_end_of_the_log_is_not_used_twice(folder: Path) -> None:
    """Signatures and proofs know events that are lost: no other event may get their numbers."""
    shop = open_shop(folder)
    count = shop.audit.state().events
    shop.close()
    without(folder, "backups", "journal")
    file = folder / "shop.db"
    destroy(file, leaves_of(file, "events")[-2:])
    preview = salvage(folder, clock=Clock()).preview
    assert preview.gaps[-1][1] == count
    assert preview.seq == count + 1
    assert not any("replaced" in one.en or "cut off" in one.en for one in check_log(folder).findings)


# ---- killed, and a full disk


def test_killed_at_any_step_the_damaged_file_or_the_salvaged_one_is_there(folder: Path, tmp_path: Path) -> None:
    destroy(folder / "shop.db", [1, 2])
    damaged = (folder / "shop.db").read_bytes()

    def work(place: Path, arm: Callable[[], None]) -> None:
        arm()
        salvage(place, clock=Clock())

    seen = []
    for step in range(0, 80, 3):
        place = tmp_path / f"shop-{step}"
        shutil.copytree(folder, place)
        was_killed = killed(step, partial(work, place))
        replacing.finish(place)
        is_old = (place / "shop.db").read_bytes() == damaged
        seen.append(is_old)
        if not is_old:
            assert check_log(place).findings == []
            assert (place / "salvage.json").exists()
            assert len(list(place.glob("replaced-*/shop.db"))) == 1
        else:
            salvage(place, clock=Clock())
            assert not list(place.glob("restoring-*"))
        shutil.rmtree(place)
        if not was_killed:
            break
    assert seen == sorted(seen, reverse=True), "once it is planned there is no way back"
    assert set(seen) == {True, False}


@pytest.mark.parametrize("is_copied", [False, True])
def test_a_full_disk_changes_nothing(folder: Path, is_copied: bool) -> None:
    """Full while the damaged file is copied, or when the new one is written."""
    file = folder / "shop.db"
    destroy(file, [1])
    before = digests(folder)
    half = file.stat().st_size // 2

    def fill_up(done: int, total: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (half, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    limit = resource.RLIM_INFINITY if is_copied else half
    with full_disk(limit), pytest.raises(ShopError, match="cannot be salvaged"):
        salvage(folder, clock=Clock(), progress=fill_up)
    assert digests(folder) == before
    assert not list(folder.glob("restoring-*"))


def test_the_report_can_be_written_elsewhere_and_never_over_something(folder: Path, tmp_path: Path) -> None:
    destroy(folder / "shop.db", leaves_of(folder / "shop.db", "orders")[:1])
    preview = preview_salvage(folder, clock=Clock())
    write_report(preview, tmp_path / "report.json")
    told = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert told["rows_kept"] == preview.kept
    with pytest.raises(StorageError, match="cannot be written"):
        write_report(preview, tmp_path / "report.json")


def test_the_newest_backup_is_compared_in_orders_and_events(folder: Path) -> None:
    shop = open_shop(folder)
    for i in range(3):
        add_order(shop, f"N{i}")
    shop.close()
    destroy(folder / "shop.db", [1])
    backup = preview_salvage(folder, clock=Clock()).backup
    assert backup is not None
    assert (backup.orders, backup.requests) == (3, 0)
    assert backup.events >= 3
    manifest = backup_sets.find(backup.path).manifest
    assert manifest is not None
    assert manifest.made_at == backup.made_at


# ---- numbers and papers of what was lost


def test_no_number_of_a_lost_row_is_given_again(folder: Path, whole: Path) -> None:
    """Events name orders and keys by their numbers: another order must not inherit them."""
    without(folder, "backups")
    file = folder / "shop.db"
    destroy(file, [*leaves_of(file, "orders")[-1:], *leaves_of(file, "card_keys")[-1:]])
    salvage(folder, clock=Clock())
    with closing(sqlite3.connect(whole)) as connection:
        last_order, last_unit = connection.execute("SELECT max(o.id), max(u.id) FROM orders o, units u").fetchone()
        (last_key,) = connection.execute("SELECT max(id) FROM card_keys").fetchone()
    shop = open_shop(folder)
    made = [add_order(shop, f"N{i}", quantity=2) for i in range(2)]
    assert made == [last_order + 1, last_order + 2]
    preview = shop.inventory.preview_text("NEW-0001\nNEW-0002", 1)
    shop.inventory.import_keys(preview, ImportOptions())
    shop.close()
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        units = connection.execute("SELECT min(id), max(id) FROM units WHERE order_id > ?", (last_order,)).fetchone()
        assert units == (last_unit + 1, last_unit + 4)
        assert connection.execute("SELECT max(id) FROM card_keys").fetchone() == (last_key + 2,)


def test_papers_of_lost_proofs_stay_and_their_numbers_are_not_given_again(folder: Path) -> None:
    without(folder, "backups")
    papers = sorted(path.name for path in (folder / "proofs").iterdir())
    assert papers
    file = folder / "shop.db"
    destroy(file, [root_of(file, "proofs")])
    salvage(folder, clock=Clock())
    shop = open_shop(folder)
    unit_id = next(iter(_redeemed(shop)))
    issued = shop.proofs.issue(unit_id)
    shop.close()
    after = sorted(path.name for path in (folder / "proofs").iterdir())
    assert set(papers) < set(after)
    assert issued.id == 2
    assert [name for name in after if name.endswith("-000002.pdf")]


def _redeemed(shop: Shop) -> list[int]:
    with shop.context.read() as session:
        return list(session.connection().exec_driver_sql("SELECT unit_id FROM redemptions").scalars())


@pytest.mark.parametrize("seed", range(6))
def test_bytes_that_were_altered_here_and_there_never_stop_a_salvage(folder: Path, seed: int) -> None:
    """Also inside pages that look sound: texts that are no JSON, times of no calendar, states of no key."""
    values = random.Random(seed)
    file = folder / "shop.db"
    data = bytearray(file.read_bytes())
    leaves = [leaf for table in ("card_keys", "orders", "units", "events") for leaf in leaves_of(file, table)]
    for _ in range((3, 30, 300)[seed % 3]):
        data[(values.choice(leaves) - 1) * PAGE + values.randrange(PAGE)] = values.randrange(256)
    file.write_bytes(data)
    if seed % 2:
        without(folder, "backups")
    preview = preview_salvage(folder, clock=Clock())
    if not preview.is_sound:
        salvage(folder, clock=Clock())
    check_log(folder)
    Shop.open(folder, clock=Clock()).close()


def test_an_event_whose_text_was_spoilt_comes_back_from_the_journal(folder: Path, truth: Rows) -> None:
    without(folder, "backups")
    file = folder / "shop.db"
    data = file.read_bytes()
    assert data.count(b'"order_no":"S010"') >= 1
    file.write_bytes(data.replace(b'"order_no":"S010"', b'"order_no":"S010}'))
    destroy(file, [root_of(file, "prints")])
    preview = salvage(folder, clock=Clock()).preview
    assert preview.events_from["journal"] >= 1
    assert _came_back(folder, truth) == set(truth)
    assert check_log(folder).findings == []


def test_the_report_says_which_rows_came_from_the_backup(folder: Path) -> None:
    file = folder / "shop.db"
    (leaf, *_) = leaves_of(file, "card_keys")
    keys = _keys_on(file, leaf)
    destroy(file, [leaf])
    report = json.loads(salvage(folder, clock=Clock()).report.read_text("utf-8"))
    assert report["rows_from_elsewhere"]["backup"] == {"card_keys": sorted(keys)}
