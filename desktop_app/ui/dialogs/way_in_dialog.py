"""Adding or taking away a way to open the shop: what it means, and the password once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.jobs import Jobs, Progress


class WayInDialog(FormDialog):
    """``changed`` is emitted when it is done."""

    changed = Signal()

    def __init__(
        self,
        parent: QWidget,
        shop: Any,
        jobs: Jobs,
        change: Callable[[], object],
        *,
        title: str,
        introduction: str,
        action_text: str,
        danger: bool = False,
    ) -> None:
        super().__init__(
            parent, "way_in_dialog", title, action_text, introduction=introduction, width=460, danger=danger
        )
        self._shop = shop
        self._jobs = jobs
        self._change = change
        self._asks_password = "password" in shop.protections()
        self.password_edit = line_edit("way_in_password", self.tr("Password"), longest=1024)
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.fields.add_field(self.tr("Password"), self.password_edit)
        self.fields.set_field_visible(self.password_edit, self._asks_password)

    def submit(self) -> None:
        """Deriving the key takes its time on purpose, and a keyring may ask: both off the GUI thread."""
        self.message.clear()
        password = self.password_edit.text()
        if self._asks_password and not password:
            self.ask_for(self.password_edit, self.tr("Type the password that opens the shop now."))
            return
        shop, change, asks = self._shop, self._change, self._asks_password

        def work(_progress: Progress) -> None:
            if asks:
                shop.confirm_password(password)
            change()

        self._set_busy(True)
        self._jobs.run(self, work, self._on_changed, self._on_failed)

    def _on_changed(self, _answer: None) -> None:
        self.password_edit.clear()
        self.changed.emit()
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self._set_busy(False)
        self.message.show_error(error)

    def _set_busy(self, busy: bool) -> None:
        if busy:
            self.hold(True)
        self.password_edit.setEnabled(not busy)
        if not busy:
            self.hold(False)
