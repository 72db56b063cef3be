"""While another program writes to the shop the window goes on, and what was asked for happens when there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import BusyError, ShopError
from desktop_app.services import Shop
from desktop_app.storage import database
from desktop_app.ui import attempts, row_loader
from desktop_app.ui.bug_reports import BugReporter
from desktop_app.ui.dialogs.product_dialog import ProductDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.widgets.message_strip import MessageStrip
from tests.ui.request_shop import RequestWindow
from tests.ui.stock_shop import in_use


@pytest.fixture
def at(tmp_path: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[RequestWindow]:
    monkeypatch.setattr(attempts, "AGAIN_MS", 1)
    monkeypatch.setattr(database, "WINDOW_READS", 0.2)
    monkeypatch.setattr(database, "WINDOW_WRITES", 0.1)
    with in_use(RequestWindow(tmp_path / "shop", jobs)) as made:
        made.open_shop()
        yield made
        assert jobs.cancel_all(120_000)


@contextmanager
def another_program(shop: Shop, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    with closing(sqlite3.connect(shop.data_dir / "shop.db", isolation_level=None)) as connection:
        connection.execute(begin)
        yield
        connection.execute("ROLLBACK")


def waits(owner: QObject) -> bool:
    return attempts.is_waiting(owner)


def filled(at: RequestWindow) -> ProductDialog:
    dialog = ProductDialog(at.shop, at.window)
    dialog.code_edit.setText("NEW")
    dialog.name_edit.setText("新商品")
    dialog.open()
    return dialog


def codes(at: RequestWindow) -> list[str]:
    return sorted(line.code for line in at.shop.products.names())


def test_a_bug_in_a_step_leaves_the_next_one_free(at: RequestWindow) -> None:
    taken: list[object] = []

    def attempted(step: Callable[[], object]) -> None:
        attempts.attempt(at.window, step, taken.append, taken.append, taken.append)

    with pytest.raises(ZeroDivisionError):
        attempted(lambda: 1 // 0)
    assert not waits(at.window)
    attempted(lambda: "done")
    assert taken == ["done"]


def test_a_form_is_stored_once_when_there_is_room(qtbot: QtBot, at: RequestWindow) -> None:
    dialog = filled(at)
    button = at.child(QPushButton, "submit_button", dialog)
    with another_program(at.shop):
        button.click()
        assert waits(dialog)
        assert dialog.isVisible()
        assert not button.isEnabled()
        assert at.child(MessageStrip, "form_message", dialog).text() == attempts.waiting_text()
        dialog.submit()
    with qtbot.waitSignal(dialog.accepted):
        pass
    assert codes(at) == ["NEW", "STEAM100"]


def test_a_form_that_is_closed_while_it_waits_stores_nothing(qtbot: QtBot, at: RequestWindow) -> None:
    dialog = filled(at)
    with another_program(at.shop):
        dialog.submit()
        assert waits(dialog)
        with qtbot.waitSignal(dialog.destroyed):
            dialog.reject()
    qtbot.wait(20)
    assert codes(at) == ["STEAM100"]


def test_who_waits_too_long_is_told(qtbot: QtBot, at: RequestWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "TRIES", 2)
    dialog = filled(at)
    button = at.child(QPushButton, "submit_button", dialog)
    with another_program(at.shop):
        dialog.submit()
        qtbot.waitUntil(lambda: not waits(dialog))
        assert "nothing was stored" in at.child(MessageStrip, "form_message", dialog).text()
        assert button.isEnabled()
    button.click()
    assert codes(at) == ["NEW", "STEAM100"]


def test_a_request_is_approved_once_however_often_it_is_clicked(qtbot: QtBot, at: RequestWindow) -> None:
    at.sell()
    request_id = at.ask_back()
    page = at.inbox(request_id)
    with another_program(at.shop):
        page.pane.bar.approve_wanted.emit("", None, "")
        page.pane.bar.approve_wanted.emit("", None, "")
        assert waits(page)
    qtbot.waitUntil(lambda: page.pane.detail is not None and page.pane.detail.decision is not None)
    kinds = [event.kind for event in at.shop.reports.events().rows()]
    assert kinds.count("request.decided") == 1


def test_a_note_stays_in_its_field_until_it_is_stored(qtbot: QtBot, at: RequestWindow) -> None:
    at.sell()
    page = at.inbox(at.ask_back())
    edit = page.pane.correspondence.note_edit
    edit.setText("买家很着急")
    with another_program(at.shop):
        page.pane.correspondence.note_written.emit(edit.text())
        assert waits(page.steps)
        assert edit.text() == "买家很着急"
    qtbot.waitUntil(lambda: edit.text() == "")


def test_a_page_that_could_not_be_read_is_read_when_it_can(
    qtbot: QtBot, at: RequestWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
    at.page("desk")
    with another_program(at.shop, "BEGIN EXCLUSIVE"):
        orders = at.page("orders")
        assert at.window.page() is orders
        combo = at.child(QComboBox, "orders_product_combo", orders)
        before = combo.count()
        qtbot.waitUntil(lambda: "cannot be read" in at.child(QLabel, "status_message").text())
    qtbot.waitUntil(lambda: combo.count() == before + 1)


def test_the_shop_locks_though_another_program_writes(at: RequestWindow) -> None:
    with another_program(at.shop):
        at.window.lock()
        assert not at.shop.is_unlocked


def test_a_refusal_that_nobody_caught_is_a_sentence_and_no_bug(at: RequestWindow, tmp_path: Path) -> None:
    reporter = BugReporter(tmp_path / "bugs.log", at.window.dialog_parent, lambda: "1.0")
    reporter.refused.connect(at.window.show_error)
    error = ShopError("The disk failed.", "磁盘出错。")
    reporter.hook(type(error), error, None)
    assert at.child(QLabel, "status_message").text() == "The disk failed."
    assert not reporter.log_file.exists()


def test_only_the_windows_thread_is_refused_at_once(qtbot: QtBot, at: RequestWindow) -> None:
    """A worker waits for its turn, as long as it may take."""
    done: list[object] = []
    with another_program(at.shop):
        with pytest.raises(BusyError):
            at.add_product("WINDOW")
        at.window.jobs.run(at.window, lambda _progress: at.add_product("WORKER"), done.append, done.append)
        qtbot.wait(50)
        assert not done
    qtbot.waitUntil(lambda: bool(done))
    assert codes(at) == ["STEAM100", "WORKER"]
