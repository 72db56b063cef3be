"""Picture files of strangers, decoded within bounds: only the formats below, only so many pixels, the first frame.

The size is read before a pixel is. Pillow is loaded when a picture is.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image as PilImage

LARGEST_PIXELS = 40_000_000
"""SECURITY.md §5, item 43."""
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")


def bounded_picture(
    content: bytes, mode: Literal["RGB", "L"], box: Callable[[int, int], tuple[int, int]]
) -> PilImage.Image | None:
    """The first picture of a file, upright and on white, made smaller to fit the size that ``box`` tells for its
    width and height; None for anything that is not certainly a picture of bearable size."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    return None
                opened.draft(mode, box(opened.width, opened.height))  # a JPEG is decoded at a fraction of its size
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail(box(upright.width, upright.height))
                if not _is_transparent(upright):
                    return upright.convert(mode)
                coloured = upright.convert("RGBA")
                flat = Image.new("RGB", upright.size, "white")
                flat.paste(coloured, mask=coloured.getchannel("A"))
                return flat.convert(mode)
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


def _is_transparent(image: PilImage.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
