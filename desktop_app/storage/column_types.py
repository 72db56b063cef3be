"""Column types that SQLite's STRICT tables accept and that give Python real values back.

STRICT knows INTEGER, TEXT and BLOB only, so times are integer microseconds since 1970 UTC, enums are their text
values with a CHECK, and truth values are 0 or 1.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from desktop_app.storage.instants import from_micros as from_micros
from desktop_app.storage.instants import to_micros as to_micros


class UtcTime(TypeDecorator[datetime]):
    """An instant, stored as integer microseconds UTC."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Flag(TypeDecorator[bool]):
    """A truth value, stored as 0 or 1 (NULL: not known yet)."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Code(TypeDecorator[StrEnum]):
    """A code of the domain, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def one_of(table: str, column: str, kind: type[StrEnum]) -> CheckConstraint:
    """A CHECK that ``column`` holds a value of ``kind`` (or NULL, where the column allows it)."""
    # Not "IN (...)": SQLite looks such a list up in a temporary index, which costs a third of a large import.
    values = " OR ".join(f"{column} = '{member.value}'" for member in kind)
    return CheckConstraint(values, name=f"ck_{table}_{column}")


def truth(table: str, *columns: str) -> tuple[CheckConstraint, ...]:
    """CHECKs that each column is 0, 1 or NULL."""
    return tuple(CheckConstraint(f"{column} IN (0, 1)", name=f"ck_{table}_{column}") for column in columns)


def not_negative(table: str, *columns: str) -> tuple[CheckConstraint, ...]:
    """CHECKs that each amount (fen, basis points, counts) is zero or more."""
    return tuple(CheckConstraint(f"{column} >= 0", name=f"ck_{table}_{column}") for column in columns)
