"""Names of files as somebody else chose them, made so that they can be shown, and saved on any system."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = frozenset('<>:"|?*')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)
# Cc control, Cf direction marks and zero width, Cs half characters, Co private use, Cn unassigned
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# letters, marks and symbols without ink: fillers of Hangul, the empty Braille cell, joiners, variation selectors
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_LONGEST_ENDING = 10


def safe_name(name: str, longest: int) -> str:
    """``name`` without a path, control or direction marks and what Windows reserves; empty when nothing is left.

    ``longest`` is in bytes of UTF-8, as file systems count, and at least that of an ending; the ending stays.
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join("_" if symbol in _FORBIDDEN else symbol for symbol in text if _is_visible(symbol))
    text = " ".join(text.split()).strip(" .")
    if _RESERVED.fullmatch(text):
        text = "_" + text
    return _shortened(text, longest)


def _is_visible(symbol: str) -> bool:
    return not _BLANK.match(symbol) and unicodedata.category(symbol) not in _HIDDEN


def _shortened(text: str, longest: int) -> str:
    if len(text.encode()) <= longest:
        return text
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = text, "", ""
    room = longest - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + ending
