"""What a camera wrote into a picture: when it was taken, and whether it says where (Exif 2.32, XMP).

Read within bounds from bytes that nobody vouches for: whatever does not fit is left unread, nothing is followed twice.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_EXIF_FOLDER, _GPS_FOLDER = 0x8769, 0x8825
_TAKEN, _TAKEN_OFFSET, _LATITUDE = 0x9003, 0x9011, 0x0002
_MOST_ENTRIES = 256
_MOST_PARTS = 4096
_TEXT, _LONG = 2, 4
_XMP_HEAD = 256 * 1024
_XMP_PLACE = re.compile(rb"exif:GPSLatitude")
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """``taken_at`` is the camera's clock, timezone-aware only where the camera wrote its offset."""

    taken_at: datetime | None = None
    has_place: bool = False


def read_picture_facts(content: bytes) -> PictureFacts:
    """The facts in a PNG, JPEG or WebP; empty for everything else and for what cannot be read."""
    has_place = bool(_XMP_PLACE.search(content, 0, _XMP_HEAD))
    taken_at = None
    for block in _exif_blocks(content):
        order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
        if order is None:
            continue
        first = _folder(block, order, _number(block, order, 4))
        gps = _folder(block, order, _pointer(first, _GPS_FOLDER, order))
        exif = _folder(block, order, _pointer(first, _EXIF_FOLDER, order))
        has_place = has_place or _LATITUDE in gps
        taken_at = taken_at or _moment(_text(block, exif, _TAKEN, order), _text(block, exif, _TAKEN_OFFSET, order))
    return PictureFacts(taken_at, has_place)


def _exif_blocks(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\xff\xd8"):
        return (data[6:] for mark, data in _jpeg_parts(content) if mark == 0xE1 and data[:6] == b"Exif\x00\x00")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return (data for name, data in _chunks(content, 8, ">", 4, 0) if name == b"eXIf")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        chunks = _chunks(content, 12, "<", 0, 1)
        return (data.removeprefix(b"Exif\x00\x00") for name, data in chunks if name == b"EXIF")
    return iter(())


def _jpeg_parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = 2
    for _ in range(_MOST_PARTS):
        if place + 4 > len(content) or content[place] != 0xFF or content[place + 1] in (0xD9, 0xDA):
            return  # the picture itself begins
        (length,) = struct.unpack_from(">H", content, place + 2)
        yield content[place + 1], content[place + 4 : place + 2 + length]
        place += 2 + max(length, 2)


def _chunks(content: bytes, place: int, order: str, check: int, pad: int) -> Iterator[tuple[bytes, bytes]]:
    """PNG: length, name, data, check sum. RIFF: name, length, data, padded to even."""
    for _ in range(_MOST_PARTS):
        if place + 8 > len(content):
            return
        if order == ">":
            length, name = struct.unpack_from(">I4s", content, place)
        else:
            name, length = struct.unpack_from("<4sI", content, place)
        # only what is wanted is copied: a chunk may have megabytes
        yield name, content[place + 8 : place + 8 + length] if name in (b"eXIf", b"EXIF") else b""
        place += 8 + length + check + (length & pad)


def _number(block: bytes, order: str, place: int) -> int:
    return int(struct.unpack_from(f"{order}I", block, place)[0]) if place + 4 <= len(block) else 0


def _folder(block: bytes, order: str, place: int) -> dict[int, tuple[int, int, bytes]]:
    """Tag -> type, count, the four bytes of the value or of its place."""
    if not 8 <= place <= len(block) - 2:
        return {}
    (count,) = struct.unpack_from(f"{order}H", block, place)
    entries = {}
    for number in range(min(count, _MOST_ENTRIES)):
        start = place + 2 + 12 * number
        if start + 12 > len(block):
            break
        tag, kind, length, value = struct.unpack_from(f"{order}HHI4s", block, start)
        entries[tag] = (kind, length, value)
    return entries


def _pointer(entries: dict[int, tuple[int, int, bytes]], tag: int, order: str) -> int:
    kind, count, value = entries.get(tag, (0, 0, b""))
    return int(struct.unpack(f"{order}I", value)[0]) if (kind, count) == (_LONG, 1) else 0


def _text(block: bytes, entries: dict[int, tuple[int, int, bytes]], tag: int, order: str) -> str:
    kind, count, value = entries.get(tag, (0, 0, b""))
    if kind != _TEXT or not 4 < count <= 32:
        return ""
    (place,) = struct.unpack(f"{order}I", value)
    return block[place : place + count].split(b"\x00", 1)[0].decode("ascii", "replace")


def _moment(text: str, offset: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = found.groups()
    written = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    try:
        return datetime.fromisoformat(written + (offset if _OFFSET.fullmatch(offset) else ""))
    except ValueError:
        return None
