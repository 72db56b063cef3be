"""Many proofs at once in the window: choosing, going on after a stop, what was left out, and printing the lot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QTimer
from pytestqt.qtbot import QtBot

from desktop_app.ui.dialogs.print_dialog import PrintDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _units(at: PaperWindow, count: int) -> list[int]:
    return [at.redeemed(f"DD2026112200{number}", code=f"RX-{number}") for number in range(count)]


def _issued(at: PaperWindow) -> set[int]:
    return {line.unit_id for line in at.shop.proofs.listing().rows()}


def _page(at: PaperWindow) -> Any:
    return at.page("proofs")


def test_only_the_selected_units_are_issued(at: PaperWindow) -> None:
    units = _units(at, 3)
    page = _page(at)
    page.waiting_table.select_row(1)
    table = page.waiting_table
    table.selectionModel().select(table.rows.index(2, 0), table.selectionModel().SelectionFlag.Select
                                  | table.selectionModel().SelectionFlag.Rows)  # fmt: skip
    dialog = page.open_batch()
    assert dialog.selected_choice.isChecked()
    dialog.start_button.click()
    assert _issued(at) == set(units[:2])  # the list begins with the latest
    assert "Issued: 2." in dialog.message.text()
    assert dialog.start_button.isHidden()
    dialog.reject()
    assert page.waiting_table.rows.rowCount() == 1


def test_all_that_the_filter_shows_and_nothing_else(at: PaperWindow, tmp_path: Path) -> None:
    units = _units(at, 3)
    page = _page(at)
    page.search("DD20261122001")
    dialog = page.open_batch()
    assert not dialog.selected_choice.isEnabled()
    dialog.folder_choice.setChecked(True)
    dialog.path_edit.setText(str(tmp_path / "gone"))
    dialog.start_button.click()
    assert "folder" in dialog.message.text()
    assert _issued(at) == set()
    (tmp_path / "out").mkdir()
    dialog.path_edit.setText(str(tmp_path / "out"))
    dialog.start_button.click()
    assert _issued(at) == {units[1]}
    assert [path.stem for path in (tmp_path / "out").iterdir()] == [
        line.proof_no for line in at.shop.proofs.listing().rows()
    ]


def test_what_was_left_out_is_listed_with_its_reason(qtbot: QtBot, at: PaperWindow) -> None:
    _units(at, 1)
    at.redeemed("DD20261122009", code="")
    dialog = _page(at).open_batch()
    dialog.start_button.click()
    assert "Issued: 1. Left out: 1." in dialog.message.text()
    assert not dialog.left_table.isHidden()
    table, below = dialog.left_table, dialog.close_button
    # the list does not lie under the buttons
    qtbot.waitUntil(lambda: table.mapTo(dialog, QPoint(0, table.height())).y() <= below.mapTo(dialog, QPoint()).y())
    row = dialog.left_table.rows.row(0)
    assert row is not None
    assert row.order_no == "DD20261122009"
    assert "redemption code" in dialog.left_table.rows.columns[2].text(row)


def test_one_file_for_the_printer_says_that_it_is_not_signed_and_print_goes_on(at: PaperWindow, tmp_path: Path) -> None:
    _units(at, 2)
    page = _page(at)
    dialog = page.open_batch()
    dialog.file_choice.setChecked(True)
    assert "no signature" in dialog.note.text()
    dialog.path_edit.setText(str(tmp_path / "all.pdf"))
    dialog.start_button.click()
    assert (tmp_path / "all.pdf").is_file()
    dialog.print_button.click()
    printing = at.window.findChild(PrintDialog)
    assert printing is not None
    assert "Proofs: 2." in printing.count_label.text()


def test_issued_proofs_are_saved_again_without_being_issued_again(at: PaperWindow, tmp_path: Path) -> None:
    for unit in _units(at, 2):
        at.shop.proofs.issue(unit)
    page = _page(at)
    page.tabs.setCurrentIndex(1)
    page.issued_table.selectAll()
    dialog = page.open_batch()
    assert dialog.keep_choice.isHidden()
    dialog.path_edit.setText(str(tmp_path))
    dialog.start_button.click()
    assert len(list(tmp_path.glob("HX-*.pdf"))) == 2
    assert at.shop.proofs.listing().count() == 2


def test_a_batch_leaves_the_window_free_and_goes_on_after_a_stop(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    units = _units(at, 5)
    page = _page(at)
    dialog = page.open_batch()
    beats: list[None] = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: beats.append(None))
    timer.start()
    dialog.start_button.click()
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.work.is_busy)
    assert "Stopped." in dialog.message.text()
    assert dialog.start_button.text() == "Go on"
    some = len(_issued(at))
    assert some < 5
    dialog.start_button.click()
    qtbot.waitUntil(lambda: not dialog.work.is_busy)
    assert _issued(at) == set(units)
    assert at.shop.proofs.listing().count() == 5
    assert beats
    qtbot.waitUntil(lambda: not jobs.running)
