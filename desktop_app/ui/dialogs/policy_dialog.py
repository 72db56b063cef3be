"""A new channel with its rules, or the next version of a channel's rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.policies import LintWarning
from desktop_app.domain.states import FeeDisclosure, PlatformKind
from desktop_app.services.policies import ChannelLine, PolicyDraft, PolicyLine
from desktop_app.ui.attempts import attempt
from desktop_app.ui.dialogs.form_dialog import FieldGrid, line_edit
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of, separator
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.policy_form import PolicyForm
from desktop_app.ui.widgets.screen_fit import resize_within_screen

FIRST_DRAFT = PolicyDraft(fee_bp=500, fee_disclosure=FeeDisclosure.CLEAR)
"""What most third-party channels of the trade start from (seed A27): 24 h, 5 %, said clearly."""


class PolicyDialog(QDialog):
    """Without a channel it adds one; with a channel it adds a version, prefilled with the one in force.

    ``saved`` carries the id of the channel.
    """

    saved = Signal(object)

    def __init__(
        self, parent: QWidget, shop: Any, channel: ChannelLine | None = None, newest: PolicyLine | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("policy_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._shop = shop
        self._channel = channel
        title = (
            self.tr("Add a channel")
            if channel is None
            else self.tr("New rules for {channel}").format(channel=channel.name)
        )
        self.setWindowTitle(title)
        resize_within_screen(self, 960, 720)
        self.name_edit = line_edit(
            "channel_name", self.tr("Name of the channel"), placeholder=self.tr("e.g. Taobao shop"), longest=60
        )
        self.kind_combo = EnumCombo(self.tr("Kind of the channel"), "channel_kind", PlatformKind)
        self.kind_combo.set_code(PlatformKind.THIRD_PARTY if channel is None else channel.platform_kind)
        self.note_edit = line_edit("channel_note", self.tr("Note"), longest=200)
        self.form = PolicyForm(self._lint)
        self.form.set_draft(FIRST_DRAFT if newest is None else newest.draft)
        self.kind_combo.code_chosen.connect(self._on_kind_chosen)
        self.message = MessageStrip("policy_message", closable=False)
        self.save_button = push_button(
            self.tr("Add the channel") if channel is None else self.tr("Save as a new version"),
            "save_button",
            self.save,
            kind="primary",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(title, role="title", wrap=True))
        layout.addWidget(plain_label(self._scope(newest), role="muted", name="policy_scope", wrap=True))
        if channel is None:
            fields = FieldGrid(title_width=120)
            fields.add_field(self.tr("Name"), self.name_edit)
            fields.add_field(
                self.tr("Kind"), self.kind_combo, self.tr("The kind cannot be changed later: orders are judged by it.")
            )
            fields.add_field(self.tr("Note"), self.note_edit)
            layout.addLayout(fields)
            layout.addWidget(separator())
        else:
            for field in (self.name_edit, self.kind_combo, self.note_edit):
                field.setParent(self)
                field.hide()
        scroll = QScrollArea()
        scroll.setObjectName("policy_scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.form)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.message)
        layout.addLayout(row_of(1, push_button(self.tr("Cancel"), "cancel_button", self.reject), self.save_button))
        (self.name_edit if channel is None else self.form.window_spin).setFocus()

    def _scope(self, newest: PolicyLine | None) -> str:
        if newest is None:
            return self.tr("Every order keeps the rules in force when it was placed. These are version 1.")
        return self.tr(
            "Version {next} counts for orders placed from the moment it is saved. "
            "Orders placed before keep their version; {count} stand under version {version}."
        ).format(next=newest.version + 1, count=newest.order_count, version=newest.version)

    def _lint(self, draft: PolicyDraft) -> Sequence[LintWarning]:
        found: list[LintWarning] = self._shop.policies.lint_kind(
            self.kind_combo.code() or PlatformKind.THIRD_PARTY, draft
        )
        return found

    def _on_kind_chosen(self, *_: object) -> None:
        self.form.check()

    def save(self) -> None:
        """Warnings do not stop the merchant; what the service refuses stays beside the fields."""
        self.message.clear()
        policies, draft = self._shop.policies, self.form.draft()
        channel, name, note = self._channel, self.name_edit.text(), self.note_edit.text()
        kind = self.kind_combo.code() or PlatformKind.THIRD_PARTY

        def store() -> int:
            if channel is None:
                return int(policies.add_channel(name, kind, draft, note))
            policies.add_version(channel.id, draft)
            return channel.id

        attempt(self, store, self._on_saved, self.message.show_error, self.message.say)

    def _on_saved(self, channel_id: int) -> None:
        self.saved.emit(channel_id)
        self.accept()
