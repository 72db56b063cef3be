"""One piece of evidence: a small picture of it where it is one, its hash, its size, and what is said about it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.documents.dispute_words import request_source
from desktop_app.domain.errors import ShopError
from desktop_app.domain.file_kinds import FileWarning
from desktop_app.services.evidence import EvidenceFile, EvidenceLine
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import error_text, label, language, when
from desktop_app.ui.widgets.basics import FactsGrid
from desktop_app.ui.widgets.message_strip import MessageStrip

THUMBNAIL = 320
"""Points on the longer side."""
THUMBNAIL_PIXELS = 4 * THUMBNAIL * THUMBNAIL
"""What is decoded for it: enough for a screen with two pixels a point."""
_LONG = 2


def size_text(size: int) -> str:
    """A size in bytes as people read it: ``812 B``, ``14.2 KB``, ``3.0 MB``."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def show_warnings(strip: MessageStrip, file: EvidenceFile) -> None:
    """Say beside a file what is odd about it; nothing when nothing is."""
    if not file.warnings:
        strip.clear()
        return
    only_place = file.warnings == (FileWarning.PLACE,)
    strip.say(" · ".join(label(one) for one in file.warnings), Tone.INFO if only_place else Tone.WARN)


def picture_label(name: str, accessible_name: str) -> QLabel:
    shown = QLabel()
    shown.setObjectName(name)
    # a picture has no text that a name could hide
    shown.setAccessibleName(accessible_name)
    shown.setAlignment(Qt.AlignmentFlag.AlignLeft)
    shown.hide()
    return shown


def show_picture(shown: QLabel, image: QImage | None, longest: int) -> None:
    """Show ``image``, at most ``longest`` points wide and high, or nothing; of a long one the upper part."""
    shown.setVisible(image is not None)
    if image is None:
        shown.clear()
        return
    ratio = shown.devicePixelRatioF()
    side = int(longest * ratio)
    if image.height() > _LONG * image.width():
        image = image.copy(0, 0, image.width(), _LONG * image.width())
    if max(image.width(), image.height()) > side:
        image = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    shown.setPixmap(pixmap)


class EvidencePreview(QWidget):
    """Shows the chosen piece; its file comes later, from a worker."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_preview")
        self._line: EvidenceLine | None = None
        self.picture = picture_label(f"{name}_picture", self.tr("The picture of this piece"))
        self.message = MessageStrip(f"{name}_integrity", closable=False)
        self.warning = MessageStrip(f"{name}_warning", closable=False)
        self.facts = FactsGrid(f"{name}_facts", key_width=72)
        for key, title, mono in (
            ("kind", self.tr("File type"), False),
            ("size", self.tr("Size"), False),
            ("sha256", "SHA-256", True),
            ("captured_at", self.tr("Taken"), False),
            ("source", self.tr("From"), False),
            ("added", self.tr("Added"), False),
            ("note", self.tr("Note"), False),
        ):
            self.facts.add(key, title, mono=mono)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.message, self.warning, self.picture, self.facts):
            layout.addWidget(widget)
        self.hide()

    @property
    def line(self) -> EvidenceLine | None:
        """The piece on show."""
        return self._line

    def show_line(self, line: EvidenceLine | None, zone: ZoneInfo) -> None:
        """Show what is recorded; the picture of another piece goes."""
        if line is None or self._line is None or line.id != self._line.id:
            show_picture(self.picture, None, THUMBNAIL)
            self.message.clear()
            self.warning.clear()
            self.facts.set_value("kind", "")
        self._line = line
        self.setVisible(line is not None)
        if line is None:
            return
        self.facts.set_value("size", size_text(line.size) if line.has_file else "")
        self.facts.set_value("sha256", _grouped(line.sha256))
        self.facts.set_value("captured_at", when(line.captured_at, zone, seconds=True))
        self.facts.set_value("source", request_source(line.source, language()))
        self.facts.set_value(
            "added", self.tr("{when} by {who}").format(when=when(line.added_at, zone), who=line.added_by)
        )
        self.facts.set_value("note", line.note)

    def show_file(self, file: EvidenceFile, image: QImage | None, problem: ShopError | None) -> None:
        """The file came, whole: its picture, or why there is none."""
        self.facts.set_value("kind", label(file.kind))
        show_warnings(self.warning, file)
        show_picture(self.picture, image, THUMBNAIL)
        if problem is None:
            self.message.clear()
        else:
            self.message.say(error_text(problem), Tone.INFO)

    def show_problem(self, error: ShopError) -> None:
        """The file is missing, altered, or the shop is locked."""
        show_picture(self.picture, None, THUMBNAIL)
        self.warning.clear()
        self.message.show_error(error)


def _grouped(sha256: str) -> str:
    """In groups of eight, so that the line can break."""
    return " ".join(sha256[place : place + 8] for place in range(0, len(sha256), 8))
