"""Card keys by the block: their blind indexes, and their seals in the form that one SQL statement stores.

Only keys and bytes come in and go out, so that a second process can do this work (:mod:`.card_process`); it imports
nothing that takes long to load. What is made here is what :class:`desktop_app.storage.vault.Vault` makes one by one.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from struct import Struct
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

TAG_BYTES = 16
"""Length of a blind index; the one of a card key is also its row identity."""

NONCE_BYTES = 12

LENGTH_BITS = 13
"""A sealed key has at most 4,127 bytes, so its length fits below the line number in one integer."""

CHUNK = 5000
"""Keys per statement, and so between two looks at whether the merchant cancelled."""

TAG = Struct(f"{TAG_BYTES}s")
_NONCE = Struct(f"{NONCE_BYTES}s")


class CardSecrets(NamedTuple):
    """What tags and seals are made with. The two keys are copies: whoever holds this zeroes them."""

    index_key: bytearray
    seal_key: bytearray
    header: bytes
    """Goes before every sealed value."""
    before: bytes
    """What is authenticated before the tag of a key."""
    after: bytes

    @property
    def generation(self) -> int:
        """Of the keys."""
        return int.from_bytes(self.header[1:], "big")

    def wipe(self) -> None:
        for key in (self.index_key, self.seal_key):
            key[:] = bytes(len(key))


class Block(NamedTuple):
    """Keys to be sealed: ``tags`` one after the other, ``numbers`` their lines, ``texts`` with a line feed between."""

    tags: bytes
    numbers: array[int]
    texts: bytes


class Chunk(NamedTuple):
    """Some keys, sealed and ready for one statement: records as wide as the longest, and line and length of each."""

    keys: int
    width: int
    records: bytes
    numbers: str


def hmac_digests(key: bytes | bytearray) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    """HMAC-SHA256 of many messages under ``key``."""
    # the key is taken in once: a copy of that state takes a third of the time of an HMAC from the beginning
    started = HMAC(key, SHA256()).copy

    def digests(messages: Iterable[bytes]) -> Iterator[bytes]:
        for message in messages:
            one = started()
            one.update(message)
            yield one.finalize()

    return digests


class CardSealer:
    """Makes tags and seals for one product."""

    def __init__(self, secrets: CardSecrets) -> None:
        self._digests = hmac_digests(secrets.index_key)
        self._encrypt = AESGCM(secrets.seal_key).encrypt
        self._header, self._before, self._after = secrets.header, secrets.before, secrets.after

    def tags(self, texts: bytes) -> bytes:
        """The blind indexes, one after the other, of index forms with a line feed between."""
        digests = array("Q", b"".join(self._digests(texts.split(b"\n"))))
        # the first two of each four words, all at once: a slice of each digest takes three times as long
        tags = array("Q", bytes(len(digests) // 2 * digests.itemsize))
        tags[0::2], tags[1::2] = digests[0::4], digests[1::4]
        return tags.tobytes()

    def sealed(self, block: Block) -> Chunk:
        """The sealed keys of a block, in its order."""
        encrypt, header, before, after = self._encrypt, self._header, self._before, self._after
        texts = block.texts.split(b"\n")
        nonces = _NONCE.iter_unpack(os.urandom(NONCE_BYTES * len(texts)))
        records = [
            tag + header + nonce + encrypt(nonce, text, before + tag + after)
            for (tag,), (nonce,), text in zip(TAG.iter_unpack(block.tags), nonces, texts, strict=True)
        ]
        widths = [*map(len, records)]
        width = max(widths)
        if min(widths) < width:
            records = [record.ljust(width, b"\0") for record in records]
        packed = [
            number << LENGTH_BITS | length - TAG_BYTES for number, length in zip(block.numbers, widths, strict=True)
        ]
        return Chunk(keys=len(records), width=width, records=b"".join(records), numbers=str(packed))
