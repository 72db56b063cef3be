"""Inputs that speak the domain's types: fen, UTC moments, StrEnums."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDateTime, QSize, Qt, QTimeZone, Signal
from PySide6.QtWidgets import QDateTimeEdit, QLineEdit, QWidget

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import parse_yuan
from desktop_app.ui.labels import error_text, label
from desktop_app.ui.theme import repolish
from desktop_app.ui.widgets.combo import Combo

Code = TypeVar("Code", bound=StrEnum)


class MoneyEdit(QLineEdit):
    """An amount in yuan as people write it; :meth:`fen` is what counts."""

    def __init__(self, accessible_name: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(24)
        self.setPlaceholderText("0.00")
        self.textChanged.connect(self._mark)

    def fen(self) -> int:
        """The amount in fen; raises BadInputError for anything that is no amount, an empty field too."""
        return parse_yuan(self.text())

    def fen_or_none(self) -> int | None:
        """The amount, None for an empty field; raises BadInputError for anything else that is no amount."""
        return None if not self.text().strip() else self.fen()

    def set_fen(self, fen: int | None) -> None:
        self.setText("" if fen is None else f"{fen // 100}.{fen % 100:02d}")

    def _mark(self) -> None:
        problem = ""
        try:
            self.fen_or_none()
        except BadInputError as error:
            problem = error_text(error)
        self.setProperty("invalid", "true" if problem else None)
        self.setToolTip(problem)
        repolish(self)


class DateTimeEdit(QDateTimeEdit):
    """A moment typed in the shop's time zone, whatever zone the machine is in; seconds are kept."""

    def __init__(self, accessible_name: str, name: str, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._zone = zone
        # the widget only ever holds wall-clock digits: UTC has no summer time that could swallow an hour
        self.setTimeZone(QTimeZone.utc())
        self.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        self.setCalendarPopup(True)

    def set_moment(self, moment: datetime) -> None:
        """Show an aware datetime in the shop's zone."""
        local = moment.astimezone(self._zone)
        text = local.strftime("%Y-%m-%dT%H:%M:%S")
        shown = QDateTime.fromString(text, Qt.DateFormat.ISODate)
        shown.setTimeZone(QTimeZone.utc())
        self.setDateTime(shown)

    def moment(self) -> datetime:
        """The moment shown, timezone-aware in the shop's zone."""
        text = self.dateTime().toString("yyyy-MM-ddTHH:mm:ss")
        return datetime.fromisoformat(text).replace(tzinfo=self._zone)


class EnumCombo(Combo, Generic[Code]):
    """A choice between codes, shown in words; an ``any_text`` stands for no choice (None)."""

    code_chosen = Signal(object)
    """The code, or None."""

    def __init__(
        self,
        accessible_name: str,
        name: str,
        codes: Iterable[Code],
        *,
        any_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
        # a StrEnum as item data would come back as a plain str
        self._codes: list[Code | None] = [None] if any_text else []
        if any_text:
            self.addItem(any_text)
        for code in codes:
            self._codes.append(code)
            self.addItem(label(code))
        self.currentIndexChanged.connect(self._tell)

    def minimumSizeHint(self) -> QSize:
        """The longest label must not push a narrow pane apart; the list shows it in full."""
        return QSize(96, super().minimumSizeHint().height())

    def code(self) -> Code | None:
        number = self.currentIndex()
        return self._codes[number] if 0 <= number < len(self._codes) else None

    def set_code(self, code: Code | None) -> None:
        """Choose ``code``; one that is not offered is a bug of the caller."""
        self.setCurrentIndex(self._codes.index(code))

    def _tell(self) -> None:
        self.code_chosen.emit(self.code())
