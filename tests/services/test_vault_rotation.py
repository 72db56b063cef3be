"""Replacing the keys of a shop: nothing is lost, whenever it is killed, and the old keys open nothing afterwards."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from cryptography.exceptions import InvalidTag
from sqlmodel import select

from desktop_app.domain.errors import CancelledError, ConflictError, LockedError, RefusedError, ShopError, StorageError
from desktop_app.services import Shop, vault_rotation
from desktop_app.services.buyers import target_of
from desktop_app.services.inventory import ImportOptions, KeyFilter
from desktop_app.services.orders import OrderFilter
from desktop_app.services.vault_rotation import KEY_FILE_NAME, NEXT_KEY_FILE_NAME
from desktop_app.storage import attachments, vault_slots
from desktop_app.storage.dispute_tables import VaultRootRow
from desktop_app.storage.tables import CardKeyRow, OrderRow
from desktop_app.storage.vault import Vault
from tests.services.sealed_shop import ACCOUNT, BUYER, CHEAP, PASSWORD, everything, make_shop
from tests.services.test_vault_life import _Keyring, system_keyring  # noqa: F401

NEW = "another staple 42"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "shop")
    yield made
    made.close()


def _start(shop: Shop, new_password: str | None = NEW) -> str:
    prepared = shop.vault.prepare_rotation(PASSWORD, new_password, cost=CHEAP)
    shop.vault.start_rotation(prepared)
    return prepared.recovery_code


def _some(shop: Shop, times: int, at_once: int = 10) -> None:
    """So many transactions of a rotation, then the merchant pauses it."""
    asked = itertools.count()
    with pytest.raises(CancelledError):
        vault_rotation.run(shop.context, cancelled=lambda: next(asked) >= times, at_once=at_once)


def test_everything_is_there_afterwards_and_opens_by_the_new_ways_only(shop: Shop) -> None:
    before = everything(shop)
    assert len(before) == 60 + 4 + 1 + 1 + 3
    first_code = shop.vault.new_recovery_code()
    code = _start(shop)
    assert shop.vault.rotation() is not None
    seen: list[tuple[int, int]] = []
    result = shop.vault.continue_rotation(progress=lambda done, total: seen.append((done, total)))
    assert result is not None
    assert (result.card_keys, result.orders, result.redemptions, result.evidence, result.damaged) == (60, 3, 1, 2, ())
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert shop.vault.rotation() is None
    assert shop.vault.continue_rotation() is None
    assert everything(shop) == before
    shop.lock()
    for attempt in (lambda: shop.unlock(PASSWORD), lambda: shop.unlock_with_recovery_code(first_code)):
        with pytest.raises(RefusedError):
            attempt()
    shop.unlock_with_recovery_code(code)
    shop.lock()
    shop.unlock(NEW)
    assert everything(shop) == before
    last, first = shop.reports.events().page(0, 2)
    assert (first.kind, last.kind) == ("vault.rotation_started", "vault.rotated")
    assert last.facts == {"generation": 2, "card_keys": 60, "orders": 3, "redemptions": 1, "evidence": 2}


def test_the_old_keys_open_nothing_of_the_finished_shop(shop: Shop, tmp_path: Path) -> None:
    shop.close()
    copy = tmp_path / "backup"
    shutil.copytree(shop.data_dir, copy)
    with sqlite3.connect(copy / "shop.db") as old_file:
        old_blobs = [row[0] for row in old_file.execute("SELECT sealed FROM card_keys")]
        old_blobs += [row[0] for row in old_file.execute("SELECT wrapped FROM vault_slots")]
        old_blobs += [row[0] for row in old_file.execute("SELECT buyer_sealed FROM orders WHERE buyer_sealed <> ''")]
    shop = Shop.open(shop.data_dir)
    shop.unlock(PASSWORD)
    [some, *_] = attachments.stored_names(shop.data_dir / "evidence")
    leftover = shop.data_dir / "evidence" / f".{some}.{'0' * 32}.part"
    leftover.write_bytes((shop.data_dir / "evidence" / some).read_bytes())
    _start(shop, None)  # the password stays: it is the root that is new
    vault_rotation.run(shop.context, at_once=7)
    shop.close()
    assert not leftover.exists(), "what a killed program left was sealed under the old keys"

    backup = Shop.open(copy)
    with backup.context.read() as session:
        slots = vault_slots.load_slots(session)
    backup.unlock(PASSWORD)
    assert len(everything(backup)) == 69, "a backup stays what it was"
    thief = backup.context.vault
    [old_slot] = [slot for slot in slots if slot.kind == "password"]
    root = bytes(vault_slots.unwrap(old_slot, thief.shop_uid, PASSWORD.encode()))
    with sqlite3.connect(shop.data_dir / "shop.db") as new_file:
        cards = new_file.execute(
            "SELECT k.tag, k.sealed, p.uid FROM card_keys k JOIN products p ON p.id = k.product_id"
        )
        for tag, sealed, uid in cards.fetchall():
            # as it stands, and as if its header still named the old keys
            for blob in (sealed, sealed[:1] + b"\x00\x01" + sealed[3:]):
                with pytest.raises(StorageError):
                    thief.open_card(tag, blob, uid)
        fields = [
            ("orders", "buyer", no.encode(), blob)
            for no, blob in new_file.execute("SELECT order_no, buyer_sealed FROM orders")
        ]
        fields += [
            ("orders", "target", no.encode(), blob)
            for no, blob in new_file.execute("SELECT order_no, target_sealed FROM orders")
        ]
        fields += [
            ("redemptions", "target", *row) for row in new_file.execute("SELECT uid, target_sealed FROM redemptions")
        ]
        fields += [
            ("signing_identities", "key", *row)
            for row in new_file.execute("SELECT uid, key_sealed FROM signing_identities")
        ]
        fields += [
            ("vault_roots", "sealed", b"\x00\x01", row[0]) for row in new_file.execute("SELECT sealed FROM vault_roots")
        ]
        assert len([field for field in fields if field[3]]) == 3 + 2 + 1 + 1 + 1
        for table, column, row_id, sealed in fields:
            for blob in (sealed, sealed[:1] + b"\x00\x01" + sealed[3:]) if sealed else ():
                with pytest.raises(StorageError):
                    thief.open(table, column, row_id, blob)
        new_slots = new_file.execute("SELECT wrapped FROM vault_slots").fetchall()
        assert all(wrapped != slot.wrapped for (wrapped,) in new_slots for slot in slots)
    for name in attachments.stored_names(shop.data_dir / "evidence"):
        sealed = (shop.data_dir / "evidence" / name).read_bytes()
        for header in (sealed[:3], b"\x01\x00\x01"):
            aad = vault_slots.length_prefixed(b"km.attach.1", thief.shop_uid, name.encode(), header)
            with pytest.raises(InvalidTag):
                thief.attachment_cipher(1).decrypt(sealed[3:15], sealed[15:], aad)
    backup.close()
    # neither the old root nor anything that was sealed under it is left over in the file
    raw = (shop.data_dir / "shop.db").read_bytes()
    assert not [blob for blob in old_blobs if blob[3:] in raw]
    shop = Shop.open(shop.data_dir)
    shop.unlock(PASSWORD)
    with shop.context.read() as session:
        [row] = session.exec(select(VaultRootRow)).all()
    kept = shop.context.vault.open("vault_roots", "sealed", b"\x00\x01", row.sealed)
    assert root not in kept
    shop.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork")
def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop", keys=240)
    before = everything(shop)
    folder = shop.data_dir
    shop.close()

    def rotate() -> None:
        child = Shop.open(folder)
        try:
            child.unlock(PASSWORD)
        except RefusedError:
            child.unlock(NEW)
        else:
            child.vault.start_rotation(child.vault.prepare_rotation(PASSWORD, NEW, cost=CHEAP))
        # one after another without end: however fast the machine is, what ends it is the kill
        while True:
            if vault_rotation.run(child.context, at_once=9) is None:
                child.vault.start_rotation(child.vault.prepare_rotation(NEW, NEW, cost=CHEAP))

    chance = random.Random(20261122)
    for attempt in range(14):
        pid = os.fork()
        if pid == 0:
            try:
                rotate()
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.02, 0.5))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status)
        if attempt % 3 == 2:
            half = Shop.open(folder)
            try:
                half.unlock(NEW)
            except RefusedError:
                half.unlock(PASSWORD)
            assert everything(half) == before
            half.close()
    shop = Shop.open(folder)
    try:
        shop.unlock(NEW)
    except RefusedError:
        shop.unlock(PASSWORD)
        _start(shop)
    shop.vault.continue_rotation()
    assert everything(shop) == before
    with shop.context.read() as session:
        generations = {bytes(key.sealed[1:3]) for key in session.exec(select(CardKeyRow)).all()}
    assert generations == {shop.context.vault.generation.to_bytes(2, "big")}
    assert not [
        path for path in (folder / "evidence").iterdir() if path.name.endswith(".part") and path.stat().st_size == 0
    ]
    shop.close()


def test_half_way_everything_is_found_and_can_be_changed(shop: Shop) -> None:
    before = everything(shop)
    _start(shop)
    _some(shop, 3)
    assert everything(shop) == before
    for text in ("KM-00000----密0", "KM-00029----密203", "AB00001CD7", "ab-00029-cd203"):
        assert shop.inventory.find(text) is not None, text
        assert shop.inventory.listing(KeyFilter(text=text)).count() == 1, text
    assert shop.orders.listing(OrderFilter(text=f"{BUYER}1")).count() == 1
    assert shop.orders.listing(OrderFilter(text=ACCOUNT)).count() == 2
    # a key moves to another product: neither its own old index nor another's stops it
    listing = shop.inventory.listing(KeyFilter())
    ids = {line.id for line in listing.page(0, 100) if line.product_id == 1 and line.state == "in_stock"}
    moved = sorted(ids)[-1]
    shop.inventory.move([moved], 2)
    with pytest.raises(RefusedError, match="being replaced"):
        shop.inventory.preview_text("NEW-1", 1)
    shop.vault.continue_rotation()
    assert (
        shop.inventory.import_keys(shop.inventory.preview_text("NEW-1\nKM-00005----密35", 1), ImportOptions()).new_count
        == 1
    )
    assert {name: text for name, text in everything(shop).items() if name in before} == before


def test_a_preview_from_before_the_rotation_is_not_imported(shop: Shop) -> None:
    preview = shop.inventory.preview_text("NEW-1", 1)
    _start(shop)
    with pytest.raises(RefusedError, match="being replaced"):
        shop.inventory.import_keys(preview, ImportOptions())
    shop.vault.continue_rotation()
    with pytest.raises(ConflictError, match="preview"):
        shop.inventory.import_keys(preview, ImportOptions())


def test_locking_pauses_it_and_unlocking_goes_on(shop: Shop) -> None:
    before = everything(shop)
    _start(shop)
    _some(shop, 2)
    shop.lock()
    with pytest.raises(LockedError):
        shop.vault.continue_rotation()
    state = shop.vault.rotation()
    assert state is not None
    assert 0 < state.done < state.total
    shop.unlock(NEW)
    with pytest.raises(RefusedError, match="unfinished"):
        shop.vault.prepare_rotation(NEW)
    assert shop.vault.continue_rotation() is not None
    assert everything(shop) == before


def test_again_and_again(shop: Shop) -> None:
    before = everything(shop)
    facts = json.loads(_scalar(shop, "SELECT facts FROM proofs"))
    for password, following in ((PASSWORD, NEW), (NEW, PASSWORD), (PASSWORD, NEW)):
        shop.vault.start_rotation(shop.vault.prepare_rotation(password, following, cost=CHEAP))
        shop.vault.continue_rotation()
    shop.lock()
    shop.unlock(NEW)
    assert shop.context.vault.generation == 4
    assert everything(shop) == before
    # what a proof of the first generation committed to is still opened, by what lives on of it
    key = "KM-00001----密7"
    openings = list(shop.context.vault.commitment_openings(key))
    commitments = [hashlib.sha256(tag + salt + key.encode()).hexdigest() for tag, salt in openings]
    assert facts["key_commitment"] in commitments
    assert commitments.index(facts["key_commitment"]) == 3
    opening = shop.vault.open_commitment(facts["proof_no"])
    assert opening.key == key
    assert hashlib.sha256(bytes.fromhex(opening.tag + opening.salt) + key.encode()).hexdigest() == opening.commitment
    assert opening.commitment == facts["key_commitment"]
    assert shop.reports.events().page(0, 1)[0].kind == "proof.opened"
    shop.lock()
    with pytest.raises(LockedError):
        shop.vault.open_commitment(facts["proof_no"])
    shop.unlock(NEW)
    assert shop.requests.intake_key("site") == shop.requests.intake_key("site")


def test_other_programs_keys_and_remembered_layouts_live_on(shop: Shop) -> None:
    key = shop.requests.intake_key("site")
    layout = shop.context.vault.layout_tag("columns\n卡号\n密码")
    name = shop.context.vault.attachment_name(b"x" * 32)
    tag = shop.context.vault.card_tag("A")
    _start(shop)
    shop.vault.continue_rotation()
    shop.lock()
    shop.unlock(NEW)
    vault = shop.context.vault
    assert (shop.requests.intake_key("site"), vault.layout_tag("columns\n卡号\n密码")) == (key, layout)
    assert vault.attachment_name(b"x" * 32) == name
    assert vault.card_tag("A") != tag


def test_a_damaged_value_is_named_and_does_not_stop_the_rest(shop: Shop) -> None:
    before = everything(shop)
    with shop.context.write() as session:
        connection = session.connection()
        connection.exec_driver_sql(
            "UPDATE card_keys SET sealed = CAST(x'01000199' || randomblob(60) AS BLOB) WHERE id IN (3, 40)"
        )
        connection.exec_driver_sql(
            "UPDATE orders SET buyer_sealed = CAST(x'01000199' || randomblob(60) AS BLOB) WHERE order_no = 'A1'"
        )
    [first, *_] = attachments.stored_names(shop.data_dir / "evidence")
    path = shop.data_dir / "evidence" / first
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    damaged_file = path.read_bytes()
    _start(shop)
    result = vault_rotation.run(shop.context, at_once=11)
    assert result is not None
    assert result.card_keys == 58
    assert sorted(result.damaged) == ["card_keys 3", "card_keys 40", f"evidence {first[:12]}", "orders 2"]
    assert path.read_bytes() == damaged_file
    shop.lock()
    shop.unlock(NEW)
    with pytest.raises(StorageError):
        shop.inventory.reveal(3)
    assert shop.inventory.reveal(4) == before["key 4"]
    with shop.context.read() as session:
        assert target_of(shop.context.vault, session.get_one(OrderRow, 2)).account == ACCOUNT
    [event] = [line for line in shop.reports.events().page(0, 3) if line.kind == "vault.rotated"]
    assert event.facts["damaged_count"] == 4


def test_a_wrong_password_or_code_changes_nothing(shop: Shop) -> None:
    before = everything(shop)
    with pytest.raises(RefusedError):
        shop.vault.prepare_rotation("wrong password", NEW)
    with pytest.raises(ShopError, match="at least"):
        shop.vault.prepare_rotation(PASSWORD, "short")
    prepared = shop.vault.prepare_rotation(PASSWORD, NEW, cost=CHEAP)
    prepared.discard()
    shop.lock()
    shop.unlock(PASSWORD)
    assert shop.vault.rotation() is None
    assert everything(shop) == before


def test_another_program_cannot_write_under_the_old_keys(shop: Shop) -> None:
    other = Shop.open(shop.data_dir)
    other.unlock(PASSWORD)
    _start(shop)
    with pytest.raises(ConflictError, match="Another program"):
        other.orders.redeem(
            other.orders.detail(1).units[0].id,
            redeemed_at=other.context.clock(), code="R", target=ACCOUNT, source="x", stated_by="y",
        )  # fmt: skip
    shop.vault.continue_rotation()
    with pytest.raises(ConflictError, match="unlock it again"):
        other.inventory.reveal(1)
    with pytest.raises(StorageError, match="unlock it again"):
        other.orders.detail(2)
    with pytest.raises(StorageError, match="unlock it again"):
        attachments.store(shop.data_dir / "evidence", other.context.vault, b"picture 1", "1.txt")
    with pytest.raises(StorageError, match="unlock it again"):
        attachments.store(shop.data_dir / "evidence", other.context.vault, b"picture 0", "0.txt")
    other.lock()
    other.unlock(NEW)
    assert everything(other) == everything(shop)
    other.close()


def test_two_programs_finish_one_rotation(shop: Shop) -> None:
    before = everything(shop)
    _start(shop)
    other = Shop.open(shop.data_dir)
    other.unlock(NEW)
    _some(shop, 2)
    _some(other, 2)
    assert other.vault.continue_rotation() is not None
    assert shop.context.vault.is_rotating
    assert shop.vault.continue_rotation() is None
    assert not shop.context.vault.is_rotating
    assert everything(shop) == everything(other) == before
    other.close()


def test_the_devices_get_new_keys(tmp_path: Path, system_keyring: _Keyring) -> None:  # noqa: F811
    shop = make_shop(tmp_path / "shop", keys=10, protection="file", password=None)
    old_file = (shop.data_dir / KEY_FILE_NAME).read_bytes()
    shop.vault.use_keyring()
    old_ring = dict(system_keyring.kept)
    prepared = shop.vault.prepare_rotation(None)
    shop.vault.start_rotation(prepared)
    shop.vault.continue_rotation()
    assert (shop.data_dir / KEY_FILE_NAME).read_bytes() != old_file
    assert not (shop.data_dir / NEXT_KEY_FILE_NAME).exists()
    assert system_keyring.kept != old_ring
    [kept] = system_keyring.kept.values()
    assert len(kept) == 64
    shop.lock()
    assert shop.unlock_automatically()
    shop.vault.stop_using("keyring")
    shop.lock()
    assert shop.unlock_automatically(), "and by the file"
    shop.close()


def test_a_device_key_whose_change_was_cut_short_still_opens(tmp_path: Path, system_keyring: _Keyring) -> None:  # noqa: F811
    shop = make_shop(tmp_path / "shop", keys=10, protection="file", password=None)
    shop.vault.use_keyring()
    [entry] = system_keyring.kept
    # the new key was put before the old one, and the transaction never came
    vault_slots.add_keyring_key(shop.context.vault.shop_uid)
    vault_slots.add_keyring_key(shop.context.vault.shop_uid)
    shop.lock()
    assert shop.unlock_automatically()
    shop.vault.stop_using("keyring")
    assert entry not in system_keyring.kept
    # the new file was made and in force, and had not its name yet
    path = shop.data_dir / KEY_FILE_NAME
    path.rename(shop.data_dir / NEXT_KEY_FILE_NAME)
    path.write_bytes(b"o" * 32)
    shop.lock()
    assert shop.unlock_automatically()
    assert path.read_bytes() != b"o" * 32
    shop.close()


def test_without_its_keyring_a_rotation_does_not_begin(tmp_path: Path, system_keyring: _Keyring) -> None:  # noqa: F811
    from keyring.backends.fail import Keyring as NoKeyring

    shop = make_shop(tmp_path / "shop", keys=10)
    shop.vault.use_keyring()
    keyring.set_keyring(NoKeyring())
    with pytest.raises(RefusedError, match="keyring"):
        shop.vault.prepare_rotation(PASSWORD, cost=CHEAP)
    shop.close()


def test_slots_of_an_older_copy_put_back_open_nothing(shop: Shop) -> None:
    """Putting the old slots back into the finished file must not make the old password open it."""
    with shop.context.read() as session:
        old = vault_slots.load_slots(session)
    _start(shop)
    shop.vault.continue_rotation()
    with shop.context.read() as session:
        replaced = {row.generation: row.sealed for row in session.exec(select(VaultRootRow)).all()}
    thief = Vault(shop.context.vault.shop_uid)
    with pytest.raises(StorageError):
        thief.unlock_with_password(old, PASSWORD, replaced)
    assert not thief.is_unlocked


def _scalar(shop: Shop, sql: str) -> str:
    with shop.context.read() as session:
        return str(session.connection().exec_driver_sql(sql).scalar_one())
