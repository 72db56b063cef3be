"""Choosing a file to read or to write; the folder is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.ui.widgets.places import last_folder, remember_folder


def choose_file(parent: QWidget, title: str, filters: Sequence[str], on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for a file that is there."""
    dialog = _dialog(parent, title, filters, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def choose_files(
    parent: QWidget, title: str, filters: Sequence[str], on_chosen: Callable[[list[Path]], None]
) -> QFileDialog:
    """Ask for files that are there, one or several."""
    dialog = _dialog(parent, title, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)

    def take(names: list[str]) -> None:
        paths = [Path(name) for name in names]
        remember_folder(paths[0].parent)
        on_chosen(paths)

    dialog.filesSelected.connect(take)
    dialog.open()
    return dialog


def choose_target(
    parent: QWidget, title: str, name: str, filters: Sequence[str], on_chosen: Callable[[Path], None]
) -> QFileDialog:
    """Ask where to write; ``name`` is offered, and writing over a file is asked about."""
    dialog = _dialog(parent, title, filters, on_chosen)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))

    def take_suffix(chosen: str) -> None:
        dialog.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")"))

    dialog.filterSelected.connect(take_suffix)
    dialog.selectFile(name)
    dialog.open()
    return dialog


def _dialog(
    parent: QWidget, title: str, filters: Sequence[str], on_chosen: Callable[[Path], None] | None = None
) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("file_dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(list(filters))
    dialog.setDirectory(str(last_folder()))

    def take(name: str) -> None:
        path = Path(name)
        remember_folder(path.parent)
        if on_chosen is not None:
            on_chosen(path)

    dialog.fileSelected.connect(take)
    return dialog
