"""Typed reading of the single cells and values of foreign files.

Every function raises :class:`CellError` with a sentence in both languages; the caller adds file, line and field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from desktop_app.domain.errors import BadInputError

_Code = TypeVar("_Code", bound=StrEnum)

TEXT_LENGTH: Final = 2000
_MANGLED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}")
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
_GUARDED: Final = re.compile(r"'(?=[0-9=+\-@%|])")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_VISIBLE_ASCII: Final = re.compile(r"[!-~]{1,64}")
_ORDER_NO: Final = re.compile(r"\S{1,64}")
_LOCAL_TIME: Final = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
    r"(?:[T ]{1,2}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?)?"
)
_OFFSET_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|z|[+-][0-9]{2}:?[0-9]{2})"
)


class CellError(BadInputError):
    """One value cannot be used; the caller says where it stands."""


def unwrapped(cell: str) -> str:
    """The cell without what spreadsheets and shops put around long numbers: tabs, a leading ``'``, ``="..."``."""
    text = cell.strip()
    if found := _FORMULA_TEXT.fullmatch(text):
        return found[1].strip()
    return _GUARDED.sub("", text, count=1) if text.startswith("'") else text


def read_text(text: str, *, longest: int = TEXT_LENGTH) -> str:
    """Free text of a stranger: line breaks and tabs are fine, control and direction characters are not."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(text):
        raise CellError(
            "contains control or text-direction characters; remove them", "含有控制字符或文字方向控制符，请删除"
        )
    if len(text) > longest:
        raise CellError("is longer than {limit} characters", "超过 {limit} 个字", limit=longest)
    return text


def read_order_no(text: str) -> str:
    """An order number; one that a spreadsheet has turned into a rounded number is refused, for digits are lost."""
    text = unwrapped(text)
    if _MANGLED.fullmatch(text):
        raise CellError(
            "“{text}” was rounded by a spreadsheet; export again and keep the column as text",
            "“{text}”已被表格软件改成科学计数法，请重新导出并把该列设为文本",
            text=text,
        )
    text = read_text(text)
    if not _ORDER_NO.fullmatch(text):
        raise CellError("must be 1 to 64 characters without spaces", "必须是 1 至 64 个字符，不含空格")
    return text


def read_id(text: str) -> str:
    """An id that makes a request unique: 1 to 64 visible ASCII characters."""
    if not _VISIBLE_ASCII.fullmatch(text):
        raise CellError(
            "must be 1 to 64 visible ASCII characters without spaces", "必须是 1 至 64 个可见 ASCII 字符，不含空格"
        )
    return text


def read_count(text: str, *, largest: int) -> int:
    """A whole number from 1 to ``largest`` in ASCII digits (``int`` would take full-width ones and 5,000 digits)."""
    text = unwrapped(text)
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= largest:
        raise CellError("must be a whole number from 1 to {limit}", "必须是 1 至 {limit} 的整数", limit=largest)
    return int(text)


def read_time(text: str, zone: tzinfo) -> datetime:
    """An instant in UTC. Without an offset it is local time of the shop (``zone``); a day alone is its first minute.

    Taken: ISO 8601, ``2026-11-20 09:30[:00]``, ``2026/11/20 9:30``, ``2026.11.20``, ``2026年11月20日 09:30``.
    """
    text = unwrapped(text)
    try:
        if _OFFSET_TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
        if found := _LOCAL_TIME.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # no such day or hour: the same sentence
    raise CellError(
        "“{text}” is not a time such as 2026-11-20 09:30",
        "“{text}”不是有效时间，请写成 2026-11-20 09:30",
        text=text[:40],
    )


def read_code(text: str, names: Mapping[str, _Code]) -> _Code:
    """The code that ``text`` names; ``names`` maps folded names (:func:`folded_label`) to codes."""
    code = names.get(folded_label(text))
    if code is None:
        known = ", ".join(dict.fromkeys(code.value for code in names.values()))
        raise CellError(
            "“{text}” is not known; write one of: {known}", "不认识“{text}”，可填：{known}", text=text[:40], known=known
        )
    return code


def names_of(codes: type[_Code], labels: Mapping[_Code, tuple[str, ...]]) -> dict[str, _Code]:
    """Folded names of every code: its value and its labels."""
    return {folded_label(name): code for code in codes for name in (code.value, *labels.get(code, ()))}


def folded_label(text: str) -> str:
    """A label as it is compared: width, case, spaces, slashes and underscores do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character not in " _-/\t")
