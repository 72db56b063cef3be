from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import keyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from desktop_app.domain.errors import BadInputError, LockedError, RefusedError, StorageError
from desktop_app.storage import vault_keys, vault_slots
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import Argon2Cost, Slot, SlotKind, load_slots, remove_slot, save_slot

SHOP = bytes(range(16))
PRODUCT = b"p" * 16
CHEAP = Argon2Cost(16, 2, 1)
PASSWORD = "correct horse battery"


@pytest.fixture
def vault() -> Vault:
    return Vault.create(SHOP)


def test_password_opens_what_was_sealed(vault: Vault) -> None:
    slot = vault.password_slot(PASSWORD, CHEAP)
    sealed = vault.seal("orders", "buyer", b"T1", "张三".encode())
    other = Vault(SHOP)
    other.unlock_with_password([slot], PASSWORD)
    assert other.open("orders", "buyer", b"T1", sealed).decode() == "张三"
    assert len(sealed) == len("张三".encode()) + 31
    assert "张三".encode() not in sealed


def test_wrong_password_is_refused_and_leaves_the_vault_as_it_was(vault: Vault) -> None:
    slot = vault.password_slot(PASSWORD, CHEAP)
    locked = Vault(SHOP)
    with pytest.raises(RefusedError, match="not right"):
        locked.unlock_with_password([slot], PASSWORD + "!")
    assert not locked.is_unlocked
    with pytest.raises(RefusedError):
        vault.unlock_with_password([slot], PASSWORD + "!")
    assert vault.is_unlocked


def test_password_is_the_same_however_the_keyboard_composes_it(vault: Vault) -> None:
    slot = vault.password_slot("caf\u00e9 au lait", CHEAP)
    other = Vault(SHOP)
    other.unlock_with_password([slot], "cafe\u0301 au lait")
    assert other.is_unlocked


@pytest.mark.parametrize(
    "password", ["short", "ninechars", "e\u0301" * 5 + "abcd", "PassWord123", "1234567890", "aaaaaaaaaaaa"]
)
def test_weak_passwords_are_refused(vault: Vault, password: str) -> None:
    with pytest.raises(BadInputError):
        vault.password_slot(password, CHEAP)


def test_changing_the_password_shuts_the_old_one_out(database: Database, at: datetime) -> None:
    with database.read() as session:
        slots = load_slots(session)
    vault = Vault(database.shop_uid)
    vault.unlock_with_password(slots, PASSWORD)
    new = vault.change_password(slots, PASSWORD, "another good password", CHEAP)
    with database.write() as session:
        save_slot(session, new, at)
    with database.read() as session:
        slots = load_slots(session)
    fresh = Vault(database.shop_uid)
    with pytest.raises(RefusedError):
        fresh.unlock_with_password(slots, PASSWORD)
    fresh.unlock_with_password(slots, "another good password")
    assert fresh.is_unlocked


def test_the_last_way_in_cannot_be_removed(database: Database) -> None:
    with database.write() as session, pytest.raises(RefusedError):
        remove_slot(session, SlotKind.PASSWORD)


def _changed_parameters(slot: Slot, **changes: int) -> Slot:
    return dataclasses.replace(
        slot,
        parameters=json.dumps({**json.loads(slot.parameters), **changes}, sort_keys=True, separators=(",", ":")),
    )


def test_kdf_parameters_are_part_of_the_lock(vault: Vault) -> None:
    slot = vault.password_slot(PASSWORD, CHEAP)
    with pytest.raises(RefusedError):
        Vault(SHOP).unlock_with_password([_changed_parameters(slot, m=17)], PASSWORD)


@pytest.mark.parametrize(
    "changes", [{"m": 65536}, {"m": 8}, {"t": 1}, {"t": 11}, {"p": 0}, {"p": 17}, {"m": True}, {"m": 16.0}, {"v": 16}]
)
def test_parameters_out_of_bounds_never_run(
    vault: Vault, changes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = _changed_parameters(vault.password_slot(PASSWORD, CHEAP), **changes)
    monkeypatch.delattr(vault_slots, "Argon2id")
    with pytest.raises(StorageError):
        Vault(SHOP).unlock_with_password([slot], PASSWORD)


@pytest.mark.parametrize("parameters", ["", "[]", "null", '{"m":16}', "[" * 100_000, '{"kdf":"hkdf-sha256"}'])
def test_unreadable_parameters_are_refused(vault: Vault, parameters: str) -> None:
    slot = dataclasses.replace(vault.password_slot(PASSWORD, CHEAP), parameters=parameters)
    with pytest.raises(StorageError):
        Vault(SHOP).unlock_with_password([slot], PASSWORD)


def test_a_slot_of_another_shop_or_kind_does_not_open(vault: Vault) -> None:
    slot = vault.password_slot(PASSWORD, CHEAP)
    with pytest.raises(RefusedError):
        Vault(b"x" * 16).unlock_with_password([slot], PASSWORD)
    with pytest.raises(RefusedError):
        Vault(SHOP).unlock_with_password([dataclasses.replace(slot, uid="f" * 32)], PASSWORD)
    recovery, code = vault.recovery_slot()
    with pytest.raises(RefusedError):
        Vault(b"x" * 16).unlock_with_recovery([recovery], code)
    with pytest.raises(RefusedError):
        Vault(SHOP).unlock_with_recovery([dataclasses.replace(recovery, kind=SlotKind.FILE)], code)


def test_recovery_code_forgives_how_it_is_typed(vault: Vault) -> None:
    slot, code = vault.recovery_slot()
    assert [len(group) for group in code.split("-")] == [4] * 9
    assert not set(code) & set("ILOU")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    other = Vault(SHOP)
    other.unlock_with_recovery([slot], "  " + typed + "\n")
    assert other.is_unlocked


@given(st.integers(0, 35), st.integers(1, 31))
@settings(max_examples=60)
def test_recovery_code_notices_a_typing_error(position: int, shift: int) -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    symbols = list(vault_slots.new_recovery_code()[0].replace("-", ""))
    symbols[position] = alphabet[(alphabet.index(symbols[position]) + shift) % 32]
    # 20 bits of checksum: one wrong symbol slips through once in a million.
    with pytest.raises(BadInputError):
        vault_slots.read_recovery_code("".join(symbols))


def test_recovery_code_of_another_shop(vault: Vault) -> None:
    slot, _ = vault.recovery_slot()
    _, other = Vault.create(SHOP).recovery_slot()
    with pytest.raises(RefusedError):
        Vault(SHOP).unlock_with_recovery([slot], other)


def test_key_file_is_private_and_never_overwritten(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    slot = vault.file_slot(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError):
        vault.file_slot(path)
    path.chmod(0o644)
    other = Vault(SHOP)
    other.unlock_with_file([slot], path)
    assert other.is_unlocked
    assert path.stat().st_mode & 0o777 == 0o600


def test_key_file_that_is_gone_a_link_or_cut_short(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    slot = vault.file_slot(path)
    link = tmp_path / "link.key"
    link.symlink_to(path)
    for bad in (tmp_path / "none.key", link):
        with pytest.raises(StorageError):
            Vault(SHOP).unlock_with_file([slot], bad)
    path.write_bytes(b"x" * 31)
    with pytest.raises(StorageError):
        Vault(SHOP).unlock_with_file([slot], path)
    path.write_bytes(b"x" * 32)
    with pytest.raises(RefusedError):
        Vault(SHOP).unlock_with_file([slot], path)


class _MemoryKeyring(KeyringBackend):
    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_keyring_keeps_a_key_that_opens(vault: Vault) -> None:
    before = keyring.get_keyring()
    backend = _MemoryKeyring()
    keyring.set_keyring(backend)
    try:
        assert vault_slots.keyring_available()
        slot = vault.keyring_slot()
        other = Vault(SHOP)
        other.unlock_with_keyring([slot])
        assert other.is_unlocked
        vault_slots.forget_keyring_key(SHOP)
        with pytest.raises(StorageError, match="has no key"):
            Vault(SHOP).unlock_with_keyring([slot])
    finally:
        keyring.set_keyring(before)


def test_without_a_keyring_the_answer_is_a_sentence(vault: Vault) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        assert not vault_slots.keyring_available()
        with pytest.raises(StorageError, match="no keyring"):
            vault.keyring_slot()
    finally:
        keyring.set_keyring(before)


def test_locked_vault_reads_and_writes_nothing(vault: Vault) -> None:
    tag = vault.card_tag("ABC")
    sealed = vault.seal_card(tag, b"ABC", PRODUCT)
    vault.lock()
    for attempt in (
        lambda: vault.card_tag("ABC"),
        lambda: vault.pii_tag("x"),
        lambda: vault.seal("orders", "buyer", b"T1", b"x"),
        lambda: vault.open_card(tag, sealed, PRODUCT),
        lambda: list(vault.seal_cards([(tag, b"ABC")], PRODUCT)),
        lambda: vault.password_slot(PASSWORD, CHEAP),
        lambda: vault.attachment_cipher(1),
        lambda: vault.commitment_salt(tag),
    ):
        with pytest.raises(LockedError):
            attempt()


def test_a_sealed_value_opens_only_where_it_belongs(vault: Vault) -> None:
    first, second = vault.card_tag("AAA"), vault.card_tag("BBB")
    sealed = vault.seal_card(first, b"AAA", PRODUCT)
    assert vault.open_card(first, sealed, PRODUCT) == b"AAA"
    for attempt in (
        lambda: vault.open_card(second, sealed, PRODUCT),
        lambda: vault.open_card(first, sealed, b"q" * 16),
        lambda: vault.open("card_keys", "note", first, sealed, PRODUCT),
        lambda: vault.open("orders", "sealed", first, sealed, PRODUCT),
        lambda: Vault.create(SHOP).open_card(first, sealed, PRODUCT),
    ):
        with pytest.raises(StorageError):
            attempt()


def test_every_byte_of_a_sealed_value_counts(vault: Vault) -> None:
    tag = vault.card_tag("AAA")
    sealed = vault.seal_card(tag, b"AAA", PRODUCT)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(StorageError):
            vault.open_card(tag, bytes(altered), PRODUCT)
    for length in (0, 1, 3, 30, len(sealed) - 1):
        with pytest.raises(StorageError):
            vault.open_card(tag, sealed[:length], PRODUCT)


def test_fields_cannot_be_shifted_into_one_another(vault: Vault) -> None:
    sealed = vault.seal("ab", "c", b"d", b"x")
    with pytest.raises(StorageError):
        vault.open("a", "bc", b"d", sealed)


def test_bulk_sealing_is_the_same_as_one_by_one(vault: Vault) -> None:
    cards = [f"KEY-{i}----{i * 7}" for i in range(5000)]
    tags = list(vault.card_tags(cards))
    assert tags[4321] == vault.card_tag(cards[4321])
    sealed = list(vault.seal_cards(zip(tags, (card.encode() for card in cards), strict=True), PRODUCT))
    assert len({blob[3:15] for blob in sealed}) == len(cards)  # no nonce twice, across chunks too
    for i in (0, 4095, 4096, 4999):
        assert vault.open_card(tags[i], sealed[i], PRODUCT).decode() == cards[i]


def test_blind_index_is_hmac_of_the_index_key(vault: Vault) -> None:
    slot = vault.password_slot(PASSWORD, CHEAP)
    root = vault_slots.unwrap(slot, SHOP, PASSWORD.encode())
    pseudo_random = hmac.digest(SHOP, bytes(root), "sha256")
    key = hmac.digest(pseudo_random, b"km/1/card-idx/1" + b"\x01", "sha256")
    assert vault.card_tag("卡密A") == hmac.new(key, "卡密A".encode(), hashlib.sha256).digest()[:16]
    assert vault.card_tag("x") != vault.pii_tag("x")


def test_calibration_takes_the_largest_that_fits() -> None:
    def clock_with(seconds: list[float]) -> Callable[[], float]:
        ticks = iter([tick for second in seconds for tick in (0.0, second)])
        return lambda: next(ticks)

    assert vault_slots.calibrate(clock=clock_with([0.4, 0.9])).memory_mib == 256
    assert vault_slots.calibrate(clock=clock_with([0.4, 1.1])).memory_mib == 128
    assert vault_slots.calibrate(clock=clock_with([1.5])) == vault_slots.FLOOR


def test_many_keys_are_sealed_with_one_cipher(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(name: str) -> Callable[..., object]:
        make = getattr(vault_keys, name)

        def make_and_note(*args: object) -> object:
            made.append(name)
            return make(*args)

        return make_and_note

    for name in ("AESGCM", "HKDF"):
        monkeypatch.setattr(vault_keys, name, counted(name))
    cards = [f"KM-{number:08d}" for number in range(3_000)]
    pairs = zip(vault.card_tags(cards), (card.encode() for card in cards), strict=True)
    assert sum(1 for _ in vault.seal_cards(pairs, PRODUCT)) == 3_000
    # a derivation or a cipher per key would make a million keys a matter of minutes
    assert sorted(made) == ["AESGCM", "HKDF", "HKDF"]
