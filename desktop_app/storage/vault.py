"""The vault (KM-VAULT-1): card keys and buyers' data are sealed here before they reach the database.

AES-256-GCM per field, with the shop, the table, the column and the row authenticated, so that a sealed value that is
copied to another row, product or shop does not open. Equality is found through blind indexes (HMAC-SHA256, 16
bytes). What this does not hide: how many rows there are, how long a value is, which rows hold the same value, and
everything else from a person who can read the memory of the running program. Root key and subkeys are zeroed when
the vault locks; copies inside the cipher library and texts already shown are not ours to zero.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop_app.domain.errors import LockedError, RefusedError, StorageError
from desktop_app.storage import vault_slots
from desktop_app.storage.vault_slots import KEY_BYTES, NONCE_BYTES, Argon2Cost, Slot, SlotKind, length_prefixed, wipe

TAG_BYTES = 16
"""Length of a blind index; the one of a card key is also its row identity."""

CARD_TABLE = "card_keys"
CARD_COLUMN = "sealed"
_PURPOSES = {CARD_TABLE: "card-enc", "signing_identities": "sign-wrap"}

_VERSION = b"\x01"
_HEADER_BYTES = 3
_CHUNK = 4096


class Vault:
    """The keys of one shop: locked until one of its slots is opened."""

    def __init__(self, shop_uid: bytes, *, generation: int = 1) -> None:
        """A locked vault. ``shop_uid`` is the UUID of the shop, ``generation`` that of the keys for new values."""
        self.shop_uid = shop_uid
        self._generation = generation
        self._root: bytearray | None = None
        self._subkeys: dict[tuple[str, int], bytearray] = {}
        self._ciphers: dict[tuple[str, int], AESGCM] = {}

    @classmethod
    def create(cls, shop_uid: bytes) -> Vault:
        """A new vault, unlocked; nothing opens it again until a slot is made and saved."""
        vault = cls(shop_uid)
        vault._root = bytearray(os.urandom(KEY_BYTES))
        return vault

    @property
    def is_unlocked(self) -> bool:
        return self._root is not None

    def lock(self) -> None:
        """Forget the keys; work that is already running keeps its own cipher until it ends."""
        for key in self._subkeys.values():
            wipe(key)
        if self._root is not None:
            wipe(self._root)
        self._root = None
        self._subkeys = {}
        self._ciphers = {}

    # ---- slots

    def password_slot(self, password: str, cost: Argon2Cost | None = None) -> Slot:
        """A slot that ``password`` opens, to be saved; without ``cost`` the machine is measured (about 1 s)."""
        root = self._opened()
        vault_slots.check_new_password(password)
        return vault_slots.password_slot(root, self.shop_uid, password, cost or vault_slots.calibrate())

    def recovery_slot(self) -> tuple[Slot, str]:
        """A slot to be saved, and the recovery code that opens it: shown once and printed, kept nowhere."""
        code, secret = vault_slots.new_recovery_code()
        return vault_slots.secret_slot(self._opened(), self.shop_uid, SlotKind.RECOVERY, secret), code

    def keyring_slot(self) -> Slot:
        """A slot to be saved that a device key in the system's keyring opens."""
        root = self._opened()
        secret = vault_slots.make_keyring_key(self.shop_uid)
        return vault_slots.secret_slot(root, self.shop_uid, SlotKind.KEYRING, secret)

    def file_slot(self, path: Path) -> Slot:
        """A slot to be saved that the key file ``path`` opens: whoever copies both files reads everything."""
        root = self._opened()
        secret = vault_slots.make_key_file(path)
        return vault_slots.secret_slot(root, self.shop_uid, SlotKind.FILE, secret)

    def unlock_with_password(self, slots: Iterable[Slot], password: str) -> None:
        """:class:`RefusedError` when the password is wrong. Takes up to a second: not for the GUI thread."""
        self._unlock(slots, SlotKind.PASSWORD, vault_slots.normalise_password(password))

    def unlock_with_recovery(self, slots: Iterable[Slot], code: str) -> None:
        """:class:`BadInputError` for a typing error, :class:`RefusedError` when the code is another shop's."""
        self._unlock(slots, SlotKind.RECOVERY, vault_slots.read_recovery_code(code))

    def unlock_with_keyring(self, slots: Iterable[Slot]) -> None:
        """:class:`StorageError` when the system's keyring does not answer or has no key."""
        self._unlock(slots, SlotKind.KEYRING, vault_slots.read_keyring_key(self.shop_uid))

    def unlock_with_file(self, slots: Iterable[Slot], path: Path) -> None:
        """:class:`StorageError` when the key file is missing or not a key file."""
        self._unlock(slots, SlotKind.FILE, vault_slots.read_key_file(path))

    def confirm_password(self, slots: Iterable[Slot], password: str) -> None:
        """Ask again before something is revealed; :class:`RefusedError` when the password is wrong."""
        wipe(self._unwrapped(slots, SlotKind.PASSWORD, vault_slots.normalise_password(password)))

    def change_password(self, slots: Iterable[Slot], old: str, new: str, cost: Argon2Cost | None = None) -> Slot:
        """The slot of the new password, to be saved; old backups still open with the old one."""
        self.confirm_password(slots, old)
        return self.password_slot(new, cost)

    # ---- sealing

    def seal(self, table: str, column: str, row_id: bytes, plain: bytes, product_uid: bytes = b"") -> bytes:
        """``plain`` for one field. ``row_id`` is made before the insert and never changes; 31 bytes are added."""
        header = _VERSION + self._generation.to_bytes(2, "big")
        nonce = os.urandom(NONCE_BYTES)
        aad = self._aad(table, column, row_id, product_uid, header[1:])
        return header + nonce + self._cipher(table, self._generation).encrypt(nonce, plain, aad)

    def open(self, table: str, column: str, row_id: bytes, sealed: bytes, product_uid: bytes = b"") -> bytes:
        """What :meth:`seal` got; :class:`StorageError` when the value was altered or belongs elsewhere."""
        self._opened()
        if len(sealed) < _HEADER_BYTES + NONCE_BYTES + 16 or sealed[:1] != _VERSION:
            raise _not_genuine(table, column)
        generation = int.from_bytes(sealed[1:_HEADER_BYTES], "big")
        if not 1 <= generation <= self._generation:
            raise _not_genuine(table, column)
        nonce = sealed[_HEADER_BYTES : _HEADER_BYTES + NONCE_BYTES]
        aad = self._aad(table, column, row_id, product_uid, sealed[1:_HEADER_BYTES])
        try:
            return self._cipher(table, generation).decrypt(nonce, sealed[_HEADER_BYTES + NONCE_BYTES :], aad)
        except InvalidTag:
            raise _not_genuine(table, column) from None

    def opener(self, table: str, column: str) -> Callable[[bytes, bytes], bytes]:
        """:meth:`open` for many values of one column: call it with row id and sealed value, while unlocked."""
        before = length_prefixed(b"km.field.1", self.shop_uid, table.encode(), column.encode())
        header = _VERSION + self._generation.to_bytes(2, "big")
        after = length_prefixed(b"", header[1:])
        decrypt = self._cipher(table, self._generation).decrypt
        start, shortest = _HEADER_BYTES + NONCE_BYTES, _HEADER_BYTES + NONCE_BYTES + 16

        def open_one(row_id: bytes, sealed: bytes) -> bytes:
            if len(sealed) < shortest or sealed[:_HEADER_BYTES] != header:
                return self.open(table, column, row_id, sealed)  # of an earlier generation, or not genuine
            aad = before + len(row_id).to_bytes(4, "big") + row_id + after
            try:
                return decrypt(sealed[_HEADER_BYTES:start], sealed[start:], aad)
            except InvalidTag:
                raise _not_genuine(table, column) from None

        return open_one

    def seal_card(self, tag: bytes, card: bytes, product_uid: bytes) -> bytes:
        """One card key exactly as it was imported; ``tag`` is its blind index."""
        return self.seal(CARD_TABLE, CARD_COLUMN, tag, card, product_uid)

    def open_card(self, tag: bytes, sealed: bytes, product_uid: bytes) -> bytes:
        """The card key; :class:`StorageError` when it was altered or moved to another row or product."""
        return self.open(CARD_TABLE, CARD_COLUMN, tag, sealed, product_uid)

    def seal_cards(self, cards: Iterable[tuple[bytes, bytes]], product_uid: bytes) -> Iterator[bytes]:
        """:meth:`seal_card` for many pairs of tag and card key of one product, in their order."""
        header = _VERSION + self._generation.to_bytes(2, "big")
        before = length_prefixed(b"km.field.1", self.shop_uid, CARD_TABLE.encode(), CARD_COLUMN.encode())
        before += TAG_BYTES.to_bytes(4, "big")
        after = length_prefixed(product_uid, header[1:])
        encrypt = self._cipher(CARD_TABLE, self._generation).encrypt
        source = iter(cards)
        while chunk := list(islice(source, _CHUNK)):
            nonces = os.urandom(NONCE_BYTES * len(chunk))
            start = 0
            for tag, card in chunk:
                nonce = nonces[start : start + NONCE_BYTES]
                start += NONCE_BYTES
                yield header + nonce + encrypt(nonce, card, before + tag + after)

    def card_tag(self, normalised: str) -> bytes:
        """The blind index of a card key; normalise with the product's rule first."""
        return next(self.card_tags((normalised,)))

    def card_tags(self, normalised: Iterable[str]) -> Iterator[bytes]:
        """:meth:`card_tag` for many, in their order."""
        return self._tags("card-idx", normalised)

    def pii_tag(self, text: str) -> bytes:
        """The blind index of a buyer or an account; normalise first."""
        return next(self._tags("pii-idx", (text,)))

    def commitment_salt(self, tag: bytes) -> bytes:
        """32 bytes per card key for the commitment that a proof prints."""
        salt = bytearray(KEY_BYTES)
        key = self._subkey("commit", 1)
        HKDF(SHA256(), KEY_BYTES, self.shop_uid, b"km/1/commit-card/" + tag).derive_into(key, salt)
        return bytes(salt)

    def intake_key(self, source: str) -> bytes:
        """32 bytes that prove to the drop folder that a request file comes from ``source``."""
        return hmac.digest(self._subkey("intake", 1), source.encode(), "sha256")

    def attachment_cipher(self) -> AESGCM:
        """The cipher of evidence files."""
        return self._cipher_of("attach", 1)

    def attachment_name(self, sha256: bytes) -> str:
        """The content address of an evidence file: equal files share it, nobody else can compute it."""
        return hmac.digest(self._subkey("attach-idx", 1), sha256, "sha256").hex()

    # ---- inside

    def _opened(self) -> bytearray:
        root = self._root
        if root is None:
            raise LockedError(
                "The shop is locked: unlock it to read or store card keys and buyers' data.",
                "店铺已锁定：请先解锁，再读取或保存卡密与买家资料。",
            )
        return root

    def _unlock(self, slots: Iterable[Slot], kind: SlotKind, secret: bytes) -> None:
        root = self._unwrapped(slots, kind, secret)
        self.lock()
        self._root = root

    def _unwrapped(self, slots: Iterable[Slot], kind: SlotKind, secret: bytes) -> bytearray:
        refusal: Exception | None = None
        for slot in slots:
            if slot.kind is kind:
                try:
                    return vault_slots.unwrap(slot, self.shop_uid, secret)
                except RefusedError as error:
                    refusal = error
        if refusal is not None:
            raise refusal
        raise RefusedError(
            "This shop was not set up to open this way ({kind}).",
            "这家店铺没有设置这种打开方式（{kind}）。",
            kind=kind.value,
        )

    def _subkey(self, purpose: str, generation: int) -> bytearray:
        key = self._subkeys.get((purpose, generation))
        if key is None:
            root = self._opened()
            key = bytearray(KEY_BYTES)
            info = f"km/1/{purpose}/{generation}".encode()
            HKDF(SHA256(), KEY_BYTES, self.shop_uid, info).derive_into(root, key)
            self._subkeys[purpose, generation] = key
        return key

    def _cipher(self, table: str, generation: int) -> AESGCM:
        return self._cipher_of(_PURPOSES.get(table, "pii-enc"), generation)

    def _cipher_of(self, purpose: str, generation: int) -> AESGCM:
        cipher = self._ciphers.get((purpose, generation))
        if cipher is None:
            cipher = AESGCM(self._subkey(purpose, generation))
            self._ciphers[purpose, generation] = cipher
        return cipher

    def _aad(self, table: str, column: str, row_id: bytes, product_uid: bytes, generation: bytes) -> bytes:
        return length_prefixed(
            b"km.field.1", self.shop_uid, table.encode(), column.encode(), row_id, product_uid, generation
        )

    def _tags(self, purpose: str, texts: Iterable[str]) -> Iterator[bytes]:
        # HMAC-SHA256 with both key blocks hashed once: copying two primed states halves the cost per key.
        key = self._subkey(purpose, 1).ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))
        for text in texts:
            first = inner.copy()
            first.update(text.encode())
            second = outer.copy()
            second.update(first.digest())
            yield second.digest()[:TAG_BYTES]


def disable_core_dumps() -> None:
    """Keep a crash from writing the keys to disk (POSIX; Windows writes no full dumps by default)."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _not_genuine(table: str, column: str) -> StorageError:
    return StorageError(
        "A sealed value ({table}.{column}) was altered or moved here from elsewhere: restore a backup of the shop.",
        "一条加密数据（{table}.{column}）已被改动或从别处移来：请恢复店铺备份。",
        table=table,
        column=column,
    )
