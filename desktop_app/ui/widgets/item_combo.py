"""A choice between things of the shop, by id: a product, a channel, a batch."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.widgets.combo import Combo

_ARROW_AND_MARGINS = 52


class ItemCombo(Combo):
    """Can be filled anew at any time: the choice stays where it can, and only the merchant's choosing is told."""

    item_chosen = Signal(object)
    """The id, or None."""

    def __init__(self, accessible_name: str, name: str, *, any_text: str = "", parent: QWidget | None = None) -> None:
        """``any_text`` stands for no choice; without it there is a choice as soon as there are items."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self._any_text = any_text
        self._ids: list[int | None] = []
        self._is_filling = False
        self.set_items(())
        self.currentIndexChanged.connect(self._tell)

    def minimumSizeHint(self) -> QSize:
        """A long name must not push the filters apart; the list shows it in full."""
        least = self.fontMetrics().horizontalAdvance(self._any_text) + _ARROW_AND_MARGINS
        return QSize(max(96, least), super().minimumSizeHint().height())

    def set_items(self, items: Iterable[tuple[int, str]]) -> None:
        """Offer ``(id, text)``; a choice that is no longer offered falls back to the first line."""
        chosen = self.item_id()
        self._is_filling = True
        self.clear()
        self._ids = [None] if self._any_text else []
        if self._any_text:
            self.addItem(self._any_text)
        for item_id, text in items:
            self._ids.append(item_id)
            self.addItem(text)
        self.setCurrentIndex(self._ids.index(chosen) if chosen in self._ids else 0 if self._ids else -1)
        self._is_filling = False

    def item_id(self) -> int | None:
        number = self.currentIndex()
        return self._ids[number] if 0 <= number < len(self._ids) else None

    def set_item(self, item_id: int | None) -> None:
        """Choose quietly; what is not offered is no choice."""
        self._is_filling = True
        self.setCurrentIndex(self._ids.index(item_id) if item_id in self._ids else 0 if self._ids else -1)
        self._is_filling = False

    def _tell(self) -> None:
        if not self._is_filling:
            self.item_chosen.emit(self.item_id())
