"""One box finds everything; a key shows its whole life; a part of a key is looked for inside all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.services.orders import Target
from desktop_app.ui.commands import COMMANDS
from desktop_app.ui.dialogs.key_scan_dialog import KeyScanDialog
from desktop_app.ui.dialogs.verify_dialog import VerifyDialog
from desktop_app.ui.find_anywhere import HitList, find_anywhere
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.main_window import MainWindow
from tests.ui.paper_shop import PaperWindow
from tests.ui.stock_shop import KEYS, stock_window, texts_of


@pytest.fixture
def paper(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[PaperWindow]:
    made = PaperWindow(tmp_path / "shop", immediate_jobs)
    yield made
    made.window.detach()
    made.window.close()
    made.shop.close()


def search(paper: PaperWindow, text: str) -> list[str]:
    box = paper.window.search_box
    box.setText(text)
    box.returnPressed.emit()
    hits = paper.window.findChild(HitList)
    assert hits is not None
    return [hits.item(row).text() for row in range(hits.count())]


def test_everything_is_found_in_one_box(paper: PaperWindow) -> None:
    order_id = paper.sell("DD20261122001", buyer="江小渔", target=Target(account="qing@163.com"))
    key = paper.shop.inventory.find(KEYS[0])
    assert key is not None
    batch = paper.shop.inventory.batches()[0]
    found = {text: find_anywhere(paper.shop, text) for text in ("1122", "江小渔", "qing@163.com", KEYS[0], batch.name)}
    for text in ("1122", "江小渔", "qing@163.com"):
        assert [(hit.page, hit.item) for hit in found[text] if hit.page == "orders"] == [("orders", order_id)], text
    assert [(hit.page, hit.item) for hit in found[KEYS[0]]] == [("keys", key.id)]
    assert [dict(hit.wanted) for hit in found[batch.name]] == [{"batch_id": batch.id}]
    whole = find_anywhere(paper.shop, "DD20261122001")
    assert [(hit.page, hit.item) for hit in whole] == [("orders", order_id), ("keys", key.id)]
    paper.shop.lock()
    assert [hit.page for hit in find_anywhere(paper.shop, KEYS[0])] == []
    assert [hit.page for hit in find_anywhere(paper.shop, "DD20261122001")] == ["orders", "keys"]


def test_a_key_that_is_found_shows_its_whole_life(paper: PaperWindow) -> None:
    unit_id = paper.redeemed()
    proof = paper.shop.proofs.issue(unit_id)
    request_id = paper.ask_back()
    request_no = paper.shop.requests.detail(request_id).line.request_no
    search(paper, KEYS[0])
    hits = paper.window.findChild(HitList)
    assert hits is not None
    hits.itemActivated.emit(hits.item(0))
    page = paper.window.page()
    assert page is paper.page("keys")
    lines = page.pane.life.texts()
    for part in ("Order DD20261122001", "江**", "RX-88412093", request_no, proof.proof_no):
        assert any(part in line for line in lines), (part, lines)
    assert not any("player_qing" in line for line in lines)
    links = [button for button in page.pane.life.findChildren(QPushButton) if request_no in button.text()]
    links[0].click()
    assert paper.window.page() is paper.page("requests")


def test_a_batch_that_is_found_shows_its_keys(paper: PaperWindow) -> None:
    batch = paper.shop.inventory.batches()[0]
    search(paper, batch.name)
    hits = paper.window.findChild(HitList)
    assert hits is not None
    hits.itemActivated.emit(hits.item(0))
    assert paper.window.page().where().batch_id == batch.id


def test_a_part_of_a_key_is_looked_for_in_all_of_them(paper: PaperWindow) -> None:
    assert "inside all keys" in search(paper, "AB03")[-1]
    hits = paper.window.findChild(HitList)
    assert hits is not None
    hits.itemActivated.emit(hits.item(hits.count() - 1))
    dialog = paper.dialog(KeyScanDialog)
    assert texts_of(dialog.table, "state") == ["In stock"]
    assert "1 of 8 keys" in dialog.message.text()
    dialog.part_edit.setText("x")
    dialog.search_button.click()
    assert "3 characters" in dialog.message.text()
    dialog.part_edit.setText("ab03")
    dialog.search_button.click()
    dialog.show_button.click()
    wanted = paper.shop.inventory.find(KEYS[2])
    assert wanted is not None
    assert paper.window.page().table.current_row().id == wanted.id
    paper.shop.lock()
    assert not any("inside" in text for text in search(paper, "AB03"))


def test_the_search_inside_keys_can_be_stopped(qtbot: QtBot, tmp_path: Path, jobs: Jobs) -> None:
    with stock_window(tmp_path / "shop", jobs) as stock:
        product_id = stock.add_product()
        stock.stock(product_id, *(f"STOP-{number:06d}" for number in range(30_000)))
        stock.window.scan_keys("nowhere")
        dialog = stock.dialog(KeyScanDialog)
        dialog.reject()
        qtbot.waitUntil(lambda: not dialog.work.is_busy)
        assert "stopped" in dialog.message.text()
        assert dialog.isVisible()
        dialog.reject()


def test_a_hit_that_is_selected_from_outside_is_opened(paper: PaperWindow, qtbot: QtBot) -> None:
    paper.sell("DD20261122001")
    paper.sell("DD20261122002")
    assert len(search(paper, "DD2026112200")) >= 2
    hits = paper.window.findChild(HitList)
    assert hits is not None
    assert hits.isVisible()
    row = next(row for row in range(hits.count()) if "DD20261122001" in hits.item(row).text())
    hits.clearSelection()
    hits.selectionModel().select(hits.model().index(row, 0), hits.selectionModel().SelectionFlag.Select)
    qtbot.waitUntil(lambda: not hits.isVisible())
    assert paper.window.page() is paper.page("orders")
    search(paper, "DD2026112200")
    assert hits.isVisible()
    paper.window.navigate("keys")
    assert not hits.isVisible()


def test_every_command_presses_a_button_that_is_there(paper: PaperWindow, immediate_jobs: ImmediateJobs) -> None:
    window = MainWindow(immediate_jobs)
    window.attach(paper.shop)
    for command in COMMANDS:
        if command.page:
            window.navigate(command.page)
        assert window.findChild(QAbstractButton, command.button) is not None, command.button
    window.detach()
    window.close()


def test_a_step_is_started_by_its_name(paper: PaperWindow) -> None:
    assert "Verify a proof…" in search(paper, "VERIFY proof")
    QTest.keyClick(paper.window.search_box, Qt.Key.Key_Return)
    assert paper.window.findChild(VerifyDialog) is not None
    assert paper.window.page() is paper.page("proofs")
    assert any("Refunds" in text for text in search(paper, "refunds"))
    assert "Verify a proof…" in search(paper, "真伪"), "in whichever language it is asked for"


def test_a_step_that_is_not_possible_now_says_so(paper: PaperWindow) -> None:
    paper.shop.lock()
    assert search(paper, "recovery code") == ["New recovery code…"]
    QTest.keyClick(paper.window.search_box, Qt.Key.Key_Return)
    assert "cannot be done now" in paper.window.findChild(QLabel, "status_message").text()
