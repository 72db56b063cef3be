"""File a piece of evidence: a file, a pasted picture, or only that something was seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QDateTime, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImageWriter, QPixmap
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.refunds import MERCHANT_CHECK
from desktop_app.domain.states import EvidenceKind
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.dialogs.file_choice import choose_file
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.basics import push_button
from desktop_app.ui.widgets.inputs import EnumCombo


class EvidenceDialog(FormDialog):
    """``path`` or ``picture`` (PNG bytes) is what was dropped or pasted."""

    def __init__(
        self,
        shop: Any,
        jobs: Jobs,
        detail: RequestDetail,
        parent: QWidget,
        *,
        path: Path | None = None,
        picture: bytes = b"",
    ) -> None:
        super().__init__(parent, "evidence_dialog", self.tr("Add evidence"), self.tr("Add"))
        self._shop = shop
        self._jobs = jobs
        self._detail = detail
        self._picture = picture
        self.kind_combo = EnumCombo(self.tr("Kind of evidence"), "evidence_kind_combo", EvidenceKind)
        wanted = _first_missing(detail)
        if wanted is not None:
            self.kind_combo.set_code(wanted)
        self.path_edit = line_edit(
            "evidence_path_edit",
            self.tr("File"),
            text="" if path is None else str(path),
            placeholder=self.tr("No file: only that it was seen"),
            longest=4096,
        )
        self.browse_button = push_button(self.tr("Browse…"), "evidence_browse_button", self._browse)
        self.source_edit = line_edit(
            "evidence_source_edit",
            self.tr("Where it comes from"),
            placeholder=self.tr("the buyer, the platform, our log…"),
        )
        self.promise_box = QCheckBox(self.tr("Holds a written promise of a refund"))
        self.promise_box.setObjectName("evidence_promise_box")
        self.chat_box = QCheckBox(self.tr("From the chat inside the platform"))
        self.chat_box.setObjectName("evidence_chat_box")
        self.note_edit = line_edit("evidence_note_edit", self.tr("Note"))
        self.fields.add_field(self.tr("Kind"), self.kind_combo)
        if picture:
            self.fields.add_field(self.tr("Picture"), _thumbnail(picture, self.tr("The pasted picture")))
        else:
            self.fields.add_field(self.tr("File"), self.path_edit)
            self.fields.addWidget(self.browse_button, self.fields.rowCount() - 1, 2)
        self.fields.add_field(self.tr("From"), self.source_edit)
        self.fields.add_field("", self.promise_box)
        self.fields.add_field("", self.chat_box)
        self.fields.add_field(self.tr("Note"), self.note_edit)

    def submit(self) -> None:
        """Seal the file in a worker; the dialog closes when it is stored."""
        self.message.clear()
        kind = self.kind_combo.code()
        assert kind is not None
        text = self.path_edit.text().strip()
        path = Path(text) if text and not self._picture else None
        if path is not None and not path.is_file():
            self.ask_for(self.path_edit, self.tr("There is no file {path}.").format(path=path))
            return
        request_id, picture = self._detail.line.id, self._picture
        name = self.tr("screenshot") + QDateTime.currentDateTime().toString("-yyyyMMdd-HHmmss") + ".png"
        marks = {
            "source": self.source_edit.text(),
            "written_promise": self.promise_box.isChecked(),
            "in_platform_chat": self.chat_box.isChecked(),
            "note": self.note_edit.text(),
        }
        shop = self._shop

        def work(_progress: Progress) -> int:
            # up to 20 MB are read, sealed and written
            if picture:
                return int(shop.requests.add_evidence(request_id, kind, data=picture, name=name, **marks))
            return int(shop.requests.add_evidence(request_id, kind, path=path, **marks))

        self.submit_button.setEnabled(False)
        self._jobs.run(self, work, self._on_added, self._on_failed)

    def _on_added(self, _evidence_id: int) -> None:
        self.accept()

    def _on_failed(self, error: ShopError) -> None:
        self.submit_button.setEnabled(True)
        self.message.show_error(error)

    def _browse(self) -> None:
        choose_file(self, self.tr("Evidence"), [self.tr("All files (*)")], self._take_path)

    def _take_path(self, path: Path) -> None:
        self.path_edit.setText(str(path))


def clipboard_picture() -> bytes:
    """The picture on the clipboard as PNG; empty when there is none."""
    image = QGuiApplication.clipboard().image()
    if image.isNull():
        return b""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(data.data())


def _thumbnail(picture: bytes, name: str) -> QLabel:
    pixmap = QPixmap()
    pixmap.loadFromData(picture)
    shown = QLabel()
    shown.setObjectName("evidence_picture")
    # a picture has no text that a name could hide
    shown.setAccessibleName(name)
    shown.setPixmap(
        pixmap.scaled(280, 180, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )
    return shown


def _first_missing(detail: RequestDetail) -> EvidenceKind | None:
    missing: Sequence[str] = ()
    if detail.preview is not None:
        missing = [kind for unit in detail.preview.verdict.units for kind in unit.missing if kind != MERCHANT_CHECK]
    return EvidenceKind(missing[0]) if missing else None
