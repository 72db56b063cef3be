"""Proofs in a real window: what waits, the paper beside it, issuing, saving, printing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.ui.dialogs.print_dialog import PrintDialog
from desktop_app.ui.dialogs.verify_dialog import VerifyDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _page(at: PaperWindow) -> Any:
    return at.page("proofs")


def _events(at: PaperWindow, kind: str) -> list[Any]:
    return [event for event in at.shop.reports.events().rows() if event.kind == kind]


def test_a_redeemed_unit_waits_with_its_draft_and_one_click_issues_it(qtbot: QtBot, at: PaperWindow) -> None:
    at.redeemed()
    page = _page(at)
    assert page.tabs.tabText(0) == "Waiting for a proof (1)"
    page.waiting_table.select_row(0)
    assert page.pane.preview.page_number() == 1
    assert not page.pane.preview.image().isNull()
    assert "预览" in page.pane.preview.findChild(type(page.pane.preview._sheet)).accessibleDescription()
    assert not _events(at, "proof.issued")
    qtbot.mouseClick(page.pane.issue_button, Qt.MouseButton.LeftButton)
    (proof,) = at.shop.proofs.listing().page(0, 10)
    assert page.table is page.issued_table
    assert page.issued_table.current_row() == proof
    assert page.findChild(QLabel, "proof_heading").text() == proof.proof_no
    assert proof.proof_no in page.pane.preview._sheet.accessibleDescription()
    assert page.tabs.tabText(0) == "Waiting for a proof (0)"


def test_an_incomplete_record_says_what_is_missing_and_leads_to_the_order(qtbot: QtBot, at: PaperWindow) -> None:
    unit_id = at.redeemed(code="")
    page = _page(at)
    page.open_unit(unit_id)
    assert page.pane.preview.page_count() == 0
    assert not page.pane.issue_button.isEnabled()
    assert "code" in page.pane.preview.findChild(QLabel, "proof_preview_empty_text").text()
    button = page.pane.preview.findChild(QPushButton, "proof_preview_empty_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert at.window.page() is at.window._stack.pages["orders"]


def test_a_unit_that_is_not_redeemed_is_explained_when_another_page_asks_for_it(at: PaperWindow) -> None:
    order_id = at.sell()
    at.window.navigate("proofs", unit=at.shop.orders.detail(order_id).units[0].id)
    page = _page(at)
    assert "not recorded as redeemed" in page.pane.preview.findChild(QLabel, "proof_preview_empty_text").text()


def test_navigating_to_a_unit_with_a_proof_shows_the_proof(at: PaperWindow) -> None:
    unit_id = at.redeemed()
    proof = at.shop.proofs.issue(unit_id)
    page = _page(at)
    page.search("nothing like it")
    at.window.navigate("proofs", unit=unit_id)
    assert page.issued_table.current_row().id == proof.id


def test_issuing_again_names_the_proof_that_it_replaces(qtbot: QtBot, at: PaperWindow) -> None:
    proof = at.shop.proofs.issue(at.redeemed())
    page = _page(at)
    page.open_item(proof.id)
    qtbot.mouseClick(page.pane.reissue_button, Qt.MouseButton.LeftButton)
    assert page.issued_table.current_row().replaces_no == proof.proof_no
    assert proof.proof_no in page.findChild(QLabel, "proof_about").text()


def test_a_locked_shop_says_so_and_shows_the_draft_once_it_is_unlocked(at: PaperWindow) -> None:
    at.redeemed()
    page = _page(at)
    page.waiting_table.select_row(0)
    at.window.lock()
    assert page.pane.preview.page_count() == 0
    assert "locked" in page.pane.preview.findChild(QLabel, "proof_preview_empty_title").text()
    at.shop.unlock("correct horse 9")
    assert page.pane.preview.page_count() > 0


def test_saving_writes_the_issued_file_and_an_impossible_place_is_named(at: PaperWindow, tmp_path: Path) -> None:
    proof = at.shop.proofs.issue(at.redeemed())
    page = _page(at)
    page.open_item(proof.id)
    page.pane.save_to(tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == at.shop.proofs.pdf(proof.id)
    page.pane.save_to(tmp_path / "gone" / "copy.pdf")
    assert "copy.pdf" in page.pane.message.text()


def test_printing_is_logged_and_told_with_the_proof(at: PaperWindow, tmp_path: Path) -> None:
    proof = at.shop.proofs.issue(at.redeemed())
    page = _page(at)
    page.open_item(proof.id)
    assert "not printed yet" in page.findChild(QLabel, "proof_about").text()
    page.open_print([proof.id]).save_to(tmp_path / "paper.pdf")
    assert (tmp_path / "paper.pdf").read_bytes() == at.shop.proofs.pdf(proof.id)
    (event,) = _events(at, "proof.printed")
    assert (event.facts["printer"], event.facts["copies"]) == ("PDF: paper.pdf", 1)
    assert "printed once" in page.findChild(QLabel, "proof_about").text()
    page.open_print([proof.id]).save_to(tmp_path / "paper.pdf")
    assert "printed 2 times" in page.findChild(QLabel, "proof_about").text()


def test_p_opens_the_preview_of_an_issued_proof_only(qtbot: QtBot, at: PaperWindow) -> None:
    unit_id = at.redeemed()
    page = _page(at)
    page.waiting_table.select_row(0)
    assert not page.page_actions()["P"].isEnabled()
    page.open_item(at.shop.proofs.issue(unit_id).id)
    page.page_actions()["P"].trigger()
    dialog = at.window.findChild(PrintDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.preview.page_count() == page.pane.preview.page_count()
    dialog.reject()


def test_p_prints_all_that_are_selected(at: PaperWindow) -> None:
    for number in range(3):
        at.shop.proofs.issue(at.redeemed(f"DD2026112200{number}"))
    page = _page(at)
    page.tabs.setCurrentIndex(1)
    page.issued_table.select_row(0)
    page.issued_table.selectAll()
    page.print_proof()
    dialog = at.window.findChild(PrintDialog)
    assert dialog is not None
    assert "Proofs: 3." in dialog.count_label.text()


def test_the_print_log_begins_with_the_proof_on_show_and_leads_to_proofs(at: PaperWindow, tmp_path: Path) -> None:
    first, second = (at.shop.proofs.issue(at.redeemed(f"DD2026112200{number}")) for number in (1, 2))
    for proof in (first, second):
        at.shop.prints.note(proof.proof_no, [proof.id], pages=2, copies=1, printer="HP")
    page = _page(at)
    page.open_item(second.id)
    log = page.open_print_log()
    assert [line.proof_no for line in (log.table.rows.row(0), log.table.rows.row(1)) if line] == [second.proof_no]
    log.search_box.set_text_quietly("")
    log.table.reload()
    assert log.table.rows.rowCount() == 2
    log.table.row_activated.emit(log.table.rows.row(1))
    assert page.issued_table.current_row().id == first.id


def test_a_damaged_file_is_not_shown_as_a_proof(at: PaperWindow) -> None:
    proof = at.shop.proofs.issue(at.redeemed())
    path = at.shop.data_dir / "proofs" / f"{proof.proof_no}.pdf"
    path.write_bytes(path.read_bytes() + b"%")
    page = _page(at)
    page.open_item(proof.id)
    assert page.pane.preview.page_count() == 0
    assert "not the one that was issued" in page.pane.preview.findChild(QLabel, "proof_preview_empty_text").text()
    assert not page.pane.print_button.isEnabled()


def test_the_preview_turns_pages_and_zooms(at: PaperWindow) -> None:
    at.redeemed()
    page = _page(at)
    page.waiting_table.select_row(0)
    preview = page.pane.preview
    count = preview.page_count()
    assert count > 1
    preview.show_next()
    assert preview.page_number() == 2
    assert preview.previous_button.isEnabled()
    for _ in range(count):
        preview.show_next()
    assert preview.page_number() == count
    width = preview._sheet.width()
    preview.zoom_in()
    assert preview._sheet.width() > width
    preview.fit_width()
    assert preview._sheet.width() == width


def test_moving_on_while_a_draft_is_laid_out_shows_the_last_one_chosen(
    qtbot: QtBot, jobs: Jobs, tmp_path: Path
) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    at.redeemed("DD20261122001", code="RX-1")
    at.redeemed("DD20261122002", code="RX-2")
    page = _page(at)
    page.waiting_table.select_row(0)
    page.waiting_table.select_row(1)
    chosen = page.waiting_table.current_row()
    with qtbot.waitSignal(page.pane.preview.page_shown):
        pass
    assert chosen.order_no in page.pane.preview._sheet.accessibleDescription()
    qtbot.waitUntil(lambda: not jobs.running)
    assert chosen.order_no in page.pane.preview._sheet.accessibleDescription()


def test_a_pdf_dropped_anywhere_is_a_proof_to_be_verified(at: PaperWindow, tmp_path: Path) -> None:
    path = tmp_path / "from a buyer.PDF"
    path.write_bytes(b"%PDF-1.7\nno proof")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at.page("keys")
    at.window.dropEvent(
        QDropEvent(
            QPointF(9, 9),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert at.window.page() is at.page("proofs")
    assert at.dialog(VerifyDialog).isVisible()
