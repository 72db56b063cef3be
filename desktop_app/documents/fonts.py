"""The three embedded typefaces: parsed once per process, subset per file.

Noto Sans SC writes everything, JetBrains Mono writes card keys and digests, whose 0/O and 1/l/I must stay distinct.
Imports reportlab: load this module only when a document is made.
"""

from __future__ import annotations

import functools
import itertools
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts

from desktop_app.domain.errors import StorageError
from desktop_app.paths import resources

SANS = "KamideskSans"
BOLD = "KamideskSansBold"
MONO = "KamideskMono"

_FILES = {
    SANS: "NotoSansSC_400Regular.ttf",
    BOLD: "NotoSansSC_700Bold.ttf",
    MONO: "JetBrainsMono_400Regular.ttf",
}
_CODES_PER_BLOCK = 100  # the longest bfchar block that a ToUnicode map may hold (Adobe technical note 5014)

# Controls, zero-width and bidirectional characters: fonts may map them, but on paper they would hide or reorder text.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

ONE_AT_A_TIME = threading.Lock()
"""Held while a document is drawn: the fonts keep the subsets of all open documents, and are not made for threads."""

rl_config.useA85 = 0  # base 85 makes files a quarter larger and slower to write


@functools.cache
def font(name: str) -> EmbeddedFont:
    """The parsed typeface ``name`` (:data:`SANS`, :data:`BOLD` or :data:`MONO`), registered with reportlab.

    Parsing takes 0.1 s or more and happens once per process. Raises StorageError when the file is missing.
    """
    path = resources() / "fonts" / _FILES[name]
    if not path.is_file():
        raise StorageError(
            "The font file {path} is missing: install Kamidesk again.",
            "缺少字体文件 {path}：请重新安装 Kamidesk。",
            path=path,
        )
    loaded = EmbeddedFont(name, path)
    pdfmetrics.registerFont(loaded)
    return loaded


class EmbeddedFont(ttfonts.TTFont):  # type: ignore[misc, unused-ignore]
    """A font whose subsets are cached and whose ToUnicode map reaches beyond the basic plane (rare family names)."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path), asciiReadable=1)
        self._subset = functools.lru_cache(maxsize=8)(self._make_subset)
        face = self.face
        cut_table, glyphs = face.get_table, face.get_table("glyf")
        # makeSubset would copy the 8 MB glyph table out of the file once per subset
        face.get_table = lambda tag: glyphs if tag == "glyf" else cut_table(tag)

    def _make_subset(self, codes: tuple[int, ...]) -> tuple[bytes, int, bytes, str]:
        """Deflated font program, its plain length, deflated ToUnicode map, widths as a PDF array."""
        program = self.face.makeSubset(codes)
        widths = " ".join(f"{self.face.getCharWidth(code):g}" for code in codes)
        deflate = pdfdoc.PDFZCompress.encode
        return deflate(program), len(program), deflate(_unicode_map(codes)), f"[{widths}]"

    def addObjects(self, doc: Any) -> None:
        """Write the subsets that ``doc`` used (called by reportlab when the file is put together)."""
        state = self.state[doc]
        state.frozen = 1
        face = self.face
        for number, codes in enumerate(state.subsets):
            internal = self.getSubsetInternalName(number, doc)[1:]
            base = (ttfonts.SUBSETN(number) + b"+" + face.name).decode("ascii")
            program, length, unicode_map, widths = self._subset(tuple(codes))
            descriptor = pdfdoc.PDFDictionary(
                {
                    "Type": "/FontDescriptor",
                    "FontName": pdfdoc.PDFName(base),
                    "Flags": (face.flags & ~ttfonts.FF_NONSYMBOLIC) | ttfonts.FF_SYMBOLIC,
                    "FontBBox": pdfdoc.PDFArray(face.bbox),
                    "ItalicAngle": face.italicAngle,
                    "Ascent": face.ascent,
                    "Descent": face.descent,
                    "CapHeight": face.capHeight,
                    "StemV": face.stemV,
                    "MissingWidth": face.defaultWidth,
                    "FontFile2": doc.Reference(_deflated(program, Length1=length), f"file:{internal}"),
                }
            )
            made = pdfdoc.PDFTrueTypeFont()
            made.Name = internal
            made.BaseFont = base
            made.FirstChar = 0
            made.LastChar = len(codes) - 1
            made.Widths = widths
            made.ToUnicode = doc.Reference(_deflated(unicode_map), f"unicode:{internal}")
            made.FontDescriptor = doc.Reference(descriptor, f"descriptor:{internal}")
            doc.Reference(made, internal)
            doc.idToObject["BasicFonts"].dict[internal] = made
        del self.state[doc]


def readable(text: str) -> str:
    """``text`` with everything that Noto Sans SC cannot draw (emoji) and everything invisible (controls, zero-width,
    bidirectional) spelled out as ``[U+1F600]``: paper must not drop or reorder a character silently.
    """
    drawable = characters(SANS)
    if drawable.issuperset(text):
        return text
    return "".join(char if char in drawable else f"[U+{ord(char):04X}]" for char in text)


def runs(text: str, name: str) -> list[tuple[str, str]]:
    """Readable ``text`` as (font name, text): what ``name`` lacks (Chinese in the key font) comes from Noto Sans SC."""
    own = characters(name)
    if own.issuperset(text):
        return [(name, text)]
    parts = itertools.groupby(text, key=lambda char: name if char in own else SANS)
    return [(used, "".join(chars)) for used, chars in parts]


@functools.cache
def characters(name: str) -> frozenset[str]:
    """What the font can draw visibly."""
    return frozenset(char for char in map(chr, font(name).face.charToGlyph) if not _INVISIBLE.match(char))


class Widths(dict[str, float]):
    """Advance width of each character in thousandths of the size; what the font lacks has that of Noto Sans SC."""

    def __init__(self, name: str) -> None:
        own, fallback = font(name).face.charWidths, font(SANS).face.charWidths
        super().__init__((char, own[ord(char)]) for char in characters(name))
        self._fallback = fallback

    def __missing__(self, char: str) -> float:
        found: float = self._fallback[ord(char)]
        self[char] = found
        return found


@functools.cache
def widths(name: str) -> Widths:
    return Widths(name)


def _deflated(content: bytes, **entries: object) -> Any:
    return pdfdoc.PDFStream(pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode"), **entries}), content)


def _unicode_map(codes: Sequence[int]) -> str:
    """The ToUnicode map of one subset: what makes the text searchable, and exact when it is copied out."""
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    used = [(number, code) for number, code in enumerate(codes) if code]
    for start in range(0, len(used), _CODES_PER_BLOCK):
        block = used[start : start + _CODES_PER_BLOCK]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{number:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for number, code in block]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)
