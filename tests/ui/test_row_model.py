from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QSettings, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import StorageError
from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone
from desktop_app.ui.row_model import CACHED_PAGES, PAGE_ROWS, ROW_ROLE, TONE_ROLE, Column, ListSource, RowTableModel
from desktop_app.ui.widgets.column_widths import fitted_widths
from desktop_app.ui.widgets.row_table import RowTable


@dataclass(frozen=True)
class Key:
    id: int
    text: str


class Stock:
    """Keys 0 to count - 1, computed, in either order; remembers what was asked."""

    def __init__(self, count: int, sort: Sort | None = None) -> None:
        self.size = count
        self.descending = sort is not None and sort.descending
        self.asked: list[tuple[int, int]] = []

    def count(self) -> int:
        return self.size

    def page(self, offset: int, limit: int) -> Sequence[Key]:
        self.asked.append((offset, limit))
        numbers = range(offset, min(offset + limit, self.size))
        ids = ((self.size - 1 - number) if self.descending else number for number in numbers)
        return [Key(number, f"key {number}") for number in ids]


COLUMNS = (
    Column[Key]("id", "No.", lambda key: str(key.id), align=Qt.AlignmentFlag.AlignRight, sort_key="id"),
    Column[Key]("text", "Key", lambda key: key.text, tone=lambda key: Tone.OK if key.id % 2 else Tone.BAD),
)


WIDE = (Column[Key]("product", "Product", lambda key: key.text, width=150), *COLUMNS)


def table_of(qtbot: QtBot, rows: list[Key], columns: Sequence[Column[Key]] = COLUMNS, **options: Any) -> RowTable:
    """A table over a list that the test changes between reloads."""

    def open_source(sort: Sort | None) -> ListSource[Key]:
        return ListSource(sorted(rows, key=lambda key: key.id, reverse=sort is not None and sort.descending))

    table = RowTable("keys_table", "Keys", columns, open_source, **options)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.reload()
    return table


def test_model_obeys_qt(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = RowTableModel(COLUMNS, lambda sort: Stock(300, sort))
    qtmodeltester.check(model)
    model.reload()
    model.sort(0, Qt.SortOrder.DescendingOrder)
    model.reload()


def test_a_million_rows_cost_only_the_pages_looked_at(qtbot: QtBot) -> None:
    stock = Stock(1_000_000)
    model = RowTableModel(COLUMNS, lambda _sort: stock)
    model.reload()
    assert model.rowCount() == 1_000_000
    assert stock.asked == [(0, PAGE_ROWS)]
    assert model.data(model.index(999_999, 1)) == "key 999999"
    assert stock.asked[1:] == [(999_999 // PAGE_ROWS * PAGE_ROWS, PAGE_ROWS)]
    for page in range(CACHED_PAGES * 2):
        model.row(page * PAGE_ROWS)
    assert len(model._pages) == CACHED_PAGES


def test_the_page_in_use_is_not_the_one_dropped(qtbot: QtBot) -> None:
    stock = Stock(1_000_000)
    model = RowTableModel(COLUMNS, lambda _sort: stock)
    model.reload()
    for page in range(CACHED_PAGES * 2):
        model.row(page * PAGE_ROWS)
        model.row(0)
    assert stock.asked.count((0, PAGE_ROWS)) == 1


def test_roles(qtbot: QtBot) -> None:
    model = RowTableModel(COLUMNS, lambda _sort: Stock(3))
    model.reload()
    index = model.index(1, 1)
    assert model.data(index, ROW_ROLE) == Key(1, "key 1")
    assert model.data(index, TONE_ROLE) is Tone.OK
    assert model.data(model.index(1, 0), TONE_ROLE) is None
    assert model.data(model.index(0, 0), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Key"


def test_sorting_asks_the_owner_and_follows_the_row(qtbot: QtBot) -> None:
    asked: list[Sort | None] = []

    def open_source(sort: Sort | None) -> Stock:
        asked.append(sort)
        return Stock(100, sort)

    model = RowTableModel(COLUMNS, open_source)
    model.reload()
    selection = QItemSelectionModel(model)
    flag = QItemSelectionModel.SelectionFlag
    selection.setCurrentIndex(model.index(3, 0), flag.ClearAndSelect | flag.Rows)
    resets = QSignalSpy(model.modelReset)
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert asked == [None, Sort("id", True)]
    assert resets.count() == 0
    assert selection.currentIndex().row() == 96
    assert model.id_at(selection.currentIndex().row()) == 3
    model.sort(1)
    assert len(asked) == 2, "a column without sort key sorts nothing"


def test_a_bug_in_a_column_is_reported_once_and_leaves_blanks(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr("sys.excepthook", lambda *args: reported.append(args[0]))

    def broken(_key: Key) -> str:
        raise ZeroDivisionError

    model = RowTableModel((Column("x", "X", broken),), lambda _sort: Stock(5))
    model.reload()
    assert [model.data(model.index(row, 0)) for row in range(5)] == [None] * 5
    assert reported == [ZeroDivisionError]


def test_a_bug_in_the_source_never_reaches_qt(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr("sys.excepthook", lambda *args: reported.append(args[0]))

    def open_source(_sort: Sort | None) -> Stock:
        raise KeyError("no such sort")

    model = RowTableModel(COLUMNS, open_source)
    model.reload()
    assert model.rowCount() == 0
    assert reported == [KeyError]


def test_a_refused_list_says_why_instead_of_being_empty(qtbot: QtBot) -> None:
    class Broken(Stock):
        def count(self) -> int:
            raise StorageError("The disk is full.", "磁盘已满。")

    sources: list[Stock] = [Broken(1)]
    table = RowTable("keys_table", "Keys", COLUMNS, lambda _sort: sources[-1])
    qtbot.addWidget(table)
    table.set_empty("No keys", "Import some.")
    table.reload()
    texts = [label.text() for label in table.empty_state.children() if hasattr(label, "text")]
    assert "The disk is full." in texts
    sources.append(Stock(0))
    table.reload()
    texts = [label.text() for label in table.empty_state.children() if hasattr(label, "text")]
    assert "Import some." in texts
    assert "The disk is full." not in texts


def test_reload_keeps_the_selected_row_when_rows_come_before_it(qtbot: QtBot) -> None:
    rows = [Key(number, f"key {number}") for number in range(10, 20)]
    table = table_of(qtbot, rows)
    table.select_row(4)
    chosen = QSignalSpy(table.row_chosen)
    rows.insert(0, Key(1, "new"))
    table.reload()
    assert table.current_row() == Key(14, "key 14")
    assert table.currentIndex().row() == 5
    assert chosen.count() == 0, "the same row with the same contents: nothing to show anew"


def test_a_row_that_left_hands_over_to_its_successor(qtbot: QtBot) -> None:
    rows = [Key(number, f"key {number}") for number in range(5)]
    table = table_of(qtbot, rows)
    table.select_row(4)
    chosen: list[object] = []
    table.row_chosen.connect(chosen.append)
    del rows[4]
    table.reload()
    assert table.current_row() == Key(3, "key 3")
    rows.clear()
    table.reload()
    assert table.current_row() is None
    assert chosen == [Key(3, "key 3"), None]


def test_changed_contents_of_the_selected_row_are_told(qtbot: QtBot) -> None:
    rows = [Key(1, "before"), Key(2, "other")]
    table = table_of(qtbot, rows)
    table.select_row(0)
    chosen: list[object] = []
    table.row_chosen.connect(chosen.append)
    rows[0] = Key(1, "after")
    table.reload()
    assert chosen == [Key(1, "after")]


def test_clearing_the_selection_is_told_as_none(qtbot: QtBot) -> None:
    table = table_of(qtbot, [Key(1, "a")])
    table.select_row(0)
    chosen: list[object] = []
    table.row_chosen.connect(chosen.append)
    table.clearSelection()
    assert chosen == [None]
    assert table.current_row() is None


def test_several_rows_stay_selected_across_a_sort(qtbot: QtBot) -> None:
    rows = [Key(number, f"key {number}") for number in range(6)]
    table = table_of(qtbot, rows, multiple=True)
    flag = QItemSelectionModel.SelectionFlag
    for number in (1, 2, 5):
        table.selectionModel().select(table.rows.index(number, 0), flag.Select | flag.Rows)
    assert table.selected_count() == 3
    table.horizontalHeader().sectionClicked.emit(0)
    table.horizontalHeader().sectionClicked.emit(0)
    assert table.sort_state == Sort("id", True)
    assert [row.id for row in table.selected_rows()] == [5, 2, 1]


def test_keys_j_and_k_move_and_stop_at_the_ends(qtbot: QtBot) -> None:
    table = table_of(qtbot, [Key(number, "") for number in range(3)])
    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        qtbot.keyClicks(table, key)
        assert table.current_row().id == expected


def test_select_by_id_reports_what_is_not_there(qtbot: QtBot) -> None:
    table = table_of(qtbot, [Key(7, "a"), Key(9, "b")])
    assert table.select_id(9)
    assert table.current_row() == Key(9, "b")
    assert not table.select_id(8)


def test_columns_are_remembered_until_they_are_others(qtbot: QtBot) -> None:
    table = table_of(qtbot, [Key(1, "a")])
    table.setColumnHidden(0, True)
    table.save_columns()
    assert table.visible_columns() == ["text"]
    again = table_of(qtbot, [Key(1, "a")])
    assert again.visible_columns() == ["text"]
    QSettings().setValue("tables/keys_table/keys", ["id", "something else"])
    fresh = table_of(qtbot, [Key(1, "a")])
    assert fresh.visible_columns() == ["id", "text"]


def test_hidden_first_column_does_not_lose_the_selection(qtbot: QtBot) -> None:
    table = table_of(qtbot, [Key(number, "") for number in range(4)])
    table.setColumnHidden(0, True)
    table.select_row(2)
    table.reload()
    assert table.current_row().id == 2


def test_an_empty_table_offers_the_next_step(qtbot: QtBot) -> None:
    asked: list[bool] = []
    table = table_of(qtbot, [])
    table.set_empty("No keys yet", "Import a file.", "Import", lambda: asked.append(True))
    table.show()
    assert table.empty_state.isVisible()
    table.empty_state._button.click()
    assert asked == [True]
    assert table.accessibleName() == "Keys"


# widths of columns


@given(
    st.lists(st.tuples(st.sampled_from(["product", "order_no", "note", "at"]), st.integers(48, 400)), min_size=1),
    st.integers(0, 3000),
)
def test_free_text_takes_and_gives_the_room(columns: list[tuple[str, int]], available: int) -> None:
    keys, widths = [key for key, _ in columns], [width for _, width in columns]
    fitted = fitted_widths(keys, widths, available)
    for (key, width), new in zip(columns, fitted, strict=True):
        assert key in ("product", "note") or new == width
        assert new >= min(width, 84)
    if any(key in ("product", "note") for key in keys) and available >= sum(widths):
        assert sum(fitted) == available


@pytest.mark.parametrize("drag", [False, True])
def test_columns_fill_the_window_until_one_is_dragged(qtbot: QtBot, drag: bool) -> None:
    table = table_of(qtbot, [Key(1, "a")], columns=WIDE)
    table.show()
    table.resize(900, 300)
    QCoreApplication.processEvents()
    first = table.columnWidth(0)
    assert first > WIDE[0].width
    if drag:
        table.horizontalHeader().resizeSection(0, 200)
    table.resize(500, 300)
    QCoreApplication.processEvents()
    assert (table.columnWidth(0) == 200) is drag
    assert drag or table.columnWidth(0) < first
    table.save_columns()
    again = table_of(qtbot, [Key(1, "a")], columns=WIDE)
    again.show()
    again.resize(700, 300)
    QCoreApplication.processEvents()
    assert (again.columnWidth(0) == 200) is drag


def test_a_long_title_and_a_long_pill_are_shown_in_full(qtbot: QtBot) -> None:
    rows = [Key(1, "short")]
    columns = (
        Column[Key]("count", "Quarantined for good", lambda key: "0", width=50),
        Column[Key]("text", "State", lambda key: key.text, tone=lambda key: Tone.BAD, width=50),
        Column[Key]("id", "No.", lambda key: str(key.id)),
    )
    table = table_of(qtbot, rows, columns=columns)
    table.show()
    header, metrics = table.horizontalHeader(), table.fontMetrics()
    assert table.columnWidth(0) >= header.sectionSizeHint(0) >= metrics.horizontalAdvance("Quarantined for good")
    long = "22 h 59 min overdue and more"
    rows.append(Key(2, long))
    table.reload()
    wide = table.columnWidth(1)
    assert wide > metrics.horizontalAdvance(long)
    rows.pop()
    table.reload()
    assert table.columnWidth(1) == wide, "the columns do not move about with the filter"
