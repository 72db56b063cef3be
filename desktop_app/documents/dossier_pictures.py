"""Pictures of buyers on paper: decoded within limits and written anew, so that nothing of the file itself gets in.

What is no JPEG, PNG, GIF, BMP or WebP, is damaged, or would be larger than the limit is left to the list of files.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from desktop_app.documents.bounded_pictures import bounded_picture

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
    flat = bounded_picture(content, "RGB", lambda _width, _height: (_SIDE, _SIDE))
    if flat is None:
        return None
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), flat.width, flat.height)
