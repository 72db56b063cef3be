"""Statements in a real window: dropped or chosen, looked at, stored, and the rest explained by hand."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from desktop_app.domain.reconciliation import LineVerdict
from desktop_app.domain.states import RefundState
from desktop_app.ui.dialogs.export_dialog import ExportDialog
from desktop_app.ui.dialogs.statement_import_dialog import StatementImportDialog
from desktop_app.ui.dialogs.statement_match_dialog import SetAsideDialog, StatementMatchDialog
from desktop_app.ui.jobs import ImmediateJobs
from tests.exchange import statement_samples as samples
from tests.ui.paper_shop import PaperWindow

CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _statement(at: PaperWindow, folder: Path, *rows: tuple[str, str]) -> Path:
    moment = (at.clock() + timedelta(hours=1)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    path = folder / "1601959334All2026-11-22.csv"
    path.write_bytes(
        samples.wechat_trade(
            [
                samples.wechat_trade_row(
                    f"42{order_no}", order_no, amount, refund_no=f"50{order_no}", refund_state="SUCCESS", at=moment
                )
                for order_no, amount in rows
            ]
        )
    )
    at.clock.advance(days=1)
    return path


def _drop(target: Any, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    target.dropEvent(event)


def _yuan(at: PaperWindow, refund_id: int) -> str:
    fen = at.shop.refunds.get(refund_id).amount_fen
    return f"{fen // 100}.{fen % 100:02d}"


def test_a_statement_dropped_on_the_window_matches_refunds(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    refund_id = at.refunded("DD1")
    path = _statement(at, tmp_path, ("DD1", _yuan(at, refund_id)), ("X9", "1.00"))
    at.page("orders")
    _drop(at.window, path)
    dialog = at.dialog(StatementImportDialog)
    page = at.window.page()
    assert dialog.table.rows.rowCount() == 2
    assert dialog.table.rows.row(0).verdict is LineVerdict.REFERENCE
    assert "1 refunds" in dialog.submit_button.text()
    assert at.shop.refunds.get(refund_id).state is RefundState.DUE, "a look stores nothing"
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).state is RefundState.ARRIVED
    assert page.unreconciled_card.value() == "0"
    lines = page.statement_lines
    assert lines.isVisible()
    assert [lines.table.rows.rowCount(), lines.table.rows.row(0).merchant_no] == [1, "X9"]


def test_a_match_can_be_left_open_and_the_lines_filtered(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    refund_id = at.refunded("DD1")
    path = _statement(at, tmp_path, ("DD1", _yuan(at, refund_id)), ("X9", "1.00"))
    page = at.page("refunds")
    _drop(page, path)
    dialog = at.dialog(StatementImportDialog)
    dialog.filter_combo.setCurrentIndex(dialog.filter_combo.findData(LineVerdict.REFERENCE.value))
    assert dialog.table.rows.rowCount() == 1
    dialog.table.select_row(0)
    qtbot.mouseClick(dialog.leave_button, Qt.MouseButton.LeftButton)
    assert "0 refunds" in dialog.submit_button.text()
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).state is RefundState.DUE
    assert page.statement_lines.table.rows.rowCount() == 2
    qtbot.mouseClick(page.statement_lines.again_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).state is RefundState.ARRIVED
    assert page.statement_lines.table.rows.rowCount() == 1


def test_several_refunds_of_one_sale_are_confirmed_together(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    ids = at.refunded_in_parts("DD1")
    total = sum(at.shop.refunds.get(refund_id).amount_fen for refund_id in ids)
    row = samples.wechat_personal_row(
        "9000.00", state=f"已退款(￥{total // 100}.{total % 100:02d})", order_no="DD1", trade_no="1000"
    )
    path = tmp_path / "微信支付账单.csv"
    path.write_bytes(samples.wechat_personal([row]))
    page = at.page("refunds")
    page.import_statement(path)
    qtbot.mouseClick(at.dialog(StatementImportDialog).submit_button, Qt.MouseButton.LeftButton)
    lines = page.statement_lines
    lines.table.select_row(0)
    lines.match()
    match = at.dialog(StatementMatchDialog)
    assert match.together_box.isVisible()
    assert all(at.shop.refunds.get(refund_id).request_no in match.together_box.text() for refund_id in ids)
    match.table.select_row(0)
    assert match.reason_edit.isVisible()
    qtbot.mouseClick(match.together_box, Qt.MouseButton.LeftButton, pos=QPoint(8, match.together_box.height() // 2))
    assert match.together_box.isChecked()
    assert not match.reason_edit.isVisible()
    qtbot.mouseClick(match.submit_button, Qt.MouseButton.LeftButton)
    assert [at.shop.refunds.get(refund_id).state for refund_id in ids] == [RefundState.ARRIVED] * len(ids)
    assert lines.table.rows.rowCount() == 0


def test_what_did_not_match_is_matched_or_set_aside_by_hand(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    refund_id = at.refunded("DD1")
    path = _statement(at, tmp_path, ("DD1", "0.01"))
    page = at.page("refunds")
    page.import_statement(path)
    dialog = at.dialog(StatementImportDialog)
    assert dialog.table.rows.row(0).verdict is LineVerdict.DIFFERENCE
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    lines = page.statement_lines
    lines.table.select_row(0)
    qtbot.mouseClick(lines.match_button, Qt.MouseButton.LeftButton)
    match = at.dialog(StatementMatchDialog)
    match.table.select_row(0)
    assert match.reason_edit.isVisible()
    qtbot.mouseClick(match.submit_button, Qt.MouseButton.LeftButton)
    assert match.isVisible(), "another amount needs a reason"
    match.reject()
    qtbot.mouseClick(lines.aside_button, Qt.MouseButton.LeftButton)
    aside = at.dialog(SetAsideDialog)
    qtbot.mouseClick(aside.submit_button, Qt.MouseButton.LeftButton)
    assert aside.isVisible(), "and so does setting it aside"
    aside.reason_edit.setText("另一家店")
    qtbot.mouseClick(aside.submit_button, Qt.MouseButton.LeftButton)
    assert lines.table.rows.rowCount() == 0
    lines.scope_combo.setCurrentIndex(lines.scope_combo.findData("set_aside"))
    lines.table.select_row(0)
    qtbot.mouseClick(lines.back_button, Qt.MouseButton.LeftButton)
    lines.scope_combo.setCurrentIndex(0)
    lines.table.select_row(0)
    lines.match()
    match = at.dialog(StatementMatchDialog)
    match.table.select_row(0)
    match.reason_edit.setText("差一分，买家同意")
    qtbot.mouseClick(match.submit_button, Qt.MouseButton.LeftButton)
    assert at.shop.refunds.get(refund_id).state is RefundState.ARRIVED
    lines.scope_combo.setCurrentIndex(lines.scope_combo.findData("matched"))
    lines.table.select_row(0)
    qtbot.mouseClick(lines.refund_button, Qt.MouseButton.LeftButton)
    assert page.table.current_row().id == refund_id
    lines.unmatch()
    assert not at.shop.refunds.get(refund_id).reconciled


def test_another_file_is_refused_in_the_dialog(at: PaperWindow, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_no,paid\nA1,1\n", "utf-8")
    page = at.page("refunds")
    page.import_statement(path)
    dialog = at.dialog(StatementImportDialog)
    assert "orders.csv" in dialog.message.text()
    assert dialog.submit_button.text() == "Preview"
    dialog.reject()


def test_overdue_refunds_stand_at_the_page_and_what_did_not_match_is_exported(qtbot: QtBot, at: PaperWindow) -> None:
    refund_id = at.refunded("DD1")
    at.clock.now = at.shop.refunds.get(refund_id).expected_at + timedelta(minutes=1)
    at.shop.refunds.set_note(refund_id, "x")
    assert "1" in at.window.navigation.badge("refunds")
    page = at.page("refunds")
    qtbot.mouseClick(page.unreconciled_card, Qt.MouseButton.LeftButton)
    assert page.table.rows.rowCount() == 1
    qtbot.mouseClick(page.statement_lines.export_button, Qt.MouseButton.LeftButton)
    at.dialog(ExportDialog).reject()
