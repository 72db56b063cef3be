"""A choice in a drop-down list that answers assistive technology and automation as it answers the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QObject, QTimer
from PySide6.QtWidgets import QComboBox, QWidget

_BY_HAND = frozenset(
    {QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.KeyPress}
)


class Combo(QComboBox):
    """Selecting a line of its list from outside chooses it; of itself Qt would only mark it in the hidden list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_by_hand = False
        self._is_following = False
        lines = self.view()
        lines.installEventFilter(self)
        lines.viewport().installEventFilter(self)
        lines.selectionModel().selectionChanged.connect(self._on_selected)
        self.currentIndexChanged.connect(self._mark)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the open list pointer and arrow keys only look around: Enter or a click chooses."""
        if event.type() in _BY_HAND:
            self._is_by_hand = True
            QTimer.singleShot(0, self, self._forget_hand)
        return super().eventFilter(watched, event)

    def showPopup(self) -> None:
        # a list that was left with Escape stays marked where it was left
        self._mark(self.currentIndex())
        self._is_following = True
        super().showPopup()
        self._is_following = False

    def _forget_hand(self) -> None:
        self._is_by_hand = False

    def _on_selected(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = [index.row() for index in selected.indexes()]
        if len(rows) == 1 and rows[0] != self.currentIndex() and not self._is_by_hand and not self._is_following:
            self.setCurrentIndex(rows[0])
            self.hidePopup()
            self.activated.emit(rows[0])

    def _mark(self, number: int) -> None:
        """The list is marked where the choice is, so that choosing the same line again is seen."""
        model = self.view().selectionModel()
        self._is_following = True
        if number < 0:
            model.clear()
        else:
            model.setCurrentIndex(self.model().index(number, 0), model.SelectionFlag.ClearAndSelect)
        self._is_following = False
