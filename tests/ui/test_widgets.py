from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import BadInputError, RefusedError
from desktop_app.domain.states import FeeDisclosure, InventoryEffect
from desktop_app.ui import labels
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.widgets.basics import FactsGrid, Pill, plain_label
from desktop_app.ui.widgets.copy_button import CopyButton, SecretClipboard
from desktop_app.ui.widgets.dialogs import ConfirmDialog, TextDialog
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo, MoneyEdit
from desktop_app.ui.widgets.kpi_card import KpiCard
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.search_box import SearchBox

MARKUP = "<img src='http://x/y.png'><b>buyer</b>"


def test_buyers_text_is_never_markup(qtbot: QtBot) -> None:
    grid = FactsGrid("facts")
    strip = MessageStrip("strip")
    pill = Pill("pill")
    for widget in (grid, strip, pill):
        qtbot.addWidget(widget)
    grid.add("note", MARKUP, MARKUP)
    strip.say(MARKUP)
    pill.set_state(MARKUP, Tone.INFO)
    found = [label for root in (grid, strip) for label in root.findChildren(QLabel)] + [pill, plain_label(MARKUP)]
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in found if label.text())


def test_facts_without_value_are_hidden_with_their_title(qtbot: QtBot) -> None:
    grid = FactsGrid("facts")
    qtbot.addWidget(grid)
    value = grid.add("fee", "Fee", "¥1.00")
    assert value.objectName() == "facts_fee"
    grid.set_value("fee", "")
    assert all(label.isHidden() for label in grid.findChildren(QLabel))
    grid.set_value("fee", "¥2.00", Tone.BAD)
    assert grid.value("fee") == "¥2.00"
    assert not value.isHidden()


def test_money_edit_reads_fen_and_marks_nonsense(qtbot: QtBot) -> None:
    edit = MoneyEdit("Amount", "amount_edit")
    qtbot.addWidget(edit)
    edit.set_fen(5)
    assert edit.text() == "0.05"
    assert edit.fen() == 5
    edit.setText("1,234.5")
    assert edit.fen() == 123450
    edit.setText("-1")
    assert edit.property("invalid") == "true"
    assert edit.toolTip()
    with pytest.raises(BadInputError):
        edit.fen_or_none()
    edit.clear()
    assert edit.fen_or_none() is None
    assert not edit.property("invalid")
    with pytest.raises(BadInputError):
        edit.fen()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_moments_are_typed_in_the_shop_zone(qtbot: QtBot, zone: str) -> None:
    edit = DateTimeEdit("Time", "time_edit", ZoneInfo(zone))
    qtbot.addWidget(edit)
    # 02:30 of this day does not exist in New York
    moment = datetime(2026, 3, 8, 7, 30, 15, tzinfo=UTC)
    edit.set_moment(moment)
    assert edit.moment() == moment
    assert edit.text() == moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def test_enum_combo_returns_codes_not_words(qtbot: QtBot) -> None:
    combo = EnumCombo("Disclosure", "disclosure_combo", FeeDisclosure, any_text="All")
    qtbot.addWidget(combo)
    assert combo.code() is None
    chosen: list[object] = []
    combo.code_chosen.connect(chosen.append)
    combo.set_code(FeeDisclosure.NONE)
    assert chosen == [FeeDisclosure.NONE]
    assert isinstance(combo.code(), FeeDisclosure)
    combo.set_code(None)
    assert combo.code() is None
    fixed = EnumCombo("Effect", "effect_combo", [InventoryEffect.VOID])
    qtbot.addWidget(fixed)
    assert fixed.code() is InventoryEffect.VOID


def test_a_kpi_card_is_a_named_button(qtbot: QtBot) -> None:
    card = KpiCard("Overdue", "overdue_card")
    qtbot.addWidget(card)
    card.set_figure("2", "past 24 h", Tone.BAD)
    assert card.accessibleName() == "Overdue, 2, past 24 h"
    card.show()
    with qtbot.waitSignal(card.clicked):
        qtbot.keyClick(card, Qt.Key.Key_Space)
    assert card.height() > 70, "the labels need their room"


def test_search_waits_for_a_pause_but_not_for_enter(qtbot: QtBot) -> None:
    box = SearchBox("Find", "find_box")
    qtbot.addWidget(box)
    told: list[str] = []
    box.searched.connect(told.append)
    with qtbot.waitSignal(box.searched):
        qtbot.keyClicks(box, "abc ")
    assert told == ["abc"]
    qtbot.keyClicks(box, "d")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told == ["abc", "abc d"]
    box.set_text_quietly("quiet")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told == ["abc", "abc d"]


def test_what_no_database_takes_is_not_searched_for(qtbot: QtBot) -> None:
    box = SearchBox("Find", "find_box")
    qtbot.addWidget(box)
    told: list[str] = []
    box.searched.connect(told.append)
    box.setText("\x00DD\x07张\u3000三👨\ud83d")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told == ["DD张\u3000三👨"]
    assert box.text() == told[0], "a page that reads the field gets the same"


def test_message_strip_speaks_the_language_of_the_window(qtbot: QtBot) -> None:
    strip = MessageStrip("strip")
    qtbot.addWidget(strip)
    labels.set_language("zh")
    strip.show_error(RefusedError("No.", "不行。"))
    assert strip.text() == "不行。"
    assert not strip.isHidden()
    strip.clear()
    assert strip.isHidden()


def test_a_secret_leaves_the_clipboard_again(qtbot: QtBot) -> None:
    secrets = SecretClipboard()
    button = CopyButton("Copy", "copy_button", lambda: "ABCD-1234", secret=secrets)
    qtbot.addWidget(button)
    button.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "ABCD-1234"
    assert bytes(clipboard.mimeData().data("x-kde-passwordManagerHint").data()) == b"secret"
    assert "20" in button.text()
    secrets.clear()
    assert clipboard.text() == ""


def test_what_was_copied_since_stays(qtbot: QtBot) -> None:
    secrets = SecretClipboard()
    secrets.put("ABCD-1234")
    QGuiApplication.clipboard().setText("a shopping list")
    secrets.clear()
    assert QGuiApplication.clipboard().text() == "a shopping list"


def test_confirm_wants_a_reason_and_says_what_happens(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ConfirmDialog(parent, "Void 3 keys", ["They can never be sold.", MARKUP], "Void", ask_reason=True)
    reasons: list[str] = []
    dialog.confirmed.connect(reasons.append)
    dialog.open()
    assert MARKUP in dialog.findChild(QLabel, "confirm_text").text()
    dialog.confirm_button.click()
    assert reasons == []
    assert dialog.message.text()
    dialog.findChild(QPlainTextEdit, "reason_edit").setPlainText("  damaged ")
    dialog.confirm_button.click()
    assert reasons == ["damaged"]


def test_text_dialog_copies_its_text(qtbot: QtBot) -> None:
    dialog = TextDialog(None, "Reply", "", "您好")
    qtbot.addWidget(dialog)
    dialog.findChild(CopyButton, "copy_button").click()
    assert QGuiApplication.clipboard().text() == "您好"


class _TwoFields(FormDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "two_fields", "Two fields", "Save")
        self.shown = line_edit("shown", "Shown")
        self.shown.setEnabled(False)
        self.edit = line_edit("edit", "To fill in")
        self.fields.add_field("Shown", self.shown)
        self.fields.add_field("To fill in", self.edit)

    def apply(self) -> None:
        self.shown.setText(self.edit.text())


def test_a_form_opens_at_its_first_field_and_return_does_it(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = _TwoFields(parent)
    done: list[int] = []
    dialog.finished.connect(done.append)
    dialog.open()
    assert dialog.focusWidget() is dialog.edit
    qtbot.keyClick(dialog.edit, Qt.Key.Key_Return)
    assert done == [FormDialog.DialogCode.Accepted]


def test_a_dialog_that_grows_does_not_leave_the_screen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ConfirmDialog(parent, "Delete", "It is gone then.", "Delete")
    dialog.show()
    bottom = dialog.screen().availableGeometry().bottom()
    dialog.move(20, bottom - dialog.frameGeometry().height() - 5)
    QApplication.processEvents()
    dialog.message.say("A long sentence that appears later. " * 12, Tone.BAD)
    qtbot.waitUntil(lambda: dialog.minimumHeight() > 250)
    qtbot.waitUntil(lambda: dialog.frameGeometry().bottom() <= bottom)
    assert dialog.message.height() >= dialog.message.heightForWidth(dialog.message.width())
    dialog.close()
