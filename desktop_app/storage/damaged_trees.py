"""The trees of a damaged SQLite file: which rows are reached from the root of a table, and which numbers are not.

Below a page that is damaged everything is out of reach: a hole, known by the numbers of the rows on its two sides.
Leaves that no page points to any more are strays; whose they are is for the caller to find out, who knows the tables.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from desktop_app.storage.damaged_pages import INDEX_LEAF, TABLE_LEAF, DamagedPages, Page, Row

FIRST: Final = -(2**63)
LAST: Final = 2**63 - 1

Step = Callable[[], None]
"""Called for every page; may raise to cancel."""

_SCHEMA_COLUMNS = 5
_SCHEMA_KINDS = frozenset({"table", "index", "trigger", "view"})


@dataclass(frozen=True, slots=True)
class Hole:
    """Rows with the numbers ``first`` to ``last`` are out of reach, as far as there were any."""

    first: int
    last: int


@dataclass(slots=True)
class Holes:
    """The holes of one table; they do not overlap."""

    found: list[Hole] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, first: int, last: int) -> None:
        if first <= last:
            self.found.append(Hole(first, last))

    def around(self, number: int) -> Hole | None:
        """The hole that a number lies in."""
        self.found.sort(key=lambda hole: hole.first)
        place = bisect_left(self.found, number + 1, key=lambda hole: hole.first) - 1
        return self.found[place] if place >= 0 and self.found[place].last >= number else None


@dataclass(frozen=True, slots=True)
class SchemaLine:
    """One line of the schema: a table or an index and its root page."""

    kind: str
    name: str
    table: str
    root: int


class DamagedTrees:
    """Walks the trees of one file; every page of a table is met once at most, whoever points to it."""

    def __init__(self, pages: DamagedPages, step: Step = lambda: None) -> None:
        self.pages = pages
        self._step = step
        self._met: set[int] = set()
        self.damaged: set[int] = set()
        """Pages that something points to and that hold nothing."""

    def schema(self, free: frozenset[int]) -> tuple[list[SchemaLine], bool]:
        """What can be read of the schema, and whether that is all of it; ``free`` pages are not looked into."""
        holes = Holes()
        lines = [line for rows in self.table(1, holes) for _, row in rows if (line := _schema_line(row)) is not None]
        if not holes:
            return lines, True
        known = {line.name for line in lines}
        for page in self.strays(free):
            # no other table has rows that look like this
            if _schema_line(self.pages.row(page, page.cells[0])) is None:
                continue
            self._met.add(page.number)
            found = [_schema_line(row) for _, row in self.pages.rows(page)]
            lines += [line for line in found if line is not None and line.name not in known]
        return lines, False

    def table(self, root: int, holes: Holes, first: int = FIRST, last: int = LAST) -> Iterator[list[tuple[int, Row]]]:
        """The rows of a table, a page at a time in the order of their numbers; what is out of reach goes to ``holes``.

        ``first`` and ``last``: a page with other numbers than these is not of this table any more.
        """
        waiting = [(root, first, last)]
        while waiting:
            self._step()
            number, first, last = waiting.pop()
            page = self._taken(number)
            if page is None or not _is_within(page, first, last):
                self.damaged.add(number)
                holes.add(first, last)
            elif page.is_interior:
                waiting.extend(reversed(list(_parts(page, first, last))))
            else:
                rows = self.pages.rows(page)
                for key, row in rows:
                    if row is None:
                        holes.add(key, key)
                yield [(key, row) for key, row in rows if row is not None]

    def index(self, root: int) -> Iterator[Row | None]:
        """The entries of an index or of a table without numbers; None for every page that is out of reach."""
        waiting = [root]
        met: set[int] = set()
        while waiting:
            self._step()
            number = waiting.pop()
            page = None if number in met else self.pages.page(number)
            met.add(number)
            if page is None or page.is_table:
                self.damaged.add(number)
                yield None
                continue
            for cell in page.cells:
                yield self.pages.row(page, cell)
            if page.kind != INDEX_LEAF:
                waiting.extend([page.right, *(cell.child for cell in page.cells)])

    def strays(self, free: frozenset[int]) -> Iterator[Page]:
        """Leaves of tables that were not met and that are not ``free``, those with the lowest numbers of rows first."""
        found = []
        for number in range(1, self.pages.count + 1):
            if number not in self._met and number not in free and self.pages.kind(number) == TABLE_LEAF:
                page = self.pages.page(number)
                if page is not None and page.cells and number not in self.pages.overflow:
                    found.append((page.cells[0].key, number))
        for _, number in sorted(found):
            page = self.pages.page(number)
            if page is not None:
                yield page

    def _taken(self, number: int) -> Page | None:
        if number in self._met:
            return None
        page = self.pages.page(number)
        if page is None or not page.is_table:
            return None
        self._met.add(number)
        return page


def _parts(page: Page, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    for cell in page.cells:
        yield cell.child, first, cell.key
        first = cell.key + 1
    yield page.right, first, last


def _is_within(page: Page, first: int, last: int) -> bool:
    return not page.cells or (first <= page.cells[0].key and page.cells[-1].key <= last)


def _schema_line(row: Row | None) -> SchemaLine | None:
    if row is None or len(row) != _SCHEMA_COLUMNS:
        return None
    kind, name, table, root, _ = row
    if kind not in _SCHEMA_KINDS or not isinstance(name, str) or not isinstance(table, str):
        return None
    return SchemaLine(kind, name, table, root if isinstance(root, int) else 0)
