"""A field for pasted lists that gives back exactly what was pasted."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class ExactPasteEdit(QPlainTextEdit):
    """A text document turns hard spaces into spaces and ends a line at U+2028; card keys are compared to the character.
    So what came by one paste is kept beside the document until somebody types in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exact: str | None = None
        self._is_setting = False
        self.textChanged.connect(self._on_changed)

    def set_exact(self, text: str) -> None:
        """Show ``text`` and give it back as it is."""
        self._exact = text
        self._is_setting = True
        self.setPlainText(text)
        self._is_setting = False

    def exact_text(self) -> str:
        """What was pasted, or what stands in the field when it was typed or changed."""
        return self.toPlainText() if self._exact is None else self._exact

    def insertFromMimeData(self, source: QMimeData) -> None:
        whole = self.document().isEmpty() or self.textCursor().selectedText() == self.document().toRawText()
        if source.hasText() and whole:
            self.set_exact(source.text())
        else:
            super().insertFromMimeData(source)

    def _on_changed(self) -> None:
        if not self._is_setting:
            self._exact = None
