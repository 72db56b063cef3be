"""A list as a table shows it: filtered and sorted in SQL, read a page at a time.

The same object feeds the window's tables and the exports, so that a CSV holds exactly the rows of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, SQLColumnExpression, func, select
from sqlmodel import Session

from desktop_app.services.context import Context

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Sort:
    """``key`` is one of the listing's sort keys; an unknown key is a bug of the caller."""

    key: str
    descending: bool = False


class Listing(Generic[Line]):
    """Rows of one filter and one sort order; ``page`` and ``count`` each read one snapshot."""

    def __init__(
        self,
        context: Context,
        statement: Select[Any],
        read: Callable[[Session, Sequence[Row[Any]]], list[Line]],
        sort_columns: Mapping[str, SQLColumnExpression[Any]],
        tie_break: SQLColumnExpression[Any],
        sort: Sort | None = None,
    ) -> None:
        self._context = context
        self._unsorted = statement
        self._read = read
        if sort is None:
            order = [tie_break.desc()]
        else:
            column = sort_columns[sort.key]
            order = [column.desc(), tie_break.desc()] if sort.descending else [column.asc(), tie_break.asc()]
        self._statement = statement.order_by(*order)

    def count(self) -> int:
        """How many rows there are now."""
        with self._context.read() as session:
            counted = select(func.count()).select_from(self._unsorted.order_by(None).subquery())
            return int(session.execute(counted).scalar_one())

    def page(self, offset: int, limit: int) -> list[Line]:
        """Rows ``offset`` to ``offset + limit - 1``; fewer at the end."""
        with self._context.read() as session:
            return self._read(session, session.execute(self._statement.offset(offset).limit(limit)).all())

    def rows(self, chunk: int = 1000) -> Iterator[Line]:
        """All rows, streamed from one snapshot."""
        with self._context.read() as session:
            result = session.execute(self._statement.execution_options(yield_per=chunk))
            for part in result.partitions(chunk):
                yield from self._read(session, part)
