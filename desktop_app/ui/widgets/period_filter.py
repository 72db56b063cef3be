"""Which days a list is about: a few usual spans, or two days to choose."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QWidget

from desktop_app.ui.widgets.basics import plain_label
from desktop_app.ui.widgets.combo import Combo


class Period(StrEnum):
    ANY = "any"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    CHOSEN = "chosen"


class PeriodFilter(QWidget):
    """Speaks in moments of the shop's time zone: from the first instant that counts to the first that does not."""

    period_changed = Signal()

    def __init__(self, accessible_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._combo = Combo()
        self._combo.setObjectName(f"{name}_combo")
        self._combo.setAccessibleName(accessible_name)
        self._combo.setMinimumWidth(96)
        self._periods = tuple(Period)
        for text in (
            self.tr("Any day"),
            self.tr("Today"),
            self.tr("Yesterday"),
            self.tr("Last 7 days"),
            self.tr("Last 30 days"),
            self.tr("Choose days…"),
        ):
            self._combo.addItem(text)
        self._first = self._day_edit(f"{name}_first", self.tr("First day"))
        self._last = self._day_edit(f"{name}_last", self.tr("Last day"))
        self._dash = plain_label("–", role="muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._combo, self._first, self._dash, self._last):
            layout.addWidget(widget)
        self._combo.currentIndexChanged.connect(self._on_period_changed)
        self._first.dateChanged.connect(self._tell)
        self._last.dateChanged.connect(self._tell)
        self._show_days()

    def period(self) -> Period:
        return self._periods[self._combo.currentIndex()]

    def set_period(self, period: Period) -> None:
        """Choose quietly."""
        self._combo.blockSignals(True)
        self._combo.setCurrentIndex(self._periods.index(period))
        self._combo.blockSignals(False)
        self._show_days()

    def bounds(self, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """The span as of ``now``; None is open."""
        period = self.period()
        if period is Period.ANY:
            return None, None
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        if period is Period.CHOSEN:
            days = sorted((self._first.date(), self._last.date()))
            first, last = (datetime(day.year(), day.month(), day.day()) for day in days)
            end = last + timedelta(days=1)
        else:
            back = {Period.TODAY: 0, Period.YESTERDAY: 1, Period.WEEK: 6, Period.MONTH: 29}[period]
            first = today - timedelta(days=back)
            end = today if period is Period.YESTERDAY else today + timedelta(days=1)
        # counted as wall-clock days, so that a day of 23 hours stays one day
        return first.replace(tzinfo=zone), end.replace(tzinfo=zone)

    @staticmethod
    def _day_edit(name: str, label: str) -> QDateEdit:
        edit = QDateEdit(QDate.currentDate())
        edit.setObjectName(name)
        edit.setAccessibleName(label)
        edit.setDisplayFormat("yyyy-MM-dd")
        edit.setCalendarPopup(True)
        return edit

    def _show_days(self) -> None:
        for widget in (self._first, self._dash, self._last):
            widget.setVisible(self.period() is Period.CHOSEN)

    def _on_period_changed(self) -> None:
        self._show_days()
        self._tell()

    def _tell(self) -> None:
        self.period_changed.emit()
