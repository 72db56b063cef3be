"""The table of every list: rows from a model, pills, keys, an empty state, remembered columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSettings,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.sort import Sort
from desktop_app.ui.labels import error_text
from desktop_app.ui.row_model import Column, RowSource, RowTableModel, id_of
from desktop_app.ui.widgets.cell_delegate import CellDelegate
from desktop_app.ui.widgets.column_widths import fitted_widths
from desktop_app.ui.widgets.empty_state import EmptyState

ROW_HEIGHT = 38
REMEMBERED_SELECTION = 500
"""A reload finds so many selected rows again; of more none is selected any longer, rather than some of them."""
_MEASURED_ROWS = 24


@dataclass(frozen=True, slots=True)
class _Place:
    """What is to be selected among new rows: ids, the current one, and the number where that stood."""

    ids: list[Hashable]
    current: Hashable | None
    number: int = 0
    is_asked_for: bool = False  # by a caller, who wants to see this row or none


class RowTable(QTableView):
    """``open_source(sort)`` is called for the first rows, by :meth:`reload` and when a header is clicked."""

    row_chosen = Signal(object)
    """The row that became current, or None; also when a reload brought other contents for it."""
    row_activated = Signal(object)
    """Double click or Enter on a row."""
    rows_selected = Signal(int)
    """How many rows are selected now."""

    def __init__(
        self,
        name: str,
        label: str,
        columns: Sequence[Column[Any]],
        open_source: Callable[[Sort | None], RowSource[Any]],
        *,
        row_id: Callable[[Any], Hashable] = id_of,
        sort: Sort | None = None,
        multiple: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``name`` is the object name and the settings key, ``label`` the (translated) accessible name."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._row_id = row_id
        self._chosen: Any | None = None
        self._is_restoring = False
        self._place: _Place | None = None
        self._is_swapping = False
        self._top = 0
        self.rows = RowTableModel(columns, open_source, row_id=row_id, sort=sort, parent=self)
        self.setModel(self.rows)
        self._cells = CellDelegate(self.rows, self)
        self.setItemDelegate(self._cells)
        self.empty_state = EmptyState(f"{name}_empty", self.viewport())
        self._has_error = False
        self._is_fitting = False
        self._has_own_widths = False
        self._pill_widths: dict[int, int] = {}
        self._configure(multiple)
        self._save_timer = QTimer(self, singleShot=True, interval=400)
        self._save_timer.timeout.connect(self.save_columns)
        self._restore_columns()
        header = self.horizontalHeader()
        header.sectionResized.connect(self._on_section_resized)
        header.sectionMoved.connect(self._columns_touched)
        self.rows.failed.connect(self._show_error)
        self.rows.about_to_swap.connect(self._note_place)
        self.rows.swapped.connect(self._on_swapped)
        self.rows.located.connect(self._on_located)
        self.rows.page_arrived.connect(self._on_page_arrived)
        self.rows.loading_changed.connect(self._show_loading)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.activated.connect(self._on_activated)
        self.empty_state.hide()

    def _configure(self, multiple: bool) -> None:
        mode = QAbstractItemView.SelectionMode
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(mode.ExtendedSelection if multiple else mode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setObjectName(f"{self.objectName()}_header")
        # a header asks at every paint, of each selected row, whether its columns are selected: this one sees none
        header.setSelectionModel(QItemSelectionModel(self.rows, header))
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(48)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_column_menu)
        header.sectionClicked.connect(self._on_header_clicked)
        for number, column in enumerate(self.rows.columns):
            self.setColumnWidth(number, column.width)
            self.setColumnHidden(number, column.hidden)
        self._show_sort()

    # what pages use

    def set_empty(
        self, title: str, text: str, action_text: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """What stands in the table when it has no rows: what this is and what to do next."""
        self.empty_state.set_content(title, text, action_text, on_action)

    def reload(self) -> None:
        """Ask for the rows anew (data or filter changed); selection and place are kept by row id.

        A short list is there when this returns; a long one comes when it is ready, and the old rows stand until then
        (``rows.swapped`` tells).
        """
        self._has_error = False
        self.empty_state.show_content()
        first = max(self.rowAt(0), 0)
        last = first + max(self.viewport().height() // ROW_HEIGHT, 1)
        self.rows.reload(first, last, self._place.ids if self._place else self._selected_ids())

    def settle(self) -> None:
        """Wait for a :meth:`reload` that is still on its way."""
        self.rows.settle()

    def _selected_ids(self) -> list[Hashable]:
        is_found_again = self.selected_count() <= REMEMBERED_SELECTION
        return [self._row_id(row) for row in self.selected_rows()] if is_found_again else []

    def _is_looking(self) -> bool:
        return self._place is not None

    def _note_place(self) -> None:
        if self._place is None:  # else the one before is still being looked for
            number = self.currentIndex().row()
            self._place = _Place(self._selected_ids(), self.rows.id_at(number), number)
        self._top = self.verticalScrollBar().value()
        self._is_restoring = self._is_swapping = True
        if self.selected_count() > REMEMBERED_SELECTION:
            self.clearSelection()  # Qt would follow each of its cells to the new rows, for minutes

    def _on_swapped(self) -> None:
        self._is_swapping = False
        self.verticalScrollBar().setValue(self._top)
        self._fit_empty_state()
        self._fit_columns()
        place = self._place
        ids = [] if place is None else [*place.ids, *([] if place.current is None else [place.current])]
        if ids and place is not None:
            self.rows.locate(ids, max(place.number, 0))
        else:
            self._on_located({})
        self.rows.warm()

    def _on_located(self, places: Mapping[Hashable, int]) -> None:
        place, self._place = self._place, None
        if place is None:
            return
        self._is_restoring = True
        try:
            if not place.is_asked_for:
                self._restore_selection(place, places)
            elif place.current in places:
                self.select_row(places[place.current])
        finally:
            self._is_restoring = False
        self._tell_chosen()
        self.rows_selected.emit(self.selected_count())

    def _on_page_arrived(self, first: int, last: int) -> None:
        if first <= self.currentIndex().row() <= last and not self._is_restoring:
            self._tell_chosen()

    def _show_loading(self, is_loading: bool) -> None:
        if is_loading:
            self.viewport().setCursor(Qt.CursorShape.BusyCursor)
        else:
            self.viewport().unsetCursor()

    def current_row(self) -> Any | None:
        """The row the merchant looks at; None when nothing is selected."""
        index = self.currentIndex()
        if not index.isValid() or not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            return None
        return self.rows.row(index.row())

    def selected_rows(self, limit: int | None = None) -> list[Any]:
        """The selected rows from top to bottom, at most ``limit``."""
        result: list[Any] = []
        for first, last in self._selected_ranges():
            for number in range(first, last + 1):
                if limit is not None and len(result) >= limit:
                    return result
                row = self.rows.row(number)
                if row is not None:
                    result.append(row)
        return result

    def selected_count(self) -> int:
        return sum(last - first + 1 for first, last in self._selected_ranges())

    def ids_reader(self, *, selected: bool) -> Callable[[], list[int]]:
        """Reads the ids of the selected rows, or of all, from top to bottom: for a worker thread, however many there
        are. The rows come from a :class:`~desktop_app.services.listing.Listing`."""
        source = self.rows.source
        ranges = self._selected_ranges() if selected else [(0, self.rows.rowCount() - 1)]

        def read() -> list[int]:
            ids = source.ids()
            return [row_id for first, last in ranges for row_id in ids[first : last + 1]]

        return read

    def select_row(self, number: int) -> None:
        """Make a row current and selected, and scroll to it; out of range clears the selection."""
        index = self.rows.index(number, self._first_visible_column())
        if not index.isValid():
            self.clearSelection()
            return
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
        self.scrollTo(index)

    def select_id(self, row_id: Hashable) -> bool:
        """Select the row with that id; false when it is not among the rows.

        In a long list it is looked for, and selected when it is found: the answer is true meanwhile.
        """
        self._place = _Place([row_id], row_id, is_asked_for=True)
        if not self.rows.is_loading:
            self.rows.locate([row_id], max(self.currentIndex().row(), 0))
        return self._is_looking() or self.rows.id_at(self.currentIndex().row()) == row_id

    def step(self, by: int) -> None:
        """Move the selection up or down (keys J and K)."""
        count = self.rows.rowCount()
        if not count:
            return
        index = self.currentIndex()
        if not index.isValid():
            start = -1 if by > 0 else count
        elif self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            start = index.row()
        else:
            start = index.row() - by  # the focus alone made it current
        self.select_row(max(0, min(count - 1, start + by)))

    def visible_columns(self) -> list[str]:
        """Keys of the columns shown, from left to right: an export writes exactly these."""
        return [self.rows.columns[number].key for number in self._shown_columns()]

    @property
    def sort_state(self) -> Sort | None:
        """The sort in force: an export writes the rows in this order."""
        return self.rows.sort_state

    # selection

    def _selected_ranges(self) -> list[tuple[int, int]]:
        spans = sorted((span.top(), span.bottom()) for span in self.selectionModel().selection().toList())
        merged: list[tuple[int, int]] = []
        for first, last in spans:
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return merged

    def _restore_selection(self, place: _Place, places: Mapping[Hashable, int]) -> None:
        """Select the rows again; when the current one is gone its successor in the same place takes over."""
        model = self.selectionModel()
        flag = QItemSelectionModel.SelectionFlag
        column = self._first_visible_column()
        selection = QItemSelection()
        for row_id in place.ids:
            row = places.get(row_id)
            if row is not None:
                index = self.rows.index(row, column)
                selection.select(index, index)
        number = None if place.current is None else places.get(place.current)
        if number is None and place.ids and self.rows.rowCount():
            number = min(max(place.number, 0), self.rows.rowCount() - 1)
            if selection.isEmpty():
                index = self.rows.index(number, column)
                selection.select(index, index)
        model.clear()
        model.select(selection, flag.Select | flag.Rows)
        if number is not None:
            model.setCurrentIndex(self.rows.index(number, column), flag.NoUpdate)

    def _on_selection_changed(self, *_: object) -> None:
        if self._place is not None and not self._is_swapping:
            # somebody chose a row while the one before was still being looked for
            self._place, self._is_restoring = None, False
        if not self._is_restoring:
            self._look_at_selected()
            self._tell_chosen()
            self.rows_selected.emit(self.selected_count())

    def _look_at_selected(self) -> None:
        """Assistive technology selects a row without going there."""
        model = self.selectionModel()
        spans = self._selected_ranges()
        if len(spans) == 1 and spans[0][0] == spans[0][1] and not model.isRowSelected(self.currentIndex().row()):
            index = self.rows.index(spans[0][0], self._first_visible_column())
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _on_current_changed(self, *_: object) -> None:
        if not self._is_restoring:
            self._tell_chosen()

    def _tell_chosen(self) -> None:
        number = self.currentIndex().row()
        if number >= 0 and self.rows.row_if_loaded(number) is None and self.rows.is_blank(number):
            return  # told when it is there
        row = self.current_row()
        if row != self._chosen:
            self._chosen = row
            self.row_chosen.emit(row)

    def _on_activated(self, index: QModelIndex) -> None:
        row = self.rows.row(index.row())
        if row is not None:
            self.row_activated.emit(row)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J and K move; letters never start Qt's search through a million rows."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.step(1 if event.key() == Qt.Key.Key_J else -1)
        elif plain and event.text().isprintable() and event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)

    # sorting

    def _on_header_clicked(self, number: int) -> None:
        column = self.rows.columns[number]
        if column.sort_key is not None:
            state = self.rows.sort_state
            descending = state is not None and state.key == column.sort_key and not state.descending
            self.rows.sort_state = Sort(column.sort_key, descending)
            self.reload()
            self._columns_touched()
        self._show_sort()

    def _show_sort(self) -> None:
        state = self.rows.sort_state
        header = self.horizontalHeader()
        for number, column in enumerate(self.rows.columns):
            if state is not None and column.sort_key == state.key:
                order = Qt.SortOrder.DescendingOrder if state.descending else Qt.SortOrder.AscendingOrder
                header.setSortIndicator(number, order)
                header.setSortIndicatorShown(True)
                return
        header.setSortIndicatorShown(False)

    # columns

    def _shown_columns(self) -> list[int]:
        """Their numbers from left to right."""
        header = self.horizontalHeader()
        numbers = map(header.logicalIndex, range(header.count()))
        return [number for number in numbers if not header.isSectionHidden(number)]

    def _first_visible_column(self) -> int:
        return (self._shown_columns() or [0])[0]

    def _open_column_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("column_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_last = len(self.visible_columns()) == 1
        for number, column in enumerate(self.rows.columns):
            action = QAction(column.title, menu, checkable=True, checked=not self.isColumnHidden(number))
            action.setData(number)
            action.setEnabled(not (is_last and action.isChecked()))
            menu.addAction(action)
        menu.triggered.connect(self._toggle_column)
        menu.popup(self.horizontalHeader().mapToGlobal(position))

    def _toggle_column(self, action: QAction) -> None:
        self.setColumnHidden(int(action.data()), not action.isChecked())
        self._fit_columns()
        self._columns_touched()

    def _columns_touched(self, *_: object) -> None:
        self._save_timer.start()

    def _on_section_resized(self, number: int, before: int, after: int) -> None:
        """Whoever drags one column has chosen the widths of all; hiding and the stretch of the last say nothing."""
        if self._is_fitting or not before or not after or number in self._shown_columns()[-1:]:
            return
        self._has_own_widths = True
        self._columns_touched()

    def _fit_columns(self) -> None:
        """Let the columns fill the width, as long as the merchant has not set any."""
        if self._has_own_widths:
            return
        shown = self._shown_columns()
        wanted = [self._wanted_width(number) for number in shown]
        widths = fitted_widths([self.rows.columns[number].key for number in shown], wanted, self.viewport().width())
        self._is_fitting = True
        try:
            for number, width in zip(shown, widths, strict=True):
                self.setColumnWidth(number, width)
        finally:
            self._is_fitting = False

    def _wanted_width(self, number: int) -> int:
        """Words are longer in one language than in the other: titles and states are never cut off."""
        column = self.rows.columns[number]
        wanted = max(column.width, self.horizontalHeader().sectionSizeHint(number))
        if column.tone is not None:
            rows = [row for place in range(_MEASURED_ROWS) if (row := self.rows.cached_row(place)) is not None]
            pills = [self._cells.pill_width(row, column, self.font()) for row in rows]
            # only ever wider: a list that is filtered must not move about
            wanted = self._pill_widths[number] = max(wanted, self._pill_widths.get(number, 0), *pills)
        return wanted

    def save_columns(self) -> None:
        """Remember widths, order and hidden columns; done by itself shortly after a change."""
        settings = QSettings()
        settings.setValue(f"tables/{self.objectName()}/own_widths", self._has_own_widths)
        settings.setValue(f"tables/{self.objectName()}/keys", [column.key for column in self.rows.columns])
        settings.setValue(f"tables/{self.objectName()}/header", self.horizontalHeader().saveState())

    def _restore_columns(self) -> None:
        settings = QSettings()
        keys = settings.value(f"tables/{self.objectName()}/keys", [])
        state = settings.value(f"tables/{self.objectName()}/header")
        # another version's columns would be put in the wrong places
        if state is not None and keys == [column.key for column in self.rows.columns]:
            self._is_fitting = True
            self.horizontalHeader().restoreState(state)
            self._is_fitting = False
            self._has_own_widths = bool(settings.value(f"tables/{self.objectName()}/own_widths", True, type=bool))
            self._show_sort()

    # empty state

    def _show_error(self, error: ShopError) -> None:
        self._has_error = True
        self.empty_state.show_error(error_text(error))
        self._fit_empty_state()

    def _fit_empty_state(self) -> None:
        is_empty = self._has_error or self.rows.rowCount() == 0
        self.empty_state.setVisible(is_empty)
        # assistive technology sees only the cells of a table, not what lies over it
        words = self.empty_state.words() if is_empty else ""
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        if is_empty:
            self.empty_state.setGeometry(self.viewport().rect())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_empty_state()
            self._fit_columns()
        return super().viewportEvent(event)
