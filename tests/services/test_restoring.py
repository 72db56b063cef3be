"""Restoring: what comes back, what is left behind and said so, and backups that somebody made to do harm."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import (
    BadInputError,
    CancelledError,
    ConflictError,
    RefusedError,
    ShopError,
    StorageError,
)
from desktop_app.services import Shop
from desktop_app.services.audit_check import check_log
from desktop_app.services.restoring import preview_restore, restore
from desktop_app.storage import audit, backup_sets, card_tags, replacing, shop_copy, vault_slots
from tests.services.desk import Clock
from tests.services.mishaps import killed
from tests.services.sealed_shop import CHEAP, PASSWORD, everything_in, make_shop, open_shop

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop with one backup, to be copied."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    shop = make_shop(folder)
    shop.backups.make()
    shop.close()
    return folder


def _act(folder: Path, count: int = 1) -> None:
    shop = Shop.open(folder, clock=Clock())
    with shop.context.write() as session:
        for _ in range(count):
            shop.context.record(session, "request.noted", "requests", 1)
    shop.close()


def _backup(folder: Path) -> Path:
    return max((folder / "backups").glob("*.db"))


def _seq(folder: Path) -> int:
    shop = Shop.open(folder, clock=Clock())
    try:
        return shop.audit.state().events
    finally:
        shop.close()


def test_everything_comes_back_in_a_new_folder(folder: Path, tmp_path: Path) -> None:
    before = everything_in(folder)
    done = restore(_backup(folder), tmp_path / "new")
    assert (done.aside, done.missing, done.preview.findings) == (None, 0, ())
    assert everything_in(tmp_path / "new") == before
    assert check_log(tmp_path / "new").findings == []
    shop = open_shop(tmp_path / "new")
    try:
        assert shop.reports.check() == []
        assert shop.audit.state().events >= done.preview.facts.seq + 1
    finally:
        shop.close()
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"evidence", "journal", "proofs", "shop.db", "use.lock", "window.lock"}


def test_the_present_shop_is_moved_aside_whole_and_what_was_lost_is_written_down(folder: Path) -> None:
    before = everything_in(folder)
    seq = _seq(folder)
    _act(folder, 5)
    (folder / "evidence" / ("0" * 64)).write_bytes(b"later")
    preview = preview_restore(_backup(folder), folder)
    assert preview.replaces
    assert preview.findings == ()
    assert preview.lost is not None
    assert preview.lost.count >= 5
    done = restore(_backup(folder), folder, actor="林默")
    assert done.aside is not None
    assert (done.aside / "shop.db").is_file()
    assert (done.aside / "evidence" / ("0" * 64)).is_file()
    assert not (folder / "evidence" / ("0" * 64)).exists()
    assert check_log(folder).findings == [], "also before anybody opens it"
    assert everything_in(folder) == before
    assert _seq(folder) <= seq + 1
    shop = Shop.open(folder, clock=Clock())
    try:
        state = shop.audit.state()
        assert state.journal_problem is None, "the log says itself why it goes another way"
        with shop.context.read() as session:
            row = (
                session.connection()
                .exec_driver_sql("SELECT actor, body FROM events WHERE kind = 'shop.restored'")
                .one()
            )
        facts = json.loads(row[1])["facts"]
        assert row[0] == "林默"
        assert facts["lost_events"] == preview.lost.count
        assert facts["left_seq"] == preview.facts.seq + preview.lost.count
        assert facts["lost_from"] <= facts["lost_to"]
    finally:
        shop.close()
    report = check_log(folder)
    assert report.findings == []
    assert any("left behind" in note.en for note in report.notes)
    assert Shop.open(done.aside, clock=Clock()).close() is None, "the shop that was there opens where it lies"


def test_the_journal_goes_on_after_a_restore_and_after_another(folder: Path) -> None:
    first = _backup(folder)
    _act(folder, 3)
    shop = open_shop(folder)
    second = shop.backups.make().path
    shop.close()
    restore(first, folder)
    _act(folder, 2)
    restore(second, folder)  # of the way that was left
    _act(folder, 2)
    restore(first, folder)
    _act(folder)
    report = check_log(folder)
    assert report.findings == []
    assert report.journal_events == report.events
    shop = Shop.open(folder, clock=Clock())
    assert shop.audit.state().journal_problem is None
    shop.close()
    assert len(list(folder.glob("replaced-*"))) == 3


def test_an_old_file_put_back_by_hand_is_still_a_finding(folder: Path) -> None:
    saved = (folder / "shop.db").read_bytes()
    _act(folder, 3)
    (folder / "shop.db").write_bytes(saved)
    _act(folder)
    assert any("put back" in one.en or "not the one" in one.en for one in check_log(folder).findings)


def test_opens_with_the_password_of_its_time(folder: Path) -> None:
    shop = open_shop(folder)
    shop.vault.change_password(PASSWORD, "another long password")
    shop.close()
    changed = Shop.open(folder, clock=Clock())
    with pytest.raises(RefusedError):
        changed.unlock(PASSWORD)
    changed.close()
    restore(_backup(folder), folder)
    open_shop(folder).close()


def test_keys_that_were_replaced_since_do_not_matter(folder: Path) -> None:
    before = everything_in(folder)
    shop = open_shop(folder)
    prepared = shop.vault.prepare_rotation(PASSWORD, cost=CHEAP)
    shop.vault.start_rotation(prepared)
    shop.vault.continue_rotation()
    later = shop.backups.make().path
    assert shop.backups.verify(later).findings == ()
    shop.close()
    restore(folder / "backups" / min((folder / "backups").glob("*.db")).name, folder)
    assert everything_in(folder) == before
    restore(later, folder)
    assert everything_in(folder) == before


def test_an_older_version_is_updated_on_the_way(tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    shutil.copy(FIXTURES / "shop_v1.db", source)
    preview = preview_restore(source, tmp_path / "new")
    assert preview.facts.version == 1
    assert "no manifest" in preview.findings[0][0]
    with pytest.raises(RefusedError, match="no manifest"):
        restore(source, tmp_path / "new")
    restore(source, tmp_path / "new", accept_findings=True)
    shop = Shop.open(tmp_path / "new", clock=Clock())
    assert shop.audit.state().events == preview.facts.seq + 1
    shop.close()


# ---- backups that somebody made to do harm (SECURITY.md 51 to 59)


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        raw = sqlite3.connect(path)
        for statement in statements:
            raw.execute(statement)
        raw.commit()
        raw.close()

    return change


def _renamed_view(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute("DROP TABLE prints")
    raw.execute("CREATE VIEW prints AS SELECT 1 AS id")
    raw.commit()
    raw.close()


_ENDLESS = (
    "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
)

_REFUSED = {
    "51 trigger": _sql("CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM vault_slots; END"),
    "51 trigger under a known name": _sql(
        "DROP TRIGGER tr_events_keep",
        "CREATE TRIGGER tr_events_keep BEFORE UPDATE ON events BEGIN SELECT 1; END",
    ),
    "52 view": _sql("CREATE VIEW card AS SELECT * FROM card_keys"),
    "52 view for a table": _renamed_view,
    "53 recursive view": _sql(_ENDLESS),
    "54 newer": _sql("PRAGMA user_version = 999"),
    "other application": _sql("PRAGMA application_id = 1"),
    "column": _sql("ALTER TABLE prints ADD COLUMN more TEXT"),
    "index": _sql("CREATE INDEX more ON prints (title)"),
    "table": _sql("CREATE TABLE more (id INTEGER)"),
    "no rule": _sql("DROP TRIGGER tr_events_stay"),
    "no text": lambda path: path.write_bytes(b"hello" * 1000),
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_a_file_that_was_made_to_do_harm_is_refused_whatever_is_accepted(
    folder: Path, tmp_path: Path, name: str
) -> None:
    path = _backup(folder)
    _REFUSED[name](path)
    new = tmp_path / "new"
    with pytest.raises(StorageError) as caught:
        restore(path, new, accept_findings=True)
    assert path.name in str(caught.value)
    assert not (new / "shop.db").exists()
    assert not list(new.glob("restoring-*"))


def test_blind_indexes_are_made_anew_and_not_taken_from_the_file(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    good = everything_in(folder)
    names = [statement.split()[2] for statement in card_tags.TRIGGERS]
    swap = "UPDATE card_tags SET card_key_id = 1 + card_key_id"
    _sql(*(f"DROP TRIGGER {name}" for name in names), swap, *card_tags.TRIGGERS)(path)
    restore(path, tmp_path / "new", accept_findings=True)
    assert everything_in(tmp_path / "new") == good
    shop = open_shop(tmp_path / "new")
    assert shop.reports.check() == []
    shop.close()


def test_53_an_endless_query_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "endless.db"
    _sql(_ENDLESS)(path)
    asked = iter(range(20))
    connection = shop_copy.open_untrusted(path, lambda: next(asked, None) is None)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute("SELECT * FROM endless").fetchone()
    connection.close()


def test_55_what_stands_beside_the_file_is_ignored(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    good = everything_in(folder)
    for ending in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + os.urandom(4096))
    restore(path, tmp_path / "new")
    assert everything_in(tmp_path / "new") == good


def test_56_a_lock_that_would_stall_the_machine_is_not_tried(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _backup(folder)
    _sql("""UPDATE vault_slots SET parameters = '{"m":65536,"p":1,"t":2}' WHERE kind = 'password'""")(path)
    restore(path, tmp_path / "new", accept_findings=True)
    shop = Shop.open(tmp_path / "new", clock=Clock())
    monkeypatch.delattr(vault_slots, "Argon2id")
    with pytest.raises(StorageError, match="altered"):
        shop.unlock(PASSWORD)
    shop.close()


def test_57_exchanged_seals_are_doubtful_and_do_not_open(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    _sql("UPDATE card_keys SET sealed = (SELECT sealed FROM card_keys WHERE id = 2) WHERE id = 1")(path)
    with pytest.raises(RefusedError, match="SHA-256"):
        restore(path, tmp_path / "new")
    restore(path, tmp_path / "new", accept_findings=True)
    shop = open_shop(tmp_path / "new")
    assert any("card_keys 1" in finding.en for finding in shop.reports.check())
    shop.close()


def test_58_a_log_that_was_cut_off_is_doubtful(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    raw = sqlite3.connect(path)
    rule = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'tr_events_stay'").fetchone()[0]
    raw.execute("DROP TRIGGER tr_events_stay")
    raw.execute("DELETE FROM events WHERE seq > (SELECT max(seq) - 3 FROM events)")
    raw.execute(rule)
    raw.commit()
    raw.close()
    findings = preview_restore(path, tmp_path / "new").findings
    assert any("cut off" in en for en, _ in findings)
    # without its manifest the checkpoints know it, and where it is to go the journal
    path.with_suffix(".json").unlink()
    findings = preview_restore(path, folder).findings
    assert any("checkpoint" in en for en, _ in findings)
    with pytest.raises(RefusedError):
        restore(path, folder)


def test_58_a_log_that_was_written_anew_is_doubtful_to_the_journal(folder: Path) -> None:
    path = _backup(folder)
    path.with_suffix(".json").unlink()
    raw = sqlite3.connect(path)
    rules = [
        raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
        for name in ("tr_events_keep", "tr_events_stay", "tr_checkpoints_stay")
    ]
    for name in ("tr_events_keep", "tr_events_stay", "tr_checkpoints_stay"):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("DELETE FROM checkpoints")
    uuid = raw.execute("SELECT uuid FROM shop").fetchone()[0]
    head = audit.genesis(uuid)
    for seq, body in raw.execute("SELECT seq, body FROM events ORDER BY seq").fetchall():
        changed = body.replace('"林默"', '"别人"')
        leaf = audit.leaf_hash(changed)
        head = audit.head_hash(head, leaf)
        raw.execute("UPDATE events SET body = ?, leaf = ?, head = ? WHERE seq = ?", (changed, leaf, head, seq))
    for rule in rules:
        raw.execute(rule)
    raw.commit()
    raw.close()
    findings = preview_restore(path, folder).findings
    assert any("journal beside the shop does not know" in en for en, _ in findings)


def test_59_another_shop_only_comes_into_a_folder_of_its_own(folder: Path, tmp_path: Path) -> None:
    other, _ = Shop.create(tmp_path / "other", protection="file", clock=Clock())
    other.close()
    before = (tmp_path / "other" / "shop.db").read_bytes()
    with pytest.raises(ConflictError, match="folder of its own"):
        restore(_backup(folder), tmp_path / "other", accept_findings=True)
    assert (tmp_path / "other" / "shop.db").read_bytes() == before
    (tmp_path / "other" / "shop.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(ConflictError):
        restore(_backup(folder), tmp_path / "other", accept_findings=True)


def test_a_place_in_the_list_that_leads_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    found = backup_sets.find(path)
    assert found.manifest is not None
    one = backup_sets.read_files(found)[0]
    pool = path.parent / backup_sets.POOL
    for place in ("../../x", "evidence/../../x", "/tmp/x", "evidence/..", "logs/x", "evidence\\x"):
        text = json.dumps([[place, one.sha256, one.size, 1]]).encode()
        digest = hashlib.sha256(text).hexdigest()
        target = backup_sets.pool_path(pool, digest)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(text)
        manifest = replace(found.manifest, files=digest)
        path.with_suffix(".json").write_bytes(manifest.text())
        restore(path, tmp_path / "new", accept_findings=True)
        assert list((tmp_path / "new" / "evidence").iterdir()) == []
        shutil.rmtree(tmp_path / "new")


def test_links_and_pipes_are_no_backups(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(_backup(folder))
    pipe = tmp_path / "pipe.db"
    os.mkfifo(pipe)
    for path in (link, tmp_path / "none.db"):
        with pytest.raises(BadInputError):
            restore(path, tmp_path / "new", accept_findings=True)
    with pytest.raises((BadInputError, StorageError)):
        restore(pipe, tmp_path / "new", accept_findings=True)


def test_a_damaged_shop_makes_room_for_its_backup(folder: Path) -> None:
    before = everything_in(folder)
    (folder / "shop.db").write_bytes(os.urandom(50_000))
    done = restore(_backup(folder), folder)
    assert done.aside is not None
    assert everything_in(folder) == before


def test_evidence_that_is_missing_is_named_and_the_rest_comes_back(folder: Path, tmp_path: Path) -> None:
    path = _backup(folder)
    one = backup_sets.read_files(backup_sets.find(path))[0]
    backup_sets.pool_path(path.parent / backup_sets.POOL, one.sha256).unlink()
    with pytest.raises(RefusedError, match="missing in the backup"):
        restore(path, tmp_path / "new")
    assert not (tmp_path / "new" / "shop.db").exists()
    assert restore(path, tmp_path / "new", accept_findings=True).missing == 1


def test_nobody_may_have_the_shop_open(folder: Path) -> None:
    shop = Shop.open(folder, clock=Clock(), window=True)
    with pytest.raises(StorageError):
        restore(_backup(folder), folder)
    shop.close()
    restore(_backup(folder), folder)


def test_a_cancelled_restore_changes_nothing(folder: Path) -> None:
    before = (folder / "shop.db").read_bytes()
    asked = iter([False] * 3)
    with pytest.raises(CancelledError):
        restore(_backup(folder), folder, cancelled=lambda: next(asked, True))
    assert (folder / "shop.db").read_bytes() == before
    assert not list(folder.glob("re*"))


# ---- crashes


def test_killed_at_any_step_the_old_shop_or_the_new_one_is_there(folder: Path, tmp_path: Path) -> None:
    _act(folder, 2)
    old, backup = _seq(folder), _backup(folder)
    manifest = backup_sets.find(backup).manifest
    assert manifest is not None
    names = sorted(path.name for path in (folder / "evidence").iterdir())
    real = replacing.replace

    def work(place: Path, arm: Callable[[], None]) -> None:
        def replace(*given: Any) -> Path | None:
            arm()
            return real(*given)

        replacing.replace = replace
        restore(place / "backups" / backup.name, place)

    seen = []
    for step in range(60):
        place = tmp_path / f"shop-{step}"
        shutil.copytree(folder, place)
        was_killed = killed(step, partial(work, place))
        assert Shop.exists(place)
        seen.append(_seq(place))
        assert seen[-1] in (old, manifest.seq + 1)
        assert not (place / replacing.PLAN).exists()
        assert sorted(path.name for path in (place / "evidence").iterdir()) == names
        if step % 4 == 0:
            assert check_log(place).findings == []
        shutil.rmtree(place)
        if not was_killed:
            break
    assert set(seen) == {old, manifest.seq + 1}
    assert seen == sorted(seen, reverse=True), "once it is planned there is no way back"


def test_killed_while_the_rows_are_copied_nothing_has_changed(folder: Path) -> None:
    before = (folder / "shop.db").read_bytes()
    backup = _backup(folder)

    def work(arm: Callable[[], None]) -> None:
        arm()
        restore(backup, folder)

    for step in range(0, 24, 6):
        assert killed(step, work)
        assert (folder / "shop.db").read_bytes() == before
    restore(backup, folder)
    assert not list(folder.glob("restoring-*"))


def test_killed_while_a_backup_is_made_no_backup_is_half(folder: Path, tmp_path: Path) -> None:
    _act(folder)

    def work(place: Path, arm: Callable[[], None]) -> None:
        shop = Shop.open(place)
        arm()
        shop.backups.make()

    for step in range(0, 60, 3):
        place = tmp_path / f"shop{step}"
        shutil.copytree(folder, place)
        was_killed = killed(step, partial(work, place))
        shop = Shop.open(place)
        shop.backups.make()
        assert all(shop.backups.verify(line.path).findings == () for line in shop.backups.list())
        shop.close()
        assert not list((place / "backups").rglob("*.part"))
        if not was_killed:
            break
    else:
        pytest.fail("never came to its end")


def test_a_plan_that_is_nonsense_is_told_and_nothing_is_moved(folder: Path) -> None:
    (folder / replacing.PLAN).write_text('{"staging": "../x", "aside": "/"}', encoding="utf-8")
    with pytest.raises(ShopError, match=r"restore\.json"):
        Shop.open(folder)
    assert (folder / "shop.db").exists()
