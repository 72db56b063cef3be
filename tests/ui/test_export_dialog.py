"""The export that every page shares: where to, keys in clear only on purpose, and nothing left of a cancelled one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services.key_lines import KeyFilter
from desktop_app.services.listing import Sort
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from tests.csv_files import read_back
from tests.ui.paper_shop import PASSWORD, PaperWindow
from tests.ui.stock_shop import KEYS


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def test_the_rows_come_in_the_order_and_the_language_that_was_chosen(
    at: PaperWindow, immediate_jobs: ImmediateJobs, tmp_path: Path
) -> None:
    for number in ("DD2", "DD1", "DD3"):
        at.sell(number)
    dialog = export_table(at.window, at.shop, immediate_jobs, "orders", None, Sort("order_no"))
    dialog.path_edit.setText(str(tmp_path / "orders"))
    dialog.language_combo.setCurrentIndex(dialog.language_combo.findData("zh"))
    dialog.export_button.click()
    header, *rows = read_back(tmp_path / "orders.csv")
    assert header[0] == "订单号"
    assert [row[0] for row in rows] == ["DD1", "DD2", "DD3"]
    assert "3 rows" in dialog.message.text()
    assert str(tmp_path / "orders.csv") in dialog.message.text()
    assert not dialog.open_button.isHidden()
    dialog.reject()


def test_keys_are_masked_unless_revealed_with_the_password(
    at: PaperWindow, immediate_jobs: ImmediateJobs, tmp_path: Path
) -> None:
    path = tmp_path / "keys.csv"
    dialog = export_table(at.window, at.shop, immediate_jobs, "keys", KeyFilter())
    dialog.path_edit.setText(str(path))
    dialog.export_button.click()
    assert not any(key in path.read_text("utf-8-sig") for key in KEYS)
    dialog.reject()
    path.unlink()
    dialog = export_table(at.window, at.shop, immediate_jobs, "keys", KeyFilter())
    dialog.path_edit.setText(str(path))
    dialog.reveal_box.setChecked(True)
    dialog.password_edit.setText("wrong")
    dialog.export_button.click()
    assert not path.exists()
    assert dialog.message.text()
    dialog.password_edit.setText(PASSWORD)
    dialog.export_button.click()
    assert all(key in path.read_text("utf-8-sig") for key in KEYS)
    assert "key.revealed" in {event.kind for event in at.shop.reports.events().rows()}
    dialog.reject()


def test_a_locked_shop_offers_no_keys_in_clear(at: PaperWindow, immediate_jobs: ImmediateJobs) -> None:
    at.window.lock()
    dialog = export_table(at.window, at.shop, immediate_jobs, "keys", KeyFilter())
    assert not dialog.reveal_box.isEnabled()
    dialog.reject()


def test_other_tables_have_no_keys_to_reveal(at: PaperWindow, immediate_jobs: ImmediateJobs) -> None:
    for what in ("orders", "requests", "refunds", "proofs", "events"):
        dialog = export_table(at.window, at.shop, immediate_jobs, what)
        assert dialog.reveal_box.isHidden()
        assert dialog.path_edit.text().endswith(".csv")
        dialog.reject()


@pytest.mark.parametrize("text", ["", "orders.csv", "/nowhere/at/all/orders.csv"])
def test_a_place_that_is_none_is_asked_for_again(at: PaperWindow, immediate_jobs: ImmediateJobs, text: str) -> None:
    dialog = export_table(at.window, at.shop, immediate_jobs, "orders")
    dialog.path_edit.setText(text)
    dialog.export_button.click()
    assert "folder that exists" in dialog.message.text()
    dialog.reject()


def test_cancelling_leaves_no_file_and_lets_the_merchant_try_again(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    path = tmp_path / "keys.csv"
    dialog = export_table(at.window, at.shop, jobs, "keys", KeyFilter())
    dialog.path_edit.setText(str(path))
    # the work waits for the write lock of this test, so that the click comes in its middle
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with at.shop.context.write():
            held.set()
            release.wait(20)

    holder = threading.Thread(target=hold)
    dialog.reveal_box.setChecked(True)
    dialog.password_edit.setText(PASSWORD)
    holder.start()
    assert held.wait(20)
    dialog.export_button.click()
    assert not dialog.export_button.isEnabled()
    dialog.reject()
    assert dialog.isVisible(), "Escape stops the work first"
    assert not dialog.cancel_button.isEnabled()
    release.set()
    holder.join()
    qtbot.waitUntil(dialog.export_button.isEnabled)
    assert not path.exists()
    assert list(tmp_path.glob("*.part")) == []
    assert "cancelled" in dialog.message.text()
    dialog.reject()
    assert not jobs.running
