"""Tells when the screen is locked or the computer goes to sleep, where the system says so.

Linux and BSD: the signals of the desktop's screen saver and of logind over D-Bus. Windows: session and power messages.
Elsewhere, and where there is no bus, nothing is ever told and only the idle timer is left.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

_SCREEN_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.cinnamon.ScreenSaver",
)
_LOGIN = "org.freedesktop.login1"
_SYSTEM_SOCKETS = ("/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket")


class ScreenLock(QObject):
    """Listens from :meth:`start` on."""

    went_away = Signal()
    """The screen was locked, or the computer is about to sleep."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.sources: list[str] = []
        """What is listened to; empty where the system tells nothing."""

    def start(self) -> None:
        """Begin to listen; once, after the window is on screen."""
        if self.sources:
            return
        if sys.platform == "win32":
            self._listen_on_windows()
        elif sys.platform != "darwin":
            self._listen_on_buses(os.environ)

    def _listen_on_buses(self, environment: Mapping[str, str]) -> None:
        # asked first: without a bus Qt would try to start one
        has_session = "DBUS_SESSION_BUS_ADDRESS" in environment or _exists(
            environment.get("XDG_RUNTIME_DIR", ""), "bus"
        )
        has_system = "DBUS_SYSTEM_BUS_ADDRESS" in environment or any(map(os.path.exists, _SYSTEM_SOCKETS))
        if not has_session and not has_system:
            return
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:  # a build of Qt without D-Bus
            return
        wanted: list[tuple[QDBusConnection, str, str, str, str]] = []
        if has_session:
            session = QDBusConnection.sessionBus()
            wanted += [(session, "", name, "ActiveChanged", "_on_active(bool)") for name in _SCREEN_SAVERS]
        if has_system:
            system = QDBusConnection.systemBus()
            manager = f"{_LOGIN}.Manager"
            wanted.append((system, "/org/freedesktop/login1", manager, "PrepareForSleep", "_on_active(bool)"))
            own = session_path(environment.get("XDG_SESSION_ID", ""))
            if own:  # another user's screen is none of ours
                wanted.append((system, own, f"{_LOGIN}.Session", "Lock", "_on_lock()"))
        for bus, path, interface, name, slot in wanted:
            # no service name: Qt would wait for the bus to say who owns it. The slot is a str, whatever the stubs say.
            if bus.isConnected() and bus.connect("", path, interface, name, self, SLOT(slot)):  # type: ignore[call-overload]
                self.sources.append(f"{interface}.{name}")

    def _listen_on_windows(self) -> None:
        from desktop_app.ui.windows_session import listen

        self._filter = listen(self._window, self.went_away.emit)
        if self._filter is not None:
            self.sources.append("WTS")

    @Slot(bool)
    def _on_active(self, active: bool) -> None:
        if active:
            self.went_away.emit()

    @Slot()
    def _on_lock(self) -> None:
        self.went_away.emit()


def session_path(session_id: str) -> str:
    """The D-Bus path of a session of logind; a byte that is no letter or digit, or a digit in front, is escaped."""
    if not session_id:
        return ""
    escaped = "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() and (at or not chr(byte).isdigit()) else f"_{byte:02x}"
        for at, byte in enumerate(session_id.encode())
    )
    return f"/org/freedesktop/login1/session/{escaped}"


def _exists(folder: str, name: str) -> bool:
    return bool(folder) and Path(folder, name).exists()
