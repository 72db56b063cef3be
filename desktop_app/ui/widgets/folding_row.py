"""A tool bar that becomes two lines where the window is too narrow for one: nothing in it is cut off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget


class FoldingRow(QWidget):
    """``first`` takes the room that is left; ``second`` stands beside it, or below."""

    def __init__(self, name: str, first: QLayout, second: QLayout, *, spacing: int = 8) -> None:
        super().__init__()
        self.setObjectName(name)
        self._first, self._second = first, second
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        self._box.addLayout(first, 1)
        self._box.addLayout(second)

    def is_folded(self) -> bool:
        return self._box.direction() is QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:
        """No wider than folded: else the page would ask for one line and be cut off at the right."""
        return QSize(max(self._first.minimumSize().width(), self._second.minimumSize().width()), self._height())

    def sizeHint(self) -> QSize:
        return QSize(self._needed(), self._height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold(self.width())  # a button was renamed or hidden
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(event.size().width())

    def _height(self) -> int:
        return self._box.minimumSize().height()

    def _needed(self) -> int:
        return self._first.minimumSize().width() + self._box.spacing() + self._second.minimumSize().width()

    def _fold(self, width: int) -> None:
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        wanted = down if width < self._needed() else across
        if self._box.direction() is not wanted:
            self._box.setDirection(wanted)
            self.updateGeometry()
