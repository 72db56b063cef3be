"""A table model over pages of rows, as fast on a million rows as on forty.

The services sort and filter in SQL; the model holds only the pages that were looked at. They are read beside the
window (see :mod:`desktop_app.ui.row_loader`): what takes longer than a moment is blank until it is there, and the old
rows stand until the new ones do. Nothing raised by a page ever reaches Qt: an exception in ``rowCount`` would end the
process and one in ``data`` would repeat for every cell.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop_app.domain.errors import ShopError
from desktop_app.services.sort import Sort
from desktop_app.ui import row_loader
from desktop_app.ui.colours import Tone
from desktop_app.ui.row_loader import Load

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
AnyIndex = QModelIndex | QPersistentModelIndex

PAGE_ROWS = 64
CACHED_PAGES = 128
_FEW_ROWS = 20_000
"""The places of rows among so many are found in no time."""
_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
ROW_ROLE = Qt.ItemDataRole.UserRole
TONE_ROLE = Qt.ItemDataRole.UserRole + 1


class RowSource(Protocol[Row_co]):
    """One sorted and filtered list of rows, as a service returns it.

    It is read in worker threads. A source may also have ``positions(ids) -> dict of id to place``: then a reload finds
    the selected rows again wherever they went; without it only the pages around the old place and the first pages are
    searched.
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
    """A RowSource over a short list that is already in memory, e.g. an import preview, or made by the worker that asks
    first."""

    def __init__(self, rows: Sequence[Row] | Callable[[], Sequence[Row]]) -> None:
        self._rows = rows

    def count(self) -> int:
        return len(self._made())

    def page(self, offset: int, limit: int) -> Sequence[Row]:
        return self._made()[offset : offset + limit]

    def _made(self) -> Sequence[Row]:
        if callable(self._rows):
            self._rows = self._rows()
        return self._rows


def id_of(row: Any) -> Hashable:
    """The default identity of a row: its ``id``."""
    key: Hashable = row.id
    return key


@dataclass(frozen=True, slots=True)
class _Opened:
    """A source that was opened, and what was read of it meanwhile: ``places`` are row numbers, None for gone rows."""

    source: RowSource[Any]
    count: int
    pages: Mapping[int, Sequence[Any]]
    places: Mapping[Hashable, int | None]


class RowTableModel(QAbstractTableModel):
    """Shows what ``open_source(sort)`` returns; ask again with :meth:`reload` after data or filter changed."""

    failed = Signal(object)
    """ShopError raised by the source; the rows it concerns stay blank."""
    about_to_swap = Signal()
    """New rows are here and take the place of the old ones next."""
    swapped = Signal()
    """The rows are new; :meth:`locate` tells where the old ones are now."""
    located = Signal(object)
    """Dict of row id to row number, of those that :meth:`locate` was asked for and that are there."""
    page_arrived = Signal(int, int)
    """First and last number of rows that were blank so far."""
    loading_changed = Signal(bool)

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
        self._places: Mapping[Hashable, int | None] = {}
        self._opening: Load | None = None
        self._locating: Load | None = None
        self._asked_pages: dict[int, Load] = {}
        self._is_reported = False

    # ---- opening

    @property
    def is_loading(self) -> bool:
        """Whether a :meth:`reload` is still on its way; until then the old rows stand."""
        return self._opening is not None

    def reload(self, first: int = 0, last: int = 0, ids: Collection[Hashable] = ()) -> None:
        """Open the source anew with the current sort.

        ``first`` to ``last`` are the rows that are looked at and so read along; ``ids`` those that :meth:`locate` will
        be asked for. Persistent indexes follow their rows where they are found.
        """
        self._is_reported = False
        was_loading = self.is_loading
        try:
            source = self._open_source(self.sort_state)
        except ShopError as error:
            self.failed.emit(error)
            source = ListSource(())
        except Exception as error:
            self._report(error)
            source = ListSource(())
        kept = {index.row() for index in self.persistentIndexList()}
        known = {*ids, *(self._row_id(row) for number in kept if (row := self.cached_row(number)) is not None)}
        shown = range(first // PAGE_ROWS, last // PAGE_ROWS + 1)
        near = {*shown, *(number // PAGE_ROWS for number in kept)}
        row_id = self._row_id
        load = row_loader.start(self, lambda: _opened(source, shown, near, known, row_id), self._on_opened)
        self._opening = load
        if load.wait(row_loader.PATIENCE_SECONDS):
            self._on_opened(load)
        elif not was_loading:
            self.loading_changed.emit(True)

    def settle(self) -> None:
        """Wait until the last :meth:`reload` is done; it holds up the window."""
        load = self._opening
        if load is not None:
            load.wait(None)
            self._on_opened(load)

    def _on_opened(self, load: Load) -> None:
        if load is not self._opening:
            return  # asked anew meanwhile
        self._opening = None
        self._tell(load)
        opened: _Opened = load.value or _Opened(ListSource(()), 0, {}, {})
        self.about_to_swap.emit()
        self._asked_pages.clear()
        self._locating = None
        if opened.count == self._count and opened.count:
            self._swap_layout(opened)
        else:
            self.beginResetModel()
            self._take(opened)
            self.endResetModel()
        self.loading_changed.emit(False)
        self.swapped.emit()

    def _take(self, opened: _Opened) -> None:
        self._source, self._count, self._places = opened.source, opened.count, opened.places
        self._pages = OrderedDict(opened.pages)

    def _swap_layout(self, opened: _Opened) -> None:
        """As many rows as before: a layout change keeps the view where it is, a reset would not."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        rows = {number: self.cached_row(number) for number in {index.row() for index in old}}
        ids = {number: self._row_id(row) for number, row in rows.items() if row is not None}
        self._take(opened)
        new = []
        for index in old:
            row_id = ids.get(index.row())
            place = None if row_id is None else opened.places.get(row_id)
            new.append(QModelIndex() if place is None else self.index(place, index.column()))
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    # ---- rows

    @property
    def source(self) -> Any:
        """Where the rows on show come from."""
        return self._source

    def row(self, number: int) -> Any | None:
        """The row at ``number``, waited for; None outside the table and where the source failed."""
        return self._row(number, None)

    def row_if_loaded(self, number: int) -> Any | None:
        """The row at ``number`` when it is there in a moment; otherwise :attr:`page_arrived` tells when it is."""
        return self._row(number, row_loader.PATIENCE_SECONDS)

    def is_blank(self, number: int) -> bool:
        """Whether the row at ``number`` is still on its way."""
        return number // PAGE_ROWS in self._asked_pages

    def id_at(self, number: int) -> Hashable | None:
        row = self.row(number)
        return None if row is None else self._row_id(row)

    def locate(self, ids: Collection[Hashable], near: int = 0) -> None:
        """Look for rows by id and tell by :attr:`located`: at once in a short list, maybe later in a long one.

        ``near`` is where they are likely to be.
        """
        if all(row_id in self._places for row_id in ids):
            self._tell_places({row_id: self._places[row_id] for row_id in ids})
            return
        source, count, wanted, row_id = self._source, self._count, tuple(ids), self._row_id
        page = near // PAGE_ROWS

        def work() -> dict[Hashable, int | None]:
            return _places(source, count, wanted, (page,), row_id)

        self._locating = load = row_loader.start(self, work, self._on_located)
        # a long list is not waited for: it may have to be read as a whole
        if self._count <= _FEW_ROWS and load.wait(row_loader.PATIENCE_SECONDS):
            self._on_located(load)

    def warm(self) -> None:
        """Make a long list ready for jumps."""
        read_ids = getattr(self._source, "ids", None)
        if read_ids is not None and self._count > _FEW_ROWS:
            row_loader.start(self, read_ids, self._tell)

    def _on_located(self, load: Load) -> None:
        if load is not self._locating:
            return  # the rows were swapped, or something else is looked for
        self._locating = None
        self._tell(load)
        self._tell_places(load.value or {})

    def _tell_places(self, places: Mapping[Hashable, int | None]) -> None:
        self.located.emit(
            {row_id: place for row_id, place in places.items() if place is not None and place < self._count}
        )

    def _row(self, number: int, patience: float | None) -> Any | None:
        if not 0 <= number < self._count:
            return None
        page_number, place = divmod(number, PAGE_ROWS)
        page = self._pages.get(page_number)
        if page is None:
            page = self._fetch(page_number, patience)
        else:
            self._pages.move_to_end(page_number)
        return page[place] if place < len(page) else None

    def cached_row(self, number: int) -> Any | None:
        """The row at ``number`` when it is in memory; nothing is asked for."""
        page_number, place = divmod(number, PAGE_ROWS)
        page = self._pages.get(page_number, ())
        return page[place] if place < len(page) else None

    def _fetch(self, page_number: int, patience: float | None) -> Sequence[Any]:
        load = self._asked_pages.get(page_number)
        if load is None:
            source = self._source

            def arrived(load: Load) -> None:
                if self._asked_pages.get(page_number) is load:
                    self._keep(page_number, load)
                    first = page_number * PAGE_ROWS
                    last = min(first + PAGE_ROWS, self._count) - 1
                    self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
                    self.page_arrived.emit(first, last)

            load = row_loader.start(self, lambda: source.page(page_number * PAGE_ROWS, PAGE_ROWS), arrived)
            self._asked_pages[page_number] = load
        elif patience is not None:
            return ()  # waited for once already; it will be told
        if load.wait(patience):
            self._keep(page_number, load)
        return self._pages.get(page_number, ())

    def _keep(self, page_number: int, load: Load) -> None:
        del self._asked_pages[page_number]
        self._tell(load)
        self._pages[page_number] = load.value if load.error is None else ()
        if len(self._pages) > CACHED_PAGES:
            self._pages.popitem(last=False)

    def _tell(self, load: Load) -> None:
        if isinstance(load.error, ShopError):
            self.failed.emit(load.error)
        elif load.error is not None:
            self._report(load.error)

    def _report(self, error: Exception) -> None:
        """A bug in a source or a column: once per reload, not once per cell."""
        if not self._is_reported:
            self._is_reported = True
            sys.excepthook(type(error), error, error.__traceback__)

    # Qt's side

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        try:
            return self._cell(index, role)
        except Exception as error:
            self._report(error)
            return None

    def _cell(self, index: AnyIndex, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row_if_loaded(index.row())
            return None if row is None else self.columns[index.column()].text(row)
        if not index.isValid():
            return None
        if role == ROW_ROLE:
            return self.row_if_loaded(index.row())
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        if role == TONE_ROLE and column.tone is not None:
            row = self.row_if_loaded(index.row())
            return None if row is None else column.tone(row)
        if role == Qt.ItemDataRole.ToolTipRole and column.tooltip is not None:
            row = self.row_if_loaded(index.row())
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
        return _FLAGS

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask the owner for the rows in another order; a column without ``sort_key`` changes nothing."""
        if not 0 <= column < len(self.columns):
            return
        key = self.columns[column].sort_key
        wanted = None if key is None else Sort(key, order is Qt.SortOrder.DescendingOrder)
        if wanted is not None and wanted != self.sort_state:
            self.sort_state = wanted
            self.reload()


def _opened(
    source: RowSource[Any],
    shown: Collection[int],
    near: Collection[int],
    ids: Collection[Hashable],
    row_id: Callable[[Any], Hashable],
) -> _Opened:
    """Open ``source``, read the pages that are ``shown`` and look for ``ids``; runs in a worker."""
    count = source.count()
    pages = {page: source.page(page * PAGE_ROWS, PAGE_ROWS) for page in shown if page * PAGE_ROWS < count}
    if count <= _FEW_ROWS or not hasattr(source, "positions"):
        return _Opened(source, count, pages, _places(source, count, ids, near, row_id))
    places = {row_id(row): page * PAGE_ROWS + place for page, rows in pages.items() for place, row in enumerate(rows)}
    # elsewhere they are found once all ids are there, which is not waited for
    return _Opened(source, count, pages, {key: places[key] for key in ids if key in places})


def _places(
    source: RowSource[Any],
    count: int,
    ids: Collection[Hashable],
    near: Collection[int],
    row_id: Callable[[Any], Hashable],
) -> dict[Hashable, int | None]:
    """Where each of ``ids`` is, None: not in the list; runs in a worker."""
    places: dict[Hashable, int | None] = dict.fromkeys(ids)
    if not ids or not count:
        return places
    positions = getattr(source, "positions", None)
    if positions is not None:
        places.update(positions(ids))
        return places
    last = (count - 1) // PAGE_ROWS
    pages = dict.fromkeys(page for home in (*near, 0) for page in (home, home - 1, home + 1) if 0 <= page <= last)
    for page in pages:
        for place, row in enumerate(source.page(page * PAGE_ROWS, PAGE_ROWS)):
            if (found := row_id(row)) in places:
                places[found] = page * PAGE_ROWS + place
    return places
