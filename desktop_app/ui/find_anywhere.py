"""Ctrl+K: an order, a request or a key by what the merchant has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop_app.ui.labels import label

HITS_PER_KIND = 6
_ROW_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: the page that shows it, its id there, and what to call it."""

    page: str
    item: int
    text: str


def find_anywhere(shop: Any, text: str) -> list[Hit]:
    """Requests and orders by number or buyer, a key by its whole text. Runs in a worker thread."""
    from desktop_app.services.orders import OrderFilter
    from desktop_app.services.requests import RequestFilter

    hits = [
        Hit("requests", line.id, f"{line.request_no}  ·  {line.order_no}  ·  {line.product_name}")
        for line in shop.requests.listing(RequestFilter(scope="all", text=text)).page(0, HITS_PER_KIND)
    ]
    hits += [
        Hit("orders", line.id, f"{line.order_no}  ·  {line.product_name}  ·  {label(line.state)}")
        for line in shop.orders.listing(OrderFilter(text=text)).page(0, HITS_PER_KIND)
    ]
    # the index of keys is keyed by the vault
    key = shop.inventory.find(text) if shop.is_unlocked else None
    if key is not None:
        hits.append(Hit("keys", key.id, f"{key.masked}  ·  {key.product_name}  ·  {label(key.state)}"))
    return hits


class HitList(QListWidget):
    """The hits below the search box; arrow keys move, Enter opens, Escape closes."""

    chosen = Signal(str, object)
    """Page and id."""

    def __init__(self, box: QLineEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("search_hits")
        self.setAccessibleName(self.tr("Found"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._box = box
        self._window = parent
        box.installEventFilter(self)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)
        self.hide()

    def offer(self, found: tuple[str, list[Hit]]) -> None:
        """Show the hits, unless the merchant typed on meanwhile."""
        text, hits = found
        if text != self._box.text().strip():
            return
        self.clear()
        for hit in hits:
            item = QListWidgetItem(hit.text)
            item.setData(Qt.ItemDataRole.UserRole, (hit.page, hit.item))
            self.addItem(item)
        if hits:
            self.setCurrentRow(0)
        else:
            nothing = QListWidgetItem(self.tr("Nothing found for “{text}”").format(text=text))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(nothing)
        place = self._box.mapTo(self._window, QPoint(0, self._box.height() + 4))
        width = max(self._box.width(), 460)
        left = min(place.x(), self._window.width() - width - 20)
        self.setGeometry(left, place.y(), width, min(self.count(), 10) * _ROW_HEIGHT + 12)
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.isVisible():
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._on_key(event.key())
            if event.type() == QEvent.Type.FocusOut and not self.hasFocus():
                self.hide()
        return False

    def _on_key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.setCurrentRow(max(0, min(self.count() - 1, self.currentRow() + step)))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._choose(self.currentItem())
            return True
        if key == Qt.Key.Key_Escape:
            self.hide()
        return False

    def _choose(self, item: QListWidgetItem) -> None:
        data = item.data(Qt.ItemDataRole.UserRole)
        if data is not None:
            self.hide()
            self.chosen.emit(data[0], data[1])
