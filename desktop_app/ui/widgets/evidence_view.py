"""The evidence of a request: what is on file, how it is marked, and how more gets in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.services.listing import Sort
from desktop_app.services.evidence import EvidenceLine
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.labels import label, when
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.row_table import ROW_HEIGHT, RowTable

SHOWN_ROWS = 4


class EvidenceView(QWidget):
    """A table of the pieces; files may be dropped anywhere on it."""

    add_wanted = Signal(object)
    """Path of a dropped file, or None."""
    paste_wanted = Signal()
    save_wanted = Signal(object)
    """EvidenceLine with a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evidence_view")
        self.setAcceptDrops(True)
        self._rows: Sequence[EvidenceLine] = ()
        self._zone = ZoneInfo("Asia/Shanghai")
        self._title = plain_label(role="section", name="evidence_title")
        self.table = RowTable("request_evidence", self.tr("Evidence"), self._columns(), self._open)
        self.table.row_chosen.connect(self._on_chosen)
        self.table.row_activated.connect(self._on_activated)
        self._nothing = plain_label(
            self.tr("Nothing on file yet. Add a file, drop it here, or paste a screenshot."), role="muted", wrap=True
        )
        self.add_button = push_button(
            self.tr("Add…"), "add_evidence_button", self._add, icon="paperclip", tooltip=self.tr("Add evidence")
        )
        self.paste_button = push_button(
            self.tr("Paste image"), "paste_evidence_button", self.paste_wanted.emit, icon="copy"
        )
        self.save_button = push_button(self.tr("Save as…"), "save_evidence_button", self._save, icon="save")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._nothing)
        layout.addWidget(self.table)
        layout.addLayout(row_of(self.add_button, self.paste_button, self.save_button, 1))

    def show_detail(self, detail: RequestDetail, zone: ZoneInfo) -> None:
        self._rows, self._zone = detail.evidence, zone
        is_open = detail.preview is not None
        self._title.setText(self.tr("Evidence ({count})").format(count=len(self._rows)))
        self._nothing.setVisible(is_open and not self._rows)
        self.table.setVisible(bool(self._rows))
        self.table.reload()
        header = self.table.horizontalHeader().sizeHint().height()
        bar = self.table.horizontalScrollBar().sizeHint().height()
        self.table.setFixedHeight(header + min(len(self._rows), SHOWN_ROWS) * ROW_HEIGHT + bar + 10)
        self.add_button.setVisible(is_open)
        self.paste_button.setVisible(is_open)
        self._on_chosen(self.table.current_row())
        self.setAcceptDrops(is_open)

    def _columns(self) -> list[Column[EvidenceLine]]:
        return [
            Column("kind", self.tr("Kind"), lambda row: label(row.kind), width=142),
            Column("name", self.tr("File"), self._file_text, width=140, tooltip=self._file_text),
            Column("size", self.tr("Size"), _size, align=Qt.AlignmentFlag.AlignRight, width=72),
            Column("marks", self.tr("Marks"), self._marks, width=190, tooltip=self._marks),
            Column("captured_at", self.tr("Taken"), lambda row: when(row.captured_at, self._zone), width=130),
            Column("added_at", self.tr("Added"), lambda row: when(row.added_at, self._zone), width=130),
            Column("source", self.tr("From"), lambda row: row.source, width=90),
            Column("note", self.tr("Note"), lambda row: row.note, width=160, tooltip=lambda row: row.note),
        ]

    def _open(self, _sort: Sort | None) -> ListSource[EvidenceLine]:
        return ListSource(self._rows)

    def _file_text(self, row: EvidenceLine) -> str:
        return row.name if row.has_file else self.tr("seen, no file")

    def _marks(self, row: EvidenceLine) -> str:
        marks = []
        if row.written_promise:
            marks.append(self.tr("written promise"))
        if row.in_platform_chat:
            marks.append(self.tr("in-platform chat"))
        return ", ".join(marks)

    def _on_chosen(self, row: EvidenceLine | None) -> None:
        self.save_button.setVisible(any(piece.has_file for piece in self._rows))
        self.save_button.setEnabled(row is not None and row.has_file)

    def _on_activated(self, row: EvidenceLine) -> None:
        if row.has_file:
            self.save_wanted.emit(row)

    def _add(self) -> None:
        self.add_wanted.emit(None)

    def _save(self) -> None:
        row = self.table.current_row()
        if row is not None and row.has_file:
            self.save_wanted.emit(row)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.add_wanted.emit(Path(url.toLocalFile()))
                return


def _size(row: EvidenceLine) -> str:
    if not row.has_file:
        return ""
    if row.size < 1024:
        return f"{row.size} B"
    if row.size < 1024 * 1024:
        return f"{row.size / 1024:.1f} KB"
    return f"{row.size / 1024 / 1024:.1f} MB"
