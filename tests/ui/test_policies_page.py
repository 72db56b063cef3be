"""Channels and rules in a real window: versions, the linter's words beside the fields, what orders keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.documents.reply_templates import DEFAULTS, Occasion
from desktop_app.domain.policies import DEFAULT_EVIDENCE, LintCode, LintWarning
from desktop_app.domain.states import EvidenceKind, FeeDisclosure, PlatformKind, ReasonCode
from desktop_app.services.policies import PolicyDraft
from desktop_app.ui.dialogs.channel_dialog import ChannelDialog
from desktop_app.ui.dialogs.policy_dialog import PolicyDialog
from desktop_app.ui.dialogs.reply_texts_dialog import ReplyTextsDialog
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.policy_words import lint_text
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from tests.ui.paper_shop import PaperWindow


@pytest.fixture
def at(qtbot: QtBot, immediate_jobs: ImmediateJobs, tmp_path: Path) -> PaperWindow:
    return PaperWindow(tmp_path / "shop", immediate_jobs)


def _edit(at: PaperWindow) -> tuple[Any, PolicyDialog]:
    page = at.page("policies")
    page.page_actions()["E"].trigger()
    return page, at.dialog(PolicyDialog)


def test_editing_makes_a_version_that_only_later_orders_follow(qtbot: QtBot, at: PaperWindow) -> None:
    at.sell("DD1")
    page, dialog = _edit(at)
    assert "Version 2 counts for orders placed from the moment" in dialog.findChild(QLabel, "policy_scope").text()
    assert dialog.form.fee_spin.basis_points() == 500, "prefilled with the rules in force"
    dialog.form.fee_spin.setValue(7.25)
    dialog.form.window_spin.setValue(48)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    newest, oldest = at.shop.policies.versions(at.shop.policies.channels()[0].id)
    assert (newest.draft.fee_bp, newest.draft.window_hours) == (725, 48)
    assert newest.draft.fee_note == oldest.draft.fee_note
    assert (newest.order_count, oldest.order_count) == (0, 1)
    assert page.versions_table.rows.rowCount() == 2
    assert "Version 2" in page.findChild(QLabel, "version_title").text()
    at.clock.advance(hours=1)
    at.sell("DD2")
    page.reload(None)
    page.versions_table.select_row(1)
    assert "1 orders keep it" in page.findChild(QLabel, "version_title").text()
    details = [at.shop.orders.by_number(number) for number in ("DD1", "DD2")]
    assert [(order.policy_version, order.fee_bp) for order in details] == [(1, 500), (2, 725)]


def test_the_same_rules_again_are_refused_in_the_dialog(qtbot: QtBot, at: PaperWindow) -> None:
    _page, dialog = _edit(at)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert "version 1 already" in dialog.message.text()
    dialog.reject()


def test_warnings_stand_beside_their_fields_and_go_when_they_are_heeded(at: PaperWindow) -> None:
    _page, dialog = _edit(at)
    form = dialog.form
    form.fee_spin.setValue(12)
    assert "10 %" in form.warning("fee_bp")
    form.cap_spin.setValue(4)
    form.fee_spin.setValue(5)
    assert "largest fee" in form.warning("fee_bp")
    form.cap_spin.setValue(10)
    assert form.warning("fee_bp") == ""
    form.window_spin.setValue(0)
    assert form.warning("window_hours")
    form.disclosure_combo.set_code(FeeDisclosure.BURIED)
    assert "not owed" in form.warning("fee_disclosure")
    policy = form.findChild(type(form._texts["refund_policy"]), "refund_policy")
    policy.setPlainText("商品一经售出概不退款。")
    assert "Art. 26" in form.warning("refund_policy")
    policy.setPlainText("已核销的卡密不退款;未核销的 24 小时内可退。")
    assert form.warning("refund_policy") == ""
    form._texts["fee_note"].setPlainText("")
    assert "before paying" in form.warning("fee_note")
    dialog.reject()


def test_a_channel_is_added_with_its_rules_and_an_official_fee_is_warned_of(qtbot: QtBot, at: PaperWindow) -> None:
    page = at.page("policies")
    page.page_actions()["N"].trigger()
    dialog = at.dialog(PolicyDialog)
    assert dialog.form.warning("fee_bp") == ""
    dialog.kind_combo.set_code(PlatformKind.OFFICIAL)
    assert "without a fee" in dialog.form.warning("fee_bp")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible(), "a channel needs a name"
    dialog.name_edit.setText("官方旗舰店")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert page.table.current_row().name == "官方旗舰店"
    assert page.table.current_row().platform_kind is PlatformKind.OFFICIAL
    assert "without a fee" in page.findChild(QLabel, "version_warnings").text()


def test_evidence_keeps_to_the_usual_list_unless_it_differs(qtbot: QtBot, at: PaperWindow) -> None:
    _page, dialog = _edit(at)
    evidence = dialog.form.evidence
    number = list(ReasonCode).index(ReasonCode.CHANGE_OF_MIND)
    evidence.reason_list.setCurrentRow(number)
    assert evidence.usual_box.isChecked()
    chat = evidence.kind_boxes[EvidenceKind.CHAT_LOG]
    chat.setChecked(True)
    wanted = DEFAULT_EVIDENCE[ReasonCode.CHANGE_OF_MIND] | {EvidenceKind.CHAT_LOG}
    assert not evidence.usual_box.isChecked()
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    stored = at.shop.policies.versions(at.shop.policies.channels()[0].id)[0].draft.required_evidence
    assert {reason: frozenset(kinds) for reason, kinds in stored.items()} == {ReasonCode.CHANGE_OF_MIND: wanted}
    _page, dialog = _edit(at)
    evidence = dialog.form.evidence
    evidence.reason_list.setCurrentRow(number)
    evidence.kind_boxes[EvidenceKind.CHAT_LOG].setChecked(False)
    assert evidence.usual_box.isChecked()
    assert evidence.rules() == {}
    dialog.reject()


def test_renaming_and_retiring_a_channel(qtbot: QtBot, at: PaperWindow) -> None:
    at.shop.policies.add_channel("官方旗舰店", PlatformKind.OFFICIAL, PolicyDraft())
    page = at.page("policies")
    page.open_item(next(line.id for line in at.shop.policies.channels() if line.name == "星河卡盟"))
    page.change_channel()
    dialog = at.dialog(ChannelDialog)
    dialog.name_edit.setText("官方旗舰店")
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert "already" in dialog.message.text()
    dialog.name_edit.setText("星河发卡网")
    dialog.active_box.setChecked(False)
    qtbot.mouseClick(dialog.submit_button, Qt.MouseButton.LeftButton)
    assert {(line.name, line.active) for line in at.shop.policies.channels()} == {
        ("官方旗舰店", True),
        ("星河发卡网", False),
    }
    assert page.table.current_row().name == "星河发卡网"
    assert page.findChild(QLabel, "channel_title").text() == "星河发卡网"


def test_every_finding_of_the_linter_has_words() -> None:
    assert all(lint_text(LintWarning(code, "fee_bp")) for code in LintCode)


# reply texts


def _reply_texts(qtbot: QtBot, at: PaperWindow) -> ReplyTextsDialog:
    page = at.page("policies")
    qtbot.mouseClick(page.findChild(QPushButton, "reply_texts_button"), Qt.MouseButton.LeftButton)
    return at.dialog(ReplyTextsDialog)


def test_a_wording_is_written_tried_and_saved(qtbot: QtBot, at: PaperWindow) -> None:
    dialog = _reply_texts(qtbot, at)
    qtbot.mouseClick(dialog.chinese_button, Qt.MouseButton.LeftButton)
    usual = dialog.text_edit.toPlainText()
    dialog.text_edit.setPlainText("亲！" + usual + "\n")
    dialog.text_edit.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.mouseClick(dialog.findChild(QPushButton, "placeholder_shop"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.example_view.toPlainText().startswith("亲！您好"))
    assert not dialog.place_combo.isEnabled(), "another wording only after this one is saved"
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert at.shop.reply_texts.text(Occasion.APPROVED, "zh").endswith("{shop}")
    qtbot.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    question = at.dialog(ConfirmDialog)
    assert "亲！" in question.findChild(QLabel, "confirm_text").text(), "it says what goes"
    question.reject()
    assert at.shop.reply_texts.is_own(Occasion.APPROVED, "zh")
    qtbot.mouseClick(dialog.reset_button, Qt.MouseButton.LeftButton)
    at.dialog(ConfirmDialog).confirm_button.click()
    assert dialog.text_edit.toPlainText() == usual
    assert at.shop.reply_texts.text(Occasion.APPROVED, "zh") == usual


def test_a_wording_that_promises_is_refused_beside_its_text(qtbot: QtBot, at: PaperWindow) -> None:
    dialog = _reply_texts(qtbot, at)
    dialog.text_edit.setPlainText(dialog.text_edit.toPlainText() + "\nWithin 2 days!")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert "2 days" in dialog.message.text()
    assert at.shop.reply_texts.text(Occasion.APPROVED, "en") == DEFAULTS[Occasion.APPROVED, "en"]
    dialog.reject()
    assert dialog.isVisible(), "asked once before what was typed is dropped"
    dialog.reject()
    assert not dialog.isVisible()
