"""Many sealed values of one column at a time: opened for lists that are written to a file.

Only keys and bytes come in and go out, so that a second process can do this work: it runs this module, which imports
nothing that takes long to load, and :mod:`.field_process` is the other end of its pipes. What is opened here was sealed
by :class:`desktop_app.storage.vault.Vault`, which also opens the few values that are left to it.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop_app.domain.masking import mask
from desktop_app.storage.pipes import begin, read, read_into_new, tell_ready, write

_NONCE_BYTES = 12
_TAG_BYTES = 16
_UID_BYTES = 16
_SIZES = [size.to_bytes(4, "big") for size in range(1024)]
"""Before each part of what is authenticated; a longer identity is left to the vault."""


class FieldSecrets(NamedTuple):
    """What the values of one column are opened with. The key is a copy: whoever holds this zeroes it."""

    key: bytearray
    header: bytes
    """Stands before every value of this key."""
    before: bytes
    """What is authenticated before the row, and :attr:`after` row and product."""
    after: bytes

    def wipe(self) -> None:
        self.key[:] = bytes(len(self.key))


class Sealed(NamedTuple):
    """Sealed values and the identities of their rows, one after the other, with their lengths: ``b"22,21"``."""

    row_ids: bytes
    row_id_lengths: bytes
    values: bytes
    lengths: bytes
    """0: nothing is sealed there."""
    product_uids: bytes = b""
    """The one of each row, for values that belong to a product."""

    def items(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Identity, value and product of each row."""
        row_at = at = uid_at = 0
        uid_bytes = _UID_BYTES if self.product_uids else 0
        row_lengths: list[int] = json.loads(b"[%b]" % self.row_id_lengths)
        lengths: list[int] = json.loads(b"[%b]" % self.lengths)
        for row_length, length in zip(row_lengths, lengths, strict=True):
            row_id = self.row_ids[row_at : row_at + row_length]
            yield row_id, self.values[at : at + length], self.product_uids[uid_at : uid_at + uid_bytes]
            row_at += row_length
            at += length
            uid_at += uid_bytes


class Opened(NamedTuple):
    """The texts in UTF-8, with a line feed between."""

    texts: bytes
    left: array[int]
    """Places that are empty because only the vault can say what is there: values of other keys, such that do not open,
    and texts with a line feed."""


class FieldOpener:
    """Opens the values of one column."""

    def __init__(self, secrets: FieldSecrets, *, masked: bool) -> None:
        """``masked``: the middle of each text stays hidden (:func:`desktop_app.domain.masking.mask`)."""
        self._decrypt = AESGCM(secrets.key).decrypt
        self._header, self._before, self._after = secrets.header, secrets.before, secrets.after
        self._masked = masked

    def opened(self, sealed: Sealed) -> Opened:
        """The texts of these values."""
        decrypt, header, before, after, masked = self._decrypt, self._header, self._before, self._after, self._masked
        start = len(header) + _NONCE_BYTES
        shortest = start + _TAG_BYTES
        texts: list[str] = []
        left = array("I")
        for row_id, value, uid in sealed.items():
            text = ""
            if value:
                try:
                    if len(value) < shortest or not value.startswith(header):
                        raise InvalidTag
                    aad = b"".join((before, _SIZES[len(row_id)], row_id, _SIZES[len(uid)], uid, after))
                    text = decrypt(value[len(header) : start], value[start:], aad).decode()
                    if "\n" in text:
                        raise InvalidTag
                except (InvalidTag, UnicodeDecodeError, IndexError):
                    left.append(len(texts))
                    text = ""
            texts.append(mask(text) if masked else text)
        return Opened("\n".join(texts).encode(), left)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The work of the second process, until its requests end."""
    begin()
    secrets = FieldSecrets(read_into_new(requests), read(requests), read(requests), read(requests))
    opener = FieldOpener(secrets, masked=read(requests) != b"\0")
    secrets.wipe()
    tell_ready(answers)
    while True:
        opened = opener.opened(Sealed(*(read(requests) for _ in Sealed._fields)))
        write(answers, opened.texts, opened.left.tobytes())


if __name__ == "__main__":
    with suppress(OSError, EOFError, KeyboardInterrupt):  # its master is gone or wants no more
        serve(sys.stdin.buffer, sys.stdout.buffer)
