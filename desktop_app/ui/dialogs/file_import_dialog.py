"""Lines of a file that the merchant chooses, types or drops: looked at first, entered then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_target, dropped_file, write_template
from desktop_app.ui.dialogs.file_field import FileField
from desktop_app.ui.dialogs.work_dialog import WorkDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.widgets.basics import plain_label, push_button


@dataclass(frozen=True, slots=True)
class FileKind:
    """What such a file is called where it is asked for, and the template that is filled in to make one."""

    label: str
    placeholder: str
    choose_title: str
    filters: Sequence[str]
    template_name: str
    template: str


class FileImportDialog(WorkDialog):
    """Has the fields and buttons that every such import needs; a subclass lays them out and knows its file.

    Naming another file forgets what was read of the one before.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        part: str,
        title: str,
        jobs: Jobs,
        kind: FileKind,
    ) -> None:
        super().__init__(parent, name, part, title, jobs)
        self.setAcceptDrops(True)
        self._kind = kind
        self.file = FileField(self, part, kind.label, kind.placeholder, title=kind.choose_title, filters=kind.filters)
        self.file.changed.connect(self.forget)
        self.file.named.connect(self.make_preview)
        self.template_button = push_button(
            self.tr("Save a template…"), f"{part}_template_button", self.ask_template, icon="file-down"
        )
        self.preview_button = push_button(self.tr("Preview"), f"{part}_preview_button", self.make_preview)
        # a reason is longer than its column
        self.reason = plain_label(name=f"{part}_line_reason", wrap=True, selectable=True)
        self.confirm_box = self.check_box(f"{part}_confirm_box", self.tr("I looked at the lines: they read correctly"))
        self.import_button = push_button("", f"{part}_import_button", self.import_lines, kind="primary")
        self.close_button = push_button(self.tr("Close"), f"{part}_close_button", self.reject)

    # what a subclass knows

    def make_preview(self) -> None:
        """Read the file that was named, in a worker."""

    def import_lines(self) -> None:
        """Enter what the preview shows, in a worker: everything or nothing."""

    def forget(self) -> None:
        """Another file was named: nothing of the one before may be imported."""

    # what it does

    def start(self, path: Path | None = None) -> None:
        self.open()
        if path is not None:
            self.file.set_path(path)

    def named_file(self) -> Path | None:
        """The file to read; without one the merchant is told to choose it."""
        path = self.file.path()
        if path is None:
            self.message.say(self.tr("Choose the file first."), Tone.WARN)
        return path

    def ask_template(self) -> None:
        choose_target(self, self.tr("Save a template"), self._kind.template_name, ("CSV (*.csv)",), self.save_template)

    def save_template(self, path: Path) -> None:
        """The headings that are read and one example, for a spreadsheet."""
        write_template(path, self._kind.template, self.message)

    def check_box(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setAccessibleName(text)
        box.toggled.connect(self.show_state)
        return box

    def ask_whether_it_reads(self, needs_confirmation: bool, encoding: str, ignored: Sequence[str]) -> None:
        """A guessed encoding is to be confirmed; columns that are not read are named."""
        self.confirm_box.setChecked(False)
        self.confirm_box.setVisible(needs_confirmation)
        if needs_confirmation:
            self.message.say(
                self.tr("The file was read as {encoding}, which is a guess: confirm it below.").format(
                    encoding=encoding.upper()
                ),
                Tone.WARN,
            )
        elif ignored:
            self.message.say(self.tr("Columns that are not read: {columns}").format(columns=", ".join(ignored)))

    def say_failed(self, error: ShopError, cancelled_text: str) -> None:
        self.end_work()
        if isinstance(error, CancelledError):
            self.message.say(cancelled_text)
        else:
            self.message.show_error(error)

    # Qt's side

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.work.is_busy and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event)
        if path is not None and not self.work.is_busy:
            self.file.set_path(path)
