"""A field that names a file, and the button beside it that chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.dialogs.file_choice import choose_file
from desktop_app.ui.dialogs.form_dialog import line_edit
from desktop_app.ui.widgets.basics import push_button


class FileField(QObject):
    """The dialog lays out ``edit`` and ``button``, reads the file that is ``named`` and forgets it when ``changed``."""

    named = Signal(object)
    """Path of a file that was chosen, or typed and confirmed with Enter."""
    changed = Signal()
    """With every letter."""

    def __init__(
        self, parent: QWidget, part: str, label: str, placeholder: str, *, title: str, filters: Sequence[str]
    ) -> None:
        """``part`` is what the names of the two begin with; ``title`` and ``filters`` are those of the choice."""
        super().__init__(parent)
        self._parent, self._title, self._filters = parent, title, filters
        self.edit = line_edit(f"{part}_path_edit", label, placeholder=placeholder, longest=4096)
        self.edit.textChanged.connect(self.changed)
        self.edit.returnPressed.connect(self.name_typed)
        self.button = push_button(self.tr("Choose…"), f"{part}_choose_button", self.choose, icon="folder-open")

    def path(self) -> Path | None:
        """What the field names."""
        text = self.edit.text().strip()
        return Path(text) if text else None

    def set_path(self, path: Path) -> None:
        """Name a file that was chosen or dropped."""
        self.edit.setText(str(path))
        self.named.emit(path)

    def name_typed(self) -> None:
        path = self.path()
        if path is not None:
            self.named.emit(path)

    def choose(self) -> None:
        choose_file(self._parent, self._title, self._filters, self.set_path)
