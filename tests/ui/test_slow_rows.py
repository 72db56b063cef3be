"""Tables whose rows take their time: the window goes on, and what comes late is put where it belongs."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence

import pytest
import shiboken6
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import StorageError
from desktop_app.services.listing import Sort
from desktop_app.ui import row_loader
from desktop_app.ui.row_model import PAGE_ROWS, RowTableModel
from desktop_app.ui.widgets.row_table import RowTable
from tests.ui.test_row_model import COLUMNS, Key

ROWS = 100_000


class Gate:
    """What a source waits for before it answers."""

    def __init__(self) -> None:
        self.count, self.page, self.positions = (threading.Event() for _ in range(3))
        self.open()

    def open(self) -> None:
        for event in (self.count, self.page, self.positions):
            event.set()


class Slow:
    """A long list, in either order, that answers when its gate is open."""

    def __init__(self, gate: Gate, sort: Sort | None, size: int = ROWS) -> None:
        self.gate, self.size = gate, size
        self.descending = sort is not None and sort.descending

    def count(self) -> int:
        self.gate.count.wait()
        return self.size

    def page(self, offset: int, limit: int) -> Sequence[Key]:
        self.gate.page.wait()
        numbers = range(offset, min(offset + limit, self.size))
        return [Key(self._turn(number), f"key {self._turn(number)}") for number in numbers]

    def positions(self, ids: Collection[int]) -> dict[int, int]:
        self.gate.positions.wait()
        return {row_id: self._turn(row_id) for row_id in ids if row_id < self.size}

    def _turn(self, number: int) -> int:
        return self.size - 1 - number if self.descending else number


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture
def table(qtbot: QtBot, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> RowTable:
    table = RowTable("slow_table", "Slow", COLUMNS, lambda sort: Slow(gate, sort), multiple=True)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.reload()
    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
    return table


def test_the_old_rows_stand_until_the_new_ones_are_there(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    gate.count.clear()
    table.horizontalHeader().sectionClicked.emit(0)
    table.horizontalHeader().sectionClicked.emit(0)
    assert table.rows.is_loading
    assert table.rows.row(0) == Key(0, "key 0")
    with qtbot.waitSignal(table.rows.swapped):
        gate.count.set()
    assert not table.rows.is_loading
    assert table.rows.row(0) == Key(ROWS - 1, f"key {ROWS - 1}")
    assert table.sort_state == Sort("id", True), "the last click counts, and the answer to the first is dropped"


def test_the_selection_follows_when_its_place_is_found(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    table.select_row(7)
    chosen: list[object] = []
    table.row_chosen.connect(chosen.append)
    gate.positions.clear()
    table.rows.sort_state = Sort("id", True)
    with qtbot.waitSignal(table.rows.swapped):
        table.reload()
    with qtbot.waitSignal(table.rows.located):
        gate.positions.set()
    assert table.currentIndex().row() == ROWS - 1 - 7
    assert table.current_row() == Key(7, "key 7")
    assert chosen == [], "the same row: the pane beside it must not flicker"


def test_a_row_chosen_meanwhile_wins(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    table.select_row(7)
    gate.positions.clear()
    table.rows.sort_state = Sort("id", True)
    with qtbot.waitSignal(table.rows.swapped):
        table.reload()
    table.select_row(2)
    with qtbot.waitSignal(table.rows.located):
        gate.positions.set()
    qtbot.waitUntil(lambda: table.current_row() == Key(ROWS - 3, f"key {ROWS - 3}"))
    assert table.selected_count() == 1


def test_rows_are_blank_until_they_arrive(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    gate.page.clear()
    model = table.rows
    index = model.index(5 * PAGE_ROWS, 1)
    changed = QSignalSpy(model.dataChanged)
    assert model.data(index) is None
    assert model.is_blank(index.row())
    with qtbot.waitSignal(model.page_arrived) as arrived:
        gate.page.set()
    assert arrived.args == [5 * PAGE_ROWS, 6 * PAGE_ROWS - 1]
    assert changed.count() == 1
    assert model.data(index) == f"key {5 * PAGE_ROWS}"


def test_whoever_needs_a_row_waits_for_it(table: RowTable, gate: Gate) -> None:
    gate.page.clear()
    assert table.rows.row_if_loaded(1000) is None
    threading.Timer(0.01, gate.page.set).start()
    assert table.rows.row(1000) == Key(1000, "key 1000")


def test_an_item_is_selected_once_it_is_found(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    gate.count.clear()
    table.reload()
    assert table.select_id(90_000)
    with qtbot.waitSignal(table.rows.located):
        gate.count.set()
    qtbot.waitUntil(lambda: table.current_row() == Key(90_000, "key 90000"))
    assert table.selected_count() == 1


def test_an_error_that_comes_late_is_told_once(qtbot: QtBot, table: RowTable, gate: Gate) -> None:
    class Broken(Slow):
        def count(self) -> int:
            super().count()
            raise StorageError("The disk is full.", "磁盘已满。")

    gate.count.clear()
    table.rows._open_source = lambda sort: Broken(gate, sort)
    table.reload()
    with qtbot.waitSignal(table.rows.failed) as failed:
        gate.count.set()
    assert failed.args[0].en == "The disk is full."
    qtbot.waitUntil(lambda: table.rows.rowCount() == 0)


def test_a_table_that_is_gone_gets_no_answer(qtbot: QtBot, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
    table = RowTable("gone_table", "Gone", COLUMNS, lambda sort: Slow(gate, sort))
    gate.count.clear()
    table.reload()
    with qtbot.captureExceptions() as errors:
        shiboken6.delete(table)
        gate.count.set()
        later = QObject()
        ended: list[row_loader.Load] = []
        row_loader.start(later, lambda: None, ended.append)
        qtbot.waitUntil(lambda: len(ended) == 1)
    assert errors == []


def test_a_long_list_is_chosen_as_a_whole_without_a_look_at_each_row(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    flags = RowTableModel.flags

    def counting(model: RowTableModel, index: QModelIndex) -> Qt.ItemFlag:
        asked.append(index.row())
        return flags(model, index)

    monkeypatch.setattr(RowTableModel, "flags", counting)
    watched = RowTable("all_table", "All", COLUMNS, lambda sort: Slow(Gate(), sort), multiple=True)
    qtbot.addWidget(watched)
    watched.resize(500, 300)
    watched.show()
    watched.reload()
    qtbot.waitUntil(lambda: not watched.rows.is_loading)
    watched.selectAll()
    qtbot.wait(20)
    watched.horizontalHeader().viewport().repaint()
    watched.viewport().repaint()
    assert watched.selected_count() == ROWS
    assert asked, "nothing was seen of what is looked for"
    assert len(asked) < 5000


@pytest.mark.parametrize("is_other", [False, True])
def test_a_large_choice_ends_with_new_rows_and_is_not_followed_there(
    qtbot: QtBot, gate: Gate, monkeypatch: pytest.MonkeyPatch, is_other: bool
) -> None:
    size = 3000
    asked: list[int] = []

    class Watched(Slow):
        def page(self, offset: int, limit: int) -> Sequence[Key]:
            asked.append(offset)
            return super().page(offset, limit)

    table = RowTable("large_table", "Large", COLUMNS, lambda sort: Watched(gate, sort, size), multiple=True)
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.reload()
    qtbot.waitUntil(lambda: not table.rows.is_loading)
    flag = QItemSelectionModel.SelectionFlag
    chosen = QItemSelection(table.rows.index(1, 0), table.rows.index(size - 2, 0))
    table.selectionModel().select(chosen, flag.ClearAndSelect | flag.Rows)
    assert table.selected_count() == size - 2
    followed: list[int] = []
    table.rows.layoutAboutToBeChanged.connect(lambda: followed.append(len(table.rows.persistentIndexList())))
    told: list[int] = []
    table.rows_selected.connect(told.append)
    asked.clear()
    if is_other:
        size = 2000
        table.reload()
    else:
        table.horizontalHeader().sectionClicked.emit(0)
    qtbot.waitUntil(lambda: not table.rows.is_loading and bool(told))
    assert table.selected_count() == 0
    assert told[-1] == 0
    assert all(count < 10 for count in followed)
    assert len(set(asked)) < 5, "only what is looked at is read"


def test_a_reading_that_outlives_the_window_says_nothing_and_ends_no_worker(qtbot: QtBot) -> None:
    """The workers are daemons: at the end of the program one may still be reading."""
    post = row_loader._Post()
    owner = QObject()
    loads = [row_loader.Load(owner, lambda: 1, lambda _load: None) for _ in range(8)]
    shiboken6.delete(post)
    for load in loads:
        post.waiting.put(load)
    assert all(load.wait(120) for load in loads)
