"""The parts of a dossier by themselves: names in the archive, pictures of strangers, the trace in words."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from desktop_app.documents.dossier_archive import DossierArchive, member_name
from desktop_app.documents.dossier_pictures import printable_picture
from desktop_app.documents.trace_words import fact_words
from desktop_app.domain.refund_rules import RULES

AT = datetime(2026, 11, 22, 4, 0, 1, tzinfo=UTC)


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_no_name_leaves_its_folder_or_hides_anything(name: str) -> None:
    place = member_name("凭证", "E001", name)
    folder, _, file = place.partition("/")
    assert folder == "凭证"
    assert file.startswith("E001")
    assert "/" not in file
    assert "\\" not in file
    assert file not in (".", "..")
    assert not file.endswith((" ", "."))
    assert not set(file) & set('<>:"|?*\x00\u202e\u200b\n')
    assert len(file.encode()) <= 130


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("../../etc/passwd", "f/1-passwd"),
        ("C:\\temp\\con", "f/1-_con"),
        ("aux.png", "f/1-_aux.png"),
        ("聊天 截图.png", "f/1-聊天 截图.png"),
        ("gnp.\u202eexe", "f/1-gnp.exe"),
        ("", "f/1"),
        ("...", "f/1"),
        ("图" * 200 + ".png", "f/1-" + "图" * 38 + ".png"),
    ],
)
def test_names_of_buyers_become_safe_names(name: str, place: str) -> None:
    assert member_name("f", "1", name) == place


def test_equal_contents_give_equal_bytes(tmp_path: Path) -> None:
    long = tmp_path / "long"
    long.write_bytes(b"line\n" * 500_000)
    made = []
    for number in range(2):
        path = tmp_path / f"{number}.zip"
        with DossierArchive(path, AT, "Asia/Shanghai") as archive:
            archive.add("凭证/E001-图.png", b"\x89PNG", packed=False)
            archive.add_file("数据/日志.jsonl", long)
            archive.add_manifest("ZJ-1", AT, [("E002", "ab", "missing")])
        made.append(path.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "0.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("数据/日志.jsonl") == long.read_bytes()
        assert all(info.date_time == (2026, 11, 22, 12, 0, 0) for info in archive.infolist())


def encoded(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_pictures_are_written_anew_as_plain_jpeg(kind: str) -> None:
    content = encoded(Image.new("RGB", (3000, 1500), "red"), kind) + b"PK\x03\x04 hidden archive"
    picture = printable_picture(content)
    assert picture is not None
    assert (picture.width, picture.height) == (1600, 800)
    assert b"hidden archive" not in picture.jpeg
    assert Image.open(io.BytesIO(picture.jpeg)).mode == "RGB"


def test_transparency_is_white_and_a_turned_photo_stands_upright() -> None:
    clear = printable_picture(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"))
    assert clear is not None
    assert min(Image.open(io.BytesIO(clear.jpeg)).getpixel((5, 5))) > 250  # type: ignore[type-var, arg-type]
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = printable_picture(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert turned is not None
    assert (turned.width, turned.height) == (20, 40)


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><img src=x>",
        b"MZ\x90\x00",
        b"%PDF-1.4",
        bomb(30_000, 30_000),
        bomb(60_000, 60_000),
        encoded(Image.new("RGB", (50, 50)), "PNG")[:60],
        encoded(Image.new("RGB", (50, 50)), "JPEG")[:200],
        encoded(Image.new("RGB", (50, 50)), "TIFF"),
    ],
)
def test_what_is_no_bearable_picture_is_left_to_the_list(content: bytes) -> None:
    assert printable_picture(content) is None


@settings(max_examples=60)
@given(st.data())
def test_damaged_pictures_never_raise(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "GIF", "BMP", "WEBP", "JPEG"]))
    content = bytearray(encoded(Image.new("RGB", (30, 30)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    printable_picture(bytes(content))


def test_the_facts_of_a_rule_are_told_in_words() -> None:
    why = "state=redeemed; record_complete=false; facts.overcharged_fen=1250; request.evidence=backend_log+chat_log"
    assert fact_words(why, "zh") == "单件状态：已核销，核销记录完整：否，多收金额：¥12.50，已有凭证：后台日志、聊天记录"
    assert (
        fact_words("timing=late; facts.log_confirms=null", "en")
        == "within the window: no, later, the log confirms: not known"
    )
    assert fact_words("elapsed=51:07:30; since_paid=null", "zh") == "距下单：51 小时 7 分，距付款：未知"
    assert fact_words("elapsed=0:00:00", "en") == "since the order: 0 h 0 min"
    assert fact_words("elapsed=-1:59:59", "en") == "since the order: -1:59:59"
    assert fact_words("new.fact=odd; plain", "en") == "new.fact: odd, plain"


def test_every_fact_that_a_rule_reads_has_words() -> None:
    for rule in RULES:
        for name in rule.fact_names:
            assert name not in fact_words(f"{name}=x", "zh").partition("：")[0], name
