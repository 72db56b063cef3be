"""Who signs for the shop: the fingerprint to publish, and replacing the key behind it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.services.verification import grouped
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_file, choose_target
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import day
from desktop_app.ui.theme import mono_font
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.message_strip import MessageStrip


class IdentityCard(Card):
    """The fingerprint in force, what to do with it, and the ones before."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__("identity_card", parent=parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._printed = ""
        self._is_busy = False
        self._about = plain_label(role="muted", name="identity_about", wrap=True)
        self._fingerprint = plain_label(name="identity_fingerprint", selectable=True)
        self._fingerprint.setFont(mono_font())
        self._earlier = plain_label(role="muted", name="identity_earlier", wrap=True, selectable=True)
        self.make_button = push_button(
            self.tr("Make the certificate"), "identity_make", self._make, kind="primary", icon="stamp"
        )
        self.copy_button = push_button(self.tr("Copy the fingerprint"), "identity_copy", self._copy, icon="copy")
        self.picture_button = push_button(
            self.tr("Save as picture…"), "identity_picture", self._choose_picture, icon="save"
        )
        self.rotate_button = push_button(
            self.tr("Replace the key…"), "identity_rotate", self._ask_rotate, icon="refresh-cw"
        )
        self.import_button = push_button(self.tr("Use a .p12…"), "identity_import", self._choose_p12)
        self.message = MessageStrip("identity_message")
        self.body.addWidget(plain_label(self.tr("Signature of the proofs"), role="section"))
        self.body.addWidget(
            plain_label(
                self.tr(
                    "Publish this fingerprint on the shop page before there is a dispute: by it everybody knows your "
                    "proofs. A name in a certificate proves nothing."
                ),
                role="muted",
                wrap=True,
            )
        )
        self.body.addWidget(self._fingerprint)
        self.body.addWidget(self._about)
        self.body.addWidget(self.message)
        self.body.addLayout(row_of(self.make_button, self.copy_button, self.picture_button, 1))
        self.body.addLayout(row_of(self.rotate_button, self.import_button, 1))
        self.body.addWidget(self._earlier)

    def reload(self) -> None:
        """Read which certificates there are and whether they can be changed now."""
        lines = self._shop.identities.list()
        current = lines[0] if lines else None
        zone = self._window.zone()
        self._printed = current.fingerprint if current else ""
        self._fingerprint.setText(grouped(self._printed))
        self._fingerprint.setVisible(bool(current))
        if current is None:
            self._about.setText(self.tr("There is no certificate yet; the first proof makes one."))
        else:
            issuer = current.issuer if current.is_imported else self.tr("made by this shop")
            self._about.setText(
                self.tr("{name} · {issuer} · valid until {day}").format(
                    name=current.name, issuer=issuer, day=day(current.valid_until, zone)
                )
            )
        earlier = [
            self.tr("Until {day}: {fingerprint}").format(day=day(newer.created_at, zone), fingerprint=line.fingerprint)
            for newer, line in pairwise(lines)
        ]
        self._earlier.setText("\n".join([self.tr("Before, vouching for its successor:"), *earlier]) if earlier else "")
        self._earlier.setVisible(bool(earlier))
        self.make_button.setVisible(current is None)
        self.copy_button.setVisible(current is not None)
        self.picture_button.setVisible(current is not None)
        self.rotate_button.setVisible(current is not None)
        self._enable()

    def _enable(self) -> None:
        """One step at a time: a key that a second click replaces at once was never published."""
        self.picture_button.setEnabled(not self._is_busy)
        for button in (self.make_button, self.rotate_button, self.import_button):
            button.setEnabled(bool(self._shop.is_unlocked) and not self._is_busy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(grouped(self._printed))
        self.message.say(self.tr("The fingerprint is on the clipboard."), Tone.OK)

    def _choose_picture(self) -> None:
        choose_target(
            self._window.dialog_parent(),
            self.tr("Save as picture"),
            "kamidesk-fingerprint.png",
            [self.tr("Picture (*.png)")],
            self.save_picture,
        )

    def save_picture(self, path: Path) -> None:
        """Write the picture in a worker."""
        identities = self._shop.identities
        self._run(lambda: identities.save_picture(path), self.tr("Saved. Publish the picture on the shop page."))

    def _make(self) -> None:
        self._run(self._shop.identities.ensure, self.tr("The certificate is made. Publish its fingerprint."))

    def _ask_rotate(self) -> None:
        dialog = ConfirmDialog(
            self._window.dialog_parent(),
            self.tr("Replace the key that signs"),
            [
                self.tr("Proofs are signed with a new key from now on; those issued until now stay valid."),
                self.tr("The old key vouches for the new one, so whoever knows the old fingerprint can follow."),
                self.tr("Publish the new fingerprint beside the old one."),
            ],
            self.tr("Replace the key"),
            danger=False,
        )
        dialog.confirmed.connect(lambda _reason: self.rotate())
        dialog.open()

    def rotate(self) -> None:
        """Put a new key in force, in a worker."""
        self._run(self._shop.identities.rotate, self.tr("The new key signs from now on. Publish its fingerprint."))

    def _choose_p12(self) -> None:
        choose_file(
            self._window.dialog_parent(),
            self.tr("Use a .p12"),
            [self.tr("Certificates (*.p12 *.pfx)")],
            self._ask_password,
        )

    def _ask_password(self, path: Path) -> None:
        dialog = P12Dialog(self._window.dialog_parent(), path)
        dialog.accepted.connect(lambda: self.import_p12(path, dialog.password_edit.text()))
        dialog.open()

    def import_p12(self, path: Path, password: str) -> None:
        """Sign with the certificate in ``path`` from now on."""
        identities = self._shop.identities
        self._run(
            lambda: identities.import_p12(path, password),
            self.tr("The imported certificate signs from now on. Publish its fingerprint."),
        )

    def _run(self, work: Callable[[], object], done: str) -> None:
        self.message.clear()

        def on_done(_result: object) -> None:
            self._is_busy = False
            self.reload()
            self.message.say(done, Tone.OK)

        def in_worker(_progress: Progress) -> object:
            return work()

        self._is_busy = True
        self._enable()
        self._jobs.run(self, in_worker, on_done, self._on_failed)

    def _on_failed(self, error: ShopError) -> None:
        self._is_busy = False
        self._enable()
        self.message.show_error(error)


class P12Dialog(QDialog):
    """Asks for the password of a certificate file."""

    def __init__(self, parent: QWidget, path: Path) -> None:
        super().__init__(parent)
        self.setObjectName("p12_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(self.tr("Use a .p12"))
        self.setFixedWidth(460)
        self.password_edit = QLineEdit()
        self.password_edit.setObjectName("p12_password")
        self.password_edit.setAccessibleName(self.tr("Password of the certificate file"))
        self.password_edit.setPlaceholderText(self.tr("Password of the certificate file"))
        self.password_edit.setEchoMode(QLineEdit.EchoMode.Password)
        use = push_button(self.tr("Use"), "p12_use", self.accept, kind="primary")
        use.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(path.name, role="title", wrap=True))
        layout.addWidget(
            plain_label(
                self.tr("The key must be P-256. Proofs are signed with this certificate from now on."), wrap=True
            )
        )
        layout.addWidget(self.password_edit)
        layout.addLayout(row_of(1, push_button(self.tr("Cancel"), "p12_cancel", self.reject), use))
