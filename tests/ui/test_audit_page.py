"""The event log in a real window: found, verified, opened from and handed to somebody else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import CancelledError
from desktop_app.services.audit_export import check_export
from desktop_app.ui.dialogs.log_export_dialog import LogExportDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PaperWindow:
    monkeypatch.setattr(PaperWindow, "page_names", ("orders", "requests", "proofs", "audit"))
    window = PaperWindow(tmp_path / "shop", immediate_jobs)
    window.sell("DD1")
    window.sell("DD2")
    return window


def _kinds(page: Any) -> list[str]:
    return [page.table.rows.row(number).kind for number in range(page.table.rows.rowCount())]


def test_it_stands_before_the_settings() -> None:
    assert [entry.name for entry in PAGES][-2:] == ["audit", "settings"]


def test_the_newest_event_comes_first_and_filters_narrow(qtbot: QtBot, at: PaperWindow) -> None:
    page = at.page("audit")
    assert _kinds(page)[0] == "order.delivered"
    every = page.table.rows.rowCount()
    page.search("Order entered")
    assert set(_kinds(page)) == {"order.added"}
    page.search("DD2")
    assert {page.table.rows.row(number).order_no for number in range(page.table.rows.rowCount())} >= {"DD2"}
    page.apply_filter(order_no="DD1")
    assert set(_kinds(page)) >= {"order.added", "order.delivered"}
    assert {page.table.rows.row(number).order_no for number in range(page.table.rows.rowCount())} == {"DD1"}
    page.apply_filter()
    page.group_combo.setCurrentText("Card keys")
    assert set(_kinds(page)) == {"keys.imported"}
    page.search("no such thing")
    assert page.table.rows.rowCount() == 0
    assert page.table.empty_state.isVisibleTo(page.table)
    page.apply_filter()
    assert page.table.rows.rowCount() == every


def test_an_event_is_told_and_leads_to_its_order(qtbot: QtBot, at: PaperWindow) -> None:
    page = at.page("audit")
    page.table.select_row(0)
    assert page._heading.text() == "Order delivered"
    assert page._facts.value("order") == "DD2"
    qtbot.mouseClick(page.only_button, Qt.MouseButton.LeftButton)
    assert page.order_box.text() == "DD2"
    page.table.select_row(0)
    qtbot.mouseClick(page.order_button, Qt.MouseButton.LeftButton)
    assert at.window.page().table.current_row().order_no == "DD2"


def test_an_intact_log_is_said_to_be_so(qtbot: QtBot, at: PaperWindow) -> None:
    page = at.page("audit")
    assert page.state_card.facts.value("verified") == "never"
    qtbot.mouseClick(page.state_card.verify_button, Qt.MouseButton.LeftButton)
    assert "intact" in page.state_card.message.text()
    assert "intact" in page.state_card.facts.value("verified")
    assert page.state_card.verify_button.isEnabled()
    assert _kinds(page)[0] == "audit.verified"


def test_a_changed_log_is_told_with_the_event(qtbot: QtBot, at: PaperWindow) -> None:
    raw = sqlite3.connect(at.shop.data_dir / "shop.db")
    raw.execute("DROP TRIGGER tr_events_keep")
    raw.execute("UPDATE events SET body = replace(body, '林默', '别人') WHERE seq = 3")
    raw.commit()
    raw.close()
    page = at.page("audit")
    page.state_card.verify()
    assert "event 3" in page.state_card.message.text()
    assert "broken" in page.state_card.facts.value("verified")
    assert "another program" in page.state_card.details.toPlainText()


def test_a_verification_can_be_stopped(qtbot: QtBot, at: PaperWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    page = at.page("audit")

    def stopped(_progress: object) -> None:
        raise CancelledError("Cancelled. Nothing was changed.", "已取消，没有做任何更改。")

    monkeypatch.setattr(at.shop.audit, "verify", stopped)
    page.state_card.verify()
    assert page.state_card.message.text().startswith("Cancelled")
    assert page.state_card.facts.value("verified") == "never"


def test_the_log_of_one_order_for_somebody_else(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    page = at.page("audit")
    page.table.select_row(0)
    page.export_log()
    dialog = at.dialog(LogExportDialog)
    assert dialog.order_choice.isChecked()
    assert dialog.order_edit.text() == "DD2"
    path = tmp_path / "log.jsonl"
    dialog.take(path)
    assert str(path) in page.state_card.message.text()
    report = check_export(path)
    assert report.is_intact
    assert report.order_no == "DD2"
    assert report.withheld > 0
    assert b"DD1" not in path.read_bytes()


def test_an_order_that_is_not_there_is_told(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    page = at.page("audit")
    page._write_log(tmp_path / "log.jsonl", "DD9", False)
    assert "DD9" in page.state_card.message.text()
    assert not (tmp_path / "log.jsonl").exists()


def test_a_locked_shop_says_what_goes_out_unsigned(qtbot: QtBot, at: PaperWindow) -> None:
    page = at.page("audit")
    at.shop.lock()
    page.export_log()
    dialog = at.dialog(LogExportDialog)
    assert "locked" in dialog.message.text()
    dialog.order_choice.setChecked(True)
    dialog.order_edit.clear()
    qtbot.mouseClick(dialog.write_button, Qt.MouseButton.LeftButton)
    assert "number" in dialog.message.text()
    dialog.reject()


def test_the_window_knows_the_page(at: PaperWindow) -> None:
    assert isinstance(at.window, MainWindow)
    assert at.page("audit").title() == "Event log"
