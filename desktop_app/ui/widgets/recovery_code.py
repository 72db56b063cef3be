"""A recovery code on the screen, the only time it is shown: copied, printed, and typed again from where it is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.colours import Tone
from desktop_app.ui.printing import Printed, ask_printer, print_lines
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import CopyButton, SecretClipboard
from desktop_app.ui.widgets.message_strip import MessageStrip


class RecoveryCodeView(QWidget):
    """``retyped`` tells whether the code stands in the field below it."""

    retyped = Signal(bool)

    def __init__(self, data_dir: Path, secrets: SecretClipboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data_dir = data_dir
        self.code_label = plain_label(name="recovery_code", selectable=True, wrap=True)
        self.code_label.setFont(mono_font(13))
        copy = CopyButton(self.tr("Copy"), "copy_code_button", self.code_label.text, secret=secrets)
        print_button = push_button(self.tr("Print"), "print_code_button", self._print, icon="printer")
        self.again_edit = QLineEdit()
        self.again_edit.setObjectName("retype_code")
        self.again_edit.setAccessibleName(self.tr("The code, typed again"))
        self.again_edit.setPlaceholderText(self.tr("Type the code again from where you wrote it down"))
        self.again_edit.setFont(mono_font())
        self.again_edit.textChanged.connect(self._on_typed)
        self.note = MessageStrip("recovery_note", closable=False)
        layout = column_of(self.code_label, row_of(copy, print_button, 1), self.again_edit, self.note, spacing=14)
        self.setLayout(layout)

    def show_code(self, code: str) -> None:
        self.code_label.setText(code)
        self.again_edit.clear()
        self.again_edit.setFocus()

    def is_pending(self) -> bool:
        """A code is shown and was not typed again yet."""
        code = self.code_label.text()
        return bool(code) and _compact(self.again_edit.text()) != _compact(code)

    def ask(self) -> None:
        """Say what has to be done before the code may go."""
        self.note.say(self.tr("Type the code again first: it cannot be shown another time."), Tone.WARN)
        self.again_edit.setFocus()

    def _on_typed(self, _text: str) -> None:
        self.retyped.emit(not self.is_pending())

    def _print(self) -> None:
        lines = (
            self.tr("Shop folder: {folder}").format(folder=self._data_dir),
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


def _compact(code: str) -> str:
    return "".join(symbol for symbol in code.upper() if symbol.isalnum())
