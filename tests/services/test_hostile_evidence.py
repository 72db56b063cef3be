"""Hostile evidence, one by one: the numbers are those of the security design's list of hostile input, 39 to 50.

Each file takes the whole way: chosen by path, filed with an order, shown, checked.
"""

from __future__ import annotations

import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QImageReader

from desktop_app.domain.errors import BadInputError, StorageError
from desktop_app.domain.file_kinds import FileKind, FileWarning
from desktop_app.domain.states import EvidenceKind
from desktop_app.services.evidence import Evidence, EvidenceFile, Marks, evidence_folder, verify_evidence
from desktop_app.ui.pictures import MOST_PIXELS, decode_picture, png_of
from tests.services.desk import Desk
from tests.services.mishaps import full_disk
from tests.services.order_desk import OrderDesk


@dataclass
class Bench:
    """A shop with an order, and one hostile file."""

    shop: OrderDesk
    evidence: Evidence
    folder: Path
    order_id: int

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def refused(self, path: Path, sentence: str) -> None:
        with pytest.raises(BadInputError, match=sentence) as error:
            self.evidence.look_at(path)
        assert error.value.zh
        assert not evidence_folder(self.shop.context).exists()

    def filed(self, path: Path) -> EvidenceFile:
        """File it and read it back: the same bytes, under no name of its own."""
        looked = self.evidence.look_at(path)
        piece = self.evidence.add(
            EvidenceKind.CHAT_LOG, Marks(), order_id=self.order_id, content=looked.content, name=looked.name
        )
        file = self.evidence.file(piece)
        assert file.content == path.read_bytes()
        [stored] = evidence_folder(self.shop.context).iterdir()
        assert len(stored.name) == 64
        assert stored.parent == evidence_folder(self.shop.context)
        return file

    def not_shown(self, file: EvidenceFile, sentence: str = "Only pictures") -> None:
        with pytest.raises(BadInputError, match=sentence) as error:
            decode_picture(file.content, pixels=360_000)
        assert error.value.zh


@pytest.fixture
def bench(desk: Desk, tmp_path: Path) -> Bench:
    shop = OrderDesk(desk)
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    return Bench(shop, Evidence(shop.context), hostile, shop.delivered())


def real_png(width: int = 40, height: int = 20) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF2563EB)
    return png_of(image)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A real PNG of one bit per pixel: a hundred kilobytes for hundreds of millions of them."""
    packer = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def symbolic_link(bench: Bench) -> None:
    link = bench.folder / "link.png"
    link.symlink_to(bench.write("real.png", real_png()))
    bench.refused(link, r"link\.png is not an ordinary file")
    (bench.folder / "loop.png").symlink_to(bench.folder / "loop.png")
    bench.refused(bench.folder / "loop.png", "not an ordinary file")


def named_pipe(bench: Bench) -> None:
    os.mkfifo(bench.folder / "pipe.png")
    bench.refused(bench.folder / "pipe.png", "not an ordinary file")
    bench.refused(bench.folder, "not an ordinary file|cannot be read")


def endless_device(bench: Bench) -> None:
    bench.refused(Path("/dev/zero"), "zero is not an ordinary file")


def huge_sparse_file(bench: Bench) -> None:
    path = bench.folder / "huge.png"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    bench.refused(path, "at most 20 MB")
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def decompression_bomb(bench: Bench) -> None:
    file = bench.filed(bench.write("bomb.png", bomb(30_000, 30_000)))
    assert len(file.content) < 200_000
    bench.not_shown(file, "30,000 × 30,000 pixels, and more than 40 million")


def page_named_as_a_picture(bench: Bench) -> None:
    file = bench.filed(bench.write("chat.png", b"<!DOCTYPE html><script src='http://x/'></script>"))
    assert file.kind is FileKind.HTML
    assert set(file.warnings) == {FileWarning.ACTIVE, FileWarning.WRONG_ENDING}
    bench.not_shown(file)


def drawing_that_expands_or_reads_files(bench: Bench) -> None:
    assert b"svg" in [bytes(one.data()) for one in QImageReader.supportedImageFormats()], "else nothing is proven"
    entities = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    drawing = f"<?xml version='1.0'?>{entities}<svg xmlns='http://www.w3.org/2000/svg'><text>&b;</text></svg>"
    file = bench.filed(bench.write("a.svg", drawing.encode()))
    assert file.kind is FileKind.SVG
    bench.not_shown(file)
    linked = b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
    with pytest.raises(BadInputError, match="Only pictures"):
        decode_picture(linked, pixels=360_000)
    # the bytes decide, so a drawing never reaches the reader of drawings under another name either
    with pytest.raises(BadInputError, match="damaged"):
        decode_picture(b"\x89PNG\r\n\x1a\n" + linked, pixels=360_000)


def program(bench: Bench) -> None:
    file = bench.filed(bench.write("凭证.exe", b"MZ\x90\x00" + bytes(100)))
    assert (file.kind, file.warnings) == (FileKind.PROGRAM, (FileWarning.PROGRAM,))
    bench.not_shown(file)
    [stored] = evidence_folder(bench.shop.context).iterdir()
    assert not stored.stat().st_mode & 0o111


def picture_that_is_an_archive(bench: Bench) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.exe", b"MZ evil payload")
    file = bench.filed(bench.write("both.png", real_png() + archive.getvalue()))
    assert zipfile.is_zipfile(BytesIO(file.content))
    assert file.warnings == (FileWarning.TWO_FACED,)
    shown = decode_picture(file.content, pixels=360_000)
    assert b"payload" not in png_of(shown), "what is shown are the pixels only"
    assert b"payload" not in bytes(shown.constBits())


def names_that_lead_elsewhere(bench: Bench) -> None:
    for given, shown in (
        ("photo\u202egnp.exe", "photognp.exe"),
        ("C:\\x\\凭证.png", "凭证.png"),
        ("CON .png", "_CON .png"),
        ("a\u3164\ufe0f\u200b.png", "a.png"),
        ("x" * 245 + ".png", "x" * 196 + ".png"),
        ("-rf.png", "-rf.png"),
        ("<b>'\"|?.png", "_b_'___.png"),
    ):
        assert bench.evidence.look_at(bench.write(given, b"x")).name == shown
    piece = bench.evidence.add(
        EvidenceKind.CHAT_LOG, Marks(), order_id=bench.order_id, content=b"x", name="../../../shop.db"
    )
    assert bench.evidence.get(piece).name == "shop.db"
    assert [path.parent.name for path in bench.shop.context.data_dir.rglob("shop.db")] == [
        bench.shop.context.data_dir.name
    ]


def nothing(bench: Bench) -> None:
    bench.refused(bench.write("empty.png", b""), r"empty\.png is empty")


def altered_later(bench: Bench) -> None:
    bench.filed(bench.write("a.png", real_png()))
    [stored] = evidence_folder(bench.shop.context).iterdir()
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1
    stored.write_bytes(data)
    with (
        bench.shop.context.read() as session,
        pytest.raises(StorageError, match=r"a\.png \(A1\) was altered .* no proof may use it"),
    ):
        verify_evidence(bench.shop.context, session, order_id=bench.order_id)


_CASES: dict[str, Callable[[Bench], None]] = {
    "39": symbolic_link,
    "40": named_pipe,
    "41": endless_device,
    "42": huge_sparse_file,
    "43": decompression_bomb,
    "44": page_named_as_a_picture,
    "45": drawing_that_expands_or_reads_files,
    "46": program,
    "47": picture_that_is_an_archive,
    "48": names_that_lead_elsewhere,
    "49": nothing,
    "50": altered_later,
}


@pytest.mark.parametrize("number", _CASES)
def test_hostile_evidence_is_refused_or_stays_opaque(bench: Bench, number: str) -> None:
    _CASES[number](bench)


# beyond the list


@pytest.mark.parametrize("swap", ["link", "pipe", "folder", "other file", "nothing"])
def test_a_stored_file_that_was_swapped_is_noticed(bench: Bench, swap: str) -> None:
    bench.filed(bench.write("a.png", real_png()))
    [stored] = evidence_folder(bench.shop.context).iterdir()
    kept = stored.read_bytes()
    stored.unlink()
    if swap == "link":
        stored.symlink_to(bench.write("copy", kept))
    elif swap == "pipe":
        os.mkfifo(stored)
    elif swap == "folder":
        stored.mkdir()
    elif swap == "other file":
        piece = bench.evidence.add(
            EvidenceKind.IDENTITY, Marks(), order_id=bench.order_id, content=b"other", name="other.png"
        )
        name = str(bench.shop.desk.scalar("SELECT stored_name FROM evidence WHERE id = ?", piece))
        stored.write_bytes((stored.parent / name).read_bytes())
    [finding] = bench.evidence.check()
    assert "a.png (A1)" in finding.error.en
    bench.shop.context.vault.lock()
    if swap != "other file":
        assert len(bench.evidence.check()) == 1


def test_a_full_disk_leaves_nothing_behind(bench: Bench) -> None:
    content = os.urandom(3_000_000)
    with full_disk(2_000_000), pytest.raises(StorageError, match=r"a\.png cannot be stored.*make room"):
        bench.evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=bench.order_id, content=content, name="a.png")
    assert list(evidence_folder(bench.shop.context).iterdir()) == []
    assert bench.evidence.of_order(bench.order_id) == ()
    bench.evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=bench.order_id, content=content, name="a.png")
    assert bench.evidence.check() == []


def huge_gif() -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b","
        + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0)
        + b"\x02\x02\x4c\x01\x00;"
    )


def huge_bmp() -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 60, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)


def huge_jpeg() -> bytes:
    frame = struct.pack(">HBHHB", 11, 8, 65_500, 65_500, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(10) + b"\xff\xd9"


def huge_webp() -> bytes:
    size = (16_382).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x00\x00\x00\x00" + size + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("make", [huge_gif, huge_bmp, huge_jpeg, huge_webp])
def test_every_kind_of_picture_is_measured_before_it_is_decoded(make: Callable[[], bytes]) -> None:
    with pytest.raises(BadInputError, match=r"more than 40 million|damaged or too large"):
        decode_picture(make(), pixels=360_000)


@pytest.mark.parametrize("cut", [9, 30, 60, -20])
def test_a_damaged_picture_is_said_to_be_damaged(cut: int) -> None:
    content = bytearray(real_png(300, 200))
    content[40:60] = bytes(20)
    with pytest.raises(BadInputError, match="damaged"):
        decode_picture(bytes(content[:cut]), pixels=360_000)


def test_a_long_screenshot_is_still_shown_and_can_be_read() -> None:
    long = bomb(1080, 32_000)
    assert MOST_PIXELS > 1080 * 32_000
    shown = decode_picture(long, pixels=16_000_000)
    assert 700 < shown.width() < 740
    assert shown.width() * shown.height() <= 16_000_000
    assert decode_picture(bomb(1080, 2000), pixels=16_000_000).width() == 1080
    assert decode_picture(bomb(20_000, 1), pixels=100).height() == 1
