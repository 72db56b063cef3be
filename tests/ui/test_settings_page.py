"""Settings in a real window: what cannot be used is named beside its field, and what protects the shop changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDate, QPoint, QPointF, Qt
from PySide6.QtGui import QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import RefusedError
from desktop_app.storage.vault_slots import Argon2Cost
from desktop_app.ui.dialogs.export_dialog import ExportDialog
from desktop_app.ui.dialogs.password_dialog import PasswordDialog
from desktop_app.ui.dialogs.recovery_code_dialog import RecoveryCodeDialog
from desktop_app.ui.dialogs.rotation_dialog import RotationDialog
from desktop_app.ui.dialogs.way_in_dialog import WayInDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.key_rotation import KeyRotation
from desktop_app.ui.theme import Scheme, apply_theme
from desktop_app.ui.widgets.about_card import licence_text
from desktop_app.ui.widgets.dialogs import TextDialog
from tests.ui.paper_shop import PASSWORD, PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _page(at: PaperWindow) -> Any:
    return at.page("settings")


def test_what_is_typed_is_saved_together(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    assert not page.save_button.isEnabled()
    page.fields.shop_name.setText("  星河数卡专营店 ")
    page.fields.contact.setPlainText("微信 xinghe\n电话 400")
    page.fields.auto_lock_minutes.setValue(0)
    page.fields.days.day_edit.setDate(QDate(2027, 2, 14))
    page.fields.days.add_button.click()
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    stored = at.shop.settings.get()
    assert (stored.shop_name, stored.contact) == ("星河数卡专营店", "微信 xinghe\n电话 400")
    assert (stored.auto_lock_minutes, stored.working_day_overrides) == (0, {"2027-02-14": False})
    assert page.fields.shop_name.text() == "星河数卡专营店", "shown as it was stored"
    assert not page.save_button.isEnabled()


def test_every_field_that_cannot_be_used_says_so_and_nothing_is_saved(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    before = at.shop.settings.get()
    page.fields.shop_name.setText("好店")
    page.fields.icp.setText("京" * 81)
    page.fields.drop_folder.setText("intake")
    page.fields.time_zone.setCurrentText("Mars/Olympus")
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    assert "80 characters" in page.fields.error("icp")
    assert "full path" in page.fields.error("drop_folder")
    assert "Mars/Olympus" in page.fields.error("time_zone")
    assert page.fields.error("shop_name") == ""
    assert at.shop.settings.get() == before
    assert page.fields.icp.hasFocus() or at.window.focusWidget() is page.fields.icp
    page.fields.icp.setText("")
    page.fields.drop_folder.setText("")
    page.fields.time_zone.setCurrentText("Asia/Tokyo")
    qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    assert all(page.fields.error(name) == "" for name in page.fields.names)
    assert at.shop.settings.get().time_zone == "Asia/Tokyo"


def test_the_theme_counts_at_once_and_leaves_the_rest_unsaved(qapp: QApplication, at: PaperWindow) -> None:
    page = _page(at)
    page.fields.shop_name.setText("未保存")
    page.fields.theme.setCurrentIndex(page.fields.theme.findData("dark"))
    page.fields.theme.activated.emit(page.fields.theme.currentIndex())
    assert at.shop.settings.get().theme == "dark"
    assert at.shop.settings.get().shop_name == ""
    assert qapp.palette().color(QPalette.ColorRole.Window).lightness() < 80
    assert page.fields.shop_name.text() == "未保存"
    assert page.save_button.isEnabled()
    apply_theme(qapp, Scheme.LIGHT)


def test_the_language_is_kept_and_said_to_wait_for_the_next_start(at: PaperWindow) -> None:
    page = _page(at)
    page.fields.language.setCurrentIndex(page.fields.language.findData("zh"))
    page.fields.language.activated.emit(page.fields.language.currentIndex())
    assert at.shop.settings.get().language == "zh"
    assert "started again" in page.message.text()


def test_settings_changed_elsewhere_do_not_take_away_what_is_being_typed(at: PaperWindow) -> None:
    page = _page(at)
    page.fields.licence.setText("91110105")
    at.shop.settings.save(replace(at.shop.settings.get(), shop_name="星河", clipboard_seconds=40))
    assert page.fields.shop_name.text() == "星河"
    assert page.fields.clipboard_seconds.value() == 40
    assert page.fields.licence.text() == "91110105"
    page.revert()
    assert page.fields.licence.text() == ""


def test_the_wheel_scrolls_the_page_and_changes_no_number(qapp: QApplication, at: PaperWindow) -> None:
    page = _page(at)
    page.fields.shop_name.setFocus()
    spin = page.fields.auto_lock_minutes
    place = QPointF(5, 5)
    wheel = QWheelEvent(
        place,
        QPointF(spin.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    qapp.sendEvent(spin, wheel)
    assert spin.value() == 5


def test_the_password_is_changed_beside_the_window(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    page = _page(at)
    qtbot.mouseClick(page.protection.password_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(PasswordDialog)
    dialog.new_edit.setText("another good one 7")
    dialog.repeat_edit.setText("another good one 8")
    dialog.old_edit.setText(PASSWORD)
    dialog.submit()
    assert "differ" in dialog.message.text()
    dialog.repeat_edit.setText("another good one 7")
    dialog.old_edit.setText("wrong")
    dialog.submit()
    qtbot.waitUntil(lambda: bool(dialog.message.text()))
    assert dialog.submit_button.isEnabled()
    dialog.old_edit.setText(PASSWORD)
    with qtbot.waitSignal(dialog.changed):
        dialog.submit()
    with pytest.raises(RefusedError):
        at.shop.confirm_password(PASSWORD)
    at.shop.confirm_password("another good one 7")


def test_a_new_recovery_code_is_typed_again_before_it_is_gone(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    qtbot.mouseClick(page.protection.code_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(RecoveryCodeDialog)
    dialog.password_edit.setText("wrong")
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    assert dialog.message.text()
    assert not dialog.code.code_label.text()
    dialog.password_edit.setText(PASSWORD)
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    code = dialog.code.code_label.text()
    assert code
    assert code != at.recovery_code
    dialog.reject()
    assert dialog.isVisible(), "it cannot be shown another time"
    dialog.code.again_edit.setText(code[:-1])
    qtbot.keyClick(dialog.code.again_edit, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.code.again_edit.setText(code.lower().replace("-", " "))
    qtbot.keyClick(dialog.code.again_edit, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    at.shop.lock()
    at.shop.unlock_with_recovery_code(code)
    at.shop.lock()
    with pytest.raises(RefusedError):
        at.shop.unlock_with_recovery_code(at.recovery_code)


def test_protection_names_the_slots_and_waits_for_the_shop_to_be_unlocked(at: PaperWindow) -> None:
    page = _page(at)
    lines = {kind: page.protection.findChild(QLabel, f"way_{kind}").text() for kind in ("password", "recovery", "file")}
    assert "since" in lines["password"]
    assert "recovery code of" in lines["recovery"]
    assert lines["file"] == "No key file."
    at.window.lock()
    assert not page.protection.password_button.isEnabled()
    assert not page.protection.code_button.isEnabled()
    assert not page.protection.findChild(QLabel, "protection_hint").isHidden()


def test_a_key_file_comes_and_goes_with_the_password(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    assert page.protection.remove_password_button.isHidden(), "nothing else would be left"
    qtbot.mouseClick(page.protection.file_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(WayInDialog)
    dialog.submit()
    assert "Type the password" in dialog.message.text()
    dialog.password_edit.setText("wrong")
    dialog.submit()
    assert "not right" in dialog.message.text()
    dialog.password_edit.setText(PASSWORD)
    with qtbot.waitSignal(dialog.changed):
        dialog.submit()
    assert "file" in at.shop.protections()
    assert "since" in page.protection.findChild(QLabel, "way_file").text()
    assert not page.protection.remove_password_button.isHidden()
    at.shop.lock()
    assert at.shop.unlock_automatically()
    qtbot.mouseClick(page.protection.file_button, Qt.MouseButton.LeftButton)
    dialog = [found for found in at.window.findChildren(WayInDialog) if found.isVisible()][-1]
    dialog.password_edit.setText(PASSWORD)
    with qtbot.waitSignal(dialog.changed):
        dialog.submit()
    assert "file" not in at.shop.protections()
    assert not (at.shop.data_dir / "shop.key").exists()


def test_the_keys_are_replaced_beside_the_window(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    runner = KeyRotation(at.window, at.window.jobs)
    runner.follow(at.shop)
    qtbot.mouseClick(page.protection.rotate_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(RotationDialog)
    dialog.password_edit.setText("wrong")
    qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert "not right" in dialog.message.text()
    dialog.password_edit.setText(PASSWORD)
    dialog.new_edit.setText("another good one 7")
    qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert "differ" in dialog.message.text()
    dialog.repeat_edit.setText("another good one 7")
    qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    code = dialog.code.code_label.text()
    assert code
    assert not dialog.start_button.isEnabled()
    at.shop.confirm_password(PASSWORD)  # nothing is in force yet
    dialog.code.again_edit.setText(code)
    qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    assert at.shop.vault.rotation() is None, "the job of the window ran through"
    assert page.protection.findChild(QLabel, "rotation_state").isHidden()
    assert at.shop.context.vault.generation == 2
    at.shop.lock()
    with pytest.raises(RefusedError):
        at.shop.unlock(PASSWORD)
    at.shop.unlock_with_recovery_code(code)


def test_backing_out_of_a_rotation_leaves_everything(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    qtbot.mouseClick(page.protection.rotate_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(RotationDialog)
    dialog.password_edit.setText(PASSWORD)
    qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    prepared = dialog._prepared
    assert prepared is not None
    dialog.reject()
    assert not prepared.successor.is_unlocked, "the new keys are gone"
    at.shop.lock()
    at.shop.unlock(PASSWORD)
    assert at.shop.context.vault.generation == 1


def test_an_unfinished_replacement_goes_on_after_unlocking(qtbot: QtBot, at: PaperWindow) -> None:
    page = _page(at)
    at.shop.vault.start_rotation(at.shop.vault.prepare_rotation(PASSWORD, cost=Argon2Cost(16, 2, 1)))
    page.reload(None)
    assert not page.protection.findChild(QLabel, "rotation_state").isHidden()
    assert not page.protection.continue_button.isHidden()
    assert page.protection.rotate_button.isHidden()
    at.shop.lock()
    runner = KeyRotation(at.window, at.window.jobs)
    runner.follow(at.shop)
    assert at.shop.vault.rotation() is not None, "nothing is done while it is locked"
    at.shop.unlock(PASSWORD)
    runner.follow(at.shop)
    assert at.shop.vault.rotation() is None


def test_the_check_says_sound_or_names_what_is_wrong(qtbot: QtBot, at: PaperWindow) -> None:
    proof = at.shop.proofs.issue(at.redeemed())
    page = _page(at)
    qtbot.mouseClick(page.check_card.check_button, Qt.MouseButton.LeftButton)
    assert page.check_card.message.text() == "The shop is sound."
    (at.shop.data_dir / "proofs" / f"{proof.proof_no}.pdf").unlink()
    qtbot.mouseClick(page.check_card.check_button, Qt.MouseButton.LeftButton)
    assert proof.proof_no in page.check_card.findings.toPlainText()
    assert not page.check_card.findings.isHidden()
    assert page.check_card.check_button.isEnabled()


def test_the_licences_name_every_part(qtbot: QtBot, at: PaperWindow) -> None:
    _page(at).about._show_licences()
    dialog = at.dialog(TextDialog)
    for part in ("LGPL-3.0", "SIL Open Font License", "ISC"):
        assert part.casefold() in licence_text().casefold()
        assert part.casefold() in dialog.text_edit.toPlainText().casefold()
    dialog.accept()


def test_the_event_log_is_exported_from_here(qtbot: QtBot, at: PaperWindow, tmp_path: Path) -> None:
    page = _page(at)
    qtbot.mouseClick(page.check_card.export_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(ExportDialog)
    dialog.path_edit.setText(str(tmp_path / "events.csv"))
    qtbot.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
    lines = (tmp_path / "events.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) > 3


@pytest.mark.parametrize(("width", "columns"), [(960, 1), (1900, 2)])
def test_no_card_ends_beyond_the_edge_of_the_window(at: PaperWindow, width: int, columns: int) -> None:
    page = _page(at)
    at.window.resize(width, 700)
    at.window.show()
    QApplication.processEvents()
    scroll = page.findChild(QScrollArea, "settings_scroll")
    assert scroll.widget().width() <= scroll.viewport().width()
    lefts = {card.mapTo(scroll.widget(), QPoint()).x() for card in (page.protection, page.backups)}
    assert len(lefts) == columns


def test_a_password_that_is_just_being_changed_cannot_be_cancelled(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    qtbot.mouseClick(_page(at).protection.password_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(PasswordDialog)
    for edit, text in ((dialog.old_edit, "wrong"), (dialog.new_edit, "new one 7"), (dialog.repeat_edit, "new one 7")):
        edit.setText(text)
    dialog.old_edit.setFocus()
    dialog.submit()
    dialog.reject()
    assert dialog.isVisible(), "it would look as if the password had stayed"
    assert not dialog.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: bool(dialog.message.text()))
    assert dialog.focusWidget() is dialog.old_edit, "Return must not cancel now"
    dialog.reject()
    assert not dialog.isVisible()


def test_a_recovery_code_that_is_just_being_made_is_waited_for(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    qtbot.mouseClick(_page(at).protection.code_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(RecoveryCodeDialog)
    dialog.password_edit.setText(PASSWORD)
    with qtbot.waitSignal(dialog.renewed):
        qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible(), "nobody would ever have seen the code that is in force"
    assert dialog.code.code_label.text()


def test_keys_that_are_just_being_put_in_force_are_not_forgotten(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    qtbot.mouseClick(_page(at).protection.rotate_button, Qt.MouseButton.LeftButton)
    dialog = at.dialog(RotationDialog)
    dialog._on_prepared(at.shop.vault.prepare_rotation(PASSWORD, cost=Argon2Cost(16, 2, 1)))
    dialog.code.again_edit.setText(dialog.code.code_label.text())
    with qtbot.waitSignal(dialog.started):
        qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert not dialog.back_out_button.isEnabled()
    assert at.shop.context.vault.generation == 2
    assert at.shop.is_unlocked
