"""File pieces of evidence one after the other: files, a pasted picture, or only that something was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDateTime
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QDialog

from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.domain.file_kinds import PICTURES
from desktop_app.domain.states import EvidenceKind
from desktop_app.services.evidence import EvidenceFile, EvidenceLine, Marks
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.file_choice import choose_files
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label
from desktop_app.ui.pictures import decode_picture, png_of
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.evidence_preview import (
    THUMBNAIL_PIXELS,
    picture_label,
    show_picture,
    show_warnings,
    size_text,
)
from desktop_app.ui.widgets.evidence_view import EvidencePlace
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo
from desktop_app.ui.widgets.message_strip import MessageStrip

_THUMBNAIL = 160
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a worker found out about the file at hand."""

    source: Path | QImage
    file: EvidenceFile
    image: QImage | None


class MarksDialog(FormDialog):
    """The fields of what people say about a piece, shared by filing it and describing it anew."""

    def add_mark_fields(self, window: WindowContext) -> None:
        """Append the fields; nothing is known yet."""
        self.time_box = QCheckBox(self.tr("It is known when it was taken"))
        self.time_box.setObjectName("evidence_time_box")
        self.time_edit = DateTimeEdit(self.tr("Taken at"), "evidence_time_edit", window.zone())
        self.time_edit.set_moment(window.now().replace(microsecond=0))
        self.time_edit.setEnabled(False)
        self.time_box.toggled.connect(self.time_edit.setEnabled)
        self.source_edit = line_edit(
            "evidence_source_edit",
            self.tr("Where it comes from"),
            placeholder=self.tr("the buyer, the platform, our log…"),
        )
        self.promise_box = QCheckBox(self.tr("Holds a written promise of a refund"))
        self.promise_box.setObjectName("evidence_promise_box")
        self.chat_box = QCheckBox(self.tr("From the chat inside the platform"))
        self.chat_box.setObjectName("evidence_chat_box")
        self.note_edit = line_edit("evidence_note_edit", self.tr("Note"), longest=_LONGEST_NOTE)
        self.fields.add_field("", self.time_box)
        self.fields.add_field(self.tr("Taken at"), self.time_edit)
        self.fields.add_field(self.tr("From"), self.source_edit)
        self.fields.add_field("", self.promise_box)
        self.fields.add_field("", self.chat_box)
        self.fields.add_field(self.tr("Note"), self.note_edit)

    def set_time(self, at: datetime | None) -> None:
        self.time_box.setChecked(at is not None)
        if at is not None:
            self.time_edit.set_moment(at)

    def would_lose(self) -> str:
        if not self._has_unsaved():
            return ""
        return self.tr("This is not on file yet: add it, or close once more to drop it.")

    def _has_unsaved(self) -> bool:
        return False

    def marks(self) -> Marks:
        return Marks(
            captured_at=self.time_edit.moment() if self.time_box.isChecked() else None,
            source=self.source_edit.text(),
            written_promise=self.promise_box.isChecked(),
            in_platform_chat=self.chat_box.isChecked(),
            note=self.note_edit.text(),
        )


class EvidenceDialog(MarksDialog):
    """``offered``: what was dropped or pasted, filed one after the other; nothing: a file can be chosen here."""

    def __init__(
        self,
        shop: Any,
        jobs: Jobs,
        window: WindowContext,
        place: EvidencePlace,
        offered: Sequence[Path | QImage] = (),
    ) -> None:
        super().__init__(window.dialog_parent(), "evidence_dialog", self.tr("Add evidence"), self.tr("Add"), width=560)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._place = place
        self._waiting = list(offered)
        self._total = len(offered)
        self._looked: _Looked | None = None
        self._wanted = list(place.wanted)
        self.progress_label = plain_label(role="section", name="evidence_progress")
        self.picture = picture_label("evidence_dialog_picture", self.tr("The picture that is added"))
        self.file_label = plain_label(role="muted", name="evidence_file_label", wrap=True)
        self.warning = MessageStrip("evidence_dialog_warning", closable=False)
        kinds = [*place.wanted, *(kind for kind in EvidenceKind if kind not in place.wanted)]
        self.kind_combo = EnumCombo(self.tr("Kind of evidence"), "evidence_kind_combo", kinds)
        self.path_edit = line_edit(
            "evidence_path_edit",
            self.tr("File"),
            placeholder=self.tr("No file: only that it was seen"),
            longest=4096,
        )
        self.path_edit.editingFinished.connect(self._on_path_typed)
        self.browse_button = push_button(self.tr("Browse…"), "evidence_browse_button", self._browse)
        self.fields.addWidget(self.progress_label, self.fields.rowCount(), 0, 1, 3)
        self.fields.add_field(self.tr("File"), self.path_edit)
        self.fields.addWidget(self.browse_button, self.fields.rowCount() - 1, 2)
        row = self.fields.rowCount()
        self.fields.addWidget(self.picture, row, 1, 1, 2)
        self.fields.addWidget(self.file_label, row + 1, 1, 1, 2)
        self.fields.addWidget(self.warning, row + 2, 0, 1, 3)
        self.fields.add_field(self.tr("Kind"), self.kind_combo)
        self.add_mark_fields(window)
        self.all_box = QCheckBox()
        self.all_box.setObjectName("evidence_all_box")
        self.skip_button = push_button(self.tr("Skip this file"), "skip_evidence_button", self._skip)
        self.body.insertLayout(self.body.count() - 1, row_of(self.all_box, 1, self.skip_button))
        self._begin()

    def submit(self) -> None:
        """Seal the file in a worker; the dialog closes when the last one is stored."""
        self.message.clear()
        kind = self.kind_combo.code()
        assert kind is not None
        marks, target, shop = self.marks(), self._place.target(), self._shop
        sources = self._waiting[: len(self._waiting) if self.all_box.isChecked() else 1]
        typed = self.path_edit.text().strip()
        if not sources and typed:
            sources = [Path(typed)]
        looked = self._looked
        screenshot = self._screenshot_name()

        def work(progress: Progress) -> tuple[int, ShopError | None]:
            """Up to 20 MB each are read, sealed and written; how many pieces were stored before the first refusal."""
            try:
                if not sources:
                    shop.evidence.add(kind, marks, **target)
            except ShopError as error:
                return 0, error
            for number, source in enumerate(sources):
                progress.report(number, len(sources))
                try:
                    known = looked is not None and _is_same(looked.source, source)
                    file = looked.file if looked is not None and known else _read(shop, source, screenshot)
                    own = marks if number == 0 else replace(marks, captured_at=file.captured_at)
                    shop.evidence.add(kind, own, **target, content=file.content, name=file.name)
                except ShopError as error:
                    return number, error
            return max(len(sources), 1), None

        self._set_busy(True)
        self._jobs.run(self, work, self._on_stored)

    def _has_unsaved(self) -> bool:
        """Something was typed or ticked, or the rest of several files waits."""
        marks = self.marks()
        said = marks.source or marks.note or marks.written_promise or marks.in_platform_chat
        return bool(said) or 0 < len(self._waiting) < self._total

    # one file after the other

    def _begin(self) -> None:
        """Show the first file that waits."""
        self._looked = None
        source = self._waiting[0] if self._waiting else None
        several = self._total > 1
        self.progress_label.setVisible(several)
        self.progress_label.setText(
            self.tr("File {number} of {total}").format(number=self._total - len(self._waiting) + 1, total=self._total)
        )
        self.fields.set_field_visible(self.path_edit, not isinstance(source, QImage))
        self.path_edit.setText(str(source) if isinstance(source, Path) else "")
        self.path_edit.setReadOnly(several)
        self.browse_button.setVisible(source is None)
        self.skip_button.setVisible(several)
        self.all_box.setVisible(len(self._waiting) > 1)
        self.all_box.setText(self.tr("Add all {count} like this").format(count=len(self._waiting)))
        if self._wanted:
            self.kind_combo.set_code(self._wanted[0])
        self.set_time(None if source is None else self._window.now().replace(microsecond=0))
        show_picture(self.picture, None, _THUMBNAIL)
        self.file_label.hide()
        self.warning.clear()
        self._set_busy(False)
        if source is not None:
            self._look_at(source)

    def _look_at(self, source: Path | QImage) -> None:
        shop, name = self._shop, self._screenshot_name()

        def work(_progress: Progress) -> _Looked:
            file = _read(shop, source, name)
            image = None
            if file.kind in PICTURES:
                try:
                    image = decode_picture(file.content, pixels=THUMBNAIL_PIXELS)
                except BadInputError:
                    image = None  # filed all the same; the pane says why it is not shown
            return _Looked(source, file, image)

        self._jobs.run(self, work, self._on_looked, self.message.show_error)

    def _on_looked(self, looked: _Looked) -> None:
        current = self._waiting[0] if self._waiting else Path(self.path_edit.text().strip())
        if not _is_same(looked.source, current):
            return
        self._looked = looked
        show_picture(self.picture, looked.image, _THUMBNAIL)
        file = looked.file
        self.file_label.setText(f"{file.name}  ·  {label(file.kind)}  ·  {size_text(len(file.content))}")
        self.file_label.show()
        show_warnings(self.warning, file)
        if file.captured_at is not None:
            self.set_time(file.captured_at)

    def _on_stored(self, outcome: tuple[int, ShopError | None]) -> None:
        count, error = outcome
        kind = self.kind_combo.code()
        if count:
            del self._waiting[:count]
            self._wanted = [wanted for wanted in self._wanted if wanted is not kind]
        if error is None and not self._waiting:
            self._window.say(self.tr("The evidence is on file."), Tone.OK)
            self.accept()
            return
        if count:
            self._begin()
        self._set_busy(False)
        if error is not None:
            self.message.show_error(error)

    def _skip(self) -> None:
        self.message.clear()
        del self._waiting[:1]
        if self._waiting:
            self._begin()
        else:
            self.done(QDialog.DialogCode.Rejected)

    def _set_busy(self, busy: bool) -> None:
        self.hold(busy)
        self.skip_button.setEnabled(not busy)

    def _browse(self) -> None:
        choose_files(self, self.tr("Evidence"), [self.tr("All files (*)")], self._take_paths)

    def _take_paths(self, paths: list[Path]) -> None:
        if len(paths) > 1:
            self.message.clear()
            self._waiting, self._total = list(paths), len(paths)
            self._begin()
        elif paths:
            self.path_edit.setText(str(paths[0]))
            self._on_path_typed()

    def _on_path_typed(self) -> None:
        text = self.path_edit.text().strip()
        if text and not self._waiting:
            self.message.clear()
            self._look_at(Path(text))

    def _screenshot_name(self) -> str:
        return self.tr("screenshot") + QDateTime.currentDateTime().toString("-yyyyMMdd-HHmmss") + ".png"


class ChangeEvidenceDialog(MarksDialog):
    """Describe a piece anew; its file and kind stay as they are."""

    def __init__(self, shop: Any, window: WindowContext, line: EvidenceLine) -> None:
        super().__init__(
            window.dialog_parent(),
            "change_evidence_dialog",
            self.tr("Describe the evidence"),
            self.tr("Save"),
            introduction=self.tr("{kind}: {name}. The file stays as it is; the change goes into the event log.").format(
                kind=label(line.kind), name=line.name or self.tr("seen, no file")
            ),
        )
        self._shop = shop
        self._line = line
        self.add_mark_fields(window)
        self.set_time(line.captured_at)
        self.source_edit.setText(line.source)
        self.promise_box.setChecked(line.written_promise)
        self.chat_box.setChecked(line.in_platform_chat)
        self.note_edit.setText(line.note)
        self._told_before = self._told()

    def _has_unsaved(self) -> bool:
        return self._told() != self._told_before

    def _told(self) -> tuple[str, bool, bool, str]:
        marks = self.marks()
        return marks.source, marks.written_promise, marks.in_platform_chat, marks.note

    def apply(self) -> None:
        marks = self.marks()
        before = self._line.captured_at
        if before is not None and marks.captured_at == before.replace(microsecond=0):
            marks = replace(marks, captured_at=before)  # the field shows no fractions
        self._shop.evidence.change(self._line.id, marks)


def _read(shop: Any, source: Path | QImage, screenshot: str) -> EvidenceFile:
    if isinstance(source, Path):
        read: EvidenceFile = shop.evidence.look_at(source)
        return read
    described: EvidenceFile = shop.evidence.look_at_bytes(screenshot, png_of(source))
    return described


def _is_same(one: Path | QImage, other: Path | QImage) -> bool:
    return one is other or (isinstance(one, Path) and isinstance(other, Path) and one == other)
