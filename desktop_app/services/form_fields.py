"""Values as people type them into forms: cleaned, bounded, and refused with the name of the field."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import LARGEST_FEN


class FieldName(NamedTuple):
    """What a field is called in a sentence."""

    en: str
    zh: str


LONGEST_NOTE = 2000
LONGEST_TEXT = 20_000

_LINE_BREAK = re.compile(r"\r\n?")
# control characters, text-direction marks and half characters: none of them can be seen, all of them mislead
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def line_field(name: FieldName, value: str, *, longest: int = 200, required: bool = False) -> str:
    """One line of text, trimmed."""
    text = value.strip()
    if "\n" in text or "\r" in text or "\t" in text:
        raise BadInputError("{field}: one line only.", "{label}：只能填写一行。", field=name.en, label=name.zh)
    return _checked(name, text, longest, required)


def text_field(name: FieldName, value: str, *, longest: int = LONGEST_NOTE, required: bool = False) -> str:
    """Text of any number of lines, trimmed, with line ends made the same."""
    return _checked(name, _LINE_BREAK.sub("\n", value).strip(), longest, required)


def number_field(name: FieldName, value: int, *, least: int = 0, most: int) -> int:
    """A whole number within its limits."""
    if not least <= value <= most:
        raise BadInputError(
            "{field} must be a whole number from {least} to {most}.",
            "{label}必须是 {least} 到 {most} 之间的整数。",
            field=name.en,
            label=name.zh,
            least=least,
            most=most,
        )
    return value


def amount_field(name: FieldName, value_fen: int, *, least: int = 0) -> int:
    """An amount in fen that a spreadsheet can still hold exactly."""
    if not least <= value_fen <= LARGEST_FEN:
        raise BadInputError(
            "{field} is not a possible amount." if least == 0 else "{field} must be more than zero.",
            "{label}不是有效的金额。" if least == 0 else "{label}必须大于零。",
            field=name.en,
            label=name.zh,
        )
    return value_fen


def day_field(name: FieldName, value: str | None) -> str | None:
    """A day as ``2027-12-31``; None and blank mean none."""
    text = (value or "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInputError(
            "{field}: “{value}” is not a date; write it like 2027-12-31.",
            "{label}：“{value}”不是有效日期，请写成 2027-12-31。",
            field=name.en,
            label=name.zh,
            value=text[:40],
        ) from None


def _checked(name: FieldName, text: str, longest: int, required: bool) -> str:
    if required and not text:
        raise BadInputError("{field} is missing.", "请填写{label}。", field=name.en, label=name.zh)
    if len(text) > longest:
        raise BadInputError(
            "{field} is longer than {longest} characters.",
            "{label}超过 {longest} 个字。",
            field=name.en,
            label=name.zh,
            longest=longest,
        )
    if _UNPRINTABLE.search(text):
        raise BadInputError(
            "{field} contains an invisible control character; type it again.",
            "{label}含有不可见的控制字符，请重新输入。",
            field=name.en,
            label=name.zh,
        )
    return text
