"""The fields of the settings, each with its title and, when it cannot be used, the reason below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QWidget

from desktop_app.services.shop_settings import LANGUAGES, THEMES, ShopSettings
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.form_dialog import line_edit, note_edit
from desktop_app.ui.theme import repolish
from desktop_app.ui.widgets.basics import plain_label, set_tone
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.day_overrides import DayOverrides
from desktop_app.ui.widgets.number_fields import WIDTH, NumberSpin

ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Singapore", "Asia/Urumqi", "UTC")
WIDEST = 1000


class SettingFields(QObject):
    """``edited`` follows every change; ``chosen`` names a choice that counts at once."""

    edited = Signal()
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shop_name = line_edit("shop_name", self.tr("Shop name"))
        self.icp = line_edit("icp", self.tr("ICP number"), placeholder="京ICP备2026000000号-1")
        self.licence = line_edit("licence", self.tr("Business licence"))
        self.contact = note_edit(
            "contact", self.tr("Contact"), placeholder=self.tr("Phone, WeChat or e-mail for buyers"), height=56
        )
        self.operator = line_edit("operator", self.tr("Operator"), placeholder=self.tr("Who signs the log"))
        self.timestamp_url = line_edit(
            "timestamp_url", self.tr("Time stamp address"), placeholder=self.tr("https://… (empty: no time stamps)")
        )
        self.drop_folder = line_edit("drop_folder", self.tr("Drop folder"), longest=1100)
        self.backup_folder = line_edit("backup_folder", self.tr("Backup folder"), longest=1100)
        self.time_zone = Combo()
        self.time_zone.setObjectName("time_zone")
        self.time_zone.setAccessibleName(self.tr("Time zone"))
        self.time_zone.setEditable(True)
        self.time_zone.addItems(ZONES)
        self.auto_lock_minutes = NumberSpin("auto_lock_minutes", self.tr("Lock when idle"), 0, 1440, self.tr(" min"))
        self.auto_lock_minutes.setSpecialValueText(self.tr("Never"))
        self.lock_with_screen = QCheckBox(self.tr("With the screen, and before sleep"))
        self.lock_with_screen.setObjectName("lock_with_screen")
        self.lock_with_screen.setAccessibleName(self.tr("Lock with the screen"))
        self.clipboard_seconds = NumberSpin("clipboard_seconds", self.tr("Clear a copied key"), 5, 300, self.tr(" s"))
        self.theme = self._choice(
            "theme",
            self.tr("Colours"),
            dict(zip(THEMES, (self.tr("As the desktop"), self.tr("Light"), self.tr("Dark")), strict=True)),
        )
        self.language = self._choice(
            "language",
            self.tr("Language"),
            dict(zip(LANGUAGES, (self.tr("As the desktop"), "简体中文", "English"), strict=True)),
        )
        self.days = DayOverrides()
        self._edits: dict[str, QLineEdit] = {
            "shop_name": self.shop_name,
            "icp": self.icp,
            "licence": self.licence,
            "operator": self.operator,
            "timestamp_url": self.timestamp_url,
            "drop_folder": self.drop_folder,
            "backup_folder": self.backup_folder,
        }
        self._spins = {"auto_lock_minutes": self.auto_lock_minutes, "clipboard_seconds": self.clipboard_seconds}
        self._choices = {"theme": self.theme, "language": self.language}
        self._boxes = {"lock_with_screen": self.lock_with_screen}
        self._errors: dict[str, QLabel] = {}
        self._others: dict[str, QWidget] = {
            "contact": self.contact,
            "time_zone": self.time_zone,
            "working_day_overrides": self.days,
        }
        self.names = (*self._edits, *self._spins, *self._choices, *self._boxes, *self._others)
        for name in self.names:
            label = plain_label(name=f"error_{name}", wrap=True)
            set_tone(label, Tone.BAD)
            label.hide()
            self._errors[name] = label
        self._connect()

    def _connect(self) -> None:
        for edit in self._edits.values():
            edit.textChanged.connect(self._tell)
        for spin in self._spins.values():
            spin.valueChanged.connect(self._tell)
        for box in self._boxes.values():
            box.toggled.connect(self._tell)
        self.contact.textChanged.connect(self._tell)
        self.time_zone.currentTextChanged.connect(self._tell)
        self.days.edited.connect(self._tell)
        for name, combo in self._choices.items():
            # activated: chosen by the merchant, not shown by us
            combo.activated.connect(lambda _index, name=name: self.chosen.emit(name))

    def _tell(self, *_: object) -> None:
        self.edited.emit()

    def _choice(self, name: str, title: str, words: dict[str, str]) -> Combo:
        combo = Combo()
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        for value, text in words.items():
            combo.addItem(text, value)
        combo.setFixedWidth(WIDTH)
        return combo

    def grid(self, *names: str) -> QGridLayout:
        """Titles and fields of some settings one below the other, each with room for its error."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 116)
        grid.setColumnStretch(1, 1)
        for name in names:
            field = self._field(name)
            title = plain_label(field.accessibleName(), role="muted")
            title.setBuddy(field)
            row = grid.rowCount()
            grid.addWidget(title, row, 0)
            if field.maximumWidth() < WIDEST:
                grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(field, row, 1)
            grid.addWidget(self._errors[name], row + 1, 1)
        return grid

    def error_label(self, name: str) -> QLabel:
        """Where the error of a field stands that is not in a :meth:`grid`."""
        return self._errors[name]

    def values(self) -> ShopSettings:
        """What stands in the fields."""
        texts: dict[str, Any] = {name: edit.text() for name, edit in self._edits.items()}
        numbers: dict[str, Any] = {name: spin.value() for name, spin in self._spins.items()}
        choices: dict[str, Any] = {name: combo.currentData() for name, combo in self._choices.items()}
        ticks: dict[str, Any] = {name: box.isChecked() for name, box in self._boxes.items()}
        known = {**texts, **numbers, **choices, **ticks}
        return ShopSettings(
            **known,
            contact=self.contact.toPlainText(),
            time_zone=self.time_zone.currentText(),
            working_day_overrides=self.days.days(),
        )

    def follow(self, old: ShopSettings, new: ShopSettings, *, all_fields: bool) -> None:
        """Show ``new``; without ``all_fields`` a field that was typed in since ``old`` keeps what was typed."""
        shown = self.values()
        for name in self.names:
            if all_fields or getattr(shown, name) == getattr(old, name):
                self._show(name, getattr(new, name))

    def show_error(self, name: str, text: str) -> None:
        """Say below a field why it cannot be used; an empty text takes it away."""
        label = self._errors[name]
        label.setText(text)
        label.setVisible(bool(text))
        field = self._field(name)
        if bool(field.property("invalid")) != bool(text):
            field.setProperty("invalid", "true" if text else None)
            repolish(field)

    def error(self, name: str) -> str:
        """What stands below a field."""
        return self._errors[name].text()

    def focus(self, name: str) -> None:
        self._field(name).setFocus()

    def _field(self, name: str) -> QWidget:
        fields: dict[str, QWidget] = {
            **self._edits,
            **self._spins,
            **self._choices,
            **self._boxes,
            **self._others,
        }
        return fields[name]

    def _show(self, name: str, value: Any) -> None:
        if name in self._edits:
            if self._edits[name].text() != value:
                self._edits[name].setText(value)
        elif name in self._spins:
            self._spins[name].setValue(value)
        elif name in self._boxes:
            self._boxes[name].setChecked(value)
        elif name in self._choices:
            combo = self._choices[name]
            combo.setCurrentIndex(combo.findData(value))
        elif name == "contact":
            if self.contact.toPlainText() != value:
                self.contact.setPlainText(value)
        elif name == "time_zone":
            self.time_zone.setCurrentText(value)
        elif self.days.days() != dict(value):
            self.days.set_days(value)
