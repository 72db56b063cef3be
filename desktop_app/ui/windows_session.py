"""Windows tells a window that asks for it when the session is locked, and every window when the computer sleeps."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QCoreApplication
from PySide6.QtWidgets import QWidget

_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK = 0x02B1, 0x7
_WM_POWERBROADCAST, _PBT_APMSUSPEND = 0x0218, 0x4
_NOTIFY_FOR_THIS_SESSION = 0


class SessionFilter(QAbstractNativeEventFilter):
    """Calls ``told`` for those two messages and lets every message go its way."""

    def __init__(self, told: Callable[[], None]) -> None:
        super().__init__()
        self._told = told

    def nativeEventFilter(self, kind: Any, message: Any) -> Any:
        if bytes(kind) == b"windows_generic_MSG":
            found = wintypes.MSG.from_address(int(message))
            if (found.message, found.wParam) in (
                (_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK),
                (_WM_POWERBROADCAST, _PBT_APMSUSPEND),
            ):
                self._told()
        return False, 0


def listen(window: QWidget, told: Callable[[], None]) -> SessionFilter | None:
    """Call ``told`` from now on; None when Windows refuses. Keep the filter as long as it is wanted."""
    app = QCoreApplication.instance()
    if sys.platform == "win32":
        register = ctypes.windll.wtsapi32.WTSRegisterSessionNotification
        register.argtypes = (wintypes.HWND, wintypes.DWORD)
        register.restype = wintypes.BOOL
        if app is not None and register(int(window.winId()), _NOTIFY_FOR_THIS_SESSION):
            made = SessionFilter(told)
            app.installNativeEventFilter(made)
            return made
    return None
