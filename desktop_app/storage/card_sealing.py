"""Card keys by the block: their blind indexes, and their seals in the form that one SQL statement stores.

Only keys and bytes come in and go out, so that a second process can do this work (:mod:`.card_process`); it imports
nothing that takes long to load. What is made here is what :class:`desktop_app.storage.vault.Vault` makes one by one.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG_BYTES = 16
"""Length of a blind index; the one of a card key is also its row identity."""

NONCE_BYTES = 12

LENGTH_BITS = 13
"""A sealed key has at most 4,127 bytes, so its length fits below the line number in one integer."""

CHUNK = 5000
"""Keys per statement, and so between two looks at whether the merchant cancelled."""

_HMAC_BLOCK = 64


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
    in_tag_order: bool
    """Neighbours in that order share the pages of the index; otherwise they keep their own order."""


class Chunk(NamedTuple):
    """Some keys, sealed and ready for one statement: records as wide as the longest, and line and length of each."""

    keys: int
    width: int
    records: bytes
    numbers: str


def hmac_digests(key: bytes | bytearray) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    """HMAC-SHA256 of many messages under ``key`` of at most 64 bytes."""
    # both key blocks are hashed once: copying two primed states takes half as long as one HMAC after the other
    padded = bytearray(key.ljust(_HMAC_BLOCK, b"\0"))
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)).copy
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded)).copy
    padded[:] = bytes(_HMAC_BLOCK)

    def digests(messages: Iterable[bytes]) -> Iterator[bytes]:
        for message in messages:
            first = inner()
            first.update(message)
            second = outer()
            second.update(first.digest())
            yield second.digest()

    return digests


class CardSealer:
    """Makes tags and seals for one product."""

    def __init__(self, secrets: CardSecrets) -> None:
        self._digests = hmac_digests(secrets.index_key)
        self._encrypt = AESGCM(secrets.seal_key).encrypt
        self._header, self._before, self._after = secrets.header, secrets.before, secrets.after

    def tags(self, texts: bytes) -> bytes:
        """The blind indexes, one after the other, of index forms with a line feed between."""
        return b"".join([digest[:TAG_BYTES] for digest in self._digests(texts.split(b"\n"))])

    def chunks(self, block: Block) -> Iterator[Chunk]:
        """The sealed keys of a block, for one statement after the other."""
        tags = [block.tags[at : at + TAG_BYTES] for at in range(0, len(block.tags), TAG_BYTES)]
        texts = block.texts.split(b"\n")
        order = tag_order(tags) if block.in_tag_order else range(len(tags))
        for first in range(0, len(order), CHUNK):
            some = order[first : first + CHUNK]
            yield self._chunk([tags[at] for at in some], [texts[at] for at in some], [block.numbers[at] for at in some])

    def _chunk(self, tags: list[bytes], texts: list[bytes], numbers: list[int]) -> Chunk:
        encrypt, header, before, after = self._encrypt, self._header, self._before, self._after
        random = os.urandom(NONCE_BYTES * len(tags))
        nonces = [random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES)]
        sealed = [
            header + nonce + encrypt(nonce, text, before + tag + after)
            for nonce, text, tag in zip(nonces, texts, tags, strict=True)
        ]
        lengths = [*map(len, sealed)]
        longest = max(lengths)
        if min(lengths) < longest:
            sealed = [value.ljust(longest, b"\0") for value in sealed]
        packed = [number << LENGTH_BITS | length for number, length in zip(numbers, lengths, strict=True)]
        return Chunk(
            keys=len(tags),
            width=TAG_BYTES + longest,
            records=b"".join([part for pair in zip(tags, sealed, strict=True) for part in pair]),
            numbers=str(packed),
        )


def tag_order(tags: Sequence[bytes]) -> list[int]:
    """The places of ``tags`` in their order; a quarter at a time, as the window stands still while Python sorts."""
    quarters: list[list[int]] = [[], [], [], []]
    for at, tag in enumerate(tags):
        quarters[tag[0] >> 6].append(at)
    return [at for quarter in quarters for at in sorted(quarter, key=tags.__getitem__)]


class SortedTags:
    """Many tags, brought into their order bit by bit; their places are forgotten."""

    _PARTS = 64

    def __init__(self) -> None:
        self._runs: list[list[bytes]] = [[] for _ in range(self._PARTS)]

    def add(self, tags: bytes) -> None:
        """``tags`` one after the other, in any order."""
        groups: list[list[bytes]] = [[] for _ in range(self._PARTS)]
        for at in range(0, len(tags), TAG_BYTES):
            groups[tags[at] * self._PARTS >> 8].append(tags[at : at + TAG_BYTES])
        for runs, group in zip(self._runs, groups, strict=True):
            if group:
                runs.append(b"".join(group))

    def parts(self) -> Iterator[list[bytes]]:
        """All of them in their order, in lists of which only one is in memory; they are used up."""
        for runs in self._runs:
            joined = b"".join(runs)
            runs.clear()
            tags = [joined[at : at + TAG_BYTES] for at in range(0, len(joined), TAG_BYTES)]
            tags.sort()
            yield tags

    def digest(self) -> bytes:
        """SHA-256 of all of them in their order."""
        digest = hashlib.sha256()
        for tags in self.parts():
            digest.update(b"".join(tags))
        return digest.digest()
