"""The list of rooms at the left edge, with a badge where something waits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.ui import icons
from desktop_app.ui.colours import tokens

NAME_ROLE = Qt.ItemDataRole.UserRole
ICON_ROLE = Qt.ItemDataRole.UserRole + 1
BADGE_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_HEIGHT = 42


class NavigationList(QListWidget):
    """Emits ``page_chosen`` with the name of a page, by mouse, keyboard and assistive technology."""

    page_chosen = Signal(str)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation_list")
        self.setAccessibleName(label)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMouseTracking(True)
        self.hovered_row = -1
        self.setItemDelegate(_Delegate(self))
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_left)
        self.itemSelectionChanged.connect(self._on_selection_changed)

    def add_page(self, name: str, title: str, icon: str) -> None:
        item = QListWidgetItem(title)
        item.setData(NAME_ROLE, name)
        item.setData(ICON_ROLE, icon)
        # a height in the style sheet would lay the rows over one another
        item.setSizeHint(QSize(150, ROW_HEIGHT))
        self.addItem(item)

    def set_badge(self, name: str, text: str) -> None:
        """A short text such as a count; empty takes the badge away."""
        item = self._item(name)
        item.setData(BADGE_ROLE, text)
        # not in the name: a program that drives the window finds the page by it
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, text)

    def badge(self, name: str) -> str:
        return str(self._item(name).data(BADGE_ROLE) or "")

    def choose(self, name: str) -> None:
        """Mark a page as the one on screen."""
        self.setCurrentItem(self._item(name))

    def names(self) -> list[str]:
        return [str(self.item(row).data(NAME_ROLE)) for row in range(self.count())]

    def _item(self, name: str) -> QListWidgetItem:
        return self.item(self.names().index(name))

    def _on_entered(self, index: QModelIndex) -> None:
        self.hovered_row = index.row()

    def _on_left(self) -> None:
        self.hovered_row = -1

    def leaveEvent(self, event: QEvent) -> None:
        self._on_left()
        super().leaveEvent(event)

    def _on_selection_changed(self) -> None:
        chosen = self.selectedItems()
        if chosen:
            self.page_chosen.emit(chosen[0].data(NAME_ROLE))


class _Delegate(QStyledItemDelegate):
    def __init__(self, pages: NavigationList) -> None:
        super().__init__(pages)
        self._pages = pages

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(8, 1, -8, -1)
        # not from option.state: QStyle and its enums take longer to load than the whole list to paint
        pages = self._pages
        is_chosen = pages.selectionModel().isSelected(index)
        is_hovered = index.row() == pages.hovered_row
        has_focus = pages.hasFocus() and index.row() == pages.currentRow()
        if is_chosen or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection if is_chosen else colours.hover))
            painter.drawRoundedRect(box, 7, 7)
        if has_focus and is_chosen:
            painter.setPen(QPen(QColor(colours.primary), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.6, 0.6, -0.6, -0.6), 7, 7)
        colour = colours.selection_text if is_chosen else colours.text
        ratio = painter.device().devicePixelRatio()
        picture = icons.pixmap(
            str(index.data(ICON_ROLE)), colours.selection_text if is_chosen else colours.muted, 18, ratio
        )
        painter.drawPixmap(box.left() + 14, box.center().y() - 8, picture)
        text_box = box.adjusted(43, 0, -8, 0)
        badge = str(index.data(BADGE_ROLE) or "")
        if badge:
            text_box.setRight(self._badge(painter, option.font, box, badge) - 6)
        font = QFont(option.font)
        font.setBold(is_chosen)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, text_box.width())
        painter.drawText(text_box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.restore()

    @staticmethod
    def _badge(painter: QPainter, base: QFont, box: QRect, text: str) -> int:
        colours = tokens()
        font = QFont(base)
        font.setPointSizeF(base.pointSizeF() * 0.85)
        font.setBold(True)
        painter.setFont(font)
        width = max(20, painter.fontMetrics().horizontalAdvance(text) + 12)
        pill = QRectF(box.right() - width - 9, box.center().y() - 9, width, 19)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.primary))
        painter.drawRoundedRect(pill, 9.5, 9.5)
        painter.setPen(QColor(colours.on_primary))
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), text)
        return int(pill.left())
