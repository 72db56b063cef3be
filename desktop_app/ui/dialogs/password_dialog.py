"""Changing the password of the shop, or setting the first one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.jobs import Jobs, Progress


class PasswordDialog(FormDialog):
    """``changed`` is emitted once the new password opens the shop."""

    changed = Signal()

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs) -> None:
        self._has_password = "password" in shop.protections()
        super().__init__(
            parent,
            "password_dialog",
            self.tr("Change the password") if self._has_password else self.tr("Set a password"),
            self.tr("Save"),
            introduction=self.tr("Older backups of the shop still open with the password they were made under."),
            width=460,
        )
        self._shop = shop
        self._jobs = jobs
        self.old_edit = self._secret("old_password", self.tr("Password now"))
        self.new_edit = self._secret("new_password", self.tr("New password"))
        self.repeat_edit = self._secret("repeat_password", self.tr("New password again"))
        self.fields.add_field(self.tr("Password now"), self.old_edit)
        self.fields.set_field_visible(self.old_edit, self._has_password)
        self.fields.add_field(self.tr("New password"), self.new_edit)
        self.fields.add_field(self.tr("Once more"), self.repeat_edit)
        (self.old_edit if self._has_password else self.new_edit).setFocus()

    @staticmethod
    def _secret(name: str, title: str) -> QLineEdit:
        edit = line_edit(name, title, longest=1024)
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        return edit

    def submit(self) -> None:
        """Deriving the key takes its time on purpose, so it runs in a worker."""
        self.message.clear()
        old, new = self.old_edit.text(), self.new_edit.text()
        if self._has_password and not old:
            self.ask_for(self.old_edit, self.tr("Type the password that opens the shop now."))
            return
        if new != self.repeat_edit.text():
            self.ask_for(self.repeat_edit, self.tr("The two new passwords differ: type the same one twice."))
            return
        shop = self._shop

        def work(_progress: Progress) -> None:
            shop.vault.change_password(old or None, new)

        self._set_busy(True)
        self._jobs.run(self, work, self._on_changed, self._on_failed)

    def _on_changed(self, _answer: None) -> None:
        for edit in (self.old_edit, self.new_edit, self.repeat_edit):
            edit.clear()
        self.changed.emit()
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self._set_busy(False)
        self.message.show_error(error)

    def _set_busy(self, busy: bool) -> None:
        self.submit_button.setText(self.tr("Saving…") if busy else self.tr("Save"))
        if busy:
            self.hold(True)
        for widget in (self.old_edit, self.new_edit, self.repeat_edit):
            widget.setEnabled(not busy)
        if not busy:
            self.hold(False)
