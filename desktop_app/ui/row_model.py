"""A table model over pages of rows, as fast on a million rows as on forty.

The services sort and filter in SQL; the model holds only the pages that were looked at. Nothing raised by a page
ever reaches Qt: an exception in ``rowCount`` would end the process and one in ``data`` would repeat for every cell.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop_app.domain.errors import ShopError
from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
AnyIndex = QModelIndex | QPersistentModelIndex

PAGE_ROWS = 128
CACHED_PAGES = 64
ROW_ROLE = Qt.ItemDataRole.UserRole
TONE_ROLE = Qt.ItemDataRole.UserRole + 1


class RowSource(Protocol[Row_co]):
    """One sorted and filtered list of rows, as a service returns it.

    A source may also have ``position(row_id) -> int | None``: then a reload finds the selected row again wherever
    it went; without it only the pages around the old place and the first pages are searched.
    """

    def count(self) -> int: ...

    def page(self, offset: int, limit: int) -> Sequence[Row_co]: ...


@dataclass(frozen=True)  # slots would make Column[Row](...) fail on Python 3.11
class Column(Generic[Row]):
    """How one column shows a row. ``tone`` makes it a pill; ``sort_key`` makes its header clickable."""

    key: str
    title: str
    text: Callable[[Row], str]
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    tone: Callable[[Row], Tone | None] | None = None
    width: int = 120
    sort_key: str | None = None
    mono: bool = False
    tooltip: Callable[[Row], str] | None = None
    hidden: bool = False


class ListSource(Generic[Row]):
    """A RowSource over a short list that is already in memory, e.g. an import preview."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def count(self) -> int:
        return len(self._rows)

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        return self._rows[offset : offset + limit]


def id_of(row: Any) -> Hashable:
    """The default identity of a row: its ``id``."""
    key: Hashable = row.id
    return key


class RowTableModel(QAbstractTableModel):
    """Shows what ``open_source(sort)`` returns; ask again with :meth:`reload` after data or filter changed."""

    failed = Signal(object)
    """ShopError raised by the source; the rows it concerns stay blank."""

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        open_source: Callable[[Sort | None], RowSource[Any]],
        *,
        row_id: Callable[[Any], Hashable] = id_of,
        sort: Sort | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.sort_state = sort
        self._open_source = open_source
        self._row_id = row_id
        self._source: RowSource[Any] = ListSource(())
        self._count = 0
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()
        self._is_reported = False

    def reload(self) -> None:
        """Open the source anew with the current sort; persistent indexes follow their rows where they are found."""
        self._is_reported = False
        try:
            source = self._open_source(self.sort_state)
            count = source.count()
        except ShopError as error:
            source, count = ListSource(()), 0
            self.failed.emit(error)
        except Exception:
            source, count = ListSource(()), 0
            self._report()
        if count == self._count and count:
            self._swap_layout(source)
        else:
            self.beginResetModel()
            self._source, self._count = source, count
            self._pages.clear()
            self.endResetModel()

    def _swap_layout(self, source: RowSource[Any]) -> None:
        """As many rows as before: a layout change keeps the view where it is, a reset would not."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        ids = [self.id_at(index.row()) for index in old]
        places = [index.row() for index in old]
        self._source = source
        self._pages.clear()
        rows: dict[Hashable, int | None] = {}
        for row_id, place in zip(ids, places, strict=True):
            if row_id is not None and row_id not in rows:
                rows[row_id] = self.find(row_id, near=place)
        new = []
        for index, row_id in zip(old, ids, strict=True):
            row = rows.get(row_id) if row_id is not None else None
            new.append(QModelIndex() if row is None else self.index(row, index.column()))
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def row(self, number: int) -> Any | None:
        """The row at ``number``; None outside the table and where the source failed."""
        if not 0 <= number < self._count:
            return None
        page_number, place = divmod(number, PAGE_ROWS)
        page = self._pages.get(page_number)
        if page is None:
            page = self._fetch(page_number)
        else:
            self._pages.move_to_end(page_number)
        return page[place] if place < len(page) else None

    def id_at(self, number: int) -> Hashable | None:
        row = self.row(number)
        return None if row is None else self._row_id(row)

    def find(self, row_id: Hashable, near: int = 0) -> int | None:
        """The number of the row with ``row_id``, or None when it is not there (see :class:`RowSource`)."""
        position = getattr(self._source, "position", None)
        if position is not None:
            try:
                number: int | None = position(row_id)
            except ShopError as error:
                self.failed.emit(error)
                return None
            return number
        home = near // PAGE_ROWS
        last = (self._count - 1) // PAGE_ROWS if self._count else -1
        candidates = dict.fromkeys(page for page in (home, home - 1, home + 1, 0, 1) if 0 <= page <= last)
        for page_number in candidates:
            start = page_number * PAGE_ROWS
            for number in range(start, min(start + PAGE_ROWS, self._count)):
                if self.id_at(number) == row_id:
                    return number
        return None

    def _fetch(self, page_number: int) -> Sequence[Any]:
        page: Sequence[Any] = ()
        try:
            page = self._source.page(page_number * PAGE_ROWS, PAGE_ROWS)
        except ShopError as error:
            self.failed.emit(error)
        except Exception:
            self._report()
        self._pages[page_number] = page
        if len(self._pages) > CACHED_PAGES:
            self._pages.popitem(last=False)
        return page

    def _report(self) -> None:
        """A bug in a source or a column: once per reload, not once per cell."""
        if not self._is_reported:
            self._is_reported = True
            sys.excepthook(*sys.exc_info())

    # Qt's side

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        try:
            return self._cell(index, role)
        except Exception:
            self._report()
            return None

    def _cell(self, index: AnyIndex, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row(index.row())
            return None if row is None else self.columns[index.column()].text(row)
        if not index.isValid():
            return None
        if role == ROW_ROLE:
            return self.row(index.row())
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        if role == TONE_ROLE and column.tone is not None:
            row = self.row(index.row())
            return None if row is None else column.tone(row)
        if role == Qt.ItemDataRole.ToolTipRole and column.tooltip is not None:
            row = self.row(index.row())
            return None if row is None else column.tooltip(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask the owner for the rows in another order; a column without ``sort_key`` changes nothing."""
        if not 0 <= column < len(self.columns):
            return
        key = self.columns[column].sort_key
        wanted = None if key is None else Sort(key, order is Qt.SortOrder.DescendingOrder)
        if wanted is not None and wanted != self.sort_state:
            self.sort_state = wanted
            self.reload()
