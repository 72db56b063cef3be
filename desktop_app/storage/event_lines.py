"""How one event stands in a file of lines: in the journal beside the shop, and in an export for somebody else.

``{"head":"<64 hex>","leaf":"<64 hex>","body":{...}}``: valid JSON, and the body stands in it byte for byte as it was
hashed, so nobody has to write it anew to check it. Where a body is withheld, ``null`` stands in its place.
"""

from __future__ import annotations

import re

LONGEST = 4 * 1024 * 1024
"""Bytes of a line; an event that lists thousands of things stays far below."""

WITHHELD = b"null"

_FRONT = re.compile(rb'\{"head":"([0-9a-f]{64})","leaf":"([0-9a-f]{64})","body":')
_BODY_AT = len('{"head":"') + 64 + len('","leaf":"') + 64 + len('","body":')


def write_line(body: bytes | None, leaf: bytes, head: bytes) -> bytes:
    """The line of an event, with its line end."""
    text = WITHHELD if body is None else body
    return b'{"head":"%b","leaf":"%b","body":%b}\n' % (head.hex().encode(), leaf.hex().encode(), text)


def read_line(line: bytes) -> tuple[bytes | None, bytes, bytes] | None:
    """Body, leaf and head of a line with its line end; None when it is no such line."""
    front = _FRONT.match(line)
    if front is None or not line.endswith(b"}\n"):
        return None
    head, leaf = front.groups()
    body = line[_BODY_AT:-2]
    return None if body == b"" else (None if body == WITHHELD else body, _bytes(leaf), _bytes(head))


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode("ascii"))
