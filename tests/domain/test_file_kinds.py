from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.file_kinds import FileKind, FileWarning, kind_of, warnings_about
from desktop_app.domain.picture_facts import PictureFacts, read_picture_facts

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x04\x00\x00"
ZIP_END = b"PK\x05\x06" + bytes(16)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG + b"x", FileKind.PNG),
        (JPEG, FileKind.JPEG),
        (b"GIF89a" + bytes(10), FileKind.GIF),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", FileKind.WEBP),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", FileKind.OTHER),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36", FileKind.BMP),
        (b"BMW is a car", FileKind.OTHER),
        (b"%PDF-1.7\n", FileKind.PDF),
        (b"\n\n%PDF-1.7\n", FileKind.PDF),
        (b"PK\x03\x04rest", FileKind.ARCHIVE),
        (b"MZ\x90\x00", FileKind.PROGRAM),
        (b"\x7fELF\x02", FileKind.PROGRAM),
        (b"#!/bin/sh\n", FileKind.PROGRAM),
        (b"<!DOCTYPE html><p>", FileKind.HTML),
        (b"\xef\xbb\xbf\r\n <HTML>", FileKind.HTML),
        (b"<?xml version='1.0'?>\n<!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>", FileKind.SVG),
        (b"<?xml version='1.0'?><note/>", FileKind.OTHER),
        ("订单号：1，<html>".encode(), FileKind.OTHER),
        (b"", FileKind.OTHER),
    ],
)
def test_the_first_bytes_say_what_a_file_is(content: bytes, kind: FileKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("name", "content", "warnings"),
    [
        ("a.png", PNG, ()),
        ("a.JPG", JPEG, ()),
        ("截图", PNG, ()),
        ("a.dat", PNG, ()),
        ("a.png", JPEG, (FileWarning.WRONG_ENDING,)),
        ("a.png", b"plain words", (FileWarning.WRONG_ENDING,)),
        ("a.png", b"<html>", (FileWarning.ACTIVE, FileWarning.WRONG_ENDING)),
        ("a.svg", b"<svg/>", (FileWarning.ACTIVE,)),
        ("photo.png.exe", PNG, (FileWarning.PROGRAM,)),
        ("凭证.SCR", b"x", (FileWarning.PROGRAM,)),
        ("a.png", b"MZ\x90", (FileWarning.PROGRAM, FileWarning.WRONG_ENDING)),
        ("a.docx", b"PK\x03\x04", ()),
        ("a.png", PNG + ZIP_END + b"\x00\x00", (FileWarning.TWO_FACED,)),
        ("a.png", PNG + ZIP_END + b"\x03\x00abc", (FileWarning.TWO_FACED,)),
        ("a.png", PNG + ZIP_END + b"\x09\x00abc", ()),
        ("a.png", PNG + b"%PDF-1.4", (FileWarning.TWO_FACED,)),
        ("a.txt", b"words PK\x05\x06", ()),
    ],
)
def test_what_is_said_beside_a_file(name: str, content: bytes, warnings: tuple[FileWarning, ...]) -> None:
    assert warnings_about(name, content) == warnings


def exif(order: str, *, taken: str = "2026:11:20 21:03:04", offset: str = "", place: bool = False) -> bytes:
    """A TIFF block with an Exif and a GPS folder, as cameras write it."""

    def entry(tag: int, kind: int, count: int, value: bytes | int) -> bytes:
        packed = struct.pack(f"{order}I", value) if isinstance(value, int) else value.ljust(4, b"\x00")
        return struct.pack(f"{order}HHI", tag, kind, count) + packed

    texts = taken.encode() + b"\x00" + (offset.encode() + b"\x00" if offset else b"")
    entries = [entry(0x9003, 2, len(taken) + 1, 100)]
    if offset:
        entries.append(entry(0x9011, 2, len(offset) + 1, 100 + len(taken) + 1))
    first = struct.pack(f"{order}H", 2) + entry(0x8769, 4, 1, 40) + entry(0x8825, 4, 1, 80) + bytes(4)
    folder = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)
    gps = struct.pack(f"{order}H", 1) + (entry(2, 5, 3, 100) if place else entry(0x1D, 2, 11, 100))
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    block = (head + first).ljust(40, b"\x00") + folder
    return block.ljust(80, b"\x00") + gps.ljust(20, b"\x00") + texts


def jpeg(block: bytes) -> bytes:
    part = b"Exif\x00\x00" + block
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(part) + 2) + part + b"\xff\xda\x00\x02\xff\xd9"


def png(block: bytes) -> bytes:
    return PNG + struct.pack(">I", len(block)) + b"eXIf" + block + struct.pack(">I", zlib.crc32(b"eXIf" + block))


def webp(block: bytes) -> bytes:
    chunk = b"VP8X" + struct.pack("<I", 3) + b"abc\x00" + b"EXIF" + struct.pack("<I", len(block)) + block
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wrap", [jpeg, png, webp])
def test_the_camera_says_when_and_where(order: str, wrap: object) -> None:
    assert callable(wrap)
    plain = read_picture_facts(wrap(exif(order)))
    assert plain == PictureFacts(datetime(2026, 11, 20, 21, 3, 4), has_place=False)
    located = read_picture_facts(wrap(exif(order, offset="+08:00", place=True)))
    shanghai = timezone(timedelta(hours=8))
    assert located == PictureFacts(datetime(2026, 11, 20, 21, 3, 4, tzinfo=shanghai), has_place=True)
    assert located.taken_at is not None
    assert located.taken_at.astimezone(UTC).hour == 13


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "2026:13:01 00:00:00", "2026-11-20 21:03:04", "x" * 19])
def test_a_time_that_is_none_is_left_out(taken: str) -> None:
    assert read_picture_facts(jpeg(exif("<", taken=taken))).taken_at is None


def test_a_place_in_the_xmp_counts() -> None:
    assert read_picture_facts(PNG + b'<rdf exif:GPSLatitude="31,13.9N"/>').has_place
    assert FileWarning.PLACE in warnings_about("a.jpg", jpeg(exif("<", place=True)))


@given(st.binary(max_size=400), st.sampled_from([jpeg, png, webp]), st.sampled_from([b"II*\x00", b"MM\x00*"]))
@settings(max_examples=200)
def test_no_bytes_make_the_reader_fail(noise: bytes, wrap: object, head: bytes) -> None:
    assert callable(wrap)
    read_picture_facts(wrap(head + noise))
    read_picture_facts(wrap(b"")[:-3] + noise)
    warnings_about("a.png", noise)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_block_is_read_within_its_bounds(data: st.DataObject) -> None:
    good = bytearray(jpeg(exif("<", offset="+08:00", place=True)))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(2, len(good) - 1))] = data.draw(st.integers(0, 255))
    facts = read_picture_facts(bytes(good[: data.draw(st.integers(2, len(good)))]))
    assert facts.taken_at is None or facts.taken_at.year > 0
