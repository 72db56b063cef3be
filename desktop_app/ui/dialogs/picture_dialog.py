"""A piece of evidence in full size: the decoded picture, never the file."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.dialogs import SecretDialog


class PictureDialog(SecretDialog):
    """Scrolls over a picture; the window grows with it up to most of the screen."""

    def __init__(self, parent: QWidget, name: str, image: QImage) -> None:
        super().__init__(parent)
        self.setObjectName("picture_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        self.setModal(True)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture = QLabel()
        self.picture.setObjectName("large_picture")
        # a picture has no text that a name could hide
        self.picture.setAccessibleName(name)
        self.picture.setPixmap(pixmap)
        area = QScrollArea()
        area.setObjectName("picture_area")
        area.setAccessibleName(self.tr("The picture"))
        area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        area.setWidget(self.picture)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(plain_label(name, role="section", name="picture_name", wrap=True, selectable=True))
        layout.addWidget(area, 1)
        layout.addLayout(row_of(1, push_button(self.tr("Close"), "close_button", self.accept, kind="primary")))
        room = self.screen().availableSize()
        size = pixmap.deviceIndependentSize().toSize()
        self.resize(
            min(max(size.width() + 60, 420), room.width() * 9 // 10),
            min(max(size.height() + 130, 320), room.height() * 9 // 10),
        )
