"""Copying to the clipboard; a secret is taken away again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.ui.icons import set_icon

SECRET_SECONDS = 20
SAID_MS = 1500

# what clipboard managers look at to leave a text out of their history
_KEEP_OUT = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
}


class SecretClipboard(QObject):
    """Puts a secret on the clipboard and clears it after a while if it is still there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._timer = QTimer(self, singleShot=True, interval=SECRET_SECONDS * 1000)
        self._timer.timeout.connect(self.clear)

    @property
    def seconds(self) -> int:
        """How long a secret stays."""
        return self._timer.interval() // 1000

    def set_seconds(self, seconds: int) -> None:
        """What the settings of the shop say; 20 until then."""
        self._timer.setInterval(seconds * 1000)

    def put(self, text: str) -> None:
        data = QMimeData()
        data.setText(text)
        for kind, value in _KEEP_OUT.items():
            data.setData(kind, value)
        QGuiApplication.clipboard().setMimeData(data)
        self._text = text
        self._timer.start()

    def clear(self) -> None:
        """Empty the clipboard unless something else was copied since; also when the window closes or locks."""
        self._timer.stop()
        clipboard = QGuiApplication.clipboard()
        if self._text and clipboard.text() == self._text:
            clipboard.clear()
        self._text = ""


class CopyButton(QPushButton):
    """Copies what ``text()`` returns at the moment of the click and says so for a moment.

    With ``secret`` the text goes through that :class:`SecretClipboard`, which outlives this button.
    """

    def __init__(
        self,
        label: str,
        name: str,
        text: Callable[[], str],
        *,
        secret: SecretClipboard | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(label, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self._label = label
        self._text = text
        self._secret = secret
        set_icon(self, "copy")
        self._timer = QTimer(self, singleShot=True, interval=SAID_MS)
        self._timer.timeout.connect(self._restore)
        self.clicked.connect(self.copy)

    def copy(self) -> None:
        text = self._text()
        if not text:
            return
        if self._secret is None:
            QGuiApplication.clipboard().setText(text)
            self.setText(self.tr("Copied"))
        else:
            self._secret.put(text)
            self.setText(self.tr("Copied for {seconds} s").format(seconds=self._secret.seconds))
        set_icon(self, "check")
        self._timer.start()

    def _restore(self) -> None:
        self.setText(self._label)
        set_icon(self, "copy")
