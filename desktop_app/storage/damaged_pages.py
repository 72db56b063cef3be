"""The pages of an SQLite file that is damaged, read one by one without SQLite: what it refuses as a whole is whole here
and there.

The format is that of https://www.sqlite.org/fileformat2.html. A page counts only when all of it holds together: every
cell in its bounds, none over another, every byte accounted for, keys in their order. Of a page that does not, nothing
is taken, because what looks like a row there may be half of one. Nothing of the file is run and nothing is written.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

TABLE_LEAF: Final = 0x0D
TABLE_INTERIOR: Final = 0x05
INDEX_LEAF: Final = 0x0A
INDEX_INTERIOR: Final = 0x02
TREE_PAGES: Final = frozenset({TABLE_LEAF, TABLE_INTERIOR, INDEX_LEAF, INDEX_INTERIOR})

MAGIC: Final = b"SQLite format 3\0"
HEADER: Final = 100
"""Bytes of the file's own header, at the front of page 1."""

_SIZES = tuple(1 << power for power in range(9, 17))
_LIKELY = (8192, 4096)
_SMALLEST_CELL = 4
_LARGEST_PAYLOAD = 64 * 1024 * 1024
"""Of one row. Ours stay far below; a length that is damage must not make us look for it in the whole file."""
_INTEGERS = (0, 1, 2, 3, 4, 6, 8)

Row = tuple[Any, ...]


class _Damaged(Exception):
    """This page or row is not what SQLite writes."""


class Cell(NamedTuple):
    """``child``: the page with what comes before it; ``key``: the number of a row; ``at``, ``local``: its payload."""

    child: int
    key: int
    payload: int
    at: int
    local: int
    overflow: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page that holds together."""

    number: int
    kind: int
    cells: Sequence[Cell]
    right: int

    @property
    def is_interior(self) -> bool:
        return self.kind in (TABLE_INTERIOR, INDEX_INTERIOR)

    @property
    def is_table(self) -> bool:
        return self.kind in (TABLE_LEAF, TABLE_INTERIOR)


@dataclass(frozen=True, slots=True)
class Header:
    """What the front of the file says of it; None for ``application_id`` when there is no such front any more."""

    application_id: int | None
    version: int
    first_free: int
    free_count: int


class DamagedPages:
    """The pages of one file that nobody writes. ``overflow`` are the pages that rows were found to go on in."""

    def __init__(self, data: Any) -> None:
        """``data`` is the file as bytes or as a memory map; it must outlive this object."""
        self._data = data
        self.size = self._page_size()
        self.count = len(data) // self.size
        self.overflow: set[int] = set()
        self.header = self._header()

    # ---- the file as a whole

    def _page_size(self) -> int:
        front = bytes(self._data[:HEADER])
        if front[:16] == MAGIC:
            said = int.from_bytes(front[16:18], "big")
            said = 65536 if said == 1 else said
            if said in _SIZES:
                return said
        # the front is lost: the size of which most pages hold together
        return max(_LIKELY, key=self._sound_pages_of)

    def _sound_pages_of(self, size: int) -> int:
        self.size, self.count = size, len(self._data) // size
        step = max(1, self.count // 500)
        return size * sum(self.page(number) is not None for number in range(2, self.count + 1, step))

    def _header(self) -> Header:
        front = bytes(self._data[:HEADER])
        if len(front) < HEADER or front[:16] != MAGIC:
            return Header(None, 0, 0, 0)
        first_free, free_count = struct.unpack_from(">II", front, 32)
        version, application_id = (int.from_bytes(front[at : at + 4], "big") for at in (60, 68))
        return Header(application_id, version, first_free, free_count)

    def free_pages(self) -> tuple[set[int], bool]:
        """The pages that nothing uses, and whether these are all of them: what stands there is what was deleted."""
        found: set[int] = set()
        number = self.header.first_free
        whole = self.header.application_id is not None
        most = self.size // 4 - 2
        while number:
            if not 2 <= number <= self.count or number in found:
                return found, False
            found.add(number)
            raw = self._raw(number)
            number, count = struct.unpack_from(">II", raw)
            if count > most:
                return found, False
            leaves = struct.unpack_from(f">{count}I", raw, 8)
            if any(not 2 <= leaf <= self.count or leaf in found for leaf in leaves):
                return found, False
            found.update(leaves)
        return found, whole and len(found) == self.header.free_count

    # ---- one page

    def kind(self, number: int) -> int:
        """What the page says it is; many a damaged page says something else."""
        return int(self._data[(number - 1) * self.size + (HEADER if number == 1 else 0)])

    def page(self, number: int) -> Page | None:
        """The page of a tree, when all of it holds together."""
        if not 1 <= number <= self.count or self.kind(number) not in TREE_PAGES:
            return None
        try:
            return self._parsed(number)
        except (_Damaged, IndexError, struct.error):
            return None

    def _raw(self, number: int) -> bytes:
        return bytes(self._data[(number - 1) * self.size : number * self.size])

    def _parsed(self, number: int) -> Page:
        raw = self._raw(number)
        start = HEADER if number == 1 else 0
        kind, free, count, content, loose = struct.unpack_from(">BHHHB", raw, start)
        content = content or 65536
        is_interior = kind in (TABLE_INTERIOR, INDEX_INTERIOR)
        pointers = start + (12 if is_interior else 8)
        if pointers + 2 * count > content or content > self.size or (is_interior and not count):
            raise _Damaged
        cells: list[Cell] = []
        used: list[tuple[int, int]] = []
        for at in struct.unpack_from(f">{count}H", raw, pointers):
            if not content <= at < self.size:
                raise _Damaged
            cell, end = self._cell(raw, at, kind)
            cells.append(cell)
            used.append((at, max(end, at + _SMALLEST_CELL)))
        while free:
            following, length = struct.unpack_from(">HH", raw, free)
            if length < _SMALLEST_CELL or free < content or (following and following < free + length):
                raise _Damaged
            used.append((free, free + length))
            free = following
        _require_covered(used, content, self.size, loose)
        right = struct.unpack_from(">I", raw, start + 8)[0] if is_interior else 0
        children = [*(cell.child for cell in cells), right] if is_interior else []
        if any(not 2 <= child <= self.count for child in children) and not self._is_cut(children):
            raise _Damaged
        if kind in (TABLE_LEAF, TABLE_INTERIOR) and any(a.key >= b.key for a, b in pairwise(cells)):
            raise _Damaged
        return Page(number, kind, cells, right)

    def _is_cut(self, children: Sequence[int]) -> bool:
        """A file that was cut off lacks the pages that it names last; no number is wild because of that."""
        return all(2 <= child <= 64 * self.count + 1024 for child in children)

    def _cell(self, raw: bytes, at: int, kind: int) -> tuple[Cell, int]:
        child = key = payload = overflow = 0
        if kind in (TABLE_INTERIOR, INDEX_INTERIOR):
            child = int.from_bytes(raw[at : at + 4], "big")
            at += 4
        if kind == TABLE_INTERIOR:
            key, at = _varint(raw, at)
            return Cell(child, _signed(key), 0, 0, 0, 0), at
        payload, at = _varint(raw, at)
        if payload > _LARGEST_PAYLOAD:
            raise _Damaged
        if kind == TABLE_LEAF:
            key, at = _varint(raw, at)
            key = _signed(key)
        local = self._local(payload, is_leaf_of_table=kind == TABLE_LEAF)
        end = at + local
        if local < payload:
            overflow = int.from_bytes(raw[end : end + 4], "big")
            end += 4
        if end > self.size:
            raise _Damaged
        return Cell(child, key, payload, at, local, overflow), end

    def _local(self, payload: int, *, is_leaf_of_table: bool) -> int:
        """How many bytes of a payload stand in the page itself."""
        size = self.size
        most = size - 35 if is_leaf_of_table else (size - 12) * 64 // 255 - 23
        if payload <= most:
            return payload
        least = (size - 12) * 32 // 255 - 23
        wanted = least + (payload - least) % (size - 4)
        return wanted if wanted <= most else least

    # ---- rows

    def row(self, page: Page, cell: Cell) -> Row | None:
        """The values of a row or of an index entry; None when it went on in a page that is damaged."""
        try:
            raw = self._raw(page.number)
            local = raw[cell.at : cell.at + cell.local]
            if cell.local == cell.payload:
                return _values(local)
            chain, pages = self._chain(cell)
            values = _values(local + chain)
            self.overflow.update(pages)
            return values
        except (_Damaged, IndexError, struct.error, UnicodeDecodeError):
            return None

    def rows(self, page: Page) -> list[tuple[int, Row | None]]:
        """All rows of a leaf of a table with their numbers."""
        raw = self._raw(page.number)
        found: list[tuple[int, Row | None]] = []
        for cell in page.cells:
            if cell.local == cell.payload:
                try:
                    found.append((cell.key, _values(raw[cell.at : cell.at + cell.local])))
                except (_Damaged, IndexError, struct.error, UnicodeDecodeError):
                    found.append((cell.key, None))
            else:
                found.append((cell.key, self.row(page, cell)))
        return found

    def _chain(self, cell: Cell) -> tuple[bytes, set[int]]:
        left = cell.payload - cell.local
        number = cell.overflow
        parts: list[bytes] = []
        pages: set[int] = set()
        while left > 0:
            if not 2 <= number <= self.count or number in pages or number in self.overflow:
                raise _Damaged
            pages.add(number)
            raw = self._raw(number)
            number = int.from_bytes(raw[:4], "big")
            parts.append(raw[4 : 4 + left])
            left -= len(parts[-1])
        if number:
            raise _Damaged
        return b"".join(parts), pages


def _require_covered(used: list[tuple[int, int]], content: int, size: int, loose: int) -> None:
    """Cells and free blocks fill the page from ``content`` to its end, up to ``loose`` bytes between them."""
    used.sort()
    end = content
    gaps = 0
    for begin, until in used:
        if begin < end:
            raise _Damaged
        gaps += begin - end
        end = until
    if end > size or gaps + size - end != loose:
        raise _Damaged


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, place + 1
    return (value << 8) | data[at + 8], at + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _values(payload: bytes) -> Row:
    """The values of a record. No column of a shop is a floating number, and no text holds a NUL: those are damage."""
    length, at = _varint(payload, 0)
    if length > len(payload):
        raise _Damaged
    place = length
    values: list[Any] = []
    while at < length:
        kind = payload[at]
        at += 1
        if kind >= 0x80:
            kind, at = _varint(payload, at - 1)
        if kind == 0:
            values.append(None)
        elif kind < 7:
            size = _INTEGERS[kind]
            values.append(int.from_bytes(payload[place : place + size], "big", signed=True))
            place += size
        elif kind in (8, 9):
            values.append(kind - 8)
        elif kind < 12:
            raise _Damaged
        else:
            size = (kind - 12) >> 1
            raw = payload[place : place + size]
            place += size
            if kind & 1:
                if 0 in raw:
                    raise _Damaged
                values.append(raw.decode())
            else:
                values.append(raw)
    if at != length or place != len(payload):
        raise _Damaged
    return tuple(values)
