"""A search field that waits until the typing pauses."""

from __future__ import annotations

from unicodedata import category

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui.icons import set_icon

PAUSE_MS = 200
_NOT_LOOKED_FOR = ("Cc", "Cs")
"""NULs and half characters come with what is pasted; no database takes them."""


class SearchBox(QLineEdit):
    """Emits ``searched`` after a pause and at once on Enter; Escape empties it."""

    searched = Signal(str)
    """The trimmed text."""
    submitted = Signal(str)
    """Enter was pressed."""

    def __init__(self, label: str, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setPlaceholderText(placeholder or label)
        self.setMaxLength(200)
        glass = QAction(self)
        set_icon(glass, "search", "muted")
        self.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._told = ""
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._tell)
        self.textChanged.connect(self._on_text_changed)
        self.returnPressed.connect(self._on_return)

    def set_text_quietly(self, text: str) -> None:
        """Show a text that is already searched for."""
        self._told = text.strip()
        self.setText(text)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _on_text_changed(self, text: str) -> None:
        clean = "".join(sign for sign in text if category(sign) not in _NOT_LOOKED_FOR)
        if clean != text:
            self.setText(clean)
            return
        # Qt looks its icon up in the themes of the desktop: not while the program starts
        if not self.isClearButtonEnabled():
            self.setClearButtonEnabled(True)
        self._timer.start()

    def _on_return(self) -> None:
        self._timer.stop()
        self._tell()
        self.submitted.emit(self.text().strip())

    def _tell(self) -> None:
        text = self.text().strip()
        if text != self._told:
            self._told = text
            self.searched.emit(text)
