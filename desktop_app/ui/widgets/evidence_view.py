"""The evidence of a request or of an order: what is on file, how it is marked, and how more gets in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.documents.dispute_words import request_source
from desktop_app.domain.states import EvidenceKind
from desktop_app.services.evidence import EvidenceLine
from desktop_app.services.listing import Sort
from desktop_app.ui.labels import label, language, when
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.evidence_preview import EvidencePreview, size_text
from desktop_app.ui.widgets.row_table import ROW_HEIGHT, RowTable

SHOWN_ROWS = 4


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Where new evidence belongs. ``wanted``: the kinds that are still missing, the most wanted first."""

    order_id: int
    request_id: int | None
    wanted: tuple[EvidenceKind, ...] = ()

    def target(self) -> dict[str, int]:
        """As :meth:`Evidence.add` wants it."""
        return {"order_id": self.order_id} if self.request_id is None else {"request_id": self.request_id}


class EvidenceView(QWidget):
    """A table of the pieces and the chosen one below it; what is wanted is asked of the page's steps."""

    add_wanted = Signal()
    paste_wanted = Signal()
    change_wanted = Signal(object)
    """EvidenceLine"""
    look_wanted = Signal(object)
    """EvidenceLine with a file, to be shown large"""
    save_wanted = Signal(object)
    """EvidenceLine with a file"""
    file_wanted = Signal(object)
    """EvidenceLine with a file that is on show: read it (again)"""

    def __init__(self, prefix: str = "", *, with_request: bool = False, parent: QWidget | None = None) -> None:
        """``prefix`` stands before the object names where a window has several; ``with_request``: show which one."""
        super().__init__(parent)
        self.setObjectName(f"{prefix}evidence_view")
        self._rows: Sequence[EvidenceLine] = ()
        self._zone = ZoneInfo("Asia/Shanghai")
        self._title = plain_label(role="section", name=f"{prefix}evidence_title")
        self.table = RowTable(
            f"{prefix or 'request_'}evidence", self.tr("Evidence"), self._columns(with_request), self._open
        )
        self.table.row_chosen.connect(self._on_chosen)
        self.table.row_activated.connect(self._on_activated)
        self._nothing = plain_label(
            self.tr("Nothing on file yet. Add files, drop them here, or paste a screenshot (Ctrl+V)."),
            role="muted",
            wrap=True,
        )
        self.preview = EvidencePreview(f"{prefix}evidence")
        self.add_button = push_button(
            self.tr("Add…"),
            f"{prefix}add_evidence_button",
            self.add_wanted.emit,
            icon="paperclip",
            tooltip=self.tr("Add evidence"),
        )
        self.paste_button = push_button(
            self.tr("Paste"),
            f"{prefix}paste_evidence_button",
            self.paste_wanted.emit,
            icon="copy",
            tooltip=self.tr("A screenshot or copied files (Ctrl+V)"),
        )
        self.look_button = push_button(self.tr("Look"), f"{prefix}look_evidence_button", self._look, icon="eye")
        self.change_button = push_button(
            self.tr("Describe…"), f"{prefix}change_evidence_button", self._change, icon="pencil"
        )
        self.save_button = push_button(
            self.tr("Save a copy…"), f"{prefix}save_evidence_button", self._save, icon="save"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._title, self._nothing, self.table):
            layout.addWidget(widget)
        layout.addLayout(row_of(self.add_button, self.paste_button, 1))
        layout.addWidget(self.preview)
        layout.addLayout(row_of(self.look_button, self.change_button, self.save_button, 1))

    def show_pieces(self, pieces: Sequence[EvidenceLine], zone: ZoneInfo, *, can_add: bool) -> None:
        """Show what is on file; the chosen piece stays chosen."""
        self._rows, self._zone = pieces, zone
        self._title.setText(self.tr("Evidence ({count})").format(count=len(self._rows)))
        self._nothing.setVisible(can_add and not self._rows)
        self.table.setVisible(bool(self._rows))
        self.table.reload()
        header = self.table.horizontalHeader().sizeHint().height()
        bar = self.table.horizontalScrollBar().sizeHint().height()
        self.table.setFixedHeight(header + min(len(self._rows), SHOWN_ROWS) * ROW_HEIGHT + bar + 10)
        self.add_button.setVisible(can_add)
        self.paste_button.setVisible(can_add)
        self._on_chosen(self.table.current_row())

    def _columns(self, with_request: bool) -> list[Column[EvidenceLine]]:
        columns = [
            Column("kind", self.tr("Kind"), lambda row: label(row.kind), width=142),
            Column("name", self.tr("File"), self._file_text, width=140, tooltip=self._file_text),
            Column("size", self.tr("Size"), _size, align=Qt.AlignmentFlag.AlignRight, width=72),
            Column("marks", self.tr("Marks"), self._marks, width=190, tooltip=self._marks),
            Column("captured_at", self.tr("Taken"), lambda row: when(row.captured_at, self._zone), width=130),
            Column("added_at", self.tr("Added"), lambda row: when(row.added_at, self._zone), width=130),
            Column("source", self.tr("From"), lambda row: request_source(row.source, language()), width=90),
            Column("note", self.tr("Note"), lambda row: row.note, width=160, tooltip=lambda row: row.note),
        ]
        if with_request:
            columns.insert(3, Column("request", self.tr("Request"), lambda row: row.request_no, width=130))
        return columns

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
        self.preview.show_line(row, self._zone)
        self.change_button.setVisible(row is not None)
        for button in (self.look_button, self.save_button):
            button.setVisible(row is not None and row.has_file)
        if row is not None and row.has_file:
            # also when it was on show before: the shop may be locked since, or the file altered
            self.file_wanted.emit(row)

    def _on_activated(self, row: EvidenceLine) -> None:
        (self.look_wanted if row.has_file else self.change_wanted).emit(row)

    def _look(self) -> None:
        self._ask(self.look_wanted)

    def _change(self) -> None:
        self._ask(self.change_wanted)

    def _save(self) -> None:
        self._ask(self.save_wanted)

    def _ask(self, wanted: SignalInstance) -> None:
        row = self.table.current_row()
        if row is not None:
            wanted.emit(row)


def _size(row: EvidenceLine) -> str:
    return size_text(row.size) if row.has_file else ""
