"""The vault (KM-VAULT-1): card keys and buyers' data are sealed here before they reach the database.

AES-256-GCM per field, with the shop, the table, the column and the row authenticated, so that a sealed value that is
copied to another row, product or shop does not open. Equality is found through blind indexes (HMAC-SHA256, 16
bytes). What this does not hide: how many rows there are, how long a value is, which rows hold the same value, and
everything else from a person who can read the memory of the running program. Root key and subkeys are zeroed when
the vault locks; copies inside the cipher library and texts already shown are not ours to zero.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop_app.domain.errors import ConflictError, RefusedError, StorageError
from desktop_app.storage import vault_keys, vault_slots
from desktop_app.storage.card_sealing import TAG_BYTES, CardSecrets
from desktop_app.storage.field_opening import FieldSecrets
from desktop_app.storage.vault_keys import FIRST, VaultKeys
from desktop_app.storage.vault_slots import NONCE_BYTES, Argon2Cost, Slot, SlotKind, length_prefixed, wipe

CARD_TABLE = "card_keys"
CARD_COLUMN = "sealed"
_ROOT_TABLE, _ROOT_COLUMN = "vault_roots", "sealed"
_PURPOSES = {CARD_TABLE: "card-enc", "signing_identities": "sign-wrap", _ROOT_TABLE: "root-enc"}

_VERSION = b"\x01"
_HEADER_BYTES = 3
_CHUNK = 4096
_COMMIT_CARD = b"km/1/commit-card/"


class Vault:
    """The keys of one shop: locked until one of its slots is opened."""

    def __init__(self, shop_uid: bytes) -> None:
        """A locked vault; ``shop_uid`` is the UUID of the shop."""
        self.shop_uid = shop_uid
        self._keys: VaultKeys | None = None
        self._replaced: list[VaultKeys] = []
        self._turn = threading.RLock()

    @classmethod
    def create(cls, shop_uid: bytes) -> Vault:
        """A new vault, unlocked; nothing opens it again until a slot is made and saved."""
        vault = cls(shop_uid)
        vault._keys = VaultKeys.first(shop_uid)
        return vault

    @property
    def is_unlocked(self) -> bool:
        return self._keys is not None

    @property
    def generation(self) -> int:
        """Of the keys for new values. :class:`LockedError` while locked."""
        return self._opened().generation

    @property
    def is_rotating(self) -> bool:
        """Whether values are still sealed under the keys before; false while locked."""
        keys = self._keys
        return keys is not None and keys.unfinished is not None

    def lock(self) -> None:
        """Forget the keys; work that is already running keeps its own cipher until it ends."""
        keys, self._keys = self._keys, None
        if keys is not None:
            self._replaced.append(keys)
        while self._replaced:
            self._replaced.pop().close()

    # ---- slots

    def password_slot(self, password: str, cost: Argon2Cost | None = None) -> Slot:
        """A slot that ``password`` opens, to be saved; without ``cost`` the machine is measured (about 1 s)."""
        keys = self._opened()
        vault_slots.check_new_password(password)
        chosen = cost or vault_slots.calibrate()
        return keys.wrap(lambda root: vault_slots.password_slot(root, self.shop_uid, password, chosen))

    def recovery_slot(self) -> tuple[Slot, str]:
        """A slot to be saved, and the recovery code that opens it: shown once and printed, kept nowhere."""
        code, secret = vault_slots.new_recovery_code()
        return self._secret_slot(SlotKind.RECOVERY, secret), code

    def keyring_slot(self) -> Slot:
        """A slot to be saved that a new device key in the system's keyring opens.

        The keyring keeps the key before it until :func:`vault_slots.settle_keyring`.
        """
        self._opened()
        return self._secret_slot(SlotKind.KEYRING, vault_slots.add_keyring_key(self.shop_uid))

    def file_slot(self, path: Path) -> Slot:
        """A slot to be saved that the key file ``path`` opens: whoever copies both files reads everything."""
        self._opened()
        return self._secret_slot(SlotKind.FILE, vault_slots.make_key_file(path))

    def unlock_with_password(
        self, slots: Iterable[Slot], password: str, replaced: Mapping[int, bytes] | None = None
    ) -> None:
        """:class:`RefusedError` when the password is wrong. Takes up to a second: not for the GUI thread.

        ``replaced``, here and below: what is kept of replaced root keys, by generation.
        """
        self._unlock(slots, SlotKind.PASSWORD, [vault_slots.normalise_password(password)], replaced)

    def unlock_with_recovery(
        self, slots: Iterable[Slot], code: str, replaced: Mapping[int, bytes] | None = None
    ) -> None:
        """:class:`BadInputError` for a typing error, :class:`RefusedError` when the code is another shop's."""
        self._unlock(slots, SlotKind.RECOVERY, [vault_slots.read_recovery_code(code)], replaced)

    def unlock_with_keyring(self, slots: Iterable[Slot], replaced: Mapping[int, bytes] | None = None) -> None:
        """:class:`StorageError` when the system's keyring does not answer or has no key."""
        self._unlock(slots, SlotKind.KEYRING, vault_slots.read_keyring_keys(self.shop_uid), replaced)

    def unlock_with_file(self, slots: Iterable[Slot], path: Path, replaced: Mapping[int, bytes] | None = None) -> None:
        """:class:`StorageError` when the key file is missing or not a key file."""
        self._unlock(slots, SlotKind.FILE, [vault_slots.read_key_file(path)], replaced)

    def confirm_password(self, slots: Iterable[Slot], password: str) -> None:
        """Ask again before something is revealed; :class:`RefusedError` when the password is wrong."""
        wipe(self._unwrapped(slots, SlotKind.PASSWORD, [vault_slots.normalise_password(password)]))

    def change_password(self, slots: Iterable[Slot], old: str, new: str, cost: Argon2Cost | None = None) -> Slot:
        """The slot of the new password, to be saved; old backups still open with the old one."""
        self.confirm_password(slots, old)
        return self.password_slot(new, cost)

    # ---- replacing the root key

    def successor(self) -> Vault:
        """A new root key of the next generation that still opens everything; not in force until :meth:`take_over`."""
        made = Vault(self.shop_uid)
        made._keys = self._opened().successor()
        return made

    def legacy(self, generation: int, *, ended: bool = False) -> bytes:
        """What has to be stored of a replaced generation, sealed under the root in force (see ``VaultKeys.legacy``).

        ``ended``: nothing is sealed under it any more, so its root is not in it.
        """
        plain = self._opened().legacy(generation, ended=ended)
        return self.seal(_ROOT_TABLE, _ROOT_COLUMN, generation.to_bytes(2, "big"), plain)

    def take_over(self, successor: Vault) -> None:
        """The keys of ``successor`` are in force from now on; it has none any more.

        Those before are zeroed when the vault locks: work that began with them may go on until then.
        """
        self._replaced.append(self._opened())
        self._keys, successor._keys = successor._opened(), None

    def finish_rotation(self) -> None:
        """Nothing is sealed under the keys before any more; in memory they stay until the vault locks."""
        self._opened().finish()

    def alone(self) -> AbstractContextManager[bool]:
        """Held while the keys are replaced, and by whoever seals outside of a transaction of the shop file."""
        return self._turn

    def require_generation(self, stored: int) -> None:
        """:class:`ConflictError` when another program replaced the keys: what is sealed here would open for nobody."""
        keys = self._keys
        if keys is not None and keys.generation != stored:
            with self._turn:  # they are just being replaced by this program
                keys = self._keys
            if keys is not None and keys.generation != stored:
                raise _replaced_elsewhere()

    # ---- sealing

    def seal(self, table: str, column: str, row_id: bytes, plain: bytes, product_uid: bytes = b"") -> bytes:
        """``plain`` for one field. ``row_id`` is made before the insert and never changes; 31 bytes are added."""
        keys = self._opened()
        header = _VERSION + keys.generation.to_bytes(2, "big")
        nonce = os.urandom(NONCE_BYTES)
        aad = self._aad(table, column, row_id, product_uid, header[1:])
        return header + nonce + keys.cipher(_purpose(table), keys.generation).encrypt(nonce, plain, aad)

    def open(self, table: str, column: str, row_id: bytes, sealed: bytes, product_uid: bytes = b"") -> bytes:
        """What :meth:`seal` got; :class:`StorageError` when the value was altered or belongs elsewhere."""
        keys = self._opened()
        if len(sealed) < _HEADER_BYTES + NONCE_BYTES + 16 or sealed[:1] != _VERSION:
            raise _not_genuine(table, column)
        generation = int.from_bytes(sealed[1:_HEADER_BYTES], "big")
        if generation < FIRST:
            raise _not_genuine(table, column)
        if generation > keys.generation:
            raise _unknown_keys()
        nonce = sealed[_HEADER_BYTES : _HEADER_BYTES + NONCE_BYTES]
        aad = self._aad(table, column, row_id, product_uid, sealed[1:_HEADER_BYTES])
        try:
            cipher = keys.cipher(_purpose(table), generation)
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES + NONCE_BYTES :], aad)
        except InvalidTag:
            raise _not_genuine(table, column) from None

    def opener(
        self, table: str, column: str, product_uid: bytes = b"", *, generation: int | None = None
    ) -> Callable[[bytes, bytes], bytes]:
        """:meth:`open` for many values of one column: call it with row id and sealed value, while unlocked.

        It is fast for values of ``generation``, without it of the present one.
        """
        keys = self._opened()
        generation = generation or keys.generation
        before = length_prefixed(b"km.field.1", self.shop_uid, table.encode(), column.encode())
        header = _VERSION + generation.to_bytes(2, "big")
        after = length_prefixed(product_uid, header[1:])
        decrypt = keys.cipher(_purpose(table), generation).decrypt
        start, shortest = _HEADER_BYTES + NONCE_BYTES, _HEADER_BYTES + NONCE_BYTES + 16

        def open_one(row_id: bytes, sealed: bytes) -> bytes:
            if len(sealed) < shortest:
                raise _not_genuine(table, column)
            if sealed[:_HEADER_BYTES] != header:
                return self.open(table, column, row_id, sealed, product_uid)  # of other keys, or not genuine
            aad = before + len(row_id).to_bytes(4, "big") + row_id + after
            try:
                return decrypt(sealed[_HEADER_BYTES:start], sealed[start:], aad)
            except InvalidTag:
                raise _not_genuine(table, column) from None

        return open_one

    def field_secrets(self, table: str, column: str) -> FieldSecrets:
        """What :class:`desktop_app.storage.field_opening.FieldOpener` needs for values of the present keys.

        Whoever gets it zeroes it, and forgets it when the work in hand ends: locking does not reach it.
        """
        keys = self._opened()
        header = _VERSION + keys.generation.to_bytes(2, "big")
        return FieldSecrets(
            key=keys.lent(_purpose(table), keys.generation),
            header=header,
            before=length_prefixed(b"km.field.1", self.shop_uid, table.encode(), column.encode()),
            after=length_prefixed(header[1:]),
        )

    def seal_card(self, tag: bytes, card: bytes, product_uid: bytes) -> bytes:
        """One card key exactly as it was imported; ``tag`` is its blind index."""
        return self.seal(CARD_TABLE, CARD_COLUMN, tag, card, product_uid)

    def open_card(self, tag: bytes, sealed: bytes, product_uid: bytes) -> bytes:
        """The card key; :class:`StorageError` when it was altered or moved to another row or product."""
        return self.open(CARD_TABLE, CARD_COLUMN, tag, sealed, product_uid)

    def seal_cards(self, cards: Iterable[tuple[bytes, bytes]], product_uid: bytes) -> Iterator[bytes]:
        """:meth:`seal_card` for many pairs of tag and card key of one product, in their order."""
        keys = self._opened()
        header = _VERSION + keys.generation.to_bytes(2, "big")
        before = length_prefixed(b"km.field.1", self.shop_uid, CARD_TABLE.encode(), CARD_COLUMN.encode())
        before += TAG_BYTES.to_bytes(4, "big")
        after = length_prefixed(product_uid, header[1:])
        encrypt = keys.cipher(_purpose(CARD_TABLE), keys.generation).encrypt
        source = iter(cards)
        while chunk := list(islice(source, _CHUNK)):
            nonces = os.urandom(NONCE_BYTES * len(chunk))
            start = 0
            for tag, card in chunk:
                nonce = nonces[start : start + NONCE_BYTES]
                start += NONCE_BYTES
                yield header + nonce + encrypt(nonce, card, before + tag + after)

    def card_secrets(self, product_uid: bytes) -> CardSecrets:
        """What :class:`desktop_app.storage.card_sealing.CardSealer` needs for many card keys of one product.

        Whoever gets it zeroes it, and forgets it when the work in hand ends: locking does not reach it.
        """
        keys = self._opened()
        header = _VERSION + keys.generation.to_bytes(2, "big")
        before = length_prefixed(b"km.field.1", self.shop_uid, CARD_TABLE.encode(), CARD_COLUMN.encode())
        return CardSecrets(
            index_key=keys.lent(vault_keys.CARD_INDEX, keys.generation),
            seal_key=keys.lent(_purpose(CARD_TABLE), keys.generation),
            header=header,
            before=before + TAG_BYTES.to_bytes(4, "big"),
            after=length_prefixed(product_uid, header[1:]),
        )

    def card_tag(self, normalised: str) -> bytes:
        """The blind index that a card key is stored with; normalise with the product's rule first.

        To find a key that is stored already, ask for all of :meth:`card_tags_of`.
        """
        return next(self.card_tags((normalised,)))

    def card_tags(self, normalised: Iterable[str]) -> Iterator[bytes]:
        """:meth:`card_tag` for many, in their order."""
        return self._tags(vault_keys.CARD_INDEX, normalised)

    def card_tags_of(self, normalised: str) -> list[bytes]:
        """Every blind index that this card key can be stored under: two while a rotation of keys is unfinished."""
        return self._tags_of(vault_keys.CARD_INDEX, normalised)

    def pii_tag(self, text: str) -> bytes:
        """The blind index that a buyer or an account is stored with; normalise first. To find, :meth:`pii_tags_of`."""
        return next(self._tags(vault_keys.PII_INDEX, (text,)))

    def pii_tags_of(self, text: str) -> list[bytes]:
        """Every blind index that this buyer or account can be stored under."""
        return self._tags_of(vault_keys.PII_INDEX, text)

    def layout_tag(self, text: str) -> str:
        """Stands for the columns of a list in the settings; the same whichever keys are in force."""
        return self._opened().mac(vault_keys.CARD_INDEX, FIRST, text.encode())[:TAG_BYTES].hex()

    def commitment_salt(self, tag: bytes) -> bytes:
        """32 bytes per card key for the commitment that a proof prints."""
        keys = self._opened()
        return keys.derived(vault_keys.COMMIT, keys.generation, _COMMIT_CARD + tag)

    def commitment_openings(self, normalised: str) -> Iterator[tuple[bytes, bytes]]:
        """Blind index and salt of a card key as each generation made them, the newest first.

        One of them opens the commitment of a proof, however often the keys were replaced since.
        """
        keys = self._opened()
        for generation in range(keys.generation, FIRST - 1, -1):
            tag = keys.mac(vault_keys.CARD_INDEX, generation, normalised.encode())[:TAG_BYTES]
            yield tag, keys.derived(vault_keys.COMMIT, generation, _COMMIT_CARD + tag)

    def intake_key(self, source: str) -> bytes:
        """32 bytes that prove to the drop folder that a request file comes from ``source``."""
        return self._opened().mac(vault_keys.INTAKE, FIRST, source.encode())

    def attachment_cipher(self, generation: int) -> AESGCM:
        """The cipher of evidence files that were sealed by the keys of ``generation``."""
        keys = self._opened()
        if generation > keys.generation:
            raise _unknown_keys()
        return keys.cipher(vault_keys.ATTACH, generation)

    def attachment_name(self, sha256: bytes) -> str:
        """The content address of an evidence file: equal files share it, nobody else can compute it."""
        return self._opened().mac(vault_keys.ATTACH_INDEX, FIRST, sha256).hex()

    # ---- inside

    def _opened(self) -> VaultKeys:
        keys = self._keys
        if keys is None:
            raise vault_keys.locked()
        return keys

    def _secret_slot(self, kind: SlotKind, secret: bytes) -> Slot:
        return self._opened().wrap(lambda root: vault_slots.secret_slot(root, self.shop_uid, kind, secret))

    def _unlock(
        self,
        slots: Iterable[Slot],
        kind: SlotKind,
        secrets: Iterable[bytes],
        replaced: Mapping[int, bytes] | None,
    ) -> None:
        root = self._unwrapped(slots, kind, secrets)
        older = replaced or {}
        keys = VaultKeys(self.shop_uid, max(older, default=0) + 1, root)
        opening = Vault(self.shop_uid)
        opening._keys = keys
        try:
            for generation, sealed in older.items():
                row_id = generation.to_bytes(2, "big")
                keys.inherit(generation, opening.open(_ROOT_TABLE, _ROOT_COLUMN, row_id, sealed))
        except StorageError:
            keys.close()
            raise
        self.lock()
        self._keys = keys

    def _unwrapped(self, slots: Iterable[Slot], kind: SlotKind, secrets: Iterable[bytes]) -> bytearray:
        refusal: Exception | None = None
        own = [slot for slot in slots if slot.kind is kind]
        for secret in secrets:
            for slot in own:
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

    def _aad(self, table: str, column: str, row_id: bytes, product_uid: bytes, generation: bytes) -> bytes:
        return length_prefixed(
            b"km.field.1", self.shop_uid, table.encode(), column.encode(), row_id, product_uid, generation
        )

    def _tags(self, purpose: str, texts: Iterable[str]) -> Iterator[bytes]:
        keys = self._opened()
        return (digest[:TAG_BYTES] for digest in keys.macs(purpose, keys.generation)(texts))

    def _tags_of(self, purpose: str, text: str) -> list[bytes]:
        keys = self._opened()
        generations = [keys.generation] if keys.unfinished is None else [keys.generation, keys.unfinished]
        return [keys.mac(purpose, generation, text.encode())[:TAG_BYTES] for generation in generations]


def _not_genuine(table: str, column: str) -> StorageError:
    return StorageError(
        "A sealed value ({table}.{column}) was altered or moved here from elsewhere: restore a backup of the shop.",
        "一条加密数据（{table}.{column}）已被改动或从别处移来：请恢复店铺备份。",
        table=table,
        column=column,
    )


def _purpose(table: str) -> str:
    return _PURPOSES.get(table, "pii-enc")


def _unknown_keys() -> StorageError:
    return StorageError(
        "A sealed value is of keys that this program does not know: lock the shop and unlock it again. If that does "
        "not help, the value was altered: restore a backup of the shop.",
        "有加密数据使用了本程序未知的密钥：请先锁定店铺再重新解锁；如仍无效，说明数据已被改动，请恢复店铺备份。",
    )


def _replaced_elsewhere() -> ConflictError:
    return ConflictError(
        "Another program replaced the keys of this shop: lock it and unlock it again.",
        "另一个程序已更换这家店铺的密钥：请先锁定，再重新解锁。",
    )
