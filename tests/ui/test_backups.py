"""Backups in the window: by themselves, by hand, and back again."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import ShopError
from desktop_app.services import Shop
from desktop_app.ui.backup_runner import BackupRunner
from desktop_app.ui.dialogs.restore_dialog import RestoreDialog
from desktop_app.ui.dialogs.setup_dialog import SetupDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.opening import Opening
from desktop_app.ui.widgets.dialogs import TextDialog
from tests.services.mishaps import full_disk
from tests.services.sealed_shop import PASSWORD, make_shop
from tests.ui.opening_screen import opening_button, opening_text
from tests.ui.paper_shop import PaperWindow


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "shop"
    make_shop(folder, keys=8).close()
    return folder


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _opened(qtbot: QtBot, window: MainWindow, folder: Path) -> Opening:
    opening = Opening(window, window.jobs, folder)
    with qtbot.waitSignal(opening.opened):
        opening.start()
    assert window.shop is not None
    window.shop.unlock(PASSWORD)
    return opening


def _looked_at(qtbot: QtBot, window: MainWindow, opening: Opening, path: Path) -> RestoreDialog:
    opening.look_at_backup(path)
    dialog = window.findChild(RestoreDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.restore_button.isEnabled)
    return dialog


def test_the_card_tells_how_things_stand_and_makes_and_tries(at: PaperWindow) -> None:
    card = at.page("settings").backups
    assert card.facts.value("last") == "none yet"
    assert not card.verify_button.isEnabled()
    card.make_button.click()
    assert "made and checked" in card.message.text()
    assert "nothing changed since" in card.facts.value("last")
    card.verify_button.click()
    assert card.message.text() == "The last backup is sound."
    assert "sound" in card.facts.value("trial")
    assert at.shop.backups.state().count == 1


def test_the_folder_is_a_setting_and_one_that_is_away_is_told(at: PaperWindow, tmp_path: Path) -> None:
    page = at.page("settings")
    page.fields.backup_folder.setText("stick")
    page.save()
    assert "full path" in page.fields.error("backup_folder")
    page.fields.backup_folder.setText(str(tmp_path / "stick"))
    page.save()
    assert at.shop.settings.get().backup_folder == str(tmp_path / "stick")
    assert "is not there" in page.backups.message.text()
    page.backups.make_button.click()
    assert "is not there" in page.backups.message.text()
    (tmp_path / "stick").mkdir()
    page.backups.make_button.click()
    assert "made and checked" in page.backups.message.text()


def test_the_desk_says_when_there_can_be_no_backup(qtbot: QtBot, immediate_jobs: ImmediateJobs, folder: Path) -> None:
    shop = Shop.open(folder)
    window = MainWindow(immediate_jobs)
    window.attach(shop)
    page: Any = window.page()
    assert page.backup_notice.text() == ""
    shop.settings.save(replace(shop.settings.get(), backup_folder=str(folder / "none")))
    page.reload(None)
    assert "is not there" in page.backup_notice.text()
    window.close()


def test_closing_makes_a_backup_first_and_only_when_something_changed(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    _opened(qtbot, window, folder)
    window.show()
    assert not window.close()
    qtbot.waitUntil(lambda: window.shop is None)
    assert not window.isVisible()
    shop = Shop.open(folder)
    assert [line.reason for line in shop.backups.list()] == ["closing"]
    assert not shop.backups.state().is_changed
    shop.close()


def test_who_closes_twice_does_not_wait(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    _opened(qtbot, window, folder)
    window.show()
    assert not window.close()
    assert window.close()
    assert window.shop is None


def test_a_backup_that_fails_does_not_keep_the_window_open(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    _opened(qtbot, window, folder)
    assert window.shop is not None
    window.shop.settings.save(replace(window.shop.settings.get(), backup_folder=str(folder / "none")))
    window.show()
    assert not window.close()
    qtbot.waitUntil(lambda: window.shop is None)


def test_every_half_hour_and_never_beside_an_import(qtbot: QtBot, jobs: Jobs, folder: Path) -> None:
    shop = Shop.open(folder)
    window = MainWindow(jobs)
    window.attach(shop)
    runner = BackupRunner(window, jobs)
    runner.follow(shop)
    assert runner._timer.interval() == 30 * 60_000
    hold: list[bool] = [True]

    def work(progress: Any) -> None:
        while hold and not progress.cancelled():
            time.sleep(0.005)

    jobs.run(window, work, title="Importing")
    runner.make_if_changed()
    assert runner._again.isActive()
    assert shop.backups.state().count == 0
    hold.clear()
    qtbot.waitUntil(lambda: not any(job.title for job in jobs.running))
    runner.make_if_changed()
    qtbot.waitUntil(lambda: shop.backups.state().count == 1)
    qtbot.waitUntil(lambda: not jobs.running)
    window.close()


def test_restoring_in_the_window_and_back_at_work(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opening = _opened(qtbot, window, folder)
    shop = window.shop
    assert shop is not None
    path = shop.backups.make().path
    shop.settings.save(replace(shop.settings.get(), shop_name="后来的名字"))
    opening.look_at_backup(path)
    dialog = window.findChild(RestoreDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.restore_button.isEnabled)
    assert dialog.facts.value("shop") == "星河数码"
    QApplication.processEvents()
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), f"cut off: {label.text()}"
    assert "later events: 1" in dialog.facts.value("lost")
    assert "replaced-" in dialog.consequence.text()
    dialog.restore_button.click()
    again = opening_button(qtbot, window, "Open the shop")
    text = opening_text(window)
    assert "星河数码 is as it was on " in text
    assert str(next(folder.glob("replaced-*"))) in text
    assert window.shop is None, "it is read before the shop opens over it"
    with qtbot.waitSignal(opening.opened):
        again.click()
    assert window.shop is not None
    assert window.shop is not shop
    assert window.shop.settings.get().shop_name == "星河数码"
    reasons = [line.reason for line in window.shop.backups.list()]
    assert reasons == ["before", "hand"], "the shop that was there was backed up before"


def test_a_damaged_shop_and_a_first_start_offer_a_restore(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    shop = Shop.open(folder)
    path = shop.backups.make().path
    shop.close()
    (folder / "shop.db").write_bytes(b"damaged" * 10_000)
    opening = Opening(window, window.jobs, folder)
    opening.start()
    button = window.findChild(QWidget, "opening_second_button")
    assert button is not None
    qtbot.waitUntil(lambda: not button.isHidden())
    opening.look_at_backup(path)
    dialog = window.findChild(RestoreDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.restore_button.isEnabled)
    dialog.restore_button.click()
    again = opening_button(qtbot, window, "Open the shop")
    with qtbot.waitSignal(opening.opened):
        again.click()
    assert list(folder.glob("replaced-*/shop.db"))


def test_the_backup_is_looked_for_where_backups_are(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opening = _opened(qtbot, window, folder)
    assert window.shop is not None
    path = window.shop.backups.make().path
    qtbot.waitUntil(lambda: not window.jobs.running)
    opening.ask_to_restore()
    (chooser,) = window.findChildren(QFileDialog)
    assert Path(chooser.directory().absolutePath()) == path.parent


def test_nothing_is_restored_under_work_that_goes_on(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opening = _opened(qtbot, window, folder)
    go = threading.Event()
    window.jobs.run(window, lambda _progress: go.wait(), title="Replacing the keys")
    opening.ask_to_restore()
    said = window.findChild(QLabel, "status_message")
    assert said is not None
    assert "then restore" in said.text()
    assert not window.findChildren(QFileDialog)
    go.set()


def test_a_restore_that_is_stopped_changes_nothing_and_the_shop_opens_again(
    qtbot: QtBot, window: MainWindow, folder: Path
) -> None:
    opening = _opened(qtbot, window, folder)
    assert window.shop is not None
    path = window.shop.backups.make().path
    window.shop.settings.save(replace(window.shop.settings.get(), shop_name="后来的名字"))
    dialog = _looked_at(qtbot, window, opening, path)
    dialog.restore_button.click()
    for job in window.jobs.running:
        if job.title:
            job.cancel()
    again = opening_button(qtbot, window, "Open the shop")
    assert "Cancelled" in opening_text(window)
    with qtbot.waitSignal(opening.opened):
        again.click()
    assert window.shop is not None
    assert window.shop.settings.get().shop_name == "后来的名字"
    assert not list(folder.glob("restoring-*")) + list(folder.glob("replaced-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="no limit there for the files that a process writes")
def test_without_room_for_the_copy_the_present_shop_opens_again(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    opening = _opened(qtbot, window, folder)
    assert window.shop is not None
    path = window.shop.backups.make().path
    dialog = _looked_at(qtbot, window, opening, path)
    before = sorted(one.name for one in folder.iterdir())
    with full_disk(100_000):
        dialog.restore_button.click()
        again = opening_button(qtbot, window, "Open the shop")
    assert "The disk is full" in opening_text(window)
    assert sorted(one.name for one in folder.iterdir()) == before
    with qtbot.waitSignal(opening.opened):
        again.click()


def test_what_becomes_of_a_restore_into_another_folder_stays_to_be_read(
    qtbot: QtBot, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    opening = _opened(qtbot, window, folder)
    shop = window.shop
    assert shop is not None
    path = shop.backups.make().path
    elsewhere, file = tmp_path / "second shop", tmp_path / "file"
    file.write_text("in the way")
    _looked_at(qtbot, window, opening, path)._choose(elsewhere)
    told: list[TextDialog] = []
    qtbot.waitUntil(lambda: bool(told.extend(window.findChildren(TextDialog)) or told))
    assert told[0].text_edit.toPlainText() == f'kamidesk --data "{elsewhere}"'
    assert window.shop is shop
    Shop.open(elsewhere).close()
    told[0].accept()
    told.clear()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    _looked_at(qtbot, window, opening, path)._choose(file / "shop")
    qtbot.waitUntil(lambda: bool(told.extend(window.findChildren(TextDialog)) or told))
    assert told[0].windowTitle() == "The backup was not restored"
    assert str(file) in told[0].text_edit.toPlainText()


def test_the_first_dialog_leads_to_a_restore(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> None:
    window = MainWindow(immediate_jobs)
    dialog = SetupDialog(tmp_path / "new", immediate_jobs, window.secrets, window)
    with qtbot.waitSignal(dialog.restore_wanted):
        dialog.restore_button.click()
    window.close()


def test_a_file_that_is_none_is_told_and_nothing_can_be_pressed(
    qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path
) -> None:
    window = MainWindow(immediate_jobs)
    path = tmp_path / "none.db"
    path.write_bytes(b"hello" * 1000)
    dialog = RestoreDialog(path, tmp_path / "new", immediate_jobs, window)
    assert "none.db" in dialog.message.text()
    assert not dialog.restore_button.isEnabled()
    assert not dialog.elsewhere_button.isEnabled()
    assert issubclass(ShopError, Exception)
    window.close()
