"""Codes that are printed decode, and are found in whatever picture a phone or a screen makes of them."""

from __future__ import annotations

import functools
import io
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from desktop_app.documents.bounded_pictures import LARGEST_PIXELS
from desktop_app.documents.qr_codes import qr_matrix, read_qr_codes
from desktop_app.documents.redemption_proof import sign_proof
from desktop_app.domain.errors import BadInputError
from tests.documents.proof_samples import sample_facts
from tests.documents.signing_keys import new_key, signed_by


@pytest.fixture(scope="module")
def text() -> str:
    return _proof()[1]


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """The first page of the proof at 150 dpi."""
    return rastered(_proof()[0], 150)


@functools.cache
def _proof() -> tuple[bytes, str]:
    key = new_key()
    made = sign_proof(signed_by(key, sample_facts()), key)
    return made.pdf, made.code_text


def rastered(pdf: bytes, dpi: int) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert("L")


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def drawn(text: str, scale: int = 4) -> Image.Image:
    rows = qr_matrix(text)
    small = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).point(lambda module: 0 if module else 255)
    return ImageOps.expand(small.resize((len(rows) * scale,) * 2), 4 * scale, 255)


@settings(max_examples=40)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=400))
def test_what_is_written_is_read(text: str) -> None:
    assert read_qr_codes(saved(drawn(text))) == (text,)


def test_a_code_is_square_with_its_corners_and_of_the_size_that_its_correction_takes() -> None:
    # ISO/IEC 18004, table 7: at level M, version 15 holds 412 bytes and version 14 holds 362
    for length, side in ((412, 77), (363, 77), (362, 73), (2331, 177)):
        rows = qr_matrix("a" * length)
        assert len(rows) == side
        assert {len(row) for row in rows} == {side}
        assert set(b"".join(rows)) == {0, 1}
        for first in (rows[0], rows[-1]):
            assert first.startswith(bytes([1] * 7 + [0]))
        # ISO/IEC 18004, 7.9: the format bits of level M (00) with mask 3 (011), around the upper left corner
        assert bytes(rows[8][:6]) + bytes([rows[8][7], rows[8][8]]) == bytes([1, 0, 1, 1, 0, 1, 1, 0])


@pytest.mark.parametrize("dpi", [90, 110, 300])
def test_a_raster_of_the_page(text: str, dpi: int) -> None:
    assert read_qr_codes(saved(rastered(_proof()[0], dpi))) == (text,)


@pytest.mark.parametrize("degrees", [3, 45, 90, 133, 180, 270])
def test_a_turned_page(page: Image.Image, text: str, degrees: int) -> None:
    turned = page.rotate(degrees, expand=True, fillcolor=200, resample=Image.Resampling.BICUBIC)
    assert read_qr_codes(saved(turned, "JPEG", quality=70)) == (text,)


def test_a_photo_askew_and_upside_down_by_its_own_account(page: Image.Image, text: str) -> None:
    width, height = page.size
    corners = (0, 0, 150, height, width - 200, height - 100, width, 80)
    askew = page.transform(page.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 3
    assert read_qr_codes(saved(askew, "JPEG", exif=exif)) == (text,)


def test_blurred_pale_inverted_and_coarsely_compressed(page: Image.Image, text: str) -> None:
    for name, picture, options in (
        ("blurred", page.filter(ImageFilter.GaussianBlur(1.3)), {}),
        ("pale", ImageEnhance.Contrast(page).enhance(0.05), {}),
        ("inverted", ImageOps.invert(page), {}),
        ("compressed", page, {"quality": 20}),
    ):
        kind = "JPEG" if options else "PNG"
        assert read_qr_codes(saved(picture, kind, **options)) == (text,), name


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_kind_of_picture(kind: str) -> None:
    assert read_qr_codes(saved(drawn("KMP1.x.y").convert("RGB"), kind)) == ("KMP1.x.y",)


def test_a_transparent_picture_lies_on_white() -> None:
    code = drawn("KMP1.x.y")
    empty = Image.merge("RGBA", (*[Image.new("L", code.size, 0)] * 3, ImageOps.invert(code)))
    assert read_qr_codes(saved(empty)) == ("KMP1.x.y",)


def test_a_large_photo_and_a_long_screenshot_are_made_smaller_not_refused(page: Image.Image, text: str) -> None:
    photo = Image.new("L", (6800, 5000), 120)
    photo.paste(page.resize((3000, 4242)), (300, 300))
    assert read_qr_codes(saved(photo, "JPEG")) == (text,)
    chat = Image.new("L", (1000, 18_000), 240)
    chat.paste(drawn(text), (200, 15_000))
    assert read_qr_codes(saved(chat)) == (text,)


def test_several_codes_each_once() -> None:
    wide = Image.new("L", (1200, 400), 255)
    for number, text in enumerate(("KMP1.a.b", "https://example.com/", "KMP1.a.b")):
        wide.paste(drawn(text), (400 * number, 40))
    assert sorted(read_qr_codes(saved(wide))) == ["KMP1.a.b", "https://example.com/"]


def test_no_code() -> None:
    assert read_qr_codes(saved(Image.new("L", (600, 800), 255))) == ()
    assert read_qr_codes(saved(Image.new("L", (1, 1), 0))) == ()
    assert read_qr_codes(saved(Image.effect_noise((1000, 1000), 200))) == ()


def _png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_bombs_and_damaged_files_are_refused_with_a_sentence() -> None:
    whole = saved(drawn("KMP1.x.y"))
    side = int(LARGEST_PIXELS**0.5) + 1
    for content in (
        _png(side, side, zlib.compress(bytes(side * (side + 1)), 9)),
        _png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0" * 100_000)),
        _png(60_000, 60_000, b""),
        whole[: len(whole) // 2],
        whole[:30],
        b"\xff\xd8\xff\xe0" + bytes(50),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
    ):
        with pytest.raises(BadInputError):
            read_qr_codes(content)


def test_another_reader_reads_it_too(page: Image.Image, text: str, tmp_path: Path) -> None:
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed")
    page.save(tmp_path / "page.png")
    long = "KMC1." + "Az09-_" * 382  # what the picture of an identity carries at most
    drawn(long).save(tmp_path / "long.png")
    for name, expected in (("page.png", text), ("long.png", long)):
        command = ["zbarimg", "--raw", "-q", "--nodbus", str(tmp_path / name)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == expected
