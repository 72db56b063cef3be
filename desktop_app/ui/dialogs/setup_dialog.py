"""The first run: how card keys are protected, and the recovery code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QLineEdit, QRadioButton, QStackedLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.copy_button import SecretClipboard
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.recovery_code import RecoveryCodeView


class SetupDialog(QDialog):
    """Makes the shop in ``data_dir``; ``created`` carries the open, unlocked shop."""

    created = Signal(object)
    restore_wanted = Signal()

    def __init__(self, data_dir: Path, jobs: Jobs, secrets: SecretClipboard, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("setup_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Set up your shop"))
        self.setFixedWidth(560)
        self._data_dir = data_dir
        self._jobs = jobs
        self._secrets = secrets
        self._shop: Any | None = None
        self._steps = QStackedLayout(self)
        self._steps.addWidget(self._protection_step())
        self._steps.addWidget(self._code_step())
        self._on_protection_changed()
        # asking the keyring takes a moment; where there is none it is not offered
        self.keyring_radio.hide()
        jobs.run(self, _has_keyring, self.keyring_radio.setVisible, self.message.show_error)

    def _protection_step(self) -> QWidget:
        self.name_edit = self._edit("name_edit", self.tr("Shop name (stands on proofs)"))
        self.password_radio = QRadioButton(self.tr("A password (strongest: asked for when the program starts)"))
        self.password_radio.setObjectName("password_radio")
        self.keyring_radio = QRadioButton(
            self.tr("The keyring of this computer (weaker: whoever uses your session can open the keys)")
        )
        self.keyring_radio.setObjectName("keyring_radio")
        self.file_radio = QRadioButton(
            self.tr("A file beside the data (weakest: whoever copies the folder has the keys)")
        )
        self.file_radio.setObjectName("file_radio")
        self.password_radio.setChecked(True)
        group = QButtonGroup(self)
        for radio in (self.password_radio, self.keyring_radio, self.file_radio):
            group.addButton(radio)
        group.buttonToggled.connect(self._on_protection_changed)
        self.password_edit = self._edit("password_edit", self.tr("Password, at least 10 characters"), secret=True)
        self.repeat_edit = self._edit("repeat_edit", self.tr("The same password again"), secret=True)
        self.message = MessageStrip("setup_message", closable=False)
        self.create_button = push_button(self.tr("Create the shop"), "create_button", self._create, kind="primary")
        self.create_button.setDefault(True)
        self._cancel_button = push_button(self.tr("Cancel"), "cancel_button", self.reject)
        self.restore_button = push_button(self.tr("Restore a backup…"), "restore_button", self._restore, kind="link")
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("Set up your shop"), role="title"),
            plain_label(
                self.tr("Card keys and buyers' data are kept sealed in {folder}. Choose what opens them.").format(
                    folder=self._data_dir
                ),
                role="muted",
                wrap=True,
            ),
            self.name_edit,
            self.password_radio,
            self.password_edit,
            self.repeat_edit,
            self.keyring_radio,
            self.file_radio,
            self.message,
            1,
            row_of(self.restore_button, 1, self._cancel_button, self.create_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        return step

    def _code_step(self) -> QWidget:
        self.code = RecoveryCodeView(self._data_dir, self._secrets)
        self.start_button = push_button(self.tr("Start"), "start_button", self.accept, kind="primary")
        self.start_button.setEnabled(False)
        self.code.retyped.connect(self.start_button.setEnabled)
        self.code.again_edit.returnPressed.connect(self.start_button.click)
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("Your recovery code"), role="title"),
            plain_label(
                self.tr(
                    "It opens the shop when the password is lost, and is shown only now. "
                    "Without password and code nobody can read the card keys again."
                ),
                role="muted",
                wrap=True,
            ),
            self.code,
            1,
            row_of(1, self.start_button),
            spacing=14,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        return step

    @staticmethod
    def _edit(name: str, label: str, *, secret: bool = False) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.setPlaceholderText(label)
        if secret:
            edit.setEchoMode(QLineEdit.EchoMode.Password)
        return edit

    def _on_protection_changed(self, *_: object) -> None:
        for edit in (self.password_edit, self.repeat_edit):
            edit.setEnabled(self.password_radio.isChecked())
        self.message.clear()

    def _protection(self) -> str:
        if self.password_radio.isChecked():
            return "password"
        return "keyring" if self.keyring_radio.isChecked() else "file"

    def _create(self) -> None:
        protection, password = self._protection(), None
        if protection == "password":
            password = self.password_edit.text()
            if password != self.repeat_edit.text():
                self.message.say(self.tr("The two passwords differ: type the same one twice."))
                self.repeat_edit.setFocus()
                return
        data_dir, name = self._data_dir, self.name_edit.text()

        def work(_progress: Progress) -> tuple[Any, str]:
            from desktop_app.services import Shop
            from desktop_app.services.settings import ShopSettings

            settings = ShopSettings(shop_name=name)
            return Shop.create(data_dir, protection=protection, password=password, settings=settings, window=True)

        self._set_busy(True)
        self._jobs.run(self, work, self._on_created, self._on_failed)

    def _restore(self) -> None:
        self.reject()
        self.restore_wanted.emit()

    def _set_busy(self, busy: bool) -> None:
        """A shop that is being made belongs to this dialog: it stays until then."""
        for button in (self.create_button, self._cancel_button, self.restore_button):
            button.setEnabled(not busy)

    def _on_created(self, answer: tuple[Any, str]) -> None:
        self._shop, code = answer
        self.password_edit.clear()
        self.repeat_edit.clear()
        self._steps.setCurrentIndex(1)
        self.code.show_code(code)

    def _on_failed(self, error: ShopError) -> None:
        self._set_busy(False)
        self.message.show_error(error)

    def reject(self) -> None:
        """The code is in force already and cannot be shown another time: first it is typed again."""
        if self.code.is_pending():
            self.code.ask()
        elif self._cancel_button.isEnabled():
            super().reject()

    def done(self, result: int) -> None:
        """Once the shop is made, the window goes on with it."""
        shop, self._shop = self._shop, None
        if shop is not None:
            self.created.emit(shop)
        super().done(result)


def _has_keyring(_progress: Progress) -> bool:
    from desktop_app.services import Shop

    return Shop.keyring_available()
