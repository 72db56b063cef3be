"""Number fields and choices inside a scrolling form must not change under the wheel that scrolls the form."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class QuietWheel(QObject):
    """Passes the wheel on to the form unless the field has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def quiet_wheels(form: QWidget) -> None:
    """Do so for every field below ``form`` that exists now."""
    quiet = QuietWheel(form)
    fields: list[QWidget] = [*form.findChildren(QAbstractSpinBox), *form.findChildren(QComboBox)]
    for field in fields:
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.installEventFilter(quiet)
