"""A list as a table shows it: filtered and sorted in SQL, read a page at a time.

The same object feeds the window's tables and the exports, so that a CSV holds exactly the rows of the table. A listing
is one look at the shop: the ids are read once, in one short read, and the rows by id whenever they are wanted. So any
place of a million rows costs the same, and no read stays open while somebody scrolls or a file is written (without WAL
a reader keeps writers waiting).
"""

from __future__ import annotations

import sys
import threading
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import operators
from sqlmodel import Session

from desktop_app.services.context import Context
from desktop_app.services.sort import Sort as Sort
from desktop_app.storage.connections import lean_cache
from desktop_app.storage.freed_memory import give_back

Line = TypeVar("Line")

_FEW_ROWS = 1024
"""So far into a list an index is walked even where several have to be merged."""

_WIDTHS = (("I", 6), ("I", 8), ("q", 16))
"""Types of array, and the hexadecimal digits of an id on its way there: the fewest that do."""
_IDS_AT_ONCE = 1 << 14
"""So many ids are worked on in one go: the window gets its turn in between."""

_MANY_ROWS = 100_000
"""Reading so many ids takes memory that is worth being given back."""

_MOST_COUNTS = 64
"""So many statements a connection remembers."""

_DIALECT = sqlite.dialect()


class Listing(Generic[Line]):
    """Rows of one filter and one sort order. Usable from several threads.

    Rows that came after the look are not in it, rows that left are skipped, and rows that changed are shown as they
    are.
    """

    def __init__(
        self,
        context: Context,
        statement: Select[Any] | Callable[[], Select[Any] | Sequence[int]],
        read: Callable[[Session, Sequence[int]], list[Line]],
        sort_columns: Mapping[str, SQLColumnExpression[Any]],
        tie_break: SQLColumnExpression[Any] | Sequence[SQLColumnExpression[Any]],
        sort: Sort | None = None,
        parts: Callable[[], Sequence[Select[Any]]] | None = None,
    ) -> None:
        """``statement`` selects ids; a callable is asked when the first row is, on the thread that wants it, and may
        find the ids themselves, in the order of the list.

        ``tie_break`` leaves no two rows equal, because the first rows and all ids are read apart. ``read`` gives the
        rows of ids in their order, without those that are gone. ``parts`` are sorted statements
        whose rows, one after the other, are those of ``statement``: for an order that no single index has.
        """
        self._context = context
        self._read = read
        self._ask = statement
        columns = list(tie_break) if isinstance(tie_break, Sequence) else [tie_break]
        if sort is not None:
            columns.insert(0, sort_columns[sort.key])
        is_descending = sort is None or sort.descending
        self._order = tuple(column.desc() if is_descending else column.asc() for column in columns)
        self._ask_parts = parts
        self._preparing = threading.Lock()
        self._loading = threading.Lock()
        self._ids: array[int] | None = None
        self._unsorted: Select[Any] | None = None
        self._parts: Sequence[Select[Any]] = ()
        self._is_indexed = False
        self._is_found = False
        self._counted: int | None = None

    def count(self) -> int:
        """How many rows there are."""
        unsorted = self._prepared()
        if unsorted is None or self._ids is not None or not self._is_indexed:
            return len(self.ids())
        with self._context.read() as session:
            self._counted = _count(session, unsorted)
        return self._counted

    def page(self, offset: int, limit: int) -> list[Line]:
        """Rows ``offset`` to ``offset + limit - 1``; fewer at the end."""
        self._prepared()
        if self._ids is None and self._is_indexed and (len(self._parts) == 1 or offset + limit <= _FEW_ROWS):
            return self._walked(offset, limit)
        return self._rows_of(self.ids()[offset : offset + limit])

    def rows(self, chunk: int = 1000) -> Iterator[Line]:
        """All rows, ``chunk`` of them at a time; nothing is kept open between them."""
        ids = self.ids()
        for start in range(0, len(ids), chunk):
            yield from self._rows_of(ids[start : start + chunk])

    def ids(self) -> array[int]:
        """The ids of all rows in their order, four bytes each (eight where an id needs them)."""
        with self._loading:
            if self._ids is None and self._prepared() is not None:
                with self._context.read() as session, lean_cache(session.connection()):
                    self._ids = _ids_of(session, self._parts)
                    # the pages of a whole index: nobody asks this connection for them again
                    session.connection().exec_driver_sql("PRAGMA shrink_memory")
                if len(self._ids) > _MANY_ROWS:
                    give_back()
            return self._ids if self._ids is not None else array(_WIDTHS[0][0])

    def positions(self, ids: Collection[int]) -> dict[int, int]:
        """At which place each of ``ids`` stands; those that are not in the list are left out."""
        wanted = set(ids)
        found: dict[int, int] = {}
        every: Sequence[int] = self.ids() if wanted else ()
        for start in range(0, len(every), _IDS_AT_ONCE):
            some = every[start : start + _IDS_AT_ONCE]
            for row_id in wanted.intersection(some):
                found[row_id] = start + some.index(row_id)
            if len(found) == len(wanted):
                break
        return found

    # ---- inside

    def _rows_of(self, ids: array[int]) -> list[Line]:
        if not ids:
            return []
        with self._context.read() as session:
            return self._read(session, ids.tolist())

    def _walked(self, offset: int, limit: int) -> list[Line]:
        """Rows found by walking an index that has them in order, from its nearer end."""
        end = offset + limit
        is_near_end = self._ask_parts is None and self._counted is not None and 2 * offset > self._counted
        with self._context.read() as session:
            ids: list[int] = []
            if is_near_end and self._counted is not None:
                turned = self._parts[0].order_by(None).order_by(*(_turned(column) for column in self._order))
                skipped = max(self._counted - end, 0)
                ids += session.execute(turned.offset(skipped).limit(min(limit, self._counted - offset))).scalars()
                ids.reverse()
            elif len(self._parts) == 1:
                ids += session.execute(self._parts[0].offset(offset).limit(limit)).scalars()
            else:
                for part in self._parts:
                    ids += session.execute(part.limit(end - len(ids))).scalars()
                    if len(ids) >= end:
                        break
                del ids[:offset]
            return self._read(session, ids) if ids else []

    def _prepared(self) -> Select[Any] | None:
        """What selects the ids, in no order; None when the ids themselves were found."""
        with self._preparing:
            if self._unsorted is None and not self._is_found:
                statement = self._ask() if callable(self._ask) else self._ask
                if not isinstance(statement, Select):
                    self._ids = _packed(statement)
                    self._is_found = True
                    return None
                self._parts = self._ask_parts() if self._ask_parts else (statement.order_by(*self._order),)
                with self._context.read() as session:
                    # parts differ in their values only
                    self._is_indexed = not self._parts or not _sorts(session, self._parts[0])
                self._unsorted = statement
            return self._unsorted


def _packed(ids: Sequence[int]) -> array[int]:
    highest = max(ids, default=0)
    return array(next(kind for kind, digits in _WIDTHS if highest < 16**digits), ids)


def _count(session: Session, statement: Select[Any]) -> int:
    """How many rows ``statement`` has.

    Counting a million takes longer than showing a page of them, and the same rows in another order are as many: a
    connection remembers it until another one has written to the shop.
    """
    connection = session.connection()
    version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    known: dict[Any, int] = connection.info.setdefault("counts", {})
    if known.get("version") != version or len(known) > _MOST_COUNTS:
        known.clear()
        known["version"] = version
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    key = (str(compiled), tuple(map(repr, compiled.params.values())))
    if key not in known:
        counted = statement.with_only_columns(func.count(), maintain_column_froms=True)
        known[key] = int(session.execute(counted).scalar_one())
    return known[key]


def _sorts(session: Session, statement: Select[Any]) -> bool:
    """Whether SQLite has no index for the order; a connection remembers it, because values do not change the plan."""
    connection = session.connection()
    known: dict[str, bool] = connection.info.setdefault("sorts", {})
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    text = str(compiled)
    if text not in known:
        if len(known) > _MOST_COUNTS:
            known.clear()
        values = (None,) * len(compiled.positiontup or ())
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        known[text] = any("TEMP B-TREE" in row[3] for row in plan)
    return known[text]


def _turned(column: Any) -> Any:
    return column.element.asc() if column.modifier is operators.desc_op else column.element.desc()


def _ids_of(session: Session, statements: Sequence[Select[Any]]) -> array[int]:
    for kind, digits in _WIDTHS:
        ids = array(kind)
        for statement in statements:
            text, highest = _ids_text(session, statement, digits)
            if highest >= 16**digits:
                break
            step = digits * _IDS_AT_ONCE
            for start in range(0, len(text), step):
                ids.frombytes(_widened(bytes.fromhex(text[start : start + step]), digits // 2, ids.itemsize))
        else:
            break
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def _widened(numbers: bytes, size: int, wanted: int) -> bytes:
    """Big-endian numbers of ``size`` bytes each in ``wanted`` bytes."""
    if size == wanted:
        return numbers
    made = bytearray(len(numbers) // size * wanted)
    for place in range(size):
        made[wanted - size + place :: wanted] = numbers[place::size]
    return bytes(made)


def _ids_text(session: Session, statement: Select[Any], digits: int) -> tuple[str, int]:
    """All ids in hexadecimal, and the highest: one step of SQLite for all of them, during which other threads run.

    An aggregate keeps the order of its subquery (sqlite.org/optoverview.html, "The flattening optimization").
    """
    rows = statement.subquery()
    number = func.printf(f"%0{digits}x", rows.c[0])
    text, highest = session.execute(select(func.group_concat(number, ""), func.max(rows.c[0])).select_from(rows)).one()
    return text or "", highest or 0
