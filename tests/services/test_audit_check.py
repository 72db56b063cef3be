"""Whatever somebody does to the rows of the log, its verification says where it begins."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import CancelledError, NotFoundError
from desktop_app.domain.states import ProductKind
from desktop_app.services import Shop
from desktop_app.services.audit_check import check_log
from desktop_app.services.products import ProductDraft
from desktop_app.services.settings import ShopSettings
from desktop_app.storage import audit
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.desk import Clock

PASSWORD = "correct horse 9"
EVENTS = 14

Attack = Callable[[sqlite3.Connection], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop of fourteen events, signed at the end of two sessions."""
    folder = tmp_path_factory.mktemp("audit") / "shop"
    clock = Clock()
    shop, _ = Shop.create(
        folder,
        protection="password",
        password=PASSWORD,
        settings=ShopSettings(shop_name="小王卡铺"),
        actor="林默",
        clock=clock,
        cost=Argon2Cost(16, 2, 1),
    )
    for number in range(6):
        shop.products.add(ProductDraft(code=f"P{number}", name=f"商品 {number}", kind=ProductKind.GAME_CARD))
    shop.lock()
    clock.advance(hours=1)
    shop.unlock(PASSWORD)
    while len(_rows(folder)) < EVENTS:
        shop.products.add(ProductDraft(code=f"Q{len(_rows(folder))}", name="再加一个", kind=ProductKind.GAME_CARD))
    shop.close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    target = tmp_path / "shop"
    shutil.copytree(made, target)
    return target


def _one_more(shop: Shop) -> None:
    shop.products.add(ProductDraft(code="NEW", name="新商品", kind=ProductKind.GAME_CARD))


def _rows(folder: Path) -> list[tuple[int, str, bytes, bytes]]:
    raw = sqlite3.connect(folder / "shop.db")
    try:
        return raw.execute("SELECT seq, body, leaf, head FROM events ORDER BY seq").fetchall()
    finally:
        raw.close()


def _attack(folder: Path, attack: Attack, *, hidden: bool = True) -> None:
    """Open the file with a tool, switch the rules off, and (hidden) put them back as they were."""
    raw = sqlite3.connect(folder / "shop.db")
    rules = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
        "('events', 'checkpoints', 'signing_identities', 'proofs')"
    ).fetchall()
    for name, _ in rules:
        raw.execute(f"DROP TRIGGER {name}")
    attack(raw)
    if hidden:
        for _, sql in rules:
            raw.execute(sql)
    raw.commit()
    raw.close()


def _without_journal(folder: Path) -> None:
    shutil.rmtree(folder / "journal")


def _genesis(raw: sqlite3.Connection) -> bytes:
    return audit.genesis(raw.execute("SELECT uuid FROM shop").fetchone()[0])


def _compute_anew(raw: sqlite3.Connection) -> None:
    head = _genesis(raw)
    for seq, body in raw.execute("SELECT seq, body FROM events ORDER BY seq").fetchall():
        leaf = audit.leaf_hash(body)
        head = audit.head_hash(head, leaf)
        raw.execute("UPDATE events SET leaf = ?, head = ? WHERE seq = ?", (leaf, head, seq))


def _body(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET body = replace(body, '林默', '别人') WHERE seq = 5")


def _spoilt(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET body = '{}' WHERE seq = 5")


def _leaf(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET leaf = zeroblob(32) WHERE seq = 5")


def _head(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE events SET head = zeroblob(32) WHERE seq = 5")


def _body_and_leaf(raw: sqlite3.Connection) -> None:
    _body(raw)
    (body,) = raw.execute("SELECT body FROM events WHERE seq = 5").fetchone()
    raw.execute("UPDATE events SET leaf = ? WHERE seq = 5", (audit.leaf_hash(body),))


def _delete(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq = 5")


def _delete_first(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq = 1")


def _swap(raw: sqlite3.Connection) -> None:
    for before, after in ((5, 100), (6, 5), (100, 6)):
        raw.execute("UPDATE events SET seq = ? WHERE seq = ?", (after, before))


def _insert(raw: sqlite3.Connection) -> None:
    for seq in range(EVENTS, 4, -1):
        raw.execute("UPDATE events SET seq = ? WHERE seq = ?", (seq + 1, seq))
    raw.execute("INSERT INTO events (seq, body, leaf, head) SELECT 5, body, leaf, head FROM events WHERE seq = 4")


def _insert_and_compute(raw: sqlite3.Connection) -> None:
    _insert(raw)
    for seq, body in raw.execute("SELECT seq, body FROM events").fetchall():
        value = {**json.loads(body), "seq": seq}
        raw.execute("UPDATE events SET body = ? WHERE seq = ?", (audit.canonical(value), seq))
    _compute_anew(raw)


def _body_and_compute(raw: sqlite3.Connection) -> None:
    _body(raw)
    _compute_anew(raw)


def _cut(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events WHERE seq > 10")


def _cut_everything(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM events")


def _cut_and_forget_signatures(raw: sqlite3.Connection) -> None:
    _cut(raw)
    raw.execute("DELETE FROM checkpoints WHERE seq > 10")


@pytest.mark.parametrize(
    ("attack", "seq", "word"),
    [
        (_body, 5, "text was changed"),
        (_spoilt, 5, "text was changed"),
        (_leaf, 5, "hash of its text"),
        (_head, 5, "follow"),
        (_body_and_leaf, 5, "follow"),
        (_delete, 5, "missing"),
        (_delete_first, 1, "missing"),
        (_swap, 5, "moved"),
        (_insert, 5, "moved"),
        (_insert_and_compute, 5, "journal file"),
        (_body_and_compute, 5, "journal file"),
        (_cut, 11, "missing"),
        (_cut_everything, 1, "missing"),
        (_cut_and_forget_signatures, 11, "journal file"),
    ],
)
def test_every_attack_is_named_with_its_event(folder: Path, attack: Attack, seq: int, word: str) -> None:
    assert check_log(folder).is_intact
    _attack(folder, attack)
    report = check_log(folder)
    seqs = [finding.seq for finding in report.findings if finding.seq is not None]
    assert min(seqs) <= seq
    about = [finding for finding in report.findings if word in finding.en]
    assert about, report.findings
    assert about[0].seq == seq
    assert str(seq) in about[0].en
    assert str(seq) in about[0].zh
    assert report.first is not None


@pytest.mark.parametrize(
    ("attack", "word"),
    [
        (_body, "event 5"),
        (_insert_and_compute, "replaced"),
        (_body_and_compute, "replaced"),
        (_cut, "Events 11 to 14 are missing"),
        (_cut_everything, "Events 1 to"),
    ],
)
def test_signatures_tell_it_without_the_journal(folder: Path, attack: Attack, word: str) -> None:
    _without_journal(folder)
    assert check_log(folder).is_intact
    _attack(folder, attack)
    report = check_log(folder)
    assert report.first is not None
    assert word in report.first.en


def test_rules_that_were_switched_off_are_told_even_when_the_shop_would_not_open(folder: Path) -> None:
    _attack(folder, _body, hidden=False)
    report = check_log(folder)
    assert report.first is not None
    assert report.first.seq == 5
    assert any("another program" in finding.en for finding in report.findings)


def _forge_signature(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE checkpoints SET signature = zeroblob(64) WHERE id = 2")


def _move_checkpoint(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE checkpoints SET seq = seq - 1 WHERE id = 2")


def _delete_checkpoint(raw: sqlite3.Connection) -> None:
    raw.execute("DELETE FROM checkpoints WHERE id = 1")


def _own_head(raw: sqlite3.Connection) -> None:
    _body_and_compute(raw)
    for number, seq in raw.execute("SELECT id, seq FROM checkpoints").fetchall():
        raw.execute("UPDATE checkpoints SET head = (SELECT head FROM events WHERE seq = ?) WHERE id = ?", (seq, number))


def _other_certificate(raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE signing_identities SET certificate = CAST(certificate || x'00' AS BLOB)")


@pytest.mark.parametrize(
    ("attack", "word"),
    [
        (_forge_signature, "not genuine"),
        (_move_checkpoint, "not genuine"),
        (_delete_checkpoint, "Checkpoint 1 is missing"),
        (_own_head, "not genuine"),
        (_other_certificate, "fingerprint"),
    ],
)
def test_altered_signatures_are_found(folder: Path, attack: Attack, word: str) -> None:
    _attack(folder, attack)
    assert any(word in finding.en for finding in check_log(folder).findings)


def test_a_pinned_fingerprint_trusts_no_other(folder: Path) -> None:
    (printed,) = check_log(folder).fingerprints
    grouped = " ".join(printed[start : start + 8].upper() for start in range(0, 64, 8))
    assert check_log(folder, fingerprint=grouped).is_intact
    report = check_log(folder, fingerprint="ab" * 32)
    assert not report.is_intact
    assert report.signed_seq == 0


@pytest.mark.parametrize(("old", "new"), [("林默", "别人"), ('"head":"', '"head":"0')])
def test_an_altered_journal_is_found(folder: Path, old: str, new: str) -> None:
    (path,) = (folder / "journal").glob("*.jsonl")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[5] = lines[5].replace(old, new, 1)
    path.write_text("".join(lines), "utf-8")
    report = check_log(folder)
    assert report.first is not None
    assert "journal file" in report.first.en
    assert report.first.seq == 5


def test_a_journal_of_another_shop_is_found(folder: Path) -> None:
    (path,) = (folder / "journal").glob("*.jsonl")
    path.write_text(path.read_text("utf-8").replace('"shop":"', '"shop":"0', 1), "utf-8")
    assert any("another shop" in finding.en for finding in check_log(folder).findings)


def test_an_older_file_that_was_put_back_is_found(folder: Path, made: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(folder / "shop.db", older)
    shop = Shop.open(folder, clock=Clock())
    _one_more(shop)
    shop.close()
    shutil.copy(older, folder / "shop.db")
    report = check_log(folder)
    assert report.first is not None
    assert report.first.seq == EVENTS + 1
    assert "an older file was put back" in report.first.en


def test_proofs_are_witnesses(folder: Path) -> None:
    _without_journal(folder)

    def claim(raw: sqlite3.Connection) -> None:
        raw.execute("DELETE FROM checkpoints")
        raw.execute("PRAGMA foreign_keys = OFF")
        names = [row[1] for row in raw.execute("PRAGMA table_info(proofs)") if row[3] or row[1] == "facts"]
        kinds = {row[1]: row[2] for row in raw.execute("PRAGMA table_info(proofs)")}
        values = {
            name: (b"\x00" * 32 if kinds[name] == "BLOB" else 1 if kinds[name] == "INTEGER" else "x") for name in names
        }
        values["facts"] = json.dumps({"audit_seq": 20, "audit_head": "00" * 32})
        values["proof_no"] = "HX1"
        marks = ", ".join("?" for _ in values)
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute(f"INSERT INTO proofs ({', '.join(values)}) VALUES ({marks})", list(values.values()))

    _attack(folder, claim)
    report = check_log(folder)
    assert any(finding.seq == EVENTS + 1 and "HX1" in finding.en for finding in report.findings)


def test_what_is_not_signed_yet_is_said(folder: Path) -> None:
    shop = Shop.open(folder, clock=Clock())
    _one_more(shop)
    shop.close()
    report = check_log(folder)
    assert report.is_intact
    assert report.signed_seq == EVENTS
    assert any("not signed" in note.en for note in report.notes)


def test_verifying_notes_itself_in_the_log_and_changes_nothing_else(folder: Path) -> None:
    before = _rows(folder)
    assert check_log(folder).is_intact
    assert _rows(folder) == before
    shop = Shop.open(folder, clock=Clock())
    report = shop.audit.verify()
    assert report.is_intact
    state = shop.audit.state()
    assert (state.verified_seq, state.was_intact) == (EVENTS, True)
    assert state.events == EVENTS + 1
    shop.close()


def test_it_can_be_cancelled(folder: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise CancelledError("stopped", "已取消")

    with pytest.raises(CancelledError):
        check_log(folder, progress=stop)


def test_without_a_shop_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        check_log(tmp_path)


def test_time_zone_of_the_words(folder: Path) -> None:
    _attack(folder, _cut)
    words = " ".join(finding.zh for finding in check_log(folder).findings)
    assert f"{Clock()() + timedelta(hours=9):%Y-%m-%d %H:%M}" in words
