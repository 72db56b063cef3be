"""Dialogs open no larger than the screen has room for: what is below its edge cannot be pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QWidget

# title bar and frame, which the window system puts around a dialog
_FRAME_WIDTH, _FRAME_HEIGHT = 16, 48


def resize_within_screen(dialog: QWidget, width: int, height: int) -> None:
    """Give ``dialog`` the size that suits it, or as much of it as the screen without its task bar can hold."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, room.width() - _FRAME_WIDTH), min(height, room.height() - _FRAME_HEIGHT))


def follow_text(dialog: QDialog, event: QEvent) -> None:
    """Grow with sentences that come later; called with every ``event`` of ``dialog``.

    A layout asks for the height of unwrapped text only: what is wrapped, or appears once the dialog is open, would be
    cut off.
    """
    if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show):
        layout = dialog.layout()
        if layout is not None:
            dialog.setMinimumHeight(layout.totalHeightForWidth(dialog.width()))
        if event.type() == QEvent.Type.Resize and dialog.isVisible():
            room, frame = dialog.screen().availableGeometry(), dialog.frameGeometry()
            if frame.bottom() > room.bottom():
                # it grew downwards, and its buttons are at the foot
                dialog.move(frame.x(), max(room.top(), frame.y() - (frame.bottom() - room.bottom())))
