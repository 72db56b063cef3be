"""The keys of an unlocked vault: the root in force, what is left of replaced ones, and the subkeys made from them.

Subkeys are HKDF-SHA256 of a root, salted with the shop, named by purpose and generation. When the root is replaced
(rotation of keys) a few subkeys of the old one live on, sealed under the new one: see :data:`LIVING_ON`.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop_app.domain.errors import LockedError, StorageError
from desktop_app.storage.card_sealing import hmac_digests
from desktop_app.storage.vault_slots import KEY_BYTES, Slot, length_prefixed, wipe

FIRST = 1
"""The generation of the root that the shop was made with."""

CARD_INDEX = "card-idx"
PII_INDEX = "pii-idx"
COMMIT = "commit"
ATTACH = "attach"
ATTACH_INDEX = "attach-idx"
INTAKE = "intake"

LIVING_ON = (COMMIT, CARD_INDEX)
"""Of every generation: issued proofs commit to a key through both, and the opening must stay computable."""

LIVING_ON_OF_FIRST = (*LIVING_ON, ATTACH_INDEX, INTAKE)
"""Of the first generation: names of evidence files, which rows that never change hold, and the keys that other
programs sign requests with, which must not stop to fit without a word. Neither opens anything that is sealed."""

_ROOT = "root"


class VaultKeys:
    """All keys of one shop while it is unlocked. Safe to use from several threads; :meth:`close` zeroes them."""

    def __init__(self, shop_uid: bytes, generation: int, root: bytearray) -> None:
        """``root`` is owned from now on."""
        self.generation = generation
        self.unfinished: int | None = None
        """The generation before, while values are still sealed under it."""
        self._shop_uid = shop_uid
        self._roots = {generation: root}
        self._subkeys: dict[tuple[str, int], bytearray] = {}
        self._ciphers: dict[tuple[str, int], AESGCM] = {}
        self._is_open = True
        # without it a key could be zeroed between two steps of another thread, which would go on with zeros
        self._guard = threading.RLock()

    @classmethod
    def first(cls, shop_uid: bytes) -> VaultKeys:
        """The keys of a new shop."""
        return cls(shop_uid, FIRST, bytearray(os.urandom(KEY_BYTES)))

    def close(self) -> None:
        """Zero the keys; ciphers that are in use keep their own copy until their work ends."""
        with self._guard:
            self._is_open = False
            for key in (*self._subkeys.values(), *self._roots.values()):
                wipe(key)
            self._subkeys.clear()
            self._roots.clear()
            self._ciphers.clear()

    def cipher(self, purpose: str, generation: int) -> AESGCM:
        """:class:`LockedError` when closed, :class:`StorageError` when nothing of that generation is left."""
        with self._guard:
            cipher = self._ciphers.get((purpose, generation))
            if cipher is None:
                cipher = AESGCM(self._subkey(purpose, generation))
                self._ciphers[purpose, generation] = cipher
            return cipher

    def mac(self, purpose: str, generation: int, message: bytes) -> bytes:
        """HMAC-SHA256 of ``message`` under a subkey."""
        with self._guard:
            return hmac.digest(self._subkey(purpose, generation), message, "sha256")

    def macs(self, purpose: str, generation: int) -> Callable[[Iterable[str]], Iterator[bytes]]:
        """:meth:`mac` for many texts, in their order."""
        with self._guard:
            digests = hmac_digests(self._subkey(purpose, generation))
        return lambda texts: digests(map(str.encode, texts))

    def lent(self, purpose: str, generation: int) -> bytearray:
        """A copy of a subkey, which the caller zeroes."""
        with self._guard:
            return bytearray(self._subkey(purpose, generation))

    def derived(self, purpose: str, generation: int, info: bytes) -> bytes:
        """32 bytes made from a subkey, named by ``info``."""
        made = bytearray(KEY_BYTES)
        with self._guard:
            key = self._subkey(purpose, generation)
            HKDF(SHA256(), KEY_BYTES, self._shop_uid, info).derive_into(key, made)
        return bytes(made)

    def wrap(self, make: Callable[[bytearray], Slot]) -> Slot:
        """Call ``make`` with the root in force, for the slots."""
        with self._guard:
            return make(self._root(self.generation))

    # ---- replacing the root

    def successor(self) -> VaultKeys:
        """A new root with all that is known of the older ones; the present generation becomes the unfinished one."""
        with self._guard:
            made = VaultKeys(self._shop_uid, self.generation + 1, bytearray(os.urandom(KEY_BYTES)))
            made.unfinished = self.generation
            made._roots |= {generation: bytearray(root) for generation, root in self._roots.items()}
            made._subkeys = {
                place: bytearray(key) for place, key in self._subkeys.items() if place[1] < self.generation
            }
            return made

    def legacy(self, generation: int, *, ended: bool = False) -> bytes:
        """What is to be kept of a replaced ``generation``: its root while it is unfinished, later :data:`LIVING_ON`."""
        with self._guard:
            if generation == self.unfinished and not ended:
                return length_prefixed(_ROOT.encode(), self._root(generation))
            purposes = LIVING_ON_OF_FIRST if generation == FIRST else LIVING_ON
            fields = [field for purpose in purposes for field in (purpose.encode(), self._subkey(purpose, generation))]
            return length_prefixed(*fields)

    def inherit(self, generation: int, legacy: bytes) -> None:
        """Take what :meth:`legacy` kept; :class:`StorageError` when it is none."""
        fields: list[bytes] = []
        while legacy:
            end = 4 + int.from_bytes(legacy[:4], "big")
            fields.append(legacy[4:end])
            legacy = legacy[end:]
        kept = {name.decode(): bytearray(key) for name, key in zip(fields[::2], fields[1::2], strict=True)}
        with self._guard:
            for purpose, key in kept.items():
                if purpose == _ROOT:
                    self._roots[generation] = key
                    self.unfinished = generation
                else:
                    self._subkeys[purpose, generation] = key

    def finish(self) -> None:
        """Nothing is sealed under the replaced root any more.

        In memory it stays until the vault locks: work that began before may still read what it saw then.
        """
        self.unfinished = None

    # ---- inside, under the guard

    def _root(self, generation: int) -> bytearray:
        if not self._is_open:
            raise locked()
        root = self._roots.get(generation)
        if root is None:
            raise StorageError(
                "A sealed value is of keys that were replaced: restore a backup of the shop.",
                "有加密数据仍使用已更换的密钥：请恢复店铺备份。",
            )
        return root

    def _subkey(self, purpose: str, generation: int) -> bytearray:
        if not self._is_open:
            raise locked()
        key = self._subkeys.get((purpose, generation))
        if key is None:
            key = bytearray(KEY_BYTES)
            info = f"km/1/{purpose}/{generation}".encode()
            HKDF(SHA256(), KEY_BYTES, self._shop_uid, info).derive_into(self._root(generation), key)
            self._subkeys[purpose, generation] = key
        return key


def locked() -> LockedError:
    """What anything answers that needs a key while there is none."""
    return LockedError(
        "The shop is locked: unlock it to read or store card keys and buyers' data.",
        "店铺已锁定：请先解锁，再读取或保存卡密与买家资料。",
    )
