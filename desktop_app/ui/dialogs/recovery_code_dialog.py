"""A new recovery code: shown once, written down, typed again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QStackedLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.recovery_code import RecoveryCodeView


class RecoveryCodeDialog(QDialog):
    """First asks, then shows the code until it was typed again; ``renewed`` is emitted when the new one is in force."""

    renewed = Signal()

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs, window: WindowContext) -> None:
        super().__init__(parent)
        self.setObjectName("recovery_code_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(self.tr("New recovery code"))
        self.setFixedWidth(560)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._asks_password = "password" in shop.protections()
        self._is_making = False
        self._steps = QStackedLayout(self)
        self._steps.addWidget(self._question())
        self._steps.addWidget(self._answer())

    def _question(self) -> QWidget:
        self.password_edit = QLineEdit()
        self.password_edit.setObjectName("recovery_password")
        self.password_edit.setAccessibleName(self.tr("Password of the shop"))
        self.password_edit.setPlaceholderText(self.tr("Password of the shop"))
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.password_edit.setVisible(self._asks_password)
        self.message = MessageStrip("recovery_message", closable=False)
        self.make_button = push_button(self.tr("Make a new code"), "make_code_button", self._make, kind="primary")
        self.make_button.setDefault(True)
        self.cancel_button = push_button(self.tr("Cancel"), "cancel_button", self.reject)
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("New recovery code"), role="title"),
            plain_label(
                self.tr("The code you have now opens nothing any more. The new one is shown only once."), wrap=True
            ),
            self.password_edit,
            self.message,
            1,
            row_of(1, self.cancel_button, self.make_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        return step

    def _answer(self) -> QWidget:
        self.code = RecoveryCodeView(self._shop.data_dir, self._window.secrets)
        self.done_button = push_button(self.tr("Done"), "code_done_button", self.accept, kind="primary")
        self.done_button.setEnabled(False)
        self.code.retyped.connect(self.done_button.setEnabled)
        self.code.again_edit.returnPressed.connect(self.done_button.click)
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("Your new recovery code"), role="title"),
            plain_label(
                self.tr(
                    "Without password and code nobody can read the card keys again. Keep it apart from this computer."
                ),
                role="muted",
                wrap=True,
            ),
            self.code,
            1,
            row_of(1, self.done_button),
            spacing=14,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        return step

    def _make(self) -> None:
        password = self.password_edit.text() if self._asks_password else None
        shop = self._shop

        def work(_progress: Progress) -> str:
            if password is not None:
                shop.confirm_password(password)
            code: str = shop.vault.new_recovery_code()
            return code

        self._set_making(True)
        self._jobs.run(self, work, self._on_made, self._on_failed)

    def _on_made(self, code: str) -> None:
        self._is_making = False
        self.password_edit.clear()
        self._steps.setCurrentIndex(1)
        self.code.show_code(code)
        self.renewed.emit()

    def _on_failed(self, error: ShopError) -> None:
        self._set_making(False)
        self.message.show_error(error)
        self.password_edit.selectAll()
        self.password_edit.setFocus()

    def _set_making(self, making: bool) -> None:
        self._is_making = making
        for widget in (self.make_button, self.cancel_button, self.password_edit):
            widget.setEnabled(not making)

    def reject(self) -> None:
        """Once the code is in force, only typing it again closes the dialog: it cannot be shown another time."""
        if self.code.is_pending():
            self.code.ask()
        elif not self._is_making:
            super().reject()
