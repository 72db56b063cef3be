"""What happened to one thing, in words, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_app.documents.events import describe
from desktop_app.services.timeline import EventLine
from desktop_app.ui.labels import language, when
from desktop_app.ui.widgets.basics import plain_label

SHOWN = 100
"""Newest events that are shown; the log holds the rest."""


class TimelineView(QWidget):
    """Lines of time, person and words; the labels are used again for the next thing."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[QLabel, QLabel]] = []
        self._rest = plain_label(role="muted", name=f"{name}_rest", wrap=True)
        self._grid.addWidget(self._rest, SHOWN, 0, 1, 2)

    def set_events(self, events: Sequence[EventLine], zone: ZoneInfo) -> None:
        """Show ``events``, given oldest first."""
        newest = list(reversed(events[-SHOWN:]))
        while len(self._lines) < len(newest):
            self._add_line()
        for number, labels in enumerate(self._lines):
            used = number < len(newest)
            if used:
                event = newest[number]
                labels[0].setText(f"{when(event.at, zone)}\n{event.actor}")
                labels[1].setText(describe(event.kind, event.facts, language(), zone))
            for label in labels:
                label.setVisible(used)
        hidden = len(events) - len(newest)
        self._rest.setText(self.tr("{count} earlier events are in the log.").format(count=hidden) if hidden else "")
        self._rest.setVisible(bool(hidden))

    def texts(self) -> list[str]:
        """The words shown, newest first."""
        return [words.text() for _, words in self._lines if not words.isHidden()]

    def _add_line(self) -> None:
        row = len(self._lines)
        time = plain_label(role="muted", name=f"{self.objectName()}_time_{row}")
        words = plain_label(name=f"{self.objectName()}_text_{row}", wrap=True, selectable=True)
        for column, label in enumerate((time, words)):
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        self._lines.append((time, words))
