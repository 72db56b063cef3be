"""What a file is by its first bytes, whatever its name says, and what a merchant should know before opening it.

Only pictures that are decoded within bounds are ever shown; everything else stays opaque.
"""

from __future__ import annotations

import re
import struct
from enum import StrEnum

from desktop_app.domain.picture_facts import read_picture_facts


class FileKind(StrEnum):
    """The kinds that are told apart; ``OTHER`` is everything else."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    GIF = "gif"
    BMP = "bmp"
    PDF = "pdf"
    SVG = "svg"
    HTML = "html"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OTHER = "other"


class FileWarning(StrEnum):
    """What is said beside a file."""

    WRONG_ENDING = "wrong_ending"
    PROGRAM = "program"
    ACTIVE = "active"  # fetches or runs something when a browser opens it
    TWO_FACED = "two_faced"  # a picture that other programs take for an archive or a document
    PLACE = "place"


PICTURES = frozenset({FileKind.PNG, FileKind.JPEG, FileKind.WEBP, FileKind.GIF, FileKind.BMP})
"""What may be decoded for a preview."""

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
    (b"%PDF-", FileKind.PDF),
    (b"PK\x03\x04", FileKind.ARCHIVE),
    (b"PK\x05\x06", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"\xfe\xed\xfa\xce", FileKind.PROGRAM),
    (b"\xfe\xed\xfa\xcf", FileKind.PROGRAM),
    (b"\xce\xfa\xed\xfe", FileKind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", FileKind.PROGRAM),
    (b"\xca\xfe\xba\xbe", FileKind.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", FileKind.PROGRAM),  # a Windows shortcut
    (b"#!", FileKind.PROGRAM),
)
_ENDINGS = {
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "jfif": FileKind.JPEG,
    "webp": FileKind.WEBP,
    "gif": FileKind.GIF,
    "bmp": FileKind.BMP,
    "pdf": FileKind.PDF,
    "svg": FileKind.SVG,
    "htm": FileKind.HTML,
    "html": FileKind.HTML,
    "zip": FileKind.ARCHIVE,
    "docx": FileKind.ARCHIVE,
    "xlsx": FileKind.ARCHIVE,
}
# fmt: off
_PROGRAM_ENDINGS = frozenset({
    "apk", "app", "appimage", "bat", "cmd", "com", "command", "cpl", "deb", "desktop", "dll", "dmg", "exe", "hta",
    "jar", "js", "jse", "lnk", "msi", "msix", "pif", "pkg", "ps1", "py", "reg", "rpm", "run", "scr", "sh", "url",
    "vbe", "vbs", "wsf",
})
# fmt: on
_HEAD = 1024
_ZIP_TAIL = 22 + 65535  # the end record and the longest comment behind it
_MARKUP = re.compile(rb"<(svg|html|!doctype html|script|head|body|iframe)\b", re.IGNORECASE)


def kind_of(content: bytes) -> FileKind:
    """The kind by the first bytes."""
    head = content[:_HEAD]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return FileKind.BMP
    if b"%PDF-" in head:
        return FileKind.PDF
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _MARKUP.search(text) if text.startswith(b"<") else None
    if found:
        return FileKind.SVG if found[1].lower() == b"svg" else FileKind.HTML
    return FileKind.OTHER


def warnings_about(name: str, content: bytes) -> tuple[FileWarning, ...]:
    """What to say beside a file that is called ``name``, the gravest first."""
    kind = kind_of(content)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    found = []
    if kind is FileKind.PROGRAM or ending in _PROGRAM_ENDINGS:
        found.append(FileWarning.PROGRAM)
    if kind in (FileKind.HTML, FileKind.SVG):
        found.append(FileWarning.ACTIVE)
    if _ENDINGS.get(ending, kind) is not kind:
        found.append(FileWarning.WRONG_ENDING)
    if kind in PICTURES:
        if _ends_as_archive(content) or b"%PDF-" in content[:_HEAD]:
            found.append(FileWarning.TWO_FACED)
        if read_picture_facts(content).has_place:
            found.append(FileWarning.PLACE)
    return tuple(found)


def _ends_as_archive(content: bytes) -> bool:
    """Whether a ZIP reader, which looks from the end, would open these bytes."""
    tail = content[-_ZIP_TAIL:]
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + 22 > len(tail):
        return False
    comment: int = struct.unpack_from("<H", tail, place + 20)[0]
    return place + 22 + comment <= len(tail)
