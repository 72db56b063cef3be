"""Tells when nobody touched the window for a while, and when somebody is back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride})
"""What runs a shortcut never becomes a key press: a merchant who works with J, K and A alone would count as away."""
_RETURNING = frozenset({*_KEYS, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_INPUT = frozenset(
    {
        *_KEYS,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class IdleLock(QObject):
    """Watches the windows that get the focus; a filter on the whole application would see every paint event."""

    idled = Signal()
    returned = Signal()
    """A key or a button was pressed for the first time since."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_idle = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusWindowChanged.connect(self._watch)
            app.focusChanged.connect(self._on_focus_changed)
            self._watch(QGuiApplication.focusWindow())

    def set_minutes(self, minutes: int) -> None:
        """0: never by itself."""
        self._timer.stop()
        self._timer.setInterval(minutes * 60_000)
        self.touch()

    def touch(self) -> None:
        """Somebody is there."""
        if self._timer.interval() > 0:
            self._timer.start()

    def expect_return(self) -> None:
        """Somebody left without the time having run out: tell when they are back."""
        self._is_idle = True

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)
            self.touch()

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        # assistive technology works without keys and pointer
        if new is not None:
            self.touch()

    def _on_timeout(self) -> None:
        self._is_idle = True
        self.idled.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self.touch()
        if self._is_idle and event.type() in _RETURNING:
            self._is_idle = False
            # the key or click goes its way first
            QTimer.singleShot(0, self, self.returned.emit)
        return False
