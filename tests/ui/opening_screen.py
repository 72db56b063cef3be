"""What the window shows instead of a shop while one is opened, restored or salvaged."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.ui.main_window import MainWindow


def opening_button(qtbot: QtBot, window: MainWindow, text: str) -> QPushButton:
    """The button, once it is there to be clicked and says ``text``."""
    button = window.findChild(QPushButton, "opening_button")
    assert button is not None
    qtbot.waitUntil(lambda: not button.isHidden() and button.text() == text)
    return button


def opening_text(window: MainWindow) -> str:
    label = window.findChild(QLabel, "opening_text")
    assert label is not None
    return label.text()
