"""What opens the shop, and changing it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.password_dialog import PasswordDialog
from desktop_app.ui.dialogs.recovery_code_dialog import RecoveryCodeDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of

ORDER = ("password", "keyring", "file", "recovery")


class ProtectionCard(Card):
    """Names the slots that exist; passwords and codes are changed in dialogs."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("protection_card", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._slots = plain_label(name="protection_slots", wrap=True, selectable=True)
        self._hint = plain_label(
            self.tr("Unlock the shop to change what opens it."), role="muted", name="protection_hint", wrap=True
        )
        self.password_button = push_button("", "change_password_button", self._change_password, icon="key-round")
        self.code_button = push_button(
            self.tr("New recovery code…"), "new_code_button", self._new_code, icon="refresh-cw"
        )
        self.body.addWidget(plain_label(self.tr("Protection"), role="section"))
        self.body.addWidget(self._slots)
        self.body.addWidget(self._hint)
        self.body.addLayout(row_of(self.password_button, self.code_button, 1))

    def reload(self) -> None:
        """Read which slots there are and whether they can be changed now."""
        present = self._shop.protections()
        words = {
            "password": self.tr("A password opens it."),
            "keyring": self.tr("The keyring of this computer opens it (weaker than a password)."),
            "file": self.tr("A key file beside the data opens it (weakest: whoever copies the folder has the keys)."),
            "recovery": self.tr("The recovery code opens it when all else is lost."),
        }
        self._slots.setText("\n".join(f"•  {words[kind]}" for kind in ORDER if kind in present))
        self.password_button.setText(
            self.tr("Change the password…") if "password" in present else self.tr("Set a password…")
        )
        is_open = bool(self._shop.is_unlocked)
        self._hint.setVisible(not is_open)
        self.password_button.setEnabled(is_open)
        self.code_button.setEnabled(is_open)

    def _change_password(self) -> None:
        dialog = PasswordDialog(self._window.dialog_parent(), self._shop, self._jobs)
        dialog.changed.connect(self._on_password_changed)
        dialog.open()

    def _new_code(self) -> None:
        dialog = RecoveryCodeDialog(self._window.dialog_parent(), self._shop, self._jobs, self._window)
        dialog.renewed.connect(self._on_code_renewed)
        dialog.open()

    def _on_password_changed(self) -> None:
        self.reload()
        self._window.say(self.tr("The new password opens the shop."), Tone.OK)

    def _on_code_renewed(self) -> None:
        self._window.say(self.tr("The new recovery code is in force."), Tone.OK)
