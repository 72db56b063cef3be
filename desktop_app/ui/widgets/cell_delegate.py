"""Draws the cells of a row table: text, card-key font, state pills, selection tint."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop_app.ui.colours import Tone, tokens
from desktop_app.ui.row_model import TONE_ROLE, Column, RowTableModel
from desktop_app.ui.theme import mono_font

PADDING = 10
PILL_PADDING = 9
PILL_HEIGHT = 22


class CellDelegate(QStyledItemDelegate):
    """Paints straight from the cached row: half the cost of letting the style ask the model role by role."""

    def __init__(self, model: RowTableModel, view: QTableView) -> None:
        super().__init__(view)
        self._model = model
        self._view = view
        self._mono = mono_font()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = tokens()
        rect: QRect = option.rect
        # not from option.state: QStyle and its enums take longer to load than a screen of rows to paint
        if self._view.selectionModel().isSelected(index):
            painter.fillRect(rect, QColor(colours.selection))
            if self._view.horizontalHeader().visualIndex(index.column()) == 0:
                painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colours.primary))
        elif index.row() % 2:
            painter.fillRect(rect, QColor(colours.stripe))
        text = self._model.data(index)
        if not text:
            return
        column = self._model.columns[index.column()]
        tone = self._model.data(index, TONE_ROLE) if column.tone is not None else None
        font = self._mono if column.mono else option.font
        painter.setFont(font)
        metrics = painter.fontMetrics()
        inner = rect.adjusted(PADDING, 0, -PADDING, 0)
        if tone is not None:
            self._pill(painter, inner, text, tone, metrics)
            return
        painter.setPen(QColor(colours.text))
        shown = text
        if metrics.horizontalAdvance(text) > inner.width():
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        flags = column.align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(inner, int(flags), shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """For "fit the column to its contents"; the height is the view's."""
        text = self._model.data(index) or ""
        column = self._model.columns[index.column()]
        metrics = QFontMetrics(self._mono if column.mono else option.font)
        extra = 2 * PADDING + (2 * PILL_PADDING if column.tone is not None else 0)
        return QSize(metrics.horizontalAdvance(text) + extra + 2, 38)

    def pill_width(self, row: Any, column: Column[Any], font: QFont) -> int:
        """How wide ``column`` must be to show the pill of ``row`` in full."""
        return QFontMetrics(font).horizontalAdvance(column.text(row)) + 2 * (PADDING + PILL_PADDING) + 2

    @staticmethod
    def _pill(painter: QPainter, inner: QRect, text: str, tone: Tone, metrics: QFontMetrics) -> None:
        colours = tokens()
        width = min(metrics.horizontalAdvance(text) + 2 * PILL_PADDING, inner.width())
        pill = QRectF(inner.left(), inner.center().y() - PILL_HEIGHT / 2 + 1, width, PILL_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.tone_fill[tone]))
        painter.drawRoundedRect(pill, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QColor(colours.tone_text[tone]))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width) - 2 * PILL_PADDING + 1)
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), shown)
