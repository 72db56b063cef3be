"""Files that the merchant chooses or drops, and the templates that a dialog writes; the folder is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.domain.errors import StorageError
from desktop_app.ui.colours import Tone
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.places import last_folder, remember_folder


def choose_file(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    on_chosen: Callable[[Path], None],
    *,
    folder: Path | None = None,
) -> QFileDialog:
    """Ask for a file that is there; ``folder`` is where it is likely to be."""
    dialog = _dialog(parent, title, filters, on_chosen)
    if folder is not None and folder.is_dir():
        dialog.setDirectory(str(folder))
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


def write_template(path: Path, text: str, message: MessageStrip) -> None:
    """Write a CSV to fill in so that spreadsheets know it for UTF-8, and tell in ``message`` how that went."""
    try:
        path.write_text(text, encoding="utf-8-sig", newline="")
    except OSError as error:
        message.show_error(
            StorageError(
                "{file} cannot be written ({reason}): choose another place.",
                "无法写入 {file}（{reason}）：请换一个位置。",
                file=path.name,
                reason=error.strerror,
            )
        )
        return
    saved = QCoreApplication.translate("write_template", "The template is saved as {file}.")
    message.say(saved.format(file=path), Tone.OK)


def dropped_files(event: QDropEvent) -> list[Path]:
    """The local files that are being dropped; none for anything else."""
    urls = event.mimeData().urls()
    if not all(url.isLocalFile() for url in urls):
        return []
    return [Path(url.toLocalFile()) for url in urls]


def dropped_file(event: QDropEvent) -> Path | None:
    """The one local file that is being dropped; None for anything else."""
    paths = dropped_files(event)
    return paths[0] if len(paths) == 1 else None


def _dialog(
    parent: QWidget, title: str, filters: Sequence[str], on_chosen: Callable[[Path], None] | None = None
) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("file_dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(list(filters))
    # Qt's own Chinese lacks these two
    for part, text in (
        (QFileDialog.DialogLabel.LookIn, QCoreApplication.translate("choose_file", "Look in:")),
        (QFileDialog.DialogLabel.FileType, QCoreApplication.translate("choose_file", "Files of type:")),
    ):
        dialog.setLabelText(part, text)
    dialog.setDirectory(str(last_folder()))

    def take(name: str) -> None:
        path = Path(name)
        remember_folder(path.parent)
        if on_chosen is not None:
            on_chosen(path)

    dialog.fileSelected.connect(take)
    return dialog
