"""Files and folders of the merchant: where they are, choosing folders, showing them in the file manager."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

_LAST = "places/last_folder"


def last_folder() -> Path:
    """Where the merchant last put a file; at first the documents folder."""
    noted = Path(str(QSettings().value(_LAST, "", type=str)))
    if noted.is_absolute() and noted.is_dir():
        return noted
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents) if documents and Path(documents).is_dir() else Path.home()


def remember_folder(folder: Path) -> None:
    """The next file is offered to go there too."""
    QSettings().setValue(_LAST, str(folder))


def open_folder(folder: Path) -> None:
    """Show a folder in the file manager of the desktop."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def ask_folder(parent: QWidget, title: str, start: Path, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a folder. Returns the open dialog."""
    dialog = QFileDialog(parent, title, str(start))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setObjectName("folder_dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: on_chosen(Path(path)))
    dialog.open()
    return dialog
