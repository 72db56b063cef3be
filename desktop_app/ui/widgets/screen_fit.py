"""Dialogs open no larger than the screen has room for: what is below its edge cannot be pressed."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

# title bar and frame, which the window system puts around a dialog
_FRAME_WIDTH, _FRAME_HEIGHT = 16, 48


def resize_within_screen(dialog: QWidget, width: int, height: int) -> None:
    """Give ``dialog`` the size that suits it, or as much of it as the screen without its task bar can hold."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, room.width() - _FRAME_WIDTH), min(height, room.height() - _FRAME_HEIGHT))
