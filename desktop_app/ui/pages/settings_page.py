"""The settings of the shop, what protects it, and whether it is sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.errors import BadInputError
from desktop_app.services.shop_settings import ShopSettings, checked
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone, tokens
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import error_text
from desktop_app.ui.theme import Scheme, apply_theme, wants_dark
from desktop_app.ui.widgets.about_card import AboutCard
from desktop_app.ui.widgets.backup_card import BackupCard
from desktop_app.ui.widgets.basics import Card, column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.check_card import CheckCard
from desktop_app.ui.widgets.identity_card import IdentityCard
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import ask_folder, open_folder
from desktop_app.ui.widgets.protection_card import ProtectionCard
from desktop_app.ui.widgets.quiet_wheel import quiet_wheels
from desktop_app.ui.widgets.setting_fields import SettingFields

AT_ONCE = ("language", "theme")
"""Chosen, not typed: they are saved without the Save button."""


class SettingsPage(QWidget):
    """Cards in two columns; what is typed is saved together, and what cannot be used is named beside its field."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self._window = window
        self._loaded = ShopSettings()
        self.fields = SettingFields(self)
        self.protection = ProtectionCard(shop, jobs, window)
        self.identity = IdentityCard(shop, jobs, window)
        self.check_card = CheckCard(shop, jobs, window)
        self.backups = BackupCard(shop, jobs, window, self.fields)
        self.about = AboutCard(window)
        self.message = MessageStrip("settings_message")
        self.save_button = push_button(
            self.tr("Save"), "settings_save", self.save, kind="primary", icon="save", tooltip="Ctrl+S"
        )
        self.revert_button = push_button(self.tr("Undo changes"), "settings_revert", self.revert, icon="undo-2")
        self._build()
        self.fields.edited.connect(self._on_edited)
        self.fields.chosen.connect(self._save_choice)
        QShortcut(QKeySequence.StandardKey.Save, self).activated.connect(self.save)

    # building

    def _build(self) -> None:
        self._state = plain_label(role="muted", name="settings_state")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self._state, 1, self.revert_button, self.save_button))
        layout.addWidget(self.message)
        scroll = QScrollArea(self)
        scroll.setObjectName("settings_scroll")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(scroll, 1)
        # filled in its place: Qt dresses all that is in a widget anew when it gets a parent
        inner = QWidget()
        inner.setProperty("plain", "true")
        scroll.setWidget(inner)
        self._columns = columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 8, 0)
        columns.setSpacing(14)
        left = column_of(
            self._shop_card(), self._window_card(), self._folder_card(), self.backups, self.about, 1, spacing=14
        )
        right = column_of(self._time_card(), self.protection, self.identity, self.check_card, 1, spacing=14)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        quiet_wheels(inner)
        scroll.viewport().installEventFilter(self)
        self._scroll = scroll

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where two columns do not fit, the cards stand below each other: nothing may end beyond the edge."""
        if event.type() == QEvent.Type.Resize:
            columns = self._columns
            items = [columns.itemAt(index) for index in range(columns.count())]
            needed = columns.contentsMargins().right() + columns.spacing()
            needed += sum(item.minimumSize().width() for item in items if item is not None)
            fits = needed <= self._scroll.viewport().width()
            columns.setDirection(QHBoxLayout.Direction.LeftToRight if fits else QHBoxLayout.Direction.TopToBottom)
        return super().eventFilter(watched, event)

    def _shop_card(self) -> Card:
        card = Card("shop_card")
        card.body.addWidget(plain_label(self.tr("Shop"), role="section"))
        card.body.addWidget(
            plain_label(self.tr("All but the contact stands on every redemption proof."), role="muted", wrap=True)
        )
        card.body.addLayout(self.fields.grid("shop_name", "icp", "licence", "contact", "operator", "timestamp_url"))
        return card

    def _window_card(self) -> Card:
        card = Card("window_card")
        card.body.addWidget(plain_label(self.tr("Window"), role="section"))
        card.body.addLayout(
            self.fields.grid("theme", "language", "auto_lock_minutes", "lock_with_screen", "clipboard_seconds")
        )
        return card

    def _time_card(self) -> Card:
        card = Card("time_card")
        card.body.addWidget(plain_label(self.tr("Clock and calendar"), role="section"))
        card.body.addLayout(self.fields.grid("time_zone"))
        card.body.addWidget(
            plain_label(
                self.tr(
                    "Days that count differently from the calendar, for expected dates of refunds and review times."
                ),
                role="muted",
                wrap=True,
            )
        )
        card.body.addWidget(self.fields.days)
        card.body.addWidget(self.fields.error_label("working_day_overrides"))
        return card

    def _folder_card(self) -> Card:
        card = Card("folder_card")
        self._data_dir = plain_label(str(self._shop.data_dir), name="data_folder", wrap=True, selectable=True)
        choose = push_button(self.tr("Choose…"), "choose_drop_folder", self._choose_drop_folder)
        open_drop = push_button(self.tr("Open"), "open_drop_folder", self._open_drop_folder, icon="folder-open")
        open_data = push_button(self.tr("Open"), "open_data_folder", self._open_data_folder, icon="folder-open")
        card.body.addWidget(plain_label(self.tr("Folders"), role="section"))
        card.body.addWidget(
            plain_label(self.tr("Drop folder: other programs put cancellation requests here."), role="muted", wrap=True)
        )
        card.body.addLayout(row_of(self.fields.drop_folder, choose, open_drop))
        card.body.addWidget(self.fields.error_label("drop_folder"))
        card.body.addWidget(
            plain_label(self.tr("Data folder: the shop file, proofs and evidence."), role="muted", wrap=True)
        )
        line = row_of(self._data_dir, open_data)
        line.setStretch(0, 1)
        card.body.addLayout(line)
        return card

    # the page as the window knows it

    def title(self) -> str:
        return self.tr("Settings")

    def reload(self, change: Change | None) -> None:
        if change is None or "settings" in change.areas:
            new = self._shop.settings.get()
            self.fields.follow(self._loaded, new, all_fields=change is None)
            self._loaded = new
            self.fields.drop_folder.setPlaceholderText(str(self._shop.requests.drop_folder()))
            self._on_edited()
        if change is None or change.areas & {"settings", "backups"}:
            self.backups.reload()
        if change is None or "vault" in change.areas:
            self.protection.reload()
            self.identity.reload()

    # saving

    def values(self) -> ShopSettings:
        """The settings as they stand in the form."""
        return self.fields.values()

    def save(self) -> None:
        """Save all that was typed, or say beside each field why it cannot be used."""
        values = self.values()
        if not self._check(values):
            return
        attempt(
            self,
            lambda: self._shop.settings.save(values),
            lambda _answer: self._on_saved(),
            self.message.show_error,
            self.message.say,
        )

    def _on_saved(self) -> None:
        self.message.clear()
        # cleaned by the service: what stands in the form is what was stored
        self.reload(None)
        self._window.say(self.tr("The settings were saved."), Tone.OK)

    def revert(self) -> None:
        """Show what is stored."""
        self.message.clear()
        self.reload(None)

    def _check(self, values: ShopSettings) -> bool:
        """Each field is tried by itself, so that every one that cannot be used is named at once."""
        first = ""
        for name in self.fields.names:
            problem = ""
            try:
                checked(replace(ShopSettings(), **{name: getattr(values, name)}))
            except BadInputError as error:
                problem = error_text(error)
                first = first or name
            self.fields.show_error(name, problem)
        if first:
            self.fields.focus(first)
        return not first

    def _save_choice(self, name: str) -> None:
        value = getattr(self.values(), name)
        if getattr(self._loaded, name) == value:
            return

        def save() -> None:
            self._shop.settings.save(replace(self._shop.settings.get(), **{name: value}))

        attempt(
            self,
            save,
            lambda _answer: self._on_choice_saved(name, value),
            self.message.show_error,
            self.message.say,
        )

    def _on_choice_saved(self, name: str, value: str) -> None:
        self.message.clear()
        app = QApplication.instance()
        # whoever opened the shop may have followed the setting already; dressing the window twice takes its time
        if name == "theme" and isinstance(app, QApplication) and tokens().dark != wants_dark(Scheme(value)):
            apply_theme(app, Scheme(value))
        if name == "language":
            self.message.say(self.tr("The language changes when Kamidesk is started again."))

    def _on_edited(self, *_: object) -> None:
        is_edited = self.values() != self._loaded
        self.save_button.setEnabled(is_edited)
        self.revert_button.setEnabled(is_edited)
        self._state.setText(self.tr("There are changes that are not saved.") if is_edited else "")
        for name in self.fields.names:
            if getattr(self.values(), name) == getattr(self._loaded, name):
                self.fields.show_error(name, "")

    # folders

    def _choose_drop_folder(self) -> None:
        start = self._shop.requests.drop_folder()
        ask_folder(self._window.dialog_parent(), self.tr("Choose the drop folder"), start, self._take_drop_folder)

    def _take_drop_folder(self, path: Path) -> None:
        self.fields.drop_folder.setText(str(path))

    def _open_drop_folder(self) -> None:
        open_folder(self._shop.requests.drop_folder())

    def _open_data_folder(self) -> None:
        open_folder(self._shop.data_dir)
