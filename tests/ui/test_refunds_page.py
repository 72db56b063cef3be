"""Refunds in a real window: totals that lead to lists, and the steps until the money arrived."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.states import RefundState
from desktop_app.ui.dialogs.export_dialog import ExportDialog
from desktop_app.ui.dialogs.refund_dialog import RefundDialog
from desktop_app.ui.jobs import ImmediateJobs
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _page(at: PaperWindow, refund_id: int) -> Any:
    page = at.page("refunds")
    page.open_item(refund_id)
    return page


def test_the_totals_are_those_of_the_services_and_lead_to_their_lists(qtbot: QtBot, at: PaperWindow) -> None:
    first, second = at.refunded("DD1"), at.refunded("DD2")
    at.shop.refunds.mark_arrived(second)
    amount = at.shop.refunds.get(first).amount_fen
    page = at.page("refunds")
    assert page.outstanding_card.value() == f"¥{amount / 100:.2f}"
    assert (page.overdue_card.value(), page.due_card.value(), page.failed_card.value()) == ("0", "1", "0")
    assert page.table.rows.rowCount() == 2
    qtbot.mouseClick(page.outstanding_card, Qt.MouseButton.LeftButton)
    assert [page.table.rows.row(0).id, page.table.rows.rowCount()] == [first, 1]
    at.clock.now = at.shop.refunds.get(first).expected_at + timedelta(minutes=1)
    page.reload(None)
    assert page.overdue_card.value() == "1"
    qtbot.mouseClick(page.failed_card, Qt.MouseButton.LeftButton)
    assert page.table.rows.rowCount() == 0


def test_paying_keeps_the_reference_and_the_moment(qtbot: QtBot, at: PaperWindow) -> None:
    refund_id = at.refunded()
    at.clock.advance(hours=2)
    page = _page(at, refund_id)
    page.page_actions()["A"].trigger()
    dialog = at.dialog(RefundDialog)
    dialog.reference_edit.setText("4200002611")
    dialog.moment_edit.set_moment(at.clock() - timedelta(hours=1))
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    line = at.shop.refunds.get(refund_id)
    assert (line.state, line.reference) == (RefundState.PAID, "4200002611")
    assert line.paid_at == at.clock() - timedelta(hours=1)
    assert page.findChild(QLabel, "refund_state").text() == "Paid out"
    assert not page.pane.paid_button.isEnabled()
    assert page.due_card.value() == "0"


def test_a_moment_that_cannot_be_stays_in_the_dialog(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at, at.refunded())
    page.pane.mark_arrived()
    dialog = at.dialog(RefundDialog)
    dialog.moment_edit.set_moment(at.clock() + timedelta(days=1))
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert "future" in dialog.message.text()
    dialog.reject()


def test_a_failure_says_why_and_can_be_paid_again(qtbot: QtBot, at: PaperWindow) -> None:
    refund_id = at.refunded()
    page = _page(at, refund_id)
    page.pane.mark_failed()
    dialog = at.dialog(RefundDialog)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible(), "without a reason nothing is marked"
    dialog.note_edit.setPlainText("账户已注销")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).state is RefundState.FAILED
    assert page.pane.note_edit.toPlainText() == "账户已注销"
    assert page.pane.paid_button.isEnabled()
    assert not page.pane.arrived_button.isEnabled()


def test_a_note_being_typed_survives_a_change_elsewhere(qtbot: QtBot, at: PaperWindow) -> None:
    refund_id = at.refunded()
    page = _page(at, refund_id)
    page.pane.note_edit.setPlainText("买家催过一次")
    at.shop.refunds.mark_paid(refund_id, "x")
    assert page.pane.note_edit.toPlainText() == "买家催过一次"
    qtbot.mouseClick(page.pane.note_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).note == "买家催过一次"
    assert not page.pane.note_button.isEnabled()


def test_the_links_lead_to_request_and_order(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at, at.refunded())
    qtbot.mouseClick(page.pane.request_button, Qt.MouseButton.LeftButton)
    assert at.window.page() is at.window._stack.pages["requests"]
    at.window.navigate("refunds")
    qtbot.mouseClick(page.pane.order_button, Qt.MouseButton.LeftButton)
    assert at.window.page() is at.window._stack.pages["orders"]


def test_a_refund_hidden_by_the_filter_is_shown_when_it_is_asked_for(at: PaperWindow) -> None:
    first, second = at.refunded("DD1"), at.refunded("DD2")
    page = at.page("refunds")
    page.search("DD1")
    assert page.table.rows.rowCount() == 1
    at.window.navigate("refunds", second)
    assert page.table.current_row().id == second
    at.window.navigate("refunds", first, state="due")
    assert page.table.current_row().id == first


def test_the_export_holds_the_rows_of_the_filter(at: PaperWindow, tmp_path: Path) -> None:
    at.refunded("DD1")
    at.refunded("DD2")
    page = at.page("refunds")
    page.search("DD2")
    page._export()
    dialog = at.dialog(ExportDialog)
    dialog.path_edit.setText(str(tmp_path / "refunds.csv"))
    dialog.export_button.click()
    lines = (tmp_path / "refunds.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "DD2" in lines[1]
    dialog.reject()
