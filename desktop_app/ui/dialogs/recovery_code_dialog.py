"""A new recovery code: shown once, written down, typed again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QDialog, QLineEdit, QStackedLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.printing import Printed, ask_printer, print_lines
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton
from desktop_app.ui.widgets.message_strip import MessageStrip


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
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("New recovery code"), role="title"),
            plain_label(
                self.tr("The code you have now opens nothing any more. The new one is shown only once."), wrap=True
            ),
            self.password_edit,
            self.message,
            1,
            row_of(1, push_button(self.tr("Cancel"), "cancel_button", self.reject), self.make_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        return step

    def _answer(self) -> QWidget:
        self.code_label = plain_label(name="recovery_code", selectable=True, wrap=True)
        self.code_label.setFont(mono_font(13))
        copy = CopyButton(self.tr("Copy"), "copy_code_button", self.code_label.text, secret=self._window.secrets)
        print_button = push_button(self.tr("Print"), "print_code_button", self._print, icon="printer")
        self.again_edit = QLineEdit()
        self.again_edit.setObjectName("retype_code")
        self.again_edit.setAccessibleName(self.tr("The code, typed again"))
        self.again_edit.setPlaceholderText(self.tr("Type the code again from where you wrote it down"))
        self.again_edit.setFont(mono_font())
        self.again_edit.textChanged.connect(self._on_typed)
        self.note = MessageStrip("recovery_note", closable=False)
        self.done_button = push_button(self.tr("Done"), "code_done_button", self.accept, kind="primary")
        self.done_button.setEnabled(False)
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
            self.code_label,
            row_of(copy, print_button, 1),
            self.again_edit,
            self.note,
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
            code: str = shop.new_recovery_code()
            return code

        self.make_button.setEnabled(False)
        self._jobs.run(self, work, self._on_made, self._on_failed)

    def _on_made(self, code: str) -> None:
        self.password_edit.clear()
        self.code_label.setText(code)
        self._steps.setCurrentIndex(1)
        self.again_edit.setFocus()
        self.renewed.emit()

    def _on_failed(self, error: ShopError) -> None:
        self.make_button.setEnabled(True)
        self.message.show_error(error)
        self.password_edit.selectAll()

    def _on_typed(self, text: str) -> None:
        self.done_button.setEnabled(_compact(text) == _compact(self.code_label.text()))

    def _print(self) -> None:
        lines = (
            self.tr("Shop folder: {folder}").format(folder=self._shop.data_dir),
            self.tr("It opens the shop when the password is lost. Keep it apart from the computer."),
        )
        title, code = self.tr("Recovery code of the shop"), self.code_label.text()

        def accepted(printer: QPrinter) -> None:
            try:
                self._on_printed(print_lines(printer, title, lines, code))
            except ShopError as error:
                self.note.show_error(error)

        ask_printer(self, "kamidesk-recovery-code", self.tr("Print the recovery code"), accepted)

    def _on_printed(self, printed: Printed) -> None:
        self.note.say(self.tr("Sent to {printer}.").format(printer=printed.printer), Tone.OK)

    def reject(self) -> None:
        """Once the code is in force, only typing it again closes the dialog: it cannot be shown another time."""
        if self.code_label.text() and not self.done_button.isEnabled():
            self.note.say(self.tr("Type the code again first: it cannot be shown another time."), Tone.WARN)
            self.again_edit.setFocus()
        else:
            super().reject()


def _compact(code: str) -> str:
    return "".join(symbol for symbol in code.upper() if symbol.isalnum())
