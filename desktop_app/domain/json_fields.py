"""JSON from other programs, read strictly: every refusal names the field by its path.

Absent and null are the same; a boolean is no number, ``1.0`` no integer, a time without an offset no time, and a key
that stands twice in one object is refused instead of the last one winning.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from desktop_app.domain.errors import BadInputError

LARGEST_NUMBER = 2**63 - 1
"""What a database can hold; a larger number is a mistake."""

_LONGEST_DIGITS = 20
_LONGEST_SHOWN = 40
# room for clocks on either side of what a datetime can express
_YEARS = range(1900, 9900)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-5][0-9])?)"
)
_Value = TypeVar("_Value")
_Code = TypeVar("_Code", bound=StrEnum)


def read_json(text: str | bytes, root: str) -> object:
    """The JSON value in ``text``; ``root`` is what a text that cannot be read at all is called."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            raise bad_field(root, "the text is not UTF-8", "文本不是 UTF-8 编码") from None
    try:
        return json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_object_once, parse_int=_integer, parse_constant=float
        )
    except (json.JSONDecodeError, RecursionError):
        raise bad_field(root, "this is not readable JSON", "不是可以读取的 JSON") from None


def repeated_key(value: dict[str, object]) -> str | None:
    """The key that stood twice in this object, if one did."""
    return value.repeated if isinstance(value, _RepeatedKeys) else None


class _RepeatedKeys(dict[str, object]):
    """An object in which a key stood twice: which of the two is meant, nobody can say."""

    repeated = ""


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    marked = _RepeatedKeys(plain)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            marked.repeated = key
            break
        seen.add(key)
    return marked


def _integer(digits: str) -> int | float:
    # thousands of digits take long to convert, and none of them is a possible number
    return int(digits) if len(digits) <= _LONGEST_DIGITS else math.inf


class Fields:
    """One object; every reader names the path of what it refuses. Absent and null are the same."""

    def __init__(self, value: object, path: str, names: tuple[str, ...], root: str = "") -> None:
        """``names``: all that may stand here; ``root`` names the outermost object, whose path is empty."""
        if not isinstance(value, dict):
            raise bad_field(path or root, "a JSON object is expected here", "此处应为 JSON 对象")
        self.path = path
        self._values: dict[str, object] = value
        if isinstance(value, _RepeatedKeys):
            raise repeated_field(self.path_of(value.repeated))
        for name in value:
            if name not in names:
                raise bad_field(self.path_of(name), "there is no such field", "没有这个字段")

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def child(self, name: str, names: tuple[str, ...]) -> Fields:
        value = self._values.get(name)
        return Fields({} if value is None else value, self.path_of(name), names)

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return None if value is None else text_value(value, self.path_of(name))

    def text_required(self, name: str) -> str:
        return self._required(name, self.text(name))

    def flag(self, name: str) -> bool:
        return self.known(name) is True

    def known(self, name: str) -> bool | None:
        """True, false, or None: not checked yet."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        path = self.path_of(name)
        raise bad_field(path, "true or false is expected, not {value}", "应为 true 或 false，而不是 {value}", value)

    def number(self, name: str, largest: int = LARGEST_NUMBER) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
            path = self.path_of(name)
            if largest == LARGEST_NUMBER:
                raise bad_field(
                    path,
                    "a whole number of at least 0 is expected, not {value}; money is in fen",
                    "应为不小于 0 的整数（金额以分为单位），而不是 {value}",
                    value,
                )
            raise bad_field(
                path,
                "a whole number from 0 to {largest} is expected, not {value}",
                "应为 0 到 {largest} 的整数，而不是 {value}",
                value,
                largest=largest,
            )
        return value

    def number_or(self, name: str, default: int, largest: int = LARGEST_NUMBER) -> int:
        value = self.number(name, largest)
        return default if value is None else value

    def number_required(self, name: str) -> int:
        return self._required(name, self.number(name))

    def moment(self, name: str) -> datetime | None:
        value = self._values.get(name)
        return None if value is None else moment_value(value, self.path_of(name))

    def moment_required(self, name: str) -> datetime:
        return self._required(name, self.moment(name))

    def code(self, name: str, codes: type[_Code]) -> _Code | None:
        value = self._values.get(name)
        return None if value is None else code_value(value, self.path_of(name), codes)

    def code_required(self, name: str, codes: type[_Code]) -> _Code:
        return self._required(name, self.code(name, codes))

    def items(self, name: str) -> list[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_field(self.path_of(name), "a list is expected, not {value}", "应为列表，而不是 {value}", value)
        return value

    def mapping(self, name: str) -> dict[str, object]:
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise bad_field(self.path_of(name), "an object is expected, not {value}", "应为对象，而不是 {value}", value)
        if isinstance(value, _RepeatedKeys):
            raise repeated_field(self.path_of(name))
        return value

    def _required(self, name: str, value: _Value | None) -> _Value:
        if value is None:
            raise bad_field(self.path_of(name), "this field is required", "缺少必填字段")
        return value


def text_value(value: object, path: str) -> str:
    # half a surrogate pair is no character: it can be neither shown nor printed
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        raise bad_field(path, "a text is expected, not {value}", "应为文本，而不是 {value}", value)
    return value


def code_value(value: object, path: str, codes: type[_Code]) -> _Code:
    try:
        return codes(text_value(value, path))
    except ValueError:
        raise bad_field(
            path,
            "{value} is not known here; possible are {codes}",
            "此处没有 {value}，可用的是 {codes}",
            value,
            codes=", ".join(codes),
        ) from None


def moment_value(value: object, path: str) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:  # the thirtieth of February
            moment = None
        if moment is not None and moment.year in _YEARS:
            return moment.astimezone(UTC)
    raise bad_field(
        path,
        "a time with offset such as 2026-11-20T12:00:00+08:00 is expected, not {value}",
        "应为带时区的时间，例如 2026-11-20T12:00:00+08:00，而不是 {value}",
        value,
    )


def repeated_field(path: str) -> BadInputError:
    return bad_field(path, "this field stands here twice", "字段重复出现")


def bad_field(path: str, en: str, zh: str, value: object = None, **facts: object) -> BadInputError:
    return BadInputError(
        "{field}: " + en + ".", "{field}：" + zh + "。", field=_printable(path), value=_shown(value), **facts
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    text = json.dumps(_printable(value), ensure_ascii=False) if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    elif isinstance(value, float) and math.isinf(value):
        text = "∞"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
