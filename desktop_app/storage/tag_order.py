"""Blind indexes brought into their order, and the copies found among them.

Sorting a million at once would hold Python's lock for a second, so it goes in two steps that two processes share: the
tags of each part of a file are sorted roughly as soon as they are made (:func:`tag_run`); what all parts have of one
range of tags is put together (:class:`TagGroups`) and sorted exactly (:func:`tag_order`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress, islice
from operator import eq
from struct import Struct
from typing import Final, NamedTuple

from desktop_app.storage.card_sealing import TAG, TAG_BYTES

GROUPS: Final = 64
"""Python sorts one of them in a few milliseconds when there are a million tags."""

_KEY_BYTES: Final = 8
_BYTE: Final = 1 << 8
_TURNED: Final = bytes([1, 0]).ljust(_BYTE, b"\0")
"""Makes a 1 of each 0 and a 0 of each 1."""


class TagRun(NamedTuple):
    """The tags of one part, one after the other, roughly in their order, and of each its place in the file."""

    tags: bytes
    places: array[int]


class TagOrder(NamedTuple):
    """Tags in their order, one after the other, and of each its first place; the later ``copies`` of ``originals``."""

    tags: bytes
    places: array[int]
    copies: array[int]
    originals: array[int]


def tag_run(tags: bytes, first: int) -> TagRun:
    """Bring ``tags``, one after the other from place ``first`` on, roughly into their order.

    Tags with different first bytes stand in their order, the same tags in that of their places.
    """
    each = _each(tags)
    order = _rough_order(tags)
    return TagRun(b"".join(map(each.__getitem__, order)), array("I", [first + at for at in order]))


class TagGroups:
    """The tags of all parts, divided into ranges: group 0 are the lowest."""

    def __init__(self, runs: Sequence[TagRun], groups: int) -> None:
        self._runs = runs
        self._cuts: list[list[int]] = []
        for run in runs:
            first_bytes = run.tags[::TAG_BYTES]
            starts = [bisect_left(first_bytes, number * _BYTE // groups) for number in range(groups)]
            self._cuts.append([*starts, len(first_bytes)])

    def group(self, number: int) -> TagRun:
        """Roughly in order, because each part is; the same tags in the order of their places."""
        tags, places = [], array("I")
        for run, cuts in zip(self._runs, self._cuts, strict=True):
            start, end = cuts[number], cuts[number + 1]
            tags.append(run.tags[start * TAG_BYTES : end * TAG_BYTES])
            places.extend(run.places[start:end])
        return TagRun(b"".join(tags), places)


def tag_order(run: TagRun) -> TagOrder:
    """Bring the tags of a group into their exact order. Python sorts without a break: give it some thousands."""
    each = _each(run.tags)
    # rows that are in order already are found and merged: half the work of sorting anew
    order = sorted(range(len(each)), key=each.__getitem__)
    ordered = [*map(each.__getitem__, order)]
    places = array("I", map(run.places.__getitem__, order))
    copies, originals = array("I"), array("I")
    again = bytes(map(eq, ordered, islice(ordered, 1, None)))
    if 1 not in again:
        return TagOrder(b"".join(ordered), places, copies, originals)
    original = copy = -1
    while (before := again.find(1, max(copy, 0))) >= 0:
        if before != copy:
            original = before
        copy = before + 1
        copies.append(places[copy])
        originals.append(places[original])
    once = b"\1" + again.translate(_TURNED)
    return TagOrder(b"".join(compress(ordered, once)), array("I", compress(places, once)), copies, originals)


def _each(tags: bytes) -> list[bytes]:
    return [tag for (tag,) in TAG.iter_unpack(tags)]


def _rough_order(tags: bytes) -> Sequence[int]:
    """Places of ``tags`` by their first bytes.

    Python compares floating-point numbers four times as fast as bytes. So the first bytes of each tag and its place
    become one: below a constant exponent its digits are compared like an integer, and tell the place afterwards.
    """
    count = len(tags) // TAG_BYTES
    width = max(1, -(-(count - 1).bit_length() // 8))
    keys = bytearray(b"\x3f") * (_KEY_BYTES * count)  # with it every number is finite, whatever follows
    for at in range(width):
        keys[at::_KEY_BYTES] = _counted(count, at)
    for at in range(_KEY_BYTES - 1 - width):
        keys[_KEY_BYTES - 2 - at :: _KEY_BYTES] = tags[at::TAG_BYTES]
    numbers = Struct(f"<{count}d")
    keys[:] = numbers.pack(*sorted(numbers.unpack(keys)))
    places = bytearray(4 * count)
    for at in range(width):
        places[at::4] = keys[at::_KEY_BYTES]
    return Struct(f"<{count}I").unpack(places)


def _counted(count: int, at: int) -> bytes:
    """Byte ``at``, from the lowest, of each number below ``count``."""
    if at == 0:
        return (bytes(range(_BYTE)) * (count // _BYTE + 1))[:count]
    step = _BYTE**at
    return b"".join(bytes([number % _BYTE]) * step for number in range(-(-count // step)))[:count]
