"""One sentence beside its cause: an error, a warning or a notice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui import icons
from desktop_app.ui.colours import Tone, tokens
from desktop_app.ui.labels import error_text
from desktop_app.ui.theme import repolish
from desktop_app.ui.widgets.basics import icon_button, plain_label

_ICONS = {
    Tone.OK: "circle-check",
    Tone.INFO: "info",
    Tone.NEUTRAL: "info",
    Tone.WARN: "triangle-alert",
    Tone.BAD: "circle-alert",
}


class MessageStrip(QFrame):
    """Hidden until there is something to say; the merchant can close it."""

    def __init__(self, name: str, *, closable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = QLabel()
        self._text = plain_label(name=f"{name}_text", wrap=True, selectable=True)
        self._close = icon_button("x", self.tr("Close this message"), f"{name}_close", self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        # not before it has its place: what is shown without one is a window for a moment
        self._close.setVisible(closable)
        self.hide()

    def show_error(self, error: ShopError) -> None:
        """What a service refused, in the language of the window."""
        self.say(error_text(error), Tone.BAD)

    def say(self, text: str, tone: Tone = Tone.INFO) -> None:
        self.setProperty("strip", tone.value)
        self._icon.setPixmap(icons.pixmap(_ICONS[tone], tokens().tone_text[tone], 18, self.devicePixelRatioF()))
        self._text.setText(text)
        repolish(self)
        repolish(self._text)
        self.show()

    def clear(self) -> None:
        self._text.clear()
        self.hide()

    def text(self) -> str:
        return self._text.text()
