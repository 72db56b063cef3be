"""Pictures of buyers on paper: decoded within limits and written anew, so that nothing of the file itself gets in.

What is no JPEG, PNG, GIF, BMP or WebP, is damaged, or would be larger than the limit is left to the list of files.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image as PilImage

LARGEST_PIXELS = 40_000_000
"""SECURITY.md §5, item 43."""
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
_SIDE = 1600
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Picture:
    """A baseline JPEG in RGB, for one page; ``width`` and ``height`` in pixels."""

    jpeg: bytes
    width: int
    height: int


def printable_picture(content: bytes) -> Picture | None:
    """The first picture of a file, upright, on white and at most 1,600 pixels wide and high; None for anything that is
    not certainly a picture of bearable size."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    return None
                opened.draft("RGB", (_SIDE, _SIDE))  # a JPEG is decoded at a fraction of its size
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((_SIDE, _SIDE))
                flat = Image.new("RGB", upright.size, "white")
                coloured = upright.convert("RGBA") if _is_transparent(upright) else upright.convert("RGB")
                flat.paste(coloured, mask=coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    # what Pillow's decoders raise on damaged files (pillow.readthedocs.io, "Image.open", and its plugins)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        MemoryError,
        ZeroDivisionError,
        struct.error,
    ):
        return None
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), flat.width, flat.height)


def _is_transparent(image: PilImage.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
