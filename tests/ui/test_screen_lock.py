"""The shop locks with the screen: signals of a private bus, as desktops and logind send them."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from ctypes import wintypes
from pathlib import Path

import pytest

from desktop_app.ui.screen_lock import session_path
from desktop_app.ui.windows_session import SessionFilter

_CHILD = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtWidgets import QApplication, QWidget
from desktop_app.ui.screen_lock import ScreenLock

app = QApplication([])
window = QWidget()
lock = ScreenLock(window)
told = []
lock.went_away.connect(lambda: told.append(sending[0]))
lock.start()
lock.start()
other = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, "other")
signals = [
    ("kde", "/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", [True]),
    ("back", "/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", [False]),
    ("gnome", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", [True]),
    ("sleep", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", [True]),
    ("awake", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", [False]),
    ("ours", "/org/freedesktop/login1/session/_32", "org.freedesktop.login1.Session", "Lock", []),
    ("theirs", "/org/freedesktop/login1/session/_33", "org.freedesktop.login1.Session", "Lock", []),
]
sending = [""]
def step():
    if not signals:
        print(json.dumps({"sources": lock.sources, "told": told}))
        app.quit()
        return
    sending[0], path, interface, name, arguments = signals.pop(0)
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments(arguments)
    assert other.send(message)
    QTimer.singleShot(60, step)
QTimer.singleShot(0, step)
app.exec()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a private bus")
def test_desktop_and_logind_tell() -> None:
    root = Path(__file__).resolve().parents[2]
    command = 'export DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS"; exec "$@"'
    run = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", command, "sh", sys.executable, "-c", _CHILD],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_SESSION_ID": "2", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answer = json.loads(run.stdout.splitlines()[-1])
    assert answer["told"] == ["kde", "gnome", "sleep", "ours"]
    assert len(answer["sources"]) == 6


def test_paths_of_sessions_are_escaped_as_logind_does() -> None:
    assert session_path("2") == "/org/freedesktop/login1/session/_32"
    assert session_path("c12") == "/org/freedesktop/login1/session/c12"
    assert session_path("12") == "/org/freedesktop/login1/session/_312"
    assert session_path("a-b") == "/org/freedesktop/login1/session/a_2db"
    assert session_path("") == ""


@pytest.mark.parametrize(
    ("message", "parameter", "told"),
    [(0x02B1, 0x7, True), (0x02B1, 0x8, False), (0x0218, 0x4, True), (0x0218, 0x12, False), (0x0100, 0x7, False)],
)
def test_messages_of_windows(message: int, parameter: int, told: bool) -> None:
    heard: list[bool] = []
    sent = wintypes.MSG()
    sent.message, sent.wParam = message, parameter
    answer = SessionFilter(lambda: heard.append(True)).nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(sent))
    assert answer == (False, 0), "the message goes its way"
    assert bool(heard) is told
