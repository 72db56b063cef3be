"""Backups of real shops: whole, shared, thinned out, and honest about what is wrong with them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain.errors import CancelledError, ConflictError, StorageError
from desktop_app.domain.states import EvidenceKind
from desktop_app.services import Shop
from desktop_app.services.backups import STATE_FILE, check_backup
from desktop_app.services.evidence import Marks
from desktop_app.storage import backup_making, backup_sets
from tests.services.desk import Clock
from tests.services.sealed_shop import PASSWORD, make_shop


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop, to be copied."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    make_shop(folder).close()
    return folder


def _opened(sample: Path, folder: Path) -> Shop:
    shutil.copytree(sample, folder)
    shop = Shop.open(folder, clock=Clock())
    shop.unlock(PASSWORD)
    return shop


@pytest.fixture
def shop(sample: Path, tmp_path: Path) -> Iterator[Shop]:
    opened = _opened(sample, tmp_path / "shop")
    yield opened
    opened.close()


def _clock(shop: Shop) -> Clock:
    clock = shop.context.clock
    assert isinstance(clock, Clock)
    return clock


def _act(shop: Shop) -> None:
    with shop.context.write() as session:
        shop.context.record(session, "request.noted", "requests", 1)


def _pool(folder: Path) -> set[str]:
    return {path.name for path in (folder / backup_sets.POOL).glob("??/*")}


def test_a_backup_is_whole_signed_and_checks_out(shop: Shop) -> None:
    made = shop.backups.make()
    assert made.is_signed
    assert made.problem is None
    assert made.file_count == 3, "two pieces of evidence and a proof"
    facts = shop.backups.verify(made.path)
    assert facts.findings == ()
    assert facts.signed
    assert (facts.shop_uuid, facts.shop_name) == (shop.context.shop_uuid, "星河数码")
    names = {path.name for path in made.path.parent.iterdir()}
    assert names == {made.path.name, made.path.with_suffix(".json").name, backup_sets.POOL}
    _act(shop)
    seq = shop.backups.make().events
    with shop.context.read() as session:
        rows = session.connection().exec_driver_sql("SELECT seq FROM checkpoints WHERE reason = 'backup'").all()
    assert rows[-1][0] == seq


def test_a_locked_shop_has_a_backup_without_a_signature_that_says_so(shop: Shop) -> None:
    shop.lock()
    made = shop.backups.make()
    assert not made.is_signed
    facts = shop.backups.verify(made.path)
    assert facts.signed is False
    assert facts.findings == ()


def test_nothing_new_makes_no_backup_and_a_backup_is_no_change(shop: Shop) -> None:
    assert shop.backups.state().is_changed
    assert shop.backups.make_if_changed("timer") is not None
    assert not shop.backups.state().is_changed
    assert shop.backups.make_if_changed("timer") is None
    _act(shop)
    assert shop.backups.make_if_changed("closing") is not None
    assert shop.backups.state().count == 2


def test_by_the_clock_and_before_an_import_a_backup_is_not_made_too_often(shop: Shop) -> None:
    shop.backups.make()
    _act(shop)
    _clock(shop).advance(minutes=29)
    assert shop.backups.make_if_changed("timer") is None
    _clock(shop).advance(minutes=1)
    assert shop.backups.make_if_changed("timer") is not None
    _act(shop)
    _clock(shop).advance(hours=23)
    shop.backups.make_before(fresh_is_enough=True)
    assert len(shop.backups.list()) == 2, "one of the last day is enough before an import"
    _clock(shop).advance(hours=1)
    shop.backups.make_before(fresh_is_enough=True)
    assert len(shop.backups.list()) == 3
    _act(shop)
    shop.backups.make_before()
    assert len(shop.backups.list()) == 4


def test_evidence_is_kept_once_however_many_backups_name_it(shop: Shop) -> None:
    folder = shop.backups.make().path.parent
    before = _pool(folder)
    for _ in range(3):
        _act(shop)
        _clock(shop).advance(minutes=31)
        shop.backups.make()
    assert _pool(folder) == before
    shop.evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=1, content=b"new", name="n.txt")
    shop.backups.make()
    assert len(_pool(folder) - before) == 2, "the file and the list that names it"


def test_two_backups_of_a_second_stand_beside_each_other(shop: Shop) -> None:
    first, second = shop.backups.make(), shop.backups.make()
    assert first.path != second.path
    assert [line.path for line in shop.backups.list()] == [second.path, first.path]


def test_old_backups_go_and_with_them_what_nothing_names_any_more(shop: Shop) -> None:
    first = shop.backups.make()
    folder = first.path.parent
    path = min((shop.data_dir / "evidence").iterdir())
    old = {one.sha256 for one in backup_sets.read_files(backup_sets.find(first.path))}
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))  # altered: another file for the pool
    for _ in range(3):
        _clock(shop).advance(minutes=1)
        _act(shop)
        shop.backups.make()
    assert shop.backups.state().count == 4
    _clock(shop).advance(days=4)
    last = shop.backups.make()
    lines = shop.backups.list()
    assert lines[0].path == last.path
    assert len(lines) == 2, "of the day four days ago the last one stays"
    assert not first.path.exists()
    named = {one.sha256 for line in lines for one in backup_sets.read_files(backup_sets.find(line.path))}
    assert old - named
    assert not (old - named) & _pool(folder)
    assert all(check_backup(line.path).findings == () for line in lines)


def test_nothing_leaves_the_pool_while_a_manifest_cannot_be_read(shop: Shop) -> None:
    made = shop.backups.make()
    manifest = made.path.with_suffix(".json")
    manifest.write_bytes(manifest.read_bytes()[:-3])
    assert backup_sets.forget_unnamed(made.path.parent) == 0
    assert len(_pool(made.path.parent)) == 4


def test_a_chosen_folder_that_is_away_is_told_and_breaks_nothing(shop: Shop, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    shop.settings.save(replace(shop.settings.get(), backup_folder=str(stick)))
    made = shop.backups.make()
    assert made.path.parent == stick / f"kamidesk-{shop.context.shop_uuid}"
    assert [path.name for path in (shop.data_dir / "backups").iterdir()] == []
    stick.rename(tmp_path / "away")
    state = shop.backups.state()
    assert state.problem is not None
    assert str(stick) in state.problem[0]
    assert state.made_at == made.made_at
    _act(shop)
    with pytest.raises(StorageError, match="is not there"):
        shop.backups.make()
    shop.backups.make_before()
    (tmp_path / "away").rename(stick)
    assert shop.backups.state().problem is not None, "the last one failed, and the shop has changed since"
    shop.backups.make()
    assert shop.backups.state().problem is None


def test_two_shops_share_a_disk(shop: Shop, tmp_path: Path) -> None:
    other, _ = Shop.create(tmp_path / "other", protection="file", clock=Clock())
    try:
        mine, theirs = shop.backups.make(to=tmp_path), other.backups.make(to=tmp_path)
        assert mine.path.parent != theirs.path.parent
        assert [line.path for line in shop.backups.list(mine.path.parent)] == [mine.path]
    finally:
        other.close()


def test_a_file_that_is_missing_is_named_and_the_rest_is_saved(shop: Shop) -> None:
    min((shop.data_dir / "evidence").iterdir()).unlink()
    made = shop.backups.make()
    assert (made.missing, made.file_count) == (1, 2)
    assert "missing already" in shop.backups.verify(made.path).findings[0][0]


@pytest.mark.parametrize("what", ["shop", "cut", "pool", "list", "manifest", "gone"])
def test_what_happens_to_a_backup_later_is_noticed(shop: Shop, what: str) -> None:
    made = shop.backups.make()
    path = made.path
    pool = path.parent / backup_sets.POOL
    facts = backup_sets.read_files(backup_sets.find(path))
    if what == "shop":
        raw = bytearray(path.read_bytes())
        place = raw.index("点卡".encode())
        raw[place] ^= 1
        path.write_bytes(raw)
    elif what == "cut":
        os.truncate(path, path.stat().st_size - 4096)
    elif what == "pool":
        file = backup_sets.pool_path(pool, facts[0].sha256)
        file.write_bytes(b"x" + file.read_bytes()[1:])
    elif what == "gone":
        backup_sets.pool_path(pool, facts[0].sha256).unlink()
    elif what == "list":
        manifest = backup_sets.find(path).manifest
        assert manifest is not None
        backup_sets.pool_path(pool, manifest.files).write_bytes(b"[]")
    else:
        manifest_path = path.with_suffix(".json")
        said = json.loads(manifest_path.read_bytes())
        said["seq"] += 1
        manifest_path.write_text(
            json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8"
        )
    if what == "cut":
        with pytest.raises(StorageError, match="damaged"):
            check_backup(path)
    else:
        assert len(check_backup(path).findings) >= 1
    shop.backups.try_newest(only_due=False)
    assert shop.backups.state().trial_findings


def test_the_trial_comes_once_a_month(shop: Shop) -> None:
    assert shop.backups.try_newest() is None, "there is nothing to try yet"
    shop.backups.make()
    facts = shop.backups.try_newest()
    assert facts is not None
    assert facts.is_sound
    _clock(shop).advance(days=29, hours=23)
    assert shop.backups.try_newest() is None
    _clock(shop).advance(hours=1)
    assert shop.backups.try_newest() is not None
    assert shop.backups.state().trial_at == _clock(shop)()


def test_a_broken_log_still_has_its_backup_which_does_not_count_as_good(shop: Shop) -> None:
    good = shop.backups.make()
    with shop.context.database._writer.begin() as connection:
        rule = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'tr_events_keep'").scalar_one()
        connection.exec_driver_sql("DROP TRIGGER tr_events_keep")
        connection.exec_driver_sql("UPDATE events SET leaf = zeroblob(32) WHERE seq = 2")
        connection.exec_driver_sql("UPDATE events SET head = zeroblob(32) WHERE seq = (SELECT max(seq) FROM events)")
        connection.exec_driver_sql(rule)
    made = shop.backups.make()
    assert made.problem is not None
    assert "broken" in made.problem[0]
    assert shop.backups.state().last == good
    _clock(shop).advance(days=900)
    shop.backups.make()
    assert good.path.exists(), "the newest good one stays whatever the days say"


def test_what_a_killed_program_left_is_finished_or_removed(shop: Shop) -> None:
    made = shop.backups.make()
    folder, name = made.path.parent, made.path.stem
    manifest = made.path.with_suffix(".json")
    manifest.rename(folder / f"{name}.json.part")  # killed between the two names
    (folder / "kamidesk-20200101T000000Z.db.part").write_bytes(b"half")
    (folder / "kamidesk-20200102T000000Z.json.part").write_bytes(b"half")
    (folder / "holiday.db.part").write_bytes(b"not ours")
    (folder / backup_sets.POOL / "new" / ".1.part").write_bytes(b"half")
    _clock(shop).advance(minutes=1)
    shop.backups.make()
    assert manifest.exists()
    assert not list(folder.glob("kamidesk-2020*"))
    assert (folder / "holiday.db.part").exists()
    assert not list((folder / backup_sets.POOL / "new").iterdir())
    assert shop.backups.state().count == 2


def test_a_cancelled_backup_leaves_nothing(shop: Shop) -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        shop.backups.make(cancelled=lambda: next(asked, True))
    assert shop.backups.state().count == 0
    assert not list((shop.data_dir / "backups").glob("*.part"))
    assert shop.backups.state().problem is None


def test_one_program_makes_a_backup_at_a_time(shop: Shop) -> None:
    with backup_making.alone(shop.data_dir), pytest.raises(ConflictError):
        shop.backups.make()
    assert shop.backups.state().problem is None


def test_a_disk_without_room_is_told_in_a_sentence(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = backup_making.shutil.disk_usage(shop.data_dir)
    monkeypatch.setattr(backup_making.shutil, "disk_usage", lambda _path: usage._replace(free=10))
    with pytest.raises(StorageError, match="MB of free space"):
        shop.backups.make()
    assert shop.backups.state().problem is not None


def test_notes_that_are_nonsense_are_forgotten(shop: Shop) -> None:
    (shop.data_dir / STATE_FILE).write_text('{"failure": 3}', encoding="utf-8")
    assert shop.backups.state().problem is None
    shop.backups.make()
    assert shop.backups.state().made_at is not None


def test_the_chain_is_followed_from_the_last_backup_only(shop: Shop, tmp_path: Path) -> None:
    """A year of backups must not read the whole log each time; that the log went on from there is what is checked."""
    last = backup_sets.find(shop.backups.make().path).manifest
    assert last is not None
    seen: list[int] = []
    _act(shop)
    made = shop.backups.make()
    manifest = backup_sets.find(made.path).manifest
    assert manifest is not None
    assert manifest.seq >= last.seq + 1
    with backup_making._open(made.path) as connection:
        connection.set_trace_callback(lambda text: seen.append(text.count("FROM events WHERE seq > ")))
        assert backup_making._what_broke(connection, shop.context.shop_uuid, last, lambda: None) is None
    assert sum(seen) == 2, "what is new, and that nothing follows"
