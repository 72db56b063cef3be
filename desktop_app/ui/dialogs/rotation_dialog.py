"""Replacing all keys of the shop: what it means, the password, and the new recovery code before it is in force."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FieldGrid, line_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.recovery_code import RecoveryCodeView


class RotationDialog(QDialog):
    """``started`` is emitted once the new keys are in force; sealing anew is a job of the window."""

    started = Signal()

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs, window: WindowContext) -> None:
        super().__init__(parent)
        self.setObjectName("rotation_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(self.tr("Replace all keys"))
        self.setFixedWidth(600)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._asks_password = "password" in shop.protections()
        self._prepared: Any | None = None
        self._is_starting = False
        self._steps = QStackedLayout(self)
        self._layouts: list[QVBoxLayout] = []
        self._steps.addWidget(self._question())
        self._steps.addWidget(self._answer())

    # building

    def _question(self) -> QWidget:
        self.password_edit = self._secret("rotation_password", self.tr("Password now"))
        self.new_edit = self._secret("rotation_new_password", self.tr("New password"))
        self.repeat_edit = self._secret("rotation_repeat_password", self.tr("Once more"))
        self.new_edit.setPlaceholderText(self.tr("Empty: the password stays"))
        fields = FieldGrid(title_width=130)
        for edit in (self.password_edit, self.new_edit, self.repeat_edit):
            fields.add_field(edit.accessibleName(), edit)
            fields.set_field_visible(edit, self._asks_password)
        self.message = MessageStrip("rotation_message", closable=False)
        self.next_button = push_button(self.tr("Next"), "rotation_next", self._prepare, kind="primary")
        self.next_button.setDefault(True)
        paragraphs = (
            self.tr(
                "Every card key, all buyers' data and the evidence are sealed under new keys. Do this when somebody "
                "may know the password, the recovery code, or have a copy of the shop. A new password alone does not "
                "help then: the keys behind it stay the same."
            ),
            self.tr(
                "Backups made until now still open with the password of their time, and only they: keep that password "
                "as long as you keep them, or delete them."
            ),
            self.tr(
                "It takes about a minute for a million keys and can be paused. You can go on working; only importing "
                "keys waits until it is done."
            ),
        )
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("Replace all keys"), role="title"),
            *(plain_label(text, wrap=True) for text in paragraphs),
            fields,
            self.message,
            1,
            row_of(1, push_button(self.tr("Cancel"), "rotation_cancel", self.reject), self.next_button),
            spacing=12,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        self._layouts.append(layout)
        return step

    @staticmethod
    def _secret(name: str, title: str) -> QLineEdit:
        edit = line_edit(name, title, longest=1024)
        edit.setEchoMode(QLineEdit.EchoMode.Password)
        return edit

    def _answer(self) -> QWidget:
        self.code = RecoveryCodeView(self._shop.data_dir, self._window.secrets)
        self.start_button = push_button(self.tr("Replace the keys"), "rotation_start", self._start, kind="primary")
        self.start_button.setEnabled(False)
        self.back_out_button = push_button(self.tr("Cancel"), "rotation_back_out", self.reject)
        self.code.retyped.connect(self.start_button.setEnabled)
        self.code.again_edit.returnPressed.connect(self.start_button.click)
        self.start_message = MessageStrip("rotation_start_message", closable=False)
        step = QWidget()
        layout = column_of(
            plain_label(self.tr("Your new recovery code"), role="title"),
            plain_label(
                self.tr(
                    "It opens the shop from the moment the keys are replaced; the old one opens older backups only."
                ),
                role="muted",
                wrap=True,
            ),
            self.code,
            self.start_message,
            1,
            row_of(1, self.back_out_button, self.start_button),
            spacing=14,
        )
        layout.setContentsMargins(24, 22, 24, 18)
        step.setLayout(layout)
        self._layouts.append(layout)
        return step

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
            # the height of wrapped text is known only with the width
            self.setMinimumHeight(max(layout.totalHeightForWidth(self.width()) for layout in self._layouts))
        return handled

    # doing

    def _prepare(self) -> None:
        password, new = self.password_edit.text(), self.new_edit.text()
        self.message.clear()
        if self._asks_password and not password:
            self.message.say(self.tr("Type the password that opens the shop now."))
            self.password_edit.setFocus()
            return
        if new != self.repeat_edit.text():
            self.message.say(self.tr("The two new passwords differ: type the same one twice."))
            self.repeat_edit.setFocus()
            return
        shop = self._shop
        asked = password if self._asks_password else None

        def work(_progress: Progress) -> Any:
            # deriving the keys takes its time on purpose
            return shop.vault.prepare_rotation(asked, new or None)

        self._set_busy(True)
        self._jobs.run(self, work, self._on_prepared, self._on_refused)

    def _on_prepared(self, prepared: Any) -> None:
        self._prepared = prepared
        for edit in (self.password_edit, self.new_edit, self.repeat_edit):
            edit.clear()
        self._set_busy(False)
        self._steps.setCurrentIndex(1)
        self.code.show_code(prepared.recovery_code)

    def _on_refused(self, error: ShopError) -> None:
        self._set_busy(False)
        self.message.show_error(error)
        self.password_edit.selectAll()
        self.password_edit.setFocus()

    def _set_busy(self, busy: bool) -> None:
        self.next_button.setText(self.tr("Making new keys…") if busy else self.tr("Next"))
        for widget in (self.next_button, self.password_edit, self.new_edit, self.repeat_edit):
            widget.setEnabled(not busy)

    def _start(self) -> None:
        shop, prepared = self._shop, self._prepared

        def work(_progress: Progress) -> None:
            shop.vault.start_rotation(prepared)

        self.start_message.clear()
        self._set_starting(True)
        self._jobs.run(self, work, self._on_started, self._on_not_started)

    def _on_started(self, _answer: None) -> None:
        self._prepared = None
        self.started.emit()
        self.accept()

    def _on_not_started(self, error: ShopError) -> None:
        self._set_starting(False)
        self.start_message.show_error(error)

    def _set_starting(self, starting: bool) -> None:
        self._is_starting = starting
        self.start_button.setText(self.tr("Making a backup first…") if starting else self.tr("Replace the keys"))
        for button in (self.start_button, self.back_out_button):
            button.setEnabled(not starting)

    def reject(self) -> None:
        """What was begun is waited for: the keys that are just being put in force must not be forgotten."""
        if not self._is_starting:
            super().reject()

    def done(self, result: int) -> None:
        """Without the start nothing happened: the code opens nothing, and the new keys are forgotten."""
        if self._prepared is not None:
            self._prepared.discard()
            self._prepared = None
        super().done(result)
