"""The event log for somebody else: how much of it is shown, and where it is written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip


class LogExportDialog(QDialog):
    """Asks and closes; ``chosen`` carries path, order number (empty: all) and whether the texts are withheld."""

    chosen = Signal(object, str, bool)

    def __init__(self, parent: QWidget, is_unlocked: bool, order_no: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("log_export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export the event log for somebody else"))
        self.setMinimumWidth(540)
        self.all_button = self._choice(self.tr("Every event"), "log_export_all")
        self.order_choice = self._choice(
            self.tr("The events of one order; of all others only the hash"), "log_export_one"
        )
        self.hash_button = self._choice(self.tr("Hashes only: proves the sequence, shows nothing"), "log_export_hashes")
        self._choices = QButtonGroup(self)
        for button in (self.all_button, self.order_choice, self.hash_button):
            self._choices.addButton(button)
        self.order_edit = QLineEdit(order_no)
        self.order_edit.setObjectName("log_export_order")
        self.order_edit.setAccessibleName(self.tr("Order number"))
        self.order_edit.setPlaceholderText(self.tr("Order number"))
        (self.order_choice if order_no else self.all_button).setChecked(True)
        self.order_choice.toggled.connect(self._on_choice)
        self.message = MessageStrip("log_export_message", closable=False)
        self.cancel_button = push_button(self.tr("Cancel"), "log_export_cancel", self.reject)
        self.write_button = push_button(
            self.tr("Choose the file…"), "log_export_write", self._choose, kind="primary", icon="file-down"
        )
        self.write_button.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(plain_label(self.windowTitle(), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "One file with the chain, its signatures and certificates. Whoever gets it checks it with "
                    "“kamidesk audit verify FILE”, without this shop."
                ),
                role="muted",
                wrap=True,
            )
        )
        layout.addWidget(self.all_button)
        layout.addWidget(self.order_choice)
        layout.addWidget(self.order_edit)
        layout.addWidget(self.hash_button)
        layout.addWidget(self.message)
        layout.addLayout(row_of(1, self.cancel_button, self.write_button))
        if not is_unlocked:
            self.message.say(
                self.tr("The shop is locked: the events since the last signature go out unsigned. Unlock it first."),
                Tone.WARN,
            )
        self._on_choice()

    @staticmethod
    def _choice(text: str, name: str) -> QRadioButton:
        button = QRadioButton(text)
        button.setObjectName(name)
        return button

    def _on_choice(self, *_: object) -> None:
        self.order_edit.setEnabled(self.order_choice.isChecked())

    def _choose(self) -> None:
        order_no = self.order_edit.text().strip() if self.order_choice.isChecked() else ""
        if self.order_choice.isChecked() and not order_no:
            self.message.say(self.tr("Which order? Type its number."), Tone.BAD)
            self.order_edit.setFocus()
            return
        name = f"event-log-{order_no}.jsonl" if order_no else "event-log.jsonl"
        safe = "".join(symbol if symbol.isalnum() or symbol in "-_." else "_" for symbol in name)
        choose_target(self, self.windowTitle(), safe, [self.tr("Lines of JSON (*.jsonl)")], self.take)

    def take(self, path: Path) -> None:
        """Write to ``path`` what is chosen."""
        order_no = self.order_edit.text().strip() if self.order_choice.isChecked() else ""
        self.chosen.emit(path, order_no, self.hash_button.isChecked())
        self.accept()
