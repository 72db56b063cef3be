"""Asks for the password, or the recovery code, that opens the card keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.screen_fit import follow_text


class UnlockDialog(QDialog):
    """``unlocked`` is emitted after the shop was unlocked; without it the window goes on with everything masked."""

    unlocked = Signal()

    def __init__(self, shop: Any, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unlock_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Unlock the shop"))
        self.setFixedWidth(420)
        self._shop = shop
        self._jobs = jobs
        self._is_busy = False
        # without a password only the code is left
        self._has_password = "password" in shop.protections()
        self._by_code = not self._has_password
        self._prompt = plain_label(role="muted", wrap=True, name="unlock_prompt")
        self.password_edit = QLineEdit()
        self.password_edit.setObjectName("password_edit")
        self.message = MessageStrip("unlock_message", closable=False)
        self._other = push_button("", "other_way_button", self._switch, kind="link")
        self.unlock_button = push_button(self.tr("Unlock"), "unlock_button", self._unlock, kind="primary")
        self.unlock_button.setDefault(True)
        self._other.setVisible(self._has_password)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("Unlock the shop"), role="title"))
        layout.addWidget(self._prompt)
        layout.addWidget(self.password_edit)
        layout.addWidget(self.message)
        self._later = push_button(self.tr("Stay locked"), "stay_locked_button", self.reject)
        layout.addLayout(row_of(self._other, 1, self._later, self.unlock_button))
        self._show_way()

    def _switch(self) -> None:
        self._by_code = not self._by_code
        self.password_edit.clear()
        self.message.clear()
        self._show_way()

    def _show_way(self) -> None:
        if self._by_code:
            self._prompt.setText(self.tr("Type the recovery code that was shown when the shop was set up."))
            self.password_edit.setAccessibleName(self.tr("Recovery code"))
            self.password_edit.setEchoMode(QLineEdit.EchoMode.Normal)
            self._other.setText(self.tr("Use the password"))
        else:
            self._prompt.setText(self.tr("Card keys and buyers' data are sealed until you type the password."))
            self.password_edit.setAccessibleName(self.tr("Password"))
            self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
            self._other.setText(self.tr("Use the recovery code"))
        self.password_edit.setPlaceholderText(self.password_edit.accessibleName())
        self.password_edit.setFocus()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def _unlock(self) -> None:
        text = self.password_edit.text()
        if not text:
            self.password_edit.setFocus()
            return
        shop, by_code = self._shop, self._by_code

        def work(_progress: Progress) -> None:
            # deriving the key takes its time on purpose
            if by_code:
                shop.unlock_with_recovery_code(text)
            else:
                shop.unlock(text)

        self._set_busy(True)
        self._jobs.run(self, work, self._on_unlocked, self._on_failed)

    def _on_unlocked(self, _answer: None) -> None:
        self.unlocked.emit()
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self._set_busy(False)
        self.message.show_error(error)
        self.password_edit.selectAll()
        self.password_edit.setFocus()

    def _set_busy(self, busy: bool) -> None:
        self.unlock_button.setText(self.tr("Unlocking…") if busy else self.tr("Unlock"))
        self._is_busy = busy
        for widget in (self.unlock_button, self.password_edit, self._other, self._later):
            widget.setEnabled(not busy)

    def reject(self) -> None:
        """Not in the second of unlocking: the shop would open although the merchant said that it stays locked."""
        if not self._is_busy:
            super().reject()
