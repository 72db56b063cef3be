"""Evidence in the window: dropped, pasted, chosen; looked at, described anew, saved; on requests and on orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.states import EvidenceKind
from desktop_app.services.evidence import Marks, evidence_folder
from desktop_app.ui.dialogs.evidence_dialog import ChangeEvidenceDialog, EvidenceDialog
from desktop_app.ui.dialogs.picture_dialog import PictureDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.pictures import png_of
from desktop_app.ui.widgets.check_card import CheckCard
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.ui.request_shop import RequestWindow
from tests.ui.stock_shop import in_use, texts_of


@pytest.fixture
def desk(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[RequestWindow]:
    with in_use(RequestWindow(tmp_path / "shop", immediate_jobs)) as made:
        made.open_shop()
        yield made


def picture(width: int = 60, height: int = 40) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    for x in range(width):
        for y in range(height):
            image.setPixel(x, y, 0xFF000000 | (x * 4 << 16) | (y * 6))
    return image


def files(folder: Path, *names: str) -> list[Path]:
    found = []
    for number, name in enumerate(names):
        path = folder / name
        path.write_bytes(png_of(picture(20 + number)))
        found.append(path)
    return found


def mime_of(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(pane: QWidget, data: QMimeData) -> bool:
    """Drag over the pane and let go; whether it was taken."""
    buttons, keys, action = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(9, 9), action, data, buttons, keys)
    QCoreApplication.sendEvent(pane, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(9, 9), action, data, buttons, keys)
    QCoreApplication.sendEvent(pane, event)
    return event.isAccepted()


def press(desk: RequestWindow, name: str) -> None:
    button = desk.child(QPushButton, name)
    assert button.isVisibleTo(desk.window), f"{name} is hidden"
    assert button.isEnabled(), f"{name} is disabled"
    button.click()


def asked(desk: RequestWindow) -> tuple[Any, int]:
    """The requests page with a request that lacks both screenshots."""
    desk.sell()
    request_id = desk.ask_back(evidence=())
    return desk.inbox(request_id), request_id


def filed(desk: RequestWindow, content: bytes, name: str, **marks: Any) -> Any:
    """The orders page with an order whose evidence is one file."""
    order_id = desk.sell()
    desk.shop.evidence.add(EvidenceKind.CHAT_LOG, Marks(**marks), order_id=order_id, content=content, name=name)
    page = desk.page("orders")
    page.open_item(order_id)
    page.pane.evidence.table.select_row(0)
    return page


def test_a_file_dropped_on_the_pane_is_marked_and_saved_again(desk: RequestWindow, tmp_path: Path) -> None:
    page, request_id = asked(desk)
    [source] = files(tmp_path, "聊天 & 记录.png")
    assert drop(page.pane, mime_of([source]))
    dialog = desk.dialog(EvidenceDialog)
    assert dialog.path_edit.text() == str(source)
    assert "聊天 & 记录.png" in dialog.file_label.text()
    assert not dialog.picture.pixmap().isNull()
    dialog.kind_combo.set_code(EvidenceKind.CHAT_LOG)
    dialog.promise_box.setChecked(True)
    dialog.chat_box.setChecked(True)
    dialog.source_edit.setText("买家")
    dialog.submit_button.click()
    table = page.pane.evidence.table
    assert texts_of(table, "kind") == ["Chat log"]
    assert texts_of(table, "name") == ["聊天 & 记录.png"]
    assert texts_of(table, "marks") == ["written promise, in-platform chat"]
    [piece] = desk.shop.requests.detail(request_id).evidence
    assert piece.captured_at is not None
    assert piece.source == "买家"
    table.select_row(0)
    press(desk, "save_evidence_button")
    target = tmp_path / "copy.png"
    [chooser] = [one for one in desk.window.findChildren(QFileDialog) if one.isVisible()]
    chooser.fileSelected.emit(str(target))
    assert target.read_bytes() == source.read_bytes()


def test_several_files_are_filed_one_after_the_other_the_missing_kinds_first(
    desk: RequestWindow, tmp_path: Path
) -> None:
    page, request_id = asked(desk)
    assert drop(page.pane, mime_of(files(tmp_path, "1.png", "2.png", "3.png", "4.png")))
    dialog = desk.dialog(EvidenceDialog)
    assert "1 of 4" in dialog.progress_label.text()
    first = dialog.kind_combo.code()
    dialog.submit_button.click()
    assert "2 of 4" in dialog.progress_label.text()
    assert {first, dialog.kind_combo.code()} == {EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT}
    dialog.skip_button.click()
    assert "3 of 4" in dialog.progress_label.text()
    dialog.all_box.setChecked(True)
    dialog.submit_button.click()
    assert desk.dialogs() == []
    pieces = desk.shop.requests.detail(request_id).evidence
    assert [piece.name for piece in pieces] == ["1.png", "3.png", "4.png"]
    assert len({piece.kind for piece in pieces}) == 2
    assert page.pane.detail.preview.verdict.verdict.value == "approve_with_fee"


def test_a_file_that_cannot_be_filed_stands_in_the_way_until_it_is_skipped(desk: RequestWindow, tmp_path: Path) -> None:
    page, request_id = asked(desk)
    [one, two] = files(tmp_path, "1.png", "2.png")
    empty = tmp_path / "empty.png"
    empty.touch()
    drop(page.pane, mime_of([one, empty, two]))
    dialog = desk.dialog(EvidenceDialog)
    dialog.all_box.setChecked(True)
    dialog.submit_button.click()
    assert "empty.png is empty" in dialog.message.text()
    assert "2 of 3" in dialog.progress_label.text()
    dialog.skip_button.click()
    assert not dialog.message.text()
    dialog.submit_button.click()
    assert [piece.name for piece in desk.shop.requests.detail(request_id).evidence] == ["1.png", "2.png"]


def test_a_screenshot_is_pasted_without_losing_a_pixel_and_a_text_is_not(desk: RequestWindow, qtbot: QtBot) -> None:
    page, request_id = asked(desk)
    QGuiApplication.clipboard().setText("no picture")
    press(desk, "paste_evidence_button")
    assert "no picture and no file" in page.pane.bar.message.text()
    image = picture()
    QGuiApplication.clipboard().setImage(image)
    press(desk, "paste_evidence_button")
    dialog = desk.dialog(EvidenceDialog)
    assert not dialog.path_edit.isVisible()
    assert dialog.kind_combo.code() in (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)
    assert dialog.time_box.isChecked()
    assert dialog.time_edit.moment() == desk.clock().replace(microsecond=0)
    dialog.submit_button.click()
    [piece] = desk.shop.requests.detail(request_id).evidence
    assert piece.name.endswith(".png")
    stored = QImage.fromData(desk.shop.evidence.file(piece.id).content)
    assert stored.convertToFormat(image.format()) == image


def test_files_copied_in_the_file_manager_are_pasted_by_the_keyboard(
    desk: RequestWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    page, _request_id = asked(desk)
    QGuiApplication.clipboard().setMimeData(mime_of(files(tmp_path, "1.png", "2.png")))
    page.table.setFocus()
    desk.window.activateWindow()
    qtbot.keyClick(page.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "1 of 2" in desk.dialog(EvidenceDialog).progress_label.text()
    qtbot.keyRelease(page.table, Qt.Key.Key_Control)


def test_what_was_only_seen_needs_no_file(desk: RequestWindow) -> None:
    page, request_id = asked(desk)
    press(desk, "add_evidence_button")
    dialog = desk.dialog(EvidenceDialog)
    dialog.note_edit.setText("平台后台可见")
    dialog.submit_button.click()
    [piece] = desk.shop.requests.detail(request_id).evidence
    assert (piece.has_file, piece.note, piece.captured_at) == (False, "平台后台可见", None)
    assert texts_of(page.pane.evidence.table, "name") == ["seen, no file"]


def test_a_path_that_was_typed_is_looked_at(desk: RequestWindow, tmp_path: Path) -> None:
    _page, request_id = asked(desk)
    press(desk, "add_evidence_button")
    dialog = desk.dialog(EvidenceDialog)
    dialog.path_edit.setText(str(tmp_path / "none.png"))
    dialog.path_edit.editingFinished.emit()
    assert "none.png cannot be read" in dialog.message.text()
    dialog.submit_button.click()
    assert dialog.isVisible(), "a path that leads nowhere is not “only seen”"
    [path] = files(tmp_path, "a.png")
    dialog.path_edit.setText(str(path))
    dialog.submit_button.click()
    assert [piece.name for piece in desk.shop.requests.detail(request_id).evidence] == ["a.png"]


def test_several_files_are_chosen_at_once(desk: RequestWindow, tmp_path: Path) -> None:
    _page, request_id = asked(desk)
    press(desk, "add_evidence_button")
    dialog = desk.dialog(EvidenceDialog)
    dialog.browse_button.click()
    [chooser] = [one for one in desk.window.findChildren(QFileDialog) if one.isVisible()]
    assert chooser.fileMode() is QFileDialog.FileMode.ExistingFiles
    chooser.filesSelected.emit([str(path) for path in files(tmp_path, "1.png", "2.png")])
    assert "1 of 2" in dialog.progress_label.text()
    dialog.all_box.setChecked(True)
    dialog.submit_button.click()
    assert [piece.name for piece in desk.shop.requests.detail(request_id).evidence] == ["1.png", "2.png"]


def test_only_pictures_and_files_may_be_dropped_and_only_where_they_belong(desk: RequestWindow, tmp_path: Path) -> None:
    page, request_id = asked(desk)
    text = QMimeData()
    text.setText("words")
    assert not drop(page.pane, text)
    assert desk.dialogs() == []
    far = QMimeData()
    far.setUrls([QUrl("https://example.org/a.png")])
    assert not drop(page.pane, far)
    shown = QMimeData()
    shown.setImageData(picture())
    assert drop(page.pane, shown)
    desk.dialog(EvidenceDialog).reject()
    desk.shop.requests.withdraw(request_id, "买家撤回")
    page.open_item(request_id)
    drop(page.pane, mime_of(files(tmp_path, "a.png")))
    assert desk.dialogs() == [], "nor is it a list of card keys, as elsewhere in the window"
    assert "open or decided" in page.pane.bar.message.text()
    assert not desk.child(QPushButton, "add_evidence_button").isVisible()


def test_the_chosen_piece_is_shown_with_its_hash_and_what_is_odd(desk: RequestWindow) -> None:
    page = filed(desk, png_of(picture(900, 600)) + b"PK\x05\x06" + bytes(18), "聊天.jpg", source="买家")
    preview = page.pane.evidence.preview
    [piece] = desk.shop.evidence.of_order(page.pane.evidence_place().order_id)
    assert preview.facts.value("sha256").replace(" ", "") == piece.sha256
    assert preview.facts.value("source") == "买家"
    assert preview.facts.value("kind") == "Picture (PNG)"
    assert "not what its name says" in preview.warning.text()
    assert "archive" in preview.warning.text()
    assert preview.picture.pixmap().deviceIndependentSize().toSize().width() == 320
    press(desk, "order_look_evidence_button")
    assert desk.dialog(PictureDialog).picture.pixmap().width() == 900


def test_what_is_no_picture_stays_closed_and_a_program_is_warned_of(desk: RequestWindow, tmp_path: Path) -> None:
    page = filed(desk, b"MZ\x90" + bytes(50), "凭证.exe")
    preview = page.pane.evidence.preview
    assert not preview.picture.isVisible()
    assert "program" in preview.warning.text()
    press(desk, "order_look_evidence_button")
    assert desk.dialogs() == []
    assert "nothing else is opened" in page.message.text()
    press(desk, "order_save_evidence_button")
    dialog = desk.dialog(ConfirmDialog)
    assert not [one for one in desk.window.findChildren(QFileDialog) if one.isVisible()]
    dialog.confirm_button.click()
    [chooser] = [one for one in desk.window.findChildren(QFileDialog) if one.isVisible()]
    target = tmp_path / "saved.exe"
    chooser.fileSelected.emit(str(target))
    assert target.read_bytes().startswith(b"MZ")
    assert not target.stat().st_mode & 0o111


def test_an_altered_file_is_said_to_be_altered_and_is_neither_shown_nor_saved(desk: RequestWindow) -> None:
    page = filed(desk, png_of(picture()), "a.png")
    [stored] = evidence_folder(desk.shop.context).iterdir()
    stored.write_bytes(stored.read_bytes()[:-1] + bytes([stored.read_bytes()[-1] ^ 1]))
    view = page.pane.evidence
    assert view.preview.picture.isVisible()
    page.reload(None)
    assert "a.png (DD20261122001) was altered" in view.preview.message.text()
    assert not view.preview.picture.isVisible()
    for button in ("order_look_evidence_button", "order_save_evidence_button"):
        press(desk, button)
        assert "was altered" in page.message.text()
        assert desk.dialogs() == []


def test_a_piece_is_described_anew_and_the_log_says_so(desk: RequestWindow) -> None:
    page = filed(desk, png_of(picture()), "a.png", captured_at=datetime(2026, 11, 20, 1, 2, 3, 456, tzinfo=UTC))
    press(desk, "order_change_evidence_button")
    dialog = desk.dialog(ChangeEvidenceDialog)
    dialog.submit_button.click()
    piece = desk.shop.evidence.of_order(page.pane.evidence_place().order_id)[0]
    assert piece.captured_at is not None
    assert piece.captured_at.microsecond == 456, "nothing was changed"
    press(desk, "order_change_evidence_button")
    dialog = desk.dialog(ChangeEvidenceDialog)
    dialog.promise_box.setChecked(True)
    dialog.time_box.setChecked(False)
    dialog.note_edit.setText("双方确认")
    dialog.submit_button.click()
    piece = desk.shop.evidence.get(piece.id)
    assert (piece.written_promise, piece.captured_at, piece.note) == (True, None, "双方确认")
    assert texts_of(page.pane.evidence.table, "marks") == ["written promise"]
    assert page.pane.evidence.preview.facts.value("note") == "双方确认"


def test_evidence_of_a_delivery_is_added_on_the_order_and_shows_on_its_request(
    desk: RequestWindow, tmp_path: Path
) -> None:
    order_id = desk.sell()
    page = desk.page("orders")
    page.open_item(order_id)
    assert drop(page.pane, mime_of(files(tmp_path, "发货.png")))
    dialog = desk.dialog(EvidenceDialog)
    dialog.kind_combo.set_code(EvidenceKind.BACKEND_LOG)
    dialog.submit_button.click()
    assert texts_of(page.pane.evidence.table, "name") == ["发货.png"]
    request_id = desk.ask_back()
    assert "发货.png" in texts_of(desk.inbox(request_id).pane.evidence.table, "name")
    page = desk.page("orders")
    page.open_item(order_id)
    number = desk.shop.requests.detail(request_id).line.request_no
    assert texts_of(page.pane.evidence.table, "request") == ["", number, number]


def test_while_locked_nothing_is_shown_and_the_list_stays(desk: RequestWindow) -> None:
    page = filed(desk, png_of(picture()), "a.png")
    view = page.pane.evidence
    assert view.preview.picture.isVisible()
    press(desk, "order_look_evidence_button")
    desk.window.lock()
    assert desk.dialogs() == []
    assert not view.preview.picture.isVisible()
    assert "locked" in view.preview.message.text()
    assert texts_of(view.table, "name") == ["a.png"]
    view.look_wanted.emit(view.table.rows.row(0))
    assert "locked" in page.message.text()


def test_the_evidence_is_checked_alone_with_its_own_words(desk: RequestWindow, immediate_jobs: ImmediateJobs) -> None:
    filed(desk, png_of(picture()), "a.png")
    card = CheckCard(desk.shop, immediate_jobs, desk.window)
    try:
        card.evidence_button.click()
        assert card.message.text() == "All evidence is as it was stored."
        desk.shop.lock()
        card.evidence_button.click()
        assert "unlock the shop" in card.message.text()
        [stored] = evidence_folder(desk.shop.context).iterdir()
        stored.unlink()
        card.evidence_button.click()
        assert "a.png (DD20261122001) is missing" in card.findings.toPlainText()
        assert card.evidence_button.isEnabled()
    finally:
        card.deleteLater()
