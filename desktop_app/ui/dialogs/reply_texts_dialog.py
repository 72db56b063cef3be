"""The merchant's own wordings of the replies, with what a buyer would read beside them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.documents.reply_templates import PLACEHOLDERS, VARIANTS, Occasion
from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import VerdictKind
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import label, language
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.screen_fit import resize_within_screen

_PREVIEW_AFTER_MS = 150
_COLUMNS = 3
_SHOWN = 120


class ReplyTextsDialog(QDialog):
    """One wording at a time; another one is opened, and the dialog closed, only when nothing typed would be lost."""

    def __init__(self, parent: QWidget, shop: Any) -> None:
        super().__init__(parent)
        self.setObjectName("reply_texts_dialog")
        self.setWindowTitle(self.tr("Reply texts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        resize_within_screen(self, 1020, 680)
        self._texts = shop.reply_texts
        self._places: list[tuple[Occasion, VerdictKind | None]] = [
            (occasion, verdict) for occasion in Occasion for verdict in (None, *VARIANTS[occasion])
        ]
        self._loaded = ""
        self._is_own = False
        self._may_drop = False
        self.place_combo = Combo()
        self.place_combo.setObjectName("reply_place_combo")
        self.place_combo.setAccessibleName(self.tr("Which reply"))
        for place in self._places:
            self.place_combo.addItem(self._place_text(*place))
        self.chinese_button = QRadioButton("中文")
        self.chinese_button.setObjectName("reply_zh_button")
        self.english_button = QRadioButton("English")
        self.english_button.setObjectName("reply_en_button")
        languages = QButtonGroup(self)
        languages.addButton(self.chinese_button)
        languages.addButton(self.english_button)
        (self.chinese_button if language() == "zh" else self.english_button).setChecked(True)
        self.text_edit = QPlainTextEdit()
        self.text_edit.setObjectName("reply_template_edit")
        self.text_edit.setAccessibleName(self.tr("The wording"))
        self.text_edit.setTabChangesFocus(True)
        self.example_view = QPlainTextEdit()
        self.example_view.setObjectName("reply_example")
        self.example_view.setAccessibleName(self.tr("What a buyer would read"))
        self.example_view.setReadOnly(True)
        self.example_view.setTabChangesFocus(True)
        self.message = MessageStrip("reply_texts_message", closable=False)
        self.save_button = push_button(self.tr("Save"), "save_button", self.save, kind="primary")
        self.reset_button = push_button(self.tr("Back to the usual wording"), "reset_button", self.ask_to_reset)
        self._placeholders = QGridLayout()
        self._placeholders.setHorizontalSpacing(6)
        self._placeholders.setVerticalSpacing(6)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_PREVIEW_AFTER_MS)
        self._waiting.timeout.connect(self.show_example)
        self._build()
        self.place_combo.currentIndexChanged.connect(self.load)
        languages.buttonToggled.connect(self._on_language)
        self.text_edit.textChanged.connect(self._on_typed)
        self.load()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("Reply texts"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "Write around the facts as you like: what was decided, amounts and dates come from the parts in "
                    "braces, so that no wording promises what was not decided."
                ),
                role="muted",
                wrap=True,
            )
        )
        layout.addLayout(row_of(self.place_combo, self.chinese_button, self.english_button, 1, self.reset_button))
        sides = QHBoxLayout()
        sides.setSpacing(14)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(plain_label(self.tr("The wording"), role="section"))
        left.addWidget(self.text_edit, 1)
        left.addWidget(plain_label(self.tr("Click to insert:"), role="muted"))
        left.addLayout(self._placeholders)
        right.addWidget(plain_label(self.tr("What a buyer would read"), role="section"))
        right.addWidget(self.example_view, 1)
        sides.addLayout(left, 1)
        sides.addLayout(right, 1)
        layout.addLayout(sides, 1)
        layout.addWidget(self.message)
        layout.addLayout(row_of(1, push_button(self.tr("Close"), "close_button", self.reject), self.save_button))

    # what is being edited

    def place(self) -> tuple[Occasion, VerdictKind | None]:
        return self._places[self.place_combo.currentIndex()]

    def chosen_language(self) -> str:
        return "zh" if self.chinese_button.isChecked() else "en"

    def load(self, *_: object) -> None:
        """Show the wording in force for what is chosen."""
        occasion, verdict = self.place()
        self._loaded = self._texts.text(occasion, self.chosen_language(), verdict)
        self.message.clear()
        self.text_edit.setPlainText(self._loaded)
        self._fill_placeholders(occasion)
        self._is_own = self._texts.is_own(occasion, self.chosen_language(), verdict)
        self._show_unsaved(False)
        self._waiting.stop()
        self.show_example()

    def show_example(self) -> None:
        """The reply to an invented request, or what is wrong with the wording."""
        occasion, verdict = self.place()
        try:
            text = self._texts.example(occasion, self.chosen_language(), self.text_edit.toPlainText(), verdict)
        except ShopError as error:
            self.message.show_error(error)
            return
        self.message.clear()
        self.example_view.setPlainText(text)

    def save(self) -> None:
        occasion, verdict = self.place()
        language_code, text = self.chosen_language(), self.text_edit.toPlainText()
        attempt(
            self,
            lambda: self._texts.save(occasion, language_code, text, verdict),
            lambda _answer: self._on_saved(),
            self.message.show_error,
            self.message.say,
        )

    def _on_saved(self) -> None:
        self.load()
        self.message.say(self.tr("Saved: replies are written like this from now on."), Tone.OK)

    def ask_to_reset(self) -> None:
        """The merchant's own wording is kept nowhere else."""
        question = ConfirmDialog(
            self,
            self.tr("Back to the usual wording"),
            [
                self.tr("Your own wording of “{reply}” is dropped:").format(reply=self.place_combo.currentText()),
                _beginning(self.text_edit.toPlainText()),
            ],
            self.tr("Drop my wording"),
        )
        question.confirmed.connect(lambda _reason: self.reset())
        question.open()

    def reset(self) -> None:
        occasion, verdict = self.place()
        language_code = self.chosen_language()
        attempt(
            self,
            lambda: self._texts.reset(occasion, language_code, verdict),
            lambda _answer: self.load(),
            self.message.show_error,
            self.message.say,
        )

    def _on_language(self, _button: object, checked: bool) -> None:
        if checked:
            self.load()

    def _on_typed(self) -> None:
        self._show_unsaved(self.text_edit.toPlainText() != self._loaded)
        self._waiting.start()

    def _show_unsaved(self, unsaved: bool) -> None:
        self.save_button.setEnabled(unsaved)
        self.reset_button.setEnabled(unsaved or self._is_own)
        for widget in (self.place_combo, self.chinese_button, self.english_button):
            widget.setEnabled(not unsaved)
        self._may_drop = False

    def reject(self) -> None:
        if self.save_button.isEnabled() and not self._may_drop:
            self._may_drop = True
            self.message.say(self.tr("This wording is not saved: save it, or close once more to drop it."), Tone.WARN)
            return
        super().reject()

    def _fill_placeholders(self, occasion: Occasion) -> None:
        while self._placeholders.count():
            item = self._placeholders.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, (name, words) in enumerate(PLACEHOLDERS[occasion].items()):
            text = words[language() == "zh"]
            button = push_button(text, f"placeholder_{name}", tooltip=f"{{{name}}}")
            button.clicked.connect(lambda _checked=False, name=name: self._insert(name))
            self._placeholders.addWidget(button, number // _COLUMNS, number % _COLUMNS)

    def _insert(self, name: str) -> None:
        cursor: QTextCursor = self.text_edit.textCursor()
        cursor.insertText(f"{{{name}}}")
        self.text_edit.setFocus()

    def _place_text(self, occasion: Occasion, verdict: VerdictKind | None) -> str:
        words = {
            Occasion.APPROVED: self.tr("Approval"),
            Occasion.REFUSED: self.tr("Refusal"),
            Occasion.ASKED: self.tr("Question for evidence"),
            Occasion.PRELIMINARY: self.tr("Preliminary view"),
        }
        if verdict is None:
            return words[occasion]
        return self.tr("{occasion}: {verdict}").format(occasion=words[occasion], verdict=label(verdict))


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN].rstrip() + "…"
