"""Dialogs whose work is under way: closed, or the shop locked, in the middle of it; and what was filled in by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import EvidenceKind, OrderState
from desktop_app.ui.dialogs.delivery_dialog import DeliverDialog, DeliveryDialog
from desktop_app.ui.dialogs.evidence_dialog import ChangeEvidenceDialog, EvidenceDialog
from desktop_app.ui.evidence_steps import EvidenceSteps
from desktop_app.ui.jobs import Job, Jobs, Progress
from tests.ui.paper_shop import PASSWORD, PaperWindow
from tests.ui.stock_shop import KEYS, in_use, texts_of
from tests.ui.test_evidence import files


class SlowJobs(Jobs):
    """Workers that stand before their work, or before their answer, until they are let through."""

    def __init__(self) -> None:
        super().__init__()
        self.before = threading.Event()
        self.after = threading.Event()
        self.done = threading.Event()
        for gate in (self.before, self.after):
            gate.set()

    def run(
        self,
        owner: QObject,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[ShopError], None] | None = None,
        title: str = "",
    ) -> Job:
        def slowly(progress: Progress) -> Any:
            self.before.wait()
            answer = work(progress)
            self.done.set()
            self.after.wait()
            return answer

        return super().run(owner, slowly, done, failed, title)


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[SlowJobs]:
    runner = SlowJobs()
    yield runner
    runner.before.set()
    runner.after.set()
    assert runner.cancel_all(120_000)


@pytest.fixture
def desk(tmp_path: Path, jobs: SlowJobs, qtbot: QtBot) -> Iterator[PaperWindow]:
    with in_use(PaperWindow(tmp_path / "shop", jobs)) as made:
        made.window.show()
        yield made
        jobs.before.set()
        jobs.after.set()
        qtbot.waitUntil(lambda: not jobs.running)


def _quiet(qtbot: QtBot, jobs: SlowJobs) -> None:
    qtbot.waitUntil(lambda: not jobs.running)
    jobs.done.clear()


def _delivering(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs) -> tuple[int, DeliverDialog]:
    """An order whose delivery is asked for, with the dialog on the screen."""
    order_id = desk.sell(deliver=False)
    page = desk.page("orders")
    page.open_item(order_id)
    _quiet(qtbot, jobs)
    page.pane.step_button("deliver").click()
    return order_id, desk.dialog(DeliverDialog)


def _try_to_leave(qtbot: QtBot, dialog: Any) -> None:
    """By the key, by the button, and by the frame of the window."""
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.cancel_button.click()
    dialog.close()


def _submit_and_lock(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, dialog: Any) -> None:
    """The shop locks after the button and before the work, and the dialog says so."""
    jobs.before.clear()
    dialog.submit_button.click()
    desk.window.lock()
    jobs.before.set()
    qtbot.waitUntil(lambda: bool(dialog.message.text()))
    assert "locked" in dialog.message.text()


def _state(desk: PaperWindow, order_id: int) -> OrderState:
    state: OrderState = desk.shop.orders.detail(order_id).line.state
    return state


def test_a_delivery_under_way_keeps_its_dialog_and_is_not_asked_for_twice(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs
) -> None:
    order_id, dialog = _delivering(qtbot, desk, jobs)
    jobs.before.clear()
    dialog.submit_button.click()
    _try_to_leave(qtbot, dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "closed now, it would look as if nothing had happened"
    jobs.before.set()
    qtbot.waitUntil(lambda: bool(desk.dialogs() == ["delivery_dialog"]))
    assert desk.dialog(DeliveryDialog).keys_edit.toPlainText() == KEYS[0]
    assert _state(desk, order_id) is OrderState.SHIPPED
    assert desk.shop.products.get(desk.product_id).in_stock == len(KEYS) - 1


def test_a_shop_that_locks_under_a_delivery_leaves_the_order_and_the_form(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs
) -> None:
    order_id, dialog = _delivering(qtbot, desk, jobs)
    dialog.received_box.setChecked(False)
    _submit_and_lock(qtbot, desk, jobs, dialog)
    assert not dialog.received_box.isChecked()
    assert _state(desk, order_id) is OrderState.PAID
    desk.shop.unlock(PASSWORD)
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: bool(desk.dialogs() == ["delivery_dialog"]))
    assert _state(desk, order_id) is OrderState.SHIPPED


def test_a_refused_delivery_lets_its_dialog_go(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs) -> None:
    order_id, dialog = _delivering(qtbot, desk, jobs)
    desk.shop.orders.lock(order_id, "疑似盗刷")
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: "疑似盗刷" in dialog.message.text())
    assert dialog.submit_button.hasFocus(), "not the button that cancels"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not desk.dialogs()


def test_delivered_keys_leave_the_screen_when_the_shop_locks(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs) -> None:
    order_id, dialog = _delivering(qtbot, desk, jobs)
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: bool(desk.dialogs() == ["delivery_dialog"]))
    desk.window.lock()
    assert not desk.dialogs()
    assert _state(desk, order_id) is OrderState.SHIPPED


def test_keys_that_come_after_the_lock_are_not_shown(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs) -> None:
    order_id, dialog = _delivering(qtbot, desk, jobs)
    jobs.after.clear()
    dialog.submit_button.click()
    assert jobs.done.wait(120)
    desk.window.lock()
    jobs.after.set()
    qtbot.waitUntil(lambda: not desk.dialogs())
    assert _state(desk, order_id) is OrderState.SHIPPED
    assert "show the keys from the order" in desk.child(QLabel, "status_message").text()


def _filing(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, paths: list[Path]) -> tuple[Any, EvidenceDialog]:
    """The orders page and its dialog with files that were dropped, and words of the merchant."""
    order_id = desk.sell()
    page = desk.page("orders")
    page.open_item(order_id)
    _quiet(qtbot, jobs)
    page.findChild(EvidenceSteps).add(paths)
    dialog = desk.dialog(EvidenceDialog)
    _quiet(qtbot, jobs)
    return page, dialog


def _fill(dialog: Any) -> None:
    dialog.source_edit.setText("买家")
    dialog.note_edit.setText("聊天里承认已用")
    dialog.promise_box.setChecked(True)


def _filled(dialog: Any) -> tuple[str, str, bool]:
    return dialog.source_edit.text(), dialog.note_edit.text(), dialog.promise_box.isChecked()


def test_evidence_under_way_keeps_its_dialog(qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, tmp_path: Path) -> None:
    page, dialog = _filing(qtbot, desk, jobs, files(tmp_path, "a.png"))
    _fill(dialog)
    jobs.before.clear()
    dialog.submit_button.click()
    _try_to_leave(qtbot, dialog)
    assert dialog.isVisible()
    assert not dialog.skip_button.isEnabled()
    jobs.before.set()
    qtbot.waitUntil(lambda: not desk.dialogs())
    _quiet(qtbot, jobs)
    assert texts_of(page.pane.evidence.table, "name") == ["a.png"]


def test_a_shop_that_locks_under_evidence_keeps_every_word(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, tmp_path: Path
) -> None:
    page, dialog = _filing(qtbot, desk, jobs, files(tmp_path, "a.png", "b.png"))
    _fill(dialog)
    dialog.kind_combo.set_code(EvidenceKind.CHAT_LOG)
    _submit_and_lock(qtbot, desk, jobs, dialog)
    assert _filled(dialog) == ("买家", "聊天里承认已用", True)
    assert dialog.kind_combo.code() is EvidenceKind.CHAT_LOG
    assert dialog.path_edit.text().endswith("a.png")
    desk.shop.unlock(PASSWORD)
    dialog.all_box.setChecked(True)
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: not desk.dialogs())
    _quiet(qtbot, jobs)
    assert sorted(texts_of(page.pane.evidence.table, "name")) == ["a.png", "b.png"]


def test_words_that_are_not_on_file_go_at_the_second_time_only(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, tmp_path: Path
) -> None:
    page, dialog = _filing(qtbot, desk, jobs, files(tmp_path, "a.png"))
    _fill(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "not on file" in dialog.message.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not desk.dialogs()
    assert texts_of(page.pane.evidence.table, "name") == []


def test_the_rest_of_several_files_is_asked_about_and_an_untouched_form_is_not(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, tmp_path: Path
) -> None:
    page, dialog = _filing(qtbot, desk, jobs, files(tmp_path, "a.png", "b.png"))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not desk.dialogs(), "nothing was done yet"
    page.findChild(EvidenceSteps).add(files(tmp_path, "a.png", "b.png"))
    dialog = desk.dialog(EvidenceDialog)
    _quiet(qtbot, jobs)
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: dialog.path_edit.text().endswith("b.png"))
    _quiet(qtbot, jobs)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.skip_button.click()
    assert not desk.dialogs(), "skipping the last one says what it means"


def test_a_description_that_was_changed_is_asked_about(
    qtbot: QtBot, desk: PaperWindow, jobs: SlowJobs, tmp_path: Path
) -> None:
    page, dialog = _filing(qtbot, desk, jobs, files(tmp_path, "a.png"))
    _fill(dialog)
    dialog.submit_button.click()
    qtbot.waitUntil(lambda: not desk.dialogs())
    _quiet(qtbot, jobs)
    page.pane.evidence.table.select_row(0)
    _quiet(qtbot, jobs)
    change = page.pane.evidence.change_button
    change.click()
    qtbot.keyClick(desk.dialog(ChangeEvidenceDialog), Qt.Key.Key_Escape)
    assert not desk.dialogs()
    change.click()
    again = desk.dialog(ChangeEvidenceDialog)
    again.note_edit.setText("")
    qtbot.keyClick(again, Qt.Key.Key_Escape)
    assert again.isVisible()
    again.submit_button.click()
    qtbot.waitUntil(lambda: not desk.dialogs())
