"""Records, proofs and signatures that somebody changed with a tool: the event log knows better."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.services.audit_check import check_log
from desktop_app.services.audit_findings import AuditReport
from desktop_app.services.context import Context
from desktop_app.services.inventory import Inventory
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import Products
from desktop_app.services.settings import Settings, ShopSettings
from desktop_app.storage import audit
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from tests.services.desk import Clock, Desk
from tests.services.order_desk import KEYS, OrderDesk

Attack = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two redeemed units and their proofs, the first record a correction, two versions of a policy and a
    decision; closed."""
    folder = tmp_path_factory.mktemp("register") / "shop"
    folder.mkdir()
    clock = Clock()
    database = Database.create(folder / "shop.db", at=clock())
    vault = Vault.create(database.shop_uid)
    context = Context(database=database, vault=vault, data_dir=folder, actor="林默", clock=clock)
    Settings(context).save(ShopSettings(shop_name="星河数码", operator="林默"))
    shop = OrderDesk(Desk(context, clock, Inventory(context), Products(context)))
    units = shop.unit_ids(shop.delivered(keys=KEYS[:2]))
    shop.redeem(units[0], code="RX-OLD")
    for unit in units:
        shop.redeem(unit)
        shop.proofs.issue(unit)
    shop.policies.add_version(shop.channel_id, PolicyDraft(fee_bp=800, refund_policy="未核销可退", fee_note="8%"))
    shop.refunded("A2")
    vault.lock()
    database.close()
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(made, folder)
    return folder


def attacked(shop: Path, attack: Attack) -> AuditReport:
    raw = sqlite3.connect(shop / "shop.db")
    raw.execute("PRAGMA foreign_keys = OFF")
    rules = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL").fetchall()
    for name, _ in rules:
        raw.execute(f'DROP TRIGGER "{name}"')
    attack(raw)
    for _, sql in rules:
        raw.execute(sql)
    raw.commit()
    raw.close()
    return check_log(shop)


def seq_of(shop: Path, kind: str, place: int) -> int:
    raw = sqlite3.connect(shop / "shop.db")
    try:
        rows = raw.execute("SELECT seq FROM events WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        return int(rows[place][0])
    finally:
        raw.close()


def test_an_untouched_register_is_intact_while_locked(shop: Path) -> None:
    assert check_log(shop).findings == []


@pytest.mark.parametrize(
    ("statement", "kind", "place", "word"),
    [
        ("UPDATE redemptions SET code = 'RX-FAKE' WHERE id = 1", "unit.redeemed", 0, "redemption record"),
        ("UPDATE redemptions SET redeemed_at = redeemed_at - 1 WHERE id = 3", "unit.redeemed", 2, "redemption record"),
        ("UPDATE redemptions SET replaces_id = NULL WHERE id = 2", "unit.redeemed", 1, "redemption record"),
        ("UPDATE redemptions SET unit_id = 2 WHERE id = 1", "unit.redeemed", 0, "redemption record"),
        ("DELETE FROM redemptions WHERE id = 1", "unit.redeemed", 0, "redemption record"),
        ("UPDATE proofs SET sha256 = lower(hex(zeroblob(32))) WHERE id = 1", "proof.issued", 0, "register"),
        ("UPDATE proofs SET proof_no = 'HX-1' WHERE id = 2", "proof.issued", 1, "register"),
        ("UPDATE proofs SET unit_id = 2 WHERE id = 1", "proof.issued", 0, "register"),
        ("DELETE FROM proofs WHERE id = 2", "proof.issued", 1, "register"),
        ("DELETE FROM proof_signatures WHERE proof_id = 1", "proof.issued", 0, "register"),
        ("UPDATE redemptions SET source = '客服' WHERE id = 1", "unit.redeemed", 0, "redemption record"),
        ("UPDATE redemptions SET stated_by = '买家' WHERE id = 3", "unit.redeemed", 2, "redemption record"),
        ("UPDATE policies SET fee_bp = 900 WHERE id = 1", "channel.added", 0, "policy"),
        ("UPDATE policies SET refund_policy = '一律不退' WHERE id = 1", "channel.added", 0, "policy"),
        ("UPDATE policies SET fee_note = '' WHERE id = 2", "policy.added", 0, "policy"),
        ("UPDATE policies SET required_evidence = '{\"x\":[]}' WHERE id = 2", "policy.added", 0, "policy"),
        ("UPDATE policies SET version = version + 5 WHERE id = 2", "policy.added", 0, "policy"),
        ("DELETE FROM policies WHERE id = 2", "policy.added", 0, "policy"),
        ("UPDATE decisions SET refund_fen = refund_fen - 1", "request.decided", 0, "decision"),
        ("UPDATE decisions SET reason = '买家同意'", "request.decided", 0, "decision"),
        ("DELETE FROM decisions", "request.decided", 0, "decision"),
        ("UPDATE proofs SET facts = replace(facts, '星河', '银河') WHERE id = 1", "proof.issued", 0, "were signed"),
        ("UPDATE proof_signatures SET qr_text = 'KMP1.x.y' WHERE proof_id = 2", "proof.issued", 1, "were signed"),
        ("DELETE FROM checkpoints", "proof.issued", 1, "checkpoints were deleted"),
        ("DELETE FROM checkpoints WHERE id = (SELECT max(id) FROM checkpoints)", "proof.issued", 1, "were deleted"),
    ],
)
def test_what_was_changed_is_named_with_its_event(shop: Path, statement: str, kind: str, place: int, word: str) -> None:
    seq = seq_of(shop, kind, place)
    found = attacked(shop, lambda raw: raw.execute(statement)).findings
    about = [finding for finding in found if word in finding.en]
    assert about, found
    assert (about[0].seq, str(seq) in about[0].en, str(seq) in about[0].zh) == (seq, True, True)


def test_a_record_and_a_proof_that_no_event_speaks_of(shop: Path) -> None:
    def slip_in(raw: sqlite3.Connection) -> None:
        raw.execute(
            "INSERT INTO redemptions SELECT 9, zeroblob(16), unit_id, redeemed_at, 'RX-FAKE', target_sealed, source, "
            "stated_by, note, NULL, recorded_at, recorded_by FROM redemptions WHERE id = 3"
        )
        raw.execute(
            "INSERT INTO proofs SELECT 9, 'HX-FAKE', unit_id, order_id, redemption_id, NULL, facts, file_name, sha256, "
            "size, issued_at, issued_by FROM proofs WHERE id = 2"
        )
        for table, column in (("policies", "version"), ("decisions", "request_id")):
            names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
            values = [{"id": "9", column: "7"}.get(name, f'"{name}"') for name in names]
            raw.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} WHERE id = 1")
        raw.execute(
            "INSERT INTO requests SELECT 7, 'TK-FAKE', order_id, source, reason, text, requested_at, received_at, "
            "first_response_at, asked_at, answered_at, state, due_at, log_confirms, duplicate_fen, error_confirmed, "
            "overcharged_fen, mismatch_confirmed, promise_claimed, reissue_tried, verified_source, merged_into_id "
            "FROM requests WHERE id = 1"
        )

    words = " ".join(finding.en for finding in attacked(shop, slip_in).findings)
    assert "a redemption record that no event speaks of" in words
    assert "HX-FAKE that no event issued" in words
    assert "星河卡盟 · 7 is one that no event published" in words
    assert "TK-FAKE has a decision that no event speaks of" in words


def test_issued_files_are_witnesses_of_a_log_that_was_cut_off(shop: Path) -> None:
    """Also when journal, register and signatures went with the events."""
    shutil.rmtree(shop / "journal")
    seq = seq_of(shop, "proof.issued", 0)

    def cut(raw: sqlite3.Connection) -> None:
        for table in ("proof_signatures", "proofs", "checkpoints"):
            raw.execute(f"DELETE FROM {table}")
        raw.execute("DELETE FROM events WHERE seq >= ?", (seq,))

    found = attacked(shop, cut).findings
    assert any("the register does not know it" in finding.en and finding.seq is not None for finding in found), found


def test_a_file_that_was_left_by_a_crash_is_no_finding(shop: Path) -> None:
    folder = shop / "proofs"
    one = min(folder.glob("*.pdf"))
    (folder / "HX-20991231-000099.pdf").write_bytes(one.read_bytes())
    (folder / "note.pdf").write_bytes(b"not ours")
    assert check_log(shop).findings == []


def test_a_restore_that_nobody_signed_is_said_to_be_so(shop: Path) -> None:
    """Without a password a log can be cut off and the event of a restore put at its end."""

    def pretend(raw: sqlite3.Connection) -> None:
        (left,) = raw.execute("SELECT head FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        raw.execute("DELETE FROM events WHERE seq > 5")
        body, head = raw.execute("SELECT body, head FROM events WHERE seq = 5").fetchone()
        said = {**json.loads(body), "seq": 6, "kind": "shop.restored", "facts": {"left_head": left.hex()}}
        text = audit.canonical(said)
        leaf = audit.leaf_hash(text)
        values = (text, leaf, audit.head_hash(head, leaf))
        raw.execute("INSERT INTO events (seq, body, leaf, head) VALUES (6, ?, ?, ?)", values)
        for table in ("checkpoints", "proof_signatures", "proofs", "redemptions"):
            raw.execute(f"DELETE FROM {table}")

    notes = [note.en for note in attacked(shop, pretend).notes]
    assert any("Nobody has signed that restore" in note for note in notes), notes


def test_a_text_that_is_no_json_is_told_and_does_not_stop_the_check(shop: Path) -> None:
    """SQLite refuses to write one, so the file is edited byte by byte."""
    file = shop / "shop.db"
    content = file.read_bytes()
    assert b'{"actor"' in content
    file.write_bytes(content.replace(b'{"actor"', b'x"actor"'))
    first = check_log(shop).first
    assert first is not None
    assert first.seq == 1
