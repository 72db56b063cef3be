"""What is done with evidence on any page: dropped, pasted, chosen, looked at, described anew, saved again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.documents.whole_file import write_whole
from desktop_app.domain.errors import BadInputError, LockedError, ShopError
from desktop_app.domain.file_kinds import PICTURES, FileWarning
from desktop_app.services.evidence import EvidenceFile, EvidenceLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.evidence_dialog import ChangeEvidenceDialog, EvidenceDialog
from desktop_app.ui.dialogs.file_choice import choose_target
from desktop_app.ui.dialogs.picture_dialog import PictureDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label
from desktop_app.ui.pictures import decode_picture
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.evidence_preview import THUMBNAIL_PIXELS
from desktop_app.ui.widgets.evidence_view import EvidencePlace, EvidenceView
from desktop_app.ui.widgets.message_strip import MessageStrip

LARGE = 16_000_000
"""Pixels of a picture that is looked at."""
_DANGEROUS = frozenset({FileWarning.PROGRAM, FileWarning.ACTIVE, FileWarning.TWO_FACED, FileWarning.WRONG_ENDING})
_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)


@dataclass(frozen=True, slots=True)
class _Look:
    """A file that came from a worker: its picture, or why there is none."""

    line: EvidenceLine
    file: EvidenceFile
    image: QImage | None
    problem: ShopError | None


class EvidenceSteps(QObject):
    """Wires an :class:`EvidenceView` in a pane of a page to the services."""

    def __init__(
        self,
        shop: Any,
        jobs: Jobs,
        window: WindowContext,
        view: EvidenceView,
        pane: QWidget,
        message: MessageStrip,
        place: Callable[[], EvidencePlace | None],
        page: QWidget,
    ) -> None:
        """``place`` says where new evidence belongs, None when it cannot be added. Files may be dropped on ``pane``."""
        super().__init__(page)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._view = view
        self._message = message
        self._place = place
        self._fetching: int | None = None
        view.add_wanted.connect(self.add)
        view.paste_wanted.connect(self.paste)
        view.change_wanted.connect(self.change)
        view.look_wanted.connect(self.look)
        view.save_wanted.connect(self.save)
        view.file_wanted.connect(self._fetch)
        pane.setAcceptDrops(True)
        pane.installEventFilter(self)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.paste)

    # filing

    def add(self, offered: Sequence[Path | QImage] = ()) -> None:
        """Ask what the files are; without any, which files, or that there are none."""
        place = self._place()
        if place is None:
            self._message.say(
                self.tr("Evidence belongs to an order or to a request that is open or decided: choose one first."),
                Tone.WARN,
            )
            return
        self._message.clear()
        EvidenceDialog(self._shop, self._jobs, self._window, place, offered).open()

    def paste(self) -> None:
        """File what is on the clipboard: copied files, else a picture."""
        offered = offered_in(QGuiApplication.clipboard().mimeData())
        if offered:
            self.add(offered)
        else:
            self._message.say(self.tr("There is no picture and no file on the clipboard."), Tone.WARN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _DRAGS and isinstance(event, QDropEvent):
            mime = event.mimeData()
            if event.type() != QEvent.Type.Drop:
                if mime.hasImage() or any(url.isLocalFile() for url in mime.urls()):
                    event.acceptProposedAction()
                    return True
            else:
                offered = offered_in(mime)
                if offered:
                    event.acceptProposedAction()
                    self.add(offered)
                    return True
        return super().eventFilter(watched, event)

    def change(self, line: EvidenceLine) -> None:
        ChangeEvidenceDialog(self._shop, self._window, line).open()

    # looking

    def _fetch(self, line: EvidenceLine) -> None:
        if not self._shop.is_unlocked:
            self._hide_pictures()
        elif line.id != self._fetching:
            self._fetching = line.id
            self._jobs.run(
                self,
                lambda _progress: self._read(line, THUMBNAIL_PIXELS),
                self._on_fetched,
                partial(self._on_not_fetched, line),
            )

    def _hide_pictures(self) -> None:
        """Nothing that was sealed stays on screen."""
        self._view.preview.show_problem(LockedError("The shop is locked: unlock it first.", "店铺已锁定：请先解锁。"))

    def look(self, line: EvidenceLine) -> None:
        """Show the picture large; what is no picture stays closed."""
        self._message.clear()
        self._jobs.run(self, lambda _progress: self._read(line, LARGE), self._on_looked, self._message.show_error)

    def _read(self, line: EvidenceLine, pixels: int) -> _Look:
        file: EvidenceFile = self._shop.evidence.file(line.id)
        if file.kind not in PICTURES:
            return _Look(line, file, None, None)
        try:
            return _Look(line, file, decode_picture(file.content, pixels=pixels), None)
        except BadInputError as problem:
            return _Look(line, file, None, problem)

    def _on_not_fetched(self, line: EvidenceLine, error: ShopError) -> None:
        self._fetching = None
        shown = self._view.preview.line
        if shown is not None and shown.id == line.id:
            self._view.preview.show_problem(error)

    def _on_fetched(self, look: _Look) -> None:
        self._fetching = None
        shown = self._view.preview.line
        if not self._shop.is_unlocked:
            self._hide_pictures()
        elif shown is not None and shown.id == look.line.id:
            self._view.preview.show_file(look.file, look.image, look.problem)

    def _on_looked(self, look: _Look) -> None:
        if not self._shop.is_unlocked:
            self._hide_pictures()
        elif look.image is not None:
            PictureDialog(self._window.dialog_parent(), look.line.name, look.image).open()
        elif look.problem is not None:
            self._message.show_error(look.problem)
        else:
            text = self.tr("{kind}: only pictures are shown here, nothing else is opened. Save a copy to look at it.")
            self._message.say(text.format(kind=label(look.file.kind)), Tone.INFO)

    # saving

    def save(self, line: EvidenceLine) -> None:
        """Read the file first: what is altered is not saved, and what is dangerous is said before."""
        self._message.clear()
        self._jobs.run(self, lambda _progress: self._read_plain(line), self._ask_where, self._message.show_error)

    def _read_plain(self, line: EvidenceLine) -> EvidenceFile:
        file: EvidenceFile = self._shop.evidence.file(line.id)
        return file

    def _ask_where(self, file: EvidenceFile) -> None:
        warnings = [label(one) for one in file.warnings if one in _DANGEROUS]
        if not warnings:
            self._choose_target(file)
            return
        dialog = ConfirmDialog(
            self._window.dialog_parent(),
            self.tr("Save {name}?").format(name=file.name),
            [*warnings, self.tr("Somebody else made this file. Keep it closed; hand it on as it is.")],
            self.tr("Save it all the same"),
        )
        dialog.confirmed.connect(lambda _reason: self._choose_target(file))
        dialog.open()

    def _choose_target(self, file: EvidenceFile) -> None:
        choose_target(
            self._window.dialog_parent(),
            self.tr("Save the evidence"),
            file.name,
            [self.tr("All files (*)")],
            lambda path: self.write(file, path),
        )

    def write(self, file: EvidenceFile, path: Path) -> None:
        """Write the bytes as they came."""

        def work(_progress: Progress) -> Path:
            write_whole(path, file.content)
            return path

        self._jobs.run(self, work, self._on_written, self._message.show_error)

    def _on_written(self, path: Path) -> None:
        self._window.say(self.tr("Saved as {path}.").format(path=path), Tone.OK)


def offered_in(mime: QMimeData) -> list[Path | QImage]:
    """Local files, else one picture; a text is nothing."""
    files: list[Path | QImage] = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files or not mime.hasImage():
        return files
    image = mime.imageData()
    return [image] if isinstance(image, QImage) and not image.isNull() else []
