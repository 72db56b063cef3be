"""QR codes: the modules of one to be printed, and the texts of those in a picture.

Loading this module loads zxing-cpp, which takes about ten milliseconds; Pillow comes with the first picture.
"""

from __future__ import annotations

import math

import zxingcpp

from desktop_app.documents.bounded_pictures import bounded_picture
from desktop_app.domain.errors import BadInputError

_DARK_IS_ONE = bytes([1]) + bytes(255)
_PIXELS = 8_000_000
"""A whole page photographed with 8 megapixels still has six pixels across a module of its code. More would only serve
pictures full of corners of codes, all of which are compared with one another."""

_PALE = 64
"""A picture with fewer shades of grey is spread over all 256 before it is given up."""


def qr_matrix(text: str) -> list[bytes]:
    """The rows of ``text`` as a QR code with error correction M, one byte for each module, 1 is dark; without quiet
    zone. A code holds at most 2331 bytes.

    The mask is fixed: the search for the prettiest of eight takes five times as long as the rest, and every mask
    decodes.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=3)
    picture = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]  # has a buffer
    modules = picture.tobytes().translate(_DARK_IS_ONE)
    side = math.isqrt(len(modules))
    return [modules[start : start + side] for start in range(0, len(modules), side)]


def read_qr_codes(content: bytes) -> tuple[str, ...]:
    """The different texts of the QR codes in a picture file (PNG, JPEG, WebP, GIF or BMP), however the picture is
    turned; :class:`BadInputError` for what is no such file, damaged, or too large."""
    from PIL import ImageOps

    grey = bounded_picture(content, "L", _box)
    if grey is None:
        raise BadInputError(
            "The picture cannot be opened: it is damaged, or has more than 40 million pixels.",
            "图片无法打开：文件已损坏，或超过 4000 万像素。",
        )
    found = _texts(grey.width, grey.tobytes())
    shades = [shade for shade, count in enumerate(grey.histogram()) if count]
    if found or shades[-1] - shades[0] > _PALE:
        return found
    return _texts(grey.width, ImageOps.autocontrast(grey, cutoff=1).tobytes())


def _texts(width: int, grey: bytes) -> tuple[str, ...]:
    # a view knows how large it is and keeps its bytes; zxing-cpp's own ImageView does neither
    view = memoryview(grey).cast("B", (len(grey) // width, width))
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(view, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return tuple(dict.fromkeys(code.text for code in found))


def _box(width: int, height: int) -> tuple[int, int]:
    """By area: a screenshot of a long chat stays as wide as can be."""
    factor = min(math.sqrt(_PIXELS / (width * height)), 1.0)
    return max(math.ceil(width * factor), 1), max(math.ceil(height * factor), 1)
