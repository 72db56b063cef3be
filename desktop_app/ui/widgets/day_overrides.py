"""The merchant's corrections of the working-day calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QDateEdit, QWidget

from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import column_of, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.row_table import RowTable

TABLE_HEIGHT = 190


@dataclass(frozen=True, slots=True)
class Override:
    """``day`` as 2027-02-14, and whether it is worked."""

    day: str
    worked: bool

    @property
    def id(self) -> str:
        return self.day


class DayOverrides(QWidget):
    """A table of days with a line to add one; ``edited`` follows every change."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("day_overrides")
        self._days: dict[str, bool] = {}
        self.table = RowTable(
            "day_overrides_table",
            self.tr("Corrected days"),
            [
                Column[Override]("day", self.tr("Day"), lambda row: row.day, width=120),
                Column[Override]("weekday", self.tr("Weekday"), self._weekday, width=110),
                Column[Override](
                    "worked",
                    self.tr("Counts as"),
                    lambda row: self.tr("Working day") if row.worked else self.tr("Day off"),
                    tone=lambda row: Tone.INFO if row.worked else Tone.OK,
                    width=120,
                ),
            ],
            self._open_days,
        )
        self.table.set_empty(
            self.tr("No corrections"), self.tr("Weekends and the announced public holidays are known already.")
        )
        self.table.setFixedHeight(TABLE_HEIGHT)
        self.day_edit = QDateEdit(QDate.currentDate())
        self.day_edit.setObjectName("override_day")
        self.day_edit.setAccessibleName(self.tr("Day to correct"))
        self.day_edit.setDisplayFormat("yyyy-MM-dd")
        self.day_edit.setCalendarPopup(True)
        self.worked_combo = Combo()
        self.worked_combo.setObjectName("override_worked")
        self.worked_combo.setAccessibleName(self.tr("How the day counts"))
        self.worked_combo.addItems([self.tr("Day off"), self.tr("Working day")])
        self.add_button = push_button(self.tr("Add"), "override_add", self._add, icon="plus")
        self.remove_button = push_button(self.tr("Remove"), "override_remove", self._remove, icon="trash-2")
        self.remove_button.setEnabled(False)
        self.table.rows_selected.connect(self._on_rows_selected)
        self.setLayout(
            column_of(
                self.table, row_of(self.day_edit, self.worked_combo, self.add_button, 1, self.remove_button), spacing=8
            )
        )
        self._reload()

    def days(self) -> dict[str, bool]:
        return dict(sorted(self._days.items()))

    def set_days(self, days: Mapping[str, bool]) -> None:
        self._days = dict(days)
        self._reload()

    def _reload(self) -> None:
        self.table.reload()
        # the days are in memory already
        self.table.settle()

    def _open_days(self, _sort: Sort | None) -> ListSource[Override]:
        return ListSource([Override(day, worked) for day, worked in sorted(self._days.items())])

    def _weekday(self, row: Override) -> str:
        return self.locale().dayName(date.fromisoformat(row.day).isoweekday())

    def _add(self) -> None:
        day = self.day_edit.date().toString("yyyy-MM-dd")
        self._days[day] = self.worked_combo.currentIndex() == 1
        self._reload()
        self.table.select_id(day)
        self.edited.emit()

    def _remove(self) -> None:
        row = self.table.current_row()
        if row is not None:
            del self._days[row.day]
            self._reload()
            self.edited.emit()

    def _on_rows_selected(self, count: int) -> None:
        self.remove_button.setEnabled(count > 0)
