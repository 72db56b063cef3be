"""What was said: the buyer's words, the shop's, notes, disputes; and the reply that is ready to copy."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.services.request_lines import EscalationLine, MessageLine
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.labels import label, language, when
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton


class CorrespondenceView(QWidget):
    """Oldest first; a line to add a note that the buyer never sees."""

    note_written = Signal(str)
    outcome_wanted = Signal(object)
    """EscalationLine that has not ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("correspondence_view")
        self._shown: object = None
        self._lines = QVBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(6)
        self.note_edit = QLineEdit()
        self.note_edit.setObjectName("note_edit")
        self.note_edit.setAccessibleName(self.tr("Note for the shop"))
        self.note_edit.setPlaceholderText(self.tr("Note for the shop; the buyer never sees it"))
        self.note_edit.returnPressed.connect(self._add_note)
        self.note_button = push_button(self.tr("Add note"), "add_note_button", self._add_note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Correspondence and notes"), role="section"))
        layout.addLayout(self._lines)
        row = row_of(self.note_edit, self.note_button)
        row.setStretch(0, 1)
        layout.addLayout(row)

    def show_detail(self, detail: RequestDetail, zone: ZoneInfo) -> None:
        is_open = detail.preview is not None
        self.note_edit.setVisible(is_open)
        self.note_button.setVisible(is_open)
        content = (detail.line.id, detail.text, detail.messages, detail.escalations, is_open)
        if content == self._shown:
            return
        if self._shown is None or content[0] != self._shown_id():
            self.note_edit.clear()
        self._shown = content
        self._clear()
        if detail.text:
            head = f"{when(detail.line.requested_at, zone)}  ·  {self.tr('Buyer')}"
            self._add("request_text", head, detail.text)
        for message in detail.messages:
            self._add(f"message_{message.id}", self._head(message, zone), message.text)
        for escalation in detail.escalations:
            self._add_escalation(escalation, zone)

    def clear_note(self) -> None:
        self.note_edit.clear()

    def _shown_id(self) -> object:
        return self._shown[0] if isinstance(self._shown, tuple) else None

    def _clear(self) -> None:
        while self._lines.count():
            item = self._lines.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _add(self, name: str, head: str, text: str) -> QVBoxLayout:
        box = QFrame()
        box.setObjectName(f"{name}_box")
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(2)
        layout.addWidget(plain_label(head, role="muted", wrap=True))
        layout.addWidget(plain_label(text, name=name, wrap=True, selectable=True))
        self._lines.addWidget(box)
        return layout

    def _head(self, message: MessageLine, zone: ZoneInfo) -> str:
        kinds = {
            "ask": self.tr("asked for evidence"),
            "answer": self.tr("answered"),
            "negotiation": self.tr("negotiated"),
            "reply": self.tr("replied"),
        }
        who = {"buyer": self.tr("Buyer"), "shop": self.tr("Shop"), "note": self.tr("Note")}[message.actor]
        parts = [when(message.at, zone), who]
        if message.kind in kinds:
            parts.append(kinds[message.kind])
        if message.actor != "buyer":
            parts.append(message.by)
        return "  ·  ".join(parts)

    def _add_escalation(self, escalation: EscalationLine, zone: ZoneInfo) -> None:
        head = f"{when(escalation.opened_at, zone)}  ·  {label(escalation.target)}"
        if escalation.reference:
            head += f"  ·  {escalation.reference}"
        ended = escalation.result is not None or bool(escalation.outcome)
        if ended:
            words = [label(escalation.result) if escalation.result else "", escalation.outcome]
            outcome = self.tr("Outcome: {text}").format(text=" · ".join(part for part in words if part))
        elif escalation.answered_at is not None:
            outcome = self.tr("Answered, not ended")
        else:
            outcome = self.tr("No answer yet")
        reopened = self.tr("Opened again as {request}").format(request=escalation.reopened_no)
        parts = [part for part in (escalation.note, outcome, reopened if escalation.reopened_no else "") if part]
        layout = self._add(f"escalation_{escalation.id}", head, "\n".join(parts))
        if escalation.result is None:
            button = push_button(
                self.tr("Record the outcome…"),
                f"outcome_button_{escalation.id}",
                lambda: self.outcome_wanted.emit(escalation),
                kind="link",
            )
            layout.addLayout(row_of(button, 1))

    def _add_note(self) -> None:
        text = self.note_edit.text().strip()
        if text:
            self.note_written.emit(text)


class ReplyView(QWidget):
    """The text for the buyer, Chinese or English, ready to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reply_view")
        self._texts = {"zh": "", "en": ""}
        self._title = plain_label(role="section", name="reply_title")
        self.chinese_button = self._choice("中文", "reply_zh_button")
        self.english_button = self._choice("English", "reply_en_button")
        group = QButtonGroup(self)
        group.addButton(self.chinese_button)
        group.addButton(self.english_button)
        # buyers read Chinese unless the window itself is in another language
        (self.chinese_button if language() == "zh" else self.english_button).setChecked(True)
        # not clicked: assistive technology toggles without a click
        group.buttonToggled.connect(self._show)
        self.text_edit = QPlainTextEdit()
        self.text_edit.setObjectName("reply_text")
        self.text_edit.setAccessibleName(self.tr("Reply to the buyer"))
        self.text_edit.setReadOnly(True)
        self.text_edit.setTabChangesFocus(True)
        self.text_edit.setFixedHeight(148)
        self.copy_button = CopyButton(self.tr("Copy reply"), "copy_reply_button", self.text_edit.toPlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(self._title, 1, self.chinese_button, self.english_button, spacing=4))
        layout.addWidget(self.text_edit)
        layout.addLayout(row_of(self.copy_button, 1))

    def show_detail(self, detail: RequestDetail) -> None:
        source = detail.decision or detail.preview
        self.setVisible(source is not None)
        if source is None:
            return
        decided = detail.decision is not None
        self._title.setText(self.tr("Reply to the buyer") if decided else self.tr("Reply so far (preliminary)"))
        self._texts = {"zh": source.reply_zh, "en": source.reply_en}
        self._show()

    def text(self) -> str:
        return self.text_edit.toPlainText()

    def _choice(self, text: str, name: str) -> QPushButton:
        button = push_button(text, name, kind="choice")
        button.setCheckable(True)
        return button

    def _show(self, *_: object) -> None:
        text = self._texts["zh" if self.chinese_button.isChecked() else "en"]
        if text != self.text_edit.toPlainText():
            self.text_edit.setPlainText(text)
            self.text_edit.verticalScrollBar().setValue(0)
