"""Number fields that stand in a form like its text fields."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget

WIDTH = 180
TEXT_MARGIN = 9


class NumberSpin(QSpinBox):
    """A whole number with its unit behind it."""

    def __init__(
        self, name: str, label: str, least: int, most: int, unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setRange(least, most)
        self.setSuffix(unit)
        self.setFixedWidth(WIDTH)
        indent(self)


class RateSpin(QDoubleSpinBox):
    """A rate in per cent; :meth:`basis_points` is what counts."""

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setRange(0, 100)
        self.setDecimals(2)
        self.setSingleStep(0.5)
        self.setSuffix(" %")
        self.setFixedWidth(WIDTH)
        indent(self)

    def basis_points(self) -> int:
        return round(self.value() * 100)

    def set_basis_points(self, value: int) -> None:
        self.setValue(value / 100)


def indent(spin: QAbstractSpinBox) -> None:
    """The style sheet's padding does not reach the text of a number field whose arrows are hidden."""
    spin.lineEdit().setTextMargins(TEXT_MARGIN, 0, TEXT_MARGIN, 0)
