"""Ctrl+K: an order, a request or a key by what the merchant has in hand, a step by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop_app.ui.commands import Command, commands_named
from desktop_app.ui.labels import label

HITS_PER_KIND = 6
SHORTEST_PART = 3
"""Fewer characters are in too many keys to look for them."""
_ROW_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: the page that shows it, its id there or what it shows, and what to call it."""

    page: str
    item: int | None
    text: str
    wanted: Mapping[str, Any] = field(default_factory=dict)


def find_anywhere(shop: Any, text: str) -> list[Hit]:
    """Requests and orders by number (any part of it), buyer or account, a batch by a part of its name, a key by its
    whole text or by the order that it went to. Runs in a worker thread."""
    from desktop_app.services.inventory import KeyFilter
    from desktop_app.services.orders import OrderFilter
    from desktop_app.services.requests import RequestFilter

    hits = [
        Hit("requests", line.id, f"{line.request_no}  ·  {line.order_no}  ·  {line.product_name}")
        for line in shop.requests.listing(RequestFilter(scope="all", text=text)).page(0, HITS_PER_KIND)
    ]
    orders = shop.orders.listing(OrderFilter(text=text)).page(0, HITS_PER_KIND)
    hits += [
        Hit("orders", line.id, f"{line.order_no}  ·  {line.product_name}  ·  {label(line.state)}") for line in orders
    ]
    # the index of keys is keyed by the vault
    found = shop.inventory.find(text) if shop.is_unlocked else None
    keys = [] if found is None else [found]
    if found is None and text in (line.order_no for line in orders):
        went = shop.inventory.listing(KeyFilter(text=text)).page(0, HITS_PER_KIND)
        keys = [key for key in went if key.order_no == text]
    hits += [Hit("keys", key.id, f"{key.masked}  ·  {key.product_name}  ·  {label(key.state)}") for key in keys]
    hits += [
        Hit("keys", None, "  ·  ".join(filter(None, (one.name, one.product_name, one.supplier))), {"batch_id": one.id})
        for one in shop.inventory.batches_named(text, HITS_PER_KIND)
    ]
    return hits


class HitList(QListWidget):
    """The hits below the search box; arrow keys move, Enter opens, Escape closes."""

    chosen = Signal(object)
    """Hit"""
    command_wanted = Signal(object)
    """Command"""
    scan_wanted = Signal(str)
    """A part of a key is to be looked for."""

    def __init__(self, box: QLineEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("search_hits")
        self.setAccessibleName(self.tr("Found"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._box = box
        self._window = parent
        self._is_moving = False
        box.installEventFilter(self)
        self.itemActivated.connect(self._choose)
        self.itemClicked.connect(self._choose)
        self.itemSelectionChanged.connect(self._on_selected)
        self.hide()

    def offer(self, found: tuple[str, list[Hit]], *, with_scan: bool = False) -> None:
        """Show the hits, unless the merchant typed on meanwhile; ``with_scan`` offers to look inside the keys."""
        text, hits = found
        if text != self._box.text().strip():
            return
        self._is_moving = True
        self.clear()
        for hit in hits:
            item = QListWidgetItem(hit.text)
            item.setData(Qt.ItemDataRole.UserRole, hit)
            self.addItem(item)
        commands = commands_named(text)
        for command in commands:
            title = command.title()
            step = QListWidgetItem(title if command.button else self.tr("Go to: {page}").format(page=title))
            step.setData(Qt.ItemDataRole.UserRole, command)
            self.addItem(step)
        if hits or commands:
            self.setCurrentRow(0)
        else:
            nothing = QListWidgetItem(self.tr("Nothing found for “{text}”").format(text=text))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(nothing)
        if with_scan and len(text) >= SHORTEST_PART:
            scan = QListWidgetItem(self.tr("Look for “{text}” inside all keys…").format(text=text))
            scan.setData(Qt.ItemDataRole.UserRole, text)
            self.addItem(scan)
            if not hits and not commands:
                self.setCurrentItem(scan)
        self._is_moving = False
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
            self._is_moving = True
            self.setCurrentRow(max(0, min(self.count() - 1, self.currentRow() + step)))
            self._is_moving = False
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._choose(self.currentItem())
            return True
        if key == Qt.Key.Key_Escape:
            self.hide()
        return False

    def _on_selected(self) -> None:
        """What is selected without the arrow keys is meant: assistive technology presses neither Enter nor a button."""
        rows = [index.row() for index in self.selectedIndexes()]
        if len(rows) == 1 and self.isVisible() and not self._is_moving:
            QTimer.singleShot(0, self, lambda: self._choose(self.item(rows[0])))

    def _choose(self, item: QListWidgetItem | None) -> None:
        data = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if data is not None and self.isVisible():
            self.hide()
            if isinstance(data, Hit):
                self.chosen.emit(data)
            elif isinstance(data, Command):
                self._box.clear()
                self.command_wanted.emit(data)
            else:
                self.scan_wanted.emit(data)
