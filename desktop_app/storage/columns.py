"""How the columns of the tables are declared: one short call per kind of value, the same for every table.

``SQLModel`` itself would choose other storage classes (a DATETIME text, an enum by name); these calls say what a STRICT
table holds.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Computed, ForeignKey, Integer, LargeBinary, Text
from sqlmodel import Field

from desktop_app.storage.column_types import Code, Flag, UtcTime


def id_() -> Any:
    """The number of a row, given by SQLite."""
    # typed int, not int | None: it is None only until the flush of a new row, and no code of ours reads it before
    return Field(default=None, sa_type=Integer, primary_key=True)


def text_(default: Any = ..., **more: Any) -> Any:
    """TEXT."""
    return Field(default, sa_type=Text, **more) if default is not ... else Field(sa_type=Text, **more)


def time(default: Any = ..., **more: Any) -> Any:
    """An instant, kept as integer microseconds UTC."""
    return Field(default, sa_type=UtcTime, **more) if default is not ... else Field(sa_type=UtcTime, **more)


def flag(default: bool | None = False) -> Any:
    """A truth value, kept as 0 or 1."""
    return Field(default, sa_type=Flag)


def blob(default: Any = ..., **more: Any) -> Any:
    """BLOB."""
    return Field(default, sa_type=LargeBinary, **more) if default is not ... else Field(sa_type=LargeBinary, **more)


def coded(kind: type[StrEnum], default: Any = ..., **more: Any) -> Any:
    """A member of ``kind``, kept as its value."""
    kind_type: Any = Code(kind)
    return Field(default, sa_type=kind_type, **more) if default is not ... else Field(sa_type=kind_type, **more)


def link(target: str, default: Any = ..., **more: Any) -> Any:
    """The id of a row of another table: ``table.column``."""
    arguments: dict[str, Any] = {"sa_type": Integer, "sa_column_args": (ForeignKey(target),), **more}
    return Field(default, **arguments) if default is not ... else Field(**arguments)


def computed(expression: str, kind: Any) -> Any:
    """A column that SQLite computes from others; never written."""
    return Field(default=None, sa_type=kind, sa_column_args=(Computed(expression, persisted=False),))


def strict(*parts: Any) -> tuple[Any, ...]:
    """The arguments of a STRICT table."""
    return (*parts, {"sqlite_strict": True})
