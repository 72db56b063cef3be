"""What opens the shop, since when, and changing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from desktop_app.ui import labels
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.password_dialog import PasswordDialog
from desktop_app.ui.dialogs.recovery_code_dialog import RecoveryCodeDialog
from desktop_app.ui.dialogs.rotation_dialog import RotationDialog
from desktop_app.ui.dialogs.way_in_dialog import WayInDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.key_rotation import KeyRotation
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of

ORDER = ("password", "recovery", "keyring", "file")


class ProtectionCard(Card):
    """A line for each way in; passwords and codes are changed in dialogs."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("protection_card", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._hint = plain_label(
            self.tr("Unlock the shop to change what opens it."), role="muted", name="protection_hint", wrap=True
        )
        self.password_button = push_button("", "change_password_button", self._change_password)
        self.remove_password_button = push_button(self.tr("Remove…"), "remove_password_button", self._remove_password)
        self.code_button = push_button(self.tr("New code…"), "new_code_button", self._new_code)
        self.keyring_button = push_button("", "keyring_button", self._change_keyring)
        self.file_button = push_button("", "key_file_button", self._change_file)
        self.rotate_button = push_button(self.tr("Replace all keys…"), "rotate_button", self._rotate, icon="refresh-cw")
        self.continue_button = push_button(self.tr("Continue"), "continue_rotation_button", self._go_on)
        self._rotation = plain_label(name="rotation_state", wrap=True)
        self._lines: dict[str, QLabel] = {}
        self._has_keyring = False
        self.body.addWidget(plain_label(self.tr("Protection"), role="section"))
        self.body.addLayout(self._ways())
        self.body.addWidget(self._hint)
        self.body.addWidget(
            plain_label(
                self.tr(
                    "While locked, card keys, buyers, accounts and evidence cannot be read. Orders, amounts, products, "
                    "the log and issued proofs stay readable for whoever can open this computer: encrypt its disk too."
                ),
                role="muted",
                name="protection_readable",
                wrap=True,
            )
        )
        self.body.addWidget(self._rotation)
        self.body.addLayout(row_of(self.rotate_button, self.continue_button, 1))
        # loading the back ends takes its time
        jobs.run(self, lambda _progress: bool(shop.keyring_available()), self._on_keyring_known, lambda _error: None)
        runner = self._runner()
        if runner is not None:
            runner.changed.connect(self._on_rotation_changed)

    def _ways(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        buttons = {
            "password": (self.password_button, self.remove_password_button),
            "recovery": (self.code_button,),
            "keyring": (self.keyring_button,),
            "file": (self.file_button,),
        }
        for row, kind in enumerate(ORDER):
            self._lines[kind] = plain_label(name=f"way_{kind}", wrap=True, selectable=True)
            grid.addWidget(self._lines[kind], row, 0)
            grid.addLayout(row_of(1, *buttons[kind]), row, 1)
        return grid

    def _runner(self) -> KeyRotation | None:
        return self._window.dialog_parent().findChild(KeyRotation)

    def _on_keyring_known(self, available: bool) -> None:
        self._has_keyring = available
        self.reload()

    def reload(self) -> None:
        """Read which ways there are and whether they can be changed now."""
        since = {way.kind: labels.day(way.made_at, self._window.zone()) for way in self._shop.vault.ways()}
        present = {
            "password": self.tr("A password opens it, since {day}."),
            "recovery": self.tr("The recovery code of {day} opens it when all else is lost."),
            "keyring": self.tr("The keyring of this computer opens it, since {day} (weaker than a password)."),
            "file": self.tr(
                "A key file beside the data opens it, since {day} (weakest: whoever copies the folder has the keys)."
            ),
        }
        absent = {
            "password": self.tr("No password."),
            "recovery": self.tr("No recovery code."),
            "keyring": self.tr("The keyring of this computer does not open it.")
            if self._has_keyring
            else self.tr("This computer has no keyring that keeps secrets."),
            "file": self.tr("No key file."),
        }
        for kind, line in self._lines.items():
            line.setText(present[kind].format(day=since[kind]) if kind in since else absent[kind])
        self._name(
            self.password_button, self.tr("Change…") if "password" in since else self.tr("Set…"), self.tr("Password")
        )
        self._name(self.remove_password_button, self.tr("Remove…"), self.tr("Password"))
        self._name(
            self.keyring_button, self.tr("Remove…") if "keyring" in since else self.tr("Use…"), self.tr("Keyring")
        )
        self._name(self.file_button, self.tr("Remove…") if "file" in since else self.tr("Use…"), self.tr("Key file"))
        self._name(self.code_button, self.tr("New code…"), self.tr("Recovery code"))
        self.keyring_button.setVisible(self._has_keyring or "keyring" in since)
        is_open = bool(self._shop.is_unlocked)
        self._hint.setVisible(not is_open)
        self.remove_password_button.setVisible("password" in since and bool({"keyring", "file"} & since.keys()))
        for button in (
            self.password_button,
            self.remove_password_button,
            self.code_button,
            self.keyring_button,
            self.file_button,
        ):
            button.setEnabled(is_open)
        self._show_rotation(is_open)

    @staticmethod
    def _name(button: QPushButton, text: str, way: str) -> None:
        """Several buttons say the same: assistive technology hears what each is for."""
        button.setText(text)
        button.setAccessibleName(f"{way}: {text}")

    def _show_rotation(self, is_open: bool) -> None:
        state = self._shop.vault.rotation()
        runner = self._runner()
        self._rotation.setVisible(state is not None)
        self.continue_button.setVisible(state is not None and not (runner is not None and runner.is_running))
        self.continue_button.setEnabled(is_open)
        self.rotate_button.setVisible(state is None)
        self.rotate_button.setEnabled(is_open)
        if state is not None:
            self._rotation.setText(
                self.tr("The keys are being replaced since {day}: {done} of {total} done.").format(
                    day=labels.when(state.started_at, self._window.zone()),
                    done=f"{state.done:,}",
                    total=f"{state.total:,}",
                )
            )

    # changing

    def _change_password(self) -> None:
        dialog = PasswordDialog(self._window.dialog_parent(), self._shop, self._jobs)
        dialog.changed.connect(self._on_password_changed)
        dialog.open()

    def _new_code(self) -> None:
        dialog = RecoveryCodeDialog(self._window.dialog_parent(), self._shop, self._jobs, self._window)
        dialog.renewed.connect(self._on_code_renewed)
        dialog.open()

    def _remove_password(self) -> None:
        self._ask(
            lambda: self._shop.vault.stop_using("password"),
            self.tr("Remove the password"),
            self.tr(
                "The shop then opens on this computer without a question. Older backups still ask for the password."
            ),
            self.tr("Remove"),
            danger=True,
        )

    def _change_keyring(self) -> None:
        vault = self._shop.vault
        if "keyring" in self._shop.protections():
            self._ask(
                lambda: vault.stop_using("keyring"),
                self.tr("Stop using the keyring"),
                self.tr("The shop asks for the password again. The key is taken out of the keyring."),
                self.tr("Remove"),
            )
        else:
            self._ask(
                vault.use_keyring,
                self.tr("Use the keyring"),
                self.tr("The shop then opens without a question for whoever is signed in to this computer as you."),
                self.tr("Use"),
            )

    def _change_file(self) -> None:
        vault = self._shop.vault
        if "file" in self._shop.protections():
            self._ask(
                lambda: vault.stop_using("file"),
                self.tr("Remove the key file"),
                self.tr("The file is deleted. Copies of it still open backups made until now."),
                self.tr("Remove"),
            )
        else:
            self._ask(
                vault.use_key_file,
                self.tr("Use a key file"),
                self.tr(
                    "The key then stands beside the data: whoever copies the folder, or a backup program that does, "
                    "has the card keys. Use it only on a computer whose disk is encrypted."
                ),
                self.tr("Use"),
                danger=True,
            )

    def _ask(
        self, change: Callable[[], object], title: str, introduction: str, action_text: str, *, danger: bool = False
    ) -> None:
        dialog = WayInDialog(
            self._window.dialog_parent(),
            self._shop,
            self._jobs,
            change,
            title=title,
            introduction=introduction,
            action_text=action_text,
            danger=danger,
        )
        dialog.changed.connect(self._on_way_changed)
        dialog.open()

    def _rotate(self) -> None:
        dialog = RotationDialog(self._window.dialog_parent(), self._shop, self._jobs, self._window)
        dialog.started.connect(self._go_on)
        dialog.open()

    def _go_on(self) -> None:
        runner = self._runner()
        if runner is not None:
            runner.go_on()

    def _on_rotation_changed(self) -> None:
        runner = self._runner()
        if runner is None or not runner.is_running:
            self.reload()
            return
        # nothing is read from the file here: it is being written, and the window would wait
        self._rotation.setText(self.tr("The keys are being replaced; how far it is stands at the foot of the window."))
        self._rotation.show()
        self.continue_button.hide()
        self.rotate_button.hide()

    def _on_password_changed(self) -> None:
        self.reload()
        self._window.say(self.tr("The new password opens the shop."), Tone.OK)

    def _on_code_renewed(self) -> None:
        self.reload()
        self._window.say(self.tr("The new recovery code is in force."), Tone.OK)

    def _on_way_changed(self) -> None:
        self.reload()
        self._window.say(self.tr("What opens the shop was changed."), Tone.OK)
