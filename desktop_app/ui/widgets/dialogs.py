"""Small dialogs, always opened with ``open()``: nothing blocks the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.screen_fit import follow_text


class SecretDialog(QDialog):
    """Shows what is sealed, to look at and not to fill in: it goes when the shop locks."""


class ConfirmDialog(QDialog):
    """Says exactly what will happen before something that cannot be undone; with ``ask_reason`` it wants to know why.

    ``confirmed`` carries the reason (empty without ``ask_reason``). The caller connects it and calls ``open()``.
    ``option`` is the text of a box that can be ticked, :attr:`option_box`.
    """

    confirmed = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        title: str,
        consequences: str | Sequence[str],
        action_text: str,
        *,
        danger: bool = True,
        ask_reason: bool = False,
        option: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("confirm_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(440)
        lines = [consequences] if isinstance(consequences, str) else list(consequences)
        text = lines[0] if len(lines) == 1 else "\n".join(f"•  {line}" for line in lines)
        self.message = MessageStrip("confirm_message")
        self._reason: QPlainTextEdit | None = None
        self.confirm_button = push_button(
            action_text, "confirm_button", self._confirm, kind="danger" if danger else "primary"
        )
        cancel = push_button(self.tr("Cancel"), "cancel_button", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(title, role="title", wrap=True))
        layout.addWidget(plain_label(text, name="confirm_text", wrap=True, selectable=True))
        if ask_reason:
            self._reason = QPlainTextEdit()
            self._reason.setObjectName("reason_edit")
            self._reason.setAccessibleName(self.tr("Reason"))
            self._reason.setPlaceholderText(self.tr("Reason (kept in the record)"))
            self._reason.setTabChangesFocus(True)
            self._reason.setFixedHeight(76)
            layout.addWidget(self._reason)
        self.option_box = QCheckBox(option)
        self.option_box.setObjectName("confirm_option")
        layout.addWidget(self.option_box)
        self.option_box.setVisible(bool(option))
        layout.addWidget(self.message)
        layout.addSpacing(4)
        layout.addLayout(row_of(1, cancel, self.confirm_button))
        # Enter must not destroy anything by accident
        (self._reason or cancel).setFocus()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def _confirm(self) -> None:
        reason = "" if self._reason is None else self._reason.toPlainText().strip()
        if self._reason is not None and not reason:
            self.message.say(self.tr("Please give a reason first."))
            self._reason.setFocus()
            return
        self.confirmed.emit(reason)
        self.accept()


class TextDialog(QDialog):
    """A longer text to read and copy: a reply to the buyer, a report of a bug."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        introduction: str,
        text: str,
        *,
        mono: bool = False,
        extra: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("text_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(620, 420)
        self.text_edit = QPlainTextEdit(text)
        self.text_edit.setObjectName("dialog_text")
        self.text_edit.setAccessibleName(title)
        self.text_edit.setReadOnly(True)
        if mono:
            self.text_edit.setFont(mono_font(9.5))
        copy = CopyButton(self.tr("Copy"), "copy_button", self.text_edit.toPlainText)
        close = push_button(self.tr("Close"), "close_button", self.accept, kind="primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(title, role="title", wrap=True))
        if introduction:
            layout.addWidget(plain_label(introduction, name="dialog_introduction", wrap=True, selectable=True))
        layout.addWidget(self.text_edit, 1)
        buttons = row_of(copy, 1, close)
        if extra is not None:
            buttons.insertWidget(1, push_button(extra[0], "extra_button", extra[1]))
        layout.addLayout(buttons)
