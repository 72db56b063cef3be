"""Verifying in the window: the answer in large, its reasons, and the certificate behind the shop's proofs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QShortcut
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.services.verification import Answer
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _issued(at: PaperWindow) -> Any:
    return at.shop.proofs.issue(at.redeemed())


def _word(dialog: Any) -> str:
    return str(dialog.findChild(QLabel, "verify_answer").text())


def test_a_file_is_judged_and_the_reasons_are_there(at: PaperWindow, tmp_path: Path) -> None:
    proof = _issued(at)
    path = tmp_path / "copy.pdf"
    at.shop.proofs.save(proof.id, path)
    dialog = at.page("proofs").verify(path)
    assert dialog.answer.answer is Answer.VALID
    assert _word(dialog) == "Valid"
    assert "not a single byte" in dialog.findChild(QLabel, "verify_proves").text()
    assert dialog.findChild(QLabel, "verify_signer").text().replace("\n", "").replace(" ", "") == proof.fingerprint
    path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    dialog.check_file(path)
    assert _word(dialog) == "Tampered with"
    assert not dialog.findChild(QLabel, "verify_signer").isVisibleTo(dialog)


def test_text_from_paper_and_the_fingerprint_of_another_shop(qtbot: QtBot, at: PaperWindow) -> None:
    proof = _issued(at)
    dialog = at.page("proofs").verify()
    dialog.code_edit.setText(proof.code_text)
    qtbot.mouseClick(dialog.code_button, Qt.MouseButton.LeftButton)
    assert dialog.answer.answer is Answer.VALID
    dialog.fingerprint_edit.setText("ab" * 32)
    qtbot.keyClick(dialog.code_edit, Qt.Key.Key_Return)
    assert dialog.answer.answer is Answer.UNKNOWN_SIGNER
    dialog.fingerprint_edit.setText("no fingerprint")
    qtbot.mouseClick(dialog.code_button, Qt.MouseButton.LeftButton)
    assert "64" in dialog.message.text()


def test_a_screenshot_is_judged_whether_it_is_dropped_as_a_file_or_pasted(
    qtbot: QtBot, at: PaperWindow, tmp_path: Path
) -> None:
    proof = _issued(at)
    picture = pypdfium2.PdfDocument(at.shop.proofs.pdf(proof.id))[0].render(scale=110 / 72).to_pil()
    picture.convert("RGB").save(tmp_path / "paper.jpg", quality=60)
    dialog = at.page("proofs").verify()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "paper.jpg"))])
    action, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    dialog.dropEvent(QDropEvent(QPointF(9, 9), action, data, button, keys))
    assert dialog.answer.answer is Answer.VALID
    for place in (dialog.code_edit, dialog):
        dialog.answer = None
        QGuiApplication.clipboard().setImage(QImage(str(tmp_path / "paper.jpg")))
        if place is dialog:
            dialog.findChild(QShortcut).activated.emit()
        else:
            qtbot.keyClick(place, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert dialog.answer.answer is Answer.VALID
        assert dialog.code_edit.text() == ""
    blank = QImage(300, 300, QImage.Format.Format_RGB32)
    blank.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(blank)
    qtbot.keyClick(dialog.code_edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert _word(dialog) == "Cannot be verified"
    QGuiApplication.clipboard().setText(proof.code_text)
    qtbot.keyClick(dialog.code_edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert dialog.code_edit.text() == proof.code_text


def test_a_pdf_dropped_on_the_page_is_verified(at: PaperWindow, tmp_path: Path) -> None:
    page = at.page("proofs")
    path = tmp_path / "x.pdf"
    path.write_bytes(b"no proof")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    page.dropEvent(
        QDropEvent(
            QPointF(9, 9),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    dialog = at.window.findChild(object, "verify_dialog")
    assert _word(dialog) == "Cannot be verified"


def test_the_fingerprint_is_made_copied_published_and_replaced(at: PaperWindow, tmp_path: Path) -> None:
    card = at.page("settings").identity
    card.reload()
    if at.shop.identities.current() is None:
        assert card.make_button.isVisibleTo(card)
        card.make_button.click()
    first = at.shop.identities.current().fingerprint
    card.copy_button.click()
    assert QGuiApplication.clipboard().text().split() == [first[place : place + 8] for place in range(0, 64, 8)]
    card.save_picture(tmp_path / "published.png")
    assert (tmp_path / "published.png").read_bytes().startswith(b"\x89PNG")
    card.rotate()
    assert at.shop.identities.current().fingerprint != first
    assert first in card.findChild(QLabel, "identity_earlier").text()
    (tmp_path / "bad.p12").write_bytes(b"nonsense")
    card.import_p12(tmp_path / "bad.p12", "x")
    assert "bad.p12" in card.message.text()


def test_after_the_key_was_replaced_old_and_new_proofs_verify_and_the_old_fingerprint_leads_on(
    at: PaperWindow, tmp_path: Path
) -> None:
    before = _issued(at)
    card = at.page("settings").identity
    card.reload()
    card.save_picture(tmp_path / "old.png")
    card.rotate_button.click()
    at.dialog(ConfirmDialog).confirm_button.click()
    after = at.shop.proofs.issue(at.redeemed("DD20261122002"))
    assert after.fingerprint != before.fingerprint
    shown = card.findChild(QLabel, "identity_fingerprint").text()
    assert "".join(shown.split()) == after.fingerprint
    card.save_picture(tmp_path / "new.png")
    assert (tmp_path / "old.png").read_bytes() != (tmp_path / "new.png").read_bytes()
    dialog = at.page("proofs").verify()
    for proof in (before, after):
        path = tmp_path / f"{proof.proof_no}.pdf"
        at.shop.proofs.save(proof.id, path)
        dialog.fingerprint_edit.clear()
        dialog.check_file(path)
        assert _word(dialog) == "Valid"
        assert "".join(dialog.findChild(QLabel, "verify_signer").text().split()) == proof.fingerprint
        # as one who read the fingerprint before it was replaced
        dialog.fingerprint_edit.setText(before.fingerprint)
        dialog.check_file(path)
        assert _word(dialog) == "Valid"
    assert f"({before.fingerprint[:8]}…) vouches for it" in dialog.findChild(QLabel, "verify_proves").text()


def test_the_answer_to_one_proof_does_not_stand_beside_the_next(at: PaperWindow, tmp_path: Path) -> None:
    path = tmp_path / "proof.pdf"
    at.shop.proofs.save(_issued(at).id, path)
    dialog = at.page("proofs").verify(path)
    word = dialog.findChild(QLabel, "verify_answer")
    assert word.isVisibleTo(dialog)
    assert dialog.message.text() == ""
    dialog.fingerprint_edit.setText("no fingerprint")
    dialog.check_file(path)
    assert "64" in dialog.message.text()
    assert not word.isVisibleTo(dialog)
    assert not dialog.findChild(QLabel, "verify_signer").isVisibleTo(dialog)
    assert dialog.answer is None


def test_a_second_click_does_not_replace_the_key_twice(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    at = PaperWindow(tmp_path / "shop", jobs)
    at.shop.identities.ensure()
    card = at.page("settings").identity
    card.reload()
    go = threading.Event()
    card._run(go.wait, "Done.")
    for button in (card.rotate_button, card.import_button, card.picture_button):
        assert not button.isEnabled()
    card.reload()
    assert not card.rotate_button.isEnabled(), "not by what another part of the page changed either"
    go.set()
    qtbot.waitUntil(lambda: card.message.text() == "Done.")
    assert card.rotate_button.isEnabled()
    qtbot.waitUntil(lambda: not jobs.running)
