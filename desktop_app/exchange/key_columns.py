"""What the columns of a table of card keys mean: by their names, by the merchant's choice, or to be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.csv_tables import folded_name, header_places


class KeyColumn(StrEnum):
    """What a column of a key table means."""

    KEY = "key"
    NUMBER = "number"
    PASSWORD = "password"
    FACE = "face"
    COST = "cost"
    EXPIRY = "expiry"
    NOTE = "note"
    STATUS = "status"


COLUMN_NAMES: Final[dict[KeyColumn, tuple[str, ...]]] = {
    KeyColumn.KEY: (
        "卡密",
        "卡密内容",
        "卡密信息",
        "激活码",
        "兑换码",
        "充值码",
        "key",
        "card key",
        "card",
        "secret",
        "code",
        "carmi",
    ),
    KeyColumn.NUMBER: ("卡号", "账号", "帐号", "number", "card no", "card number", "account"),
    KeyColumn.PASSWORD: ("密码", "卡密码", "password", "pin", "pwd"),
    KeyColumn.FACE: ("面值", "面额", "face", "face value"),
    KeyColumn.COST: ("成本", "成本价", "进价", "cost", "cost price"),
    KeyColumn.EXPIRY: ("有效期", "到期日", "过期日期", "到期时间", "expiry", "expires", "expires on", "expiry date"),
    KeyColumn.NOTE: ("备注", "说明", "note", "remark"),
    KeyColumn.STATUS: ("状态", "卡密状态", "status", "state"),
}
"""Header names that are recognised; case, spaces and underscores do not matter."""

_ROLES: Final = {folded_name(name): role.value for role, names in COLUMN_NAMES.items() for name in names}
_KEY_ROLES: Final = frozenset({KeyColumn.KEY.value, KeyColumn.NUMBER.value, KeyColumn.PASSWORD.value})
_WORD: Final = re.compile(r"[^\W\d]+(?:[ ][^\W\d]+)*")
_BETWEEN_NAMES: Final = re.compile(r"-{2,}|[\s,;|/，；｜、]+")


class ColumnChoiceError(BadInputError):
    """Which column is the card key has to be chosen; the attributes say between what."""

    columns: tuple[str, ...] = ()
    has_header: bool = True
    delimiter: str | None = None
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def looks_like_header(cells: Sequence[str]) -> bool | None:
    """Whether a first line names columns of keys; None when it names columns, but none that is known.

    A single English word proves little: ``alice,password`` is an account with a weak password.
    """
    known = [cell for cell in cells if folded_name(cell) in _ROLES]
    keyish = [cell for cell in known if _ROLES[folded_name(cell)] in _KEY_ROLES]
    if any(not cell.isascii() for cell in keyish):
        return True
    if keyish and (len(known) == len(cells) or (len(known) >= 2 and len(cells) >= 3)):
        return True
    words = len(cells) >= 3 and all(map(_WORD.fullmatch, cells)) and len(set(cells)) == len(cells)
    return None if words else False


def looks_like_heading(line: str) -> bool:
    """Whether a line of a list of keys is rather the names of its fields, such as ``卡号----密码``."""
    cells = [cell for cell in _BETWEEN_NAMES.split(line.strip()) if cell]
    known = [_ROLES[name] for cell in cells if (name := folded_name(cell)) in _ROLES]
    return not _KEY_ROLES.isdisjoint(known) and 2 * len(known) > len(cells)


def column_roles(
    file_name: str,
    cells: Sequence[str],
    key_column: str | None,
    named: Mapping[str, KeyColumn] | None = None,
    chosen: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """What each column of a header is. ``key_column`` is the cell of the column that is the key, whatever the others
    are called; ``named`` is what a known program calls its columns, in place of :data:`COLUMN_NAMES`; ``chosen`` (role
    to index) takes the place of the names, but a column that says what was sold stays one. BadInputError when one is
    there twice, ColumnChoiceError when no column is the key."""
    names = _ROLES
    if named is not None:
        names = {folded_name(name): role.value for name, role in named.items()}
    if key_column is not None:
        wanted = folded_name(key_column)
        if wanted not in map(folded_name, cells):
            raise no_key_column(file_name, cells)
        names = {name: role for name, role in names.items() if role not in _KEY_ROLES} | {wanted: KeyColumn.KEY.value}
    places, _ignored = header_places(file_name, cells, names)
    if chosen is not None:
        status = {role: place for role, place in places.items() if role == KeyColumn.STATUS}
        places = status | checked_roles(file_name, cells, chosen)
    return paired_roles(file_name, cells, places)


def checked_roles(file_name: str, cells: Sequence[str], chosen: Mapping[str, int]) -> dict[str, int]:
    """What the merchant chose, if the table has these columns and none is two things."""
    for role, place in chosen.items():
        if role not in set(KeyColumn) or not 0 <= place < len(cells):
            raise no_such_column(file_name, len(cells), place)
    if len(set(chosen.values())) < len(chosen):
        raise _choice(
            ColumnChoiceError(
                "{file}: one column cannot be two things; choose another one.",
                "{file}：同一列不能有两种含义，请另选一列。",
                file=file_name,
            ),
            cells,
        )
    return {role.value: chosen[role] for role in KeyColumn if role in chosen}


def paired_roles(file_name: str, cells: Sequence[str], places: dict[str, int]) -> dict[str, int]:
    """``places`` with one column that is the key, or a number and its password. ColumnChoiceError otherwise."""
    if KeyColumn.KEY in places and KeyColumn.NUMBER in places:
        if KeyColumn.PASSWORD in places:
            raise _choice(
                ColumnChoiceError(
                    "{file} has a key, a number and a password column; choose the one that is the card key.",
                    "{file} 同时有卡密、卡号和密码列，请选择哪一列是卡密。",
                    file=file_name,
                ),
                cells,
            )
        # the usual pair 卡号,卡密: the second is the password of the first
        places[KeyColumn.PASSWORD] = places.pop(KeyColumn.KEY)
    if not _KEY_ROLES & places.keys():
        raise no_key_column(file_name, cells)
    return places


def no_such_column(name: str, count: int, place: int) -> BadInputError:
    return BadInputError(
        "{file} has {count} columns, so there is no column {number} to choose.",
        "{file} 只有 {count} 列，不能选择第 {number} 列。",
        file=name,
        count=count,
        number=place + 1,
    )


def numbered_column(key_column: str | None) -> int | None:
    """The index of a column that was chosen by its number, counted from 1; None: it was chosen by name, or not."""
    if key_column is None or not re.fullmatch(r"[1-9][0-9]{0,2}", key_column.strip()):
        return None
    return int(key_column) - 1


def no_key_column(name: str, cells: Sequence[str]) -> ColumnChoiceError:
    return _choice(
        ColumnChoiceError(
            "{file} has no column that is known to be the card key; name it 卡密 or key, or choose it.",
            "{file} 中找不到卡密列，请将列名改为“卡密”或 key，或手动选择。",
            file=name,
        ),
        cells,
    )


def _choice(error: ColumnChoiceError, cells: Sequence[str]) -> ColumnChoiceError:
    error.columns = tuple(cells)
    return error
