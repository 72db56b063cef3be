"""A figure that leads to the list behind it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.ui.colours import Tone
from desktop_app.ui.widgets.basics import plain_label, set_tone


class KpiCard(QPushButton):
    """Title, figure, caption; a button by mouse, keyboard and assistive technology."""

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kpi", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title = plain_label(title, role="muted")
        self._value = plain_label("–", role="value", name=f"{name}_value")
        self._caption = plain_label("", role="muted", name=f"{name}_caption")
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 13, 16, 13)
        layout.setSpacing(3)
        for label in (self._title, self._value, self._caption):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        self._name_it()

    def set_figure(self, value: str, caption: str = "", tone: Tone | None = None) -> None:
        self._value.setText(value)
        set_tone(self._value, tone)
        self._caption.setText(caption)
        self._name_it()

    def value(self) -> str:
        return self._value.text()

    def sizeHint(self) -> QSize:
        """A button would measure its own, empty text."""
        return self._layout.sizeHint()

    def _name_it(self) -> None:
        # the button itself has no text: its name carries the whole card
        parts = (self._title.text(), self._value.text(), self._caption.text())
        self.setAccessibleName(", ".join(part for part in parts if part))
