"""Renaming a channel, and retiring it or bringing it back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.services.policies import ChannelLine
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit


class ChannelDialog(FormDialog):
    """``saved`` carries the id of the channel."""

    saved = Signal(object)

    def __init__(self, parent: QWidget, shop: Any, channel: ChannelLine) -> None:
        super().__init__(parent, "channel_dialog", self.tr("Change the channel"), self.tr("Save"), width=480)
        self._shop = shop
        self._channel = channel
        self.name_edit = line_edit("channel_name", self.tr("Name of the channel"), text=channel.name, longest=60)
        self.note_edit = note_edit("channel_note", self.tr("Note"), text=channel.note)
        self.active_box = QCheckBox(self.tr("In use: new orders can be entered for it"))
        self.active_box.setObjectName("channel_active")
        self.active_box.setChecked(channel.active)
        self.fields.add_field(self.tr("Name"), self.name_edit)
        self.fields.add_field(self.tr("Note"), self.note_edit)
        self.fields.add_field("", self.active_box, self.tr("Its orders and their rules stay either way."))
        self.name_edit.setFocus()

    def apply(self) -> None:
        self._shop.policies.change_channel(
            self._channel.id,
            name=self.name_edit.text(),
            note=self.note_edit.toPlainText(),
            active=self.active_box.isChecked(),
        )
        self.saved.emit(self._channel.id)
